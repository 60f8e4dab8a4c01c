"""All measures of a run, by name."""

from __future__ import annotations

from typing import Final

from capacity.errors import Catalogue
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import Facts
from scenarios.results.measures.measure import Measure
from scenarios.results.measures.order import ORDER
from scenarios.results.measures.prices import PRICES
from scenarios.results.measures.sellers import SELLERS
from scenarios.results.measures.service import SERVICE

MEASURES: Final[Catalogue[Measure]] = Catalogue("measure", [*PRICES, *SERVICE, *SELLERS, *ORDER])


def summarise(frames: Frames) -> dict[str, float]:
    """All measures of a run."""
    run = Facts(frames)
    return {name: measure.of(run) for name, measure in MEASURES.items()}


def meaning(measure: str) -> str:
    """What a measure says; 'the same of ...' said in full; a measure of one's own says its name."""
    if measure not in MEASURES:
        return measure
    whole = ""
    for name, one in MEASURES.items():
        rest = one.meaning.removeprefix("the same").strip()
        said = f"{whole}: {rest}" if rest != one.meaning else one.meaning
        whole = whole if rest != one.meaning else one.meaning
        if name == measure:
            return said
    return measure
