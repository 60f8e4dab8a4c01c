"""What does the market for tokens look like in January 2026?

It is held against the world (``tokenmarket moments``): the fleet of 2025Q4, chat that is free for nearly all, plans of
20 and 200 USD a month, requests as measured, costs that are machines and little else, research that takes the machines
that inference leaves. What is not fitted is a default of ``scenarios/parameters``, each with its source. The numbers in
``baseline_2026.csv`` beside this file are fitted (``tokenmarket fit --users 8000 --days 8``). They were moved until the
moments of ``scenarios/studies/moments/world.csv`` came out, whose ranges were written down before. Each has the
range within which others would do as well, and the moment that moves it most. Seventeen were moved by hand in the end
(eleven, later six), from where a search had stopped to where more moments hit on seeds 1 to 4, and there only slopes
were taken (``--rounds 1``): a point that does well, not one at which a search has ended. Demand grows as it did,
tenfold a year, compute 3.4-fold, and research with what labs sell.
"""

from __future__ import annotations

import csv
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from scenarios.definition.asking import outcome
from scenarios.definition.scenario import Scenario

if TYPE_CHECKING:
    from market.economy import Economy


class Fitted(NamedTuple):
    """A fitted value, and between which others would do as well.

    Attributes:
        path: the parameter; ``*`` stands for every entry of a list.
        value: what it is.
        low, high: its range.
    """

    path: str
    value: float
    low: float
    high: float


def fitted_with_ranges() -> list[Fitted]:
    """What is fitted, in the order of the table."""
    with resources.files(__package__).joinpath("baseline_2026.csv").open(encoding="utf-8") as file:
        return [Fitted(row["path"], *(float(row[k]) for k in ("value", "from", "to"))) for row in csv.DictReader(file)]


def fitted() -> dict[str, float]:
    """Fitted values by path."""
    return {one.path: one.value for one in fitted_with_ranges()}


SCENARIO = Scenario(
    name="baseline-2026",
    question=(__doc__ or "").strip().splitlines()[0],
    source="sizes, prices and shares of the winter 2025/26: scenarios/studies/moments/world.csv; Epoch: growth",
    outcomes=tuple(
        outcome(name)
        for name in (
            "utilisation",
            "spot-price",
            "paid-price",
            "large-model-price",
            "open-price",
            "queue-hours",
            "subscribers",
            "free-share",
        )
    ),
).with_changes(fitted())


def economy(individuals: int = 10_000) -> Economy:
    """The economy of the baseline."""
    return SCENARIO.economy(individuals)
