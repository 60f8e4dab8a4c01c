"""What does the market for tokens look like in the first quarter of 2026?

All numbers are the defaults of ``scenarios/parameters``, each with its source: the fleet of 2025Q4, tokens asked of
about 5e9 a second, list prices of 25, 4 and 3.5 USD per million. Demand does not grow yet; supply goes on as it did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.definition.scenario import Scenario
from scenarios.library.asking import outcome

if TYPE_CHECKING:
    from market.economy import Economy

SCENARIO = Scenario(
    name="baseline-2026",
    question=(__doc__ or "").strip().splitlines()[0],
    source="Epoch, 'Is a compute crunch coming?' (2026); Alderson (2026); chip owners by quarter",
    outcomes=tuple(
        outcome(name)
        for name in ("utilisation", "spot-price", "paid-price", "large-model-price", "open-price", "queue-hours")
    ),
)


def economy(individuals: int = 10_000, first_party: float = 0.65) -> Economy:
    """The economy of the baseline."""
    return SCENARIO.with_changes({"supply.first_party": first_party}).economy(individuals)
