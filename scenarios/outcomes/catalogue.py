"""All measures of a run, by name."""

from __future__ import annotations

from typing import Final

from capacity.errors import Catalogue
from scenarios.outcomes.facts import Facts, Frames
from scenarios.outcomes.measure import Measure
from scenarios.outcomes.order import ORDER
from scenarios.outcomes.prices import PRICES
from scenarios.outcomes.sellers import SELLERS
from scenarios.outcomes.service import SERVICE

MEASURES: Final[Catalogue[Measure]] = Catalogue("measure", [*PRICES, *SERVICE, *SELLERS, *ORDER])


def summarise(frames: Frames) -> dict[str, float]:
    """All measures of a run."""
    run = Facts(frames)
    return {name: measure.of(run) for name, measure in MEASURES.items()}
