"""What the sources say will happen, and what would count as a hit. Written before the scenarios were tuned.

The ten statements close `evidence/facts.md`. A check is a measure of a scenario (or its difference from the same
measure of another), over seeds; a hit is a mean within the range, with an interval over seeds that does not reach
the other side of the range's near end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from scenarios.scorecard import measures as m


@dataclass(frozen=True)
class Check:
    """One expectation.

    Attributes:
        scenario: name of the scenario.
        measure: what is measured on a run of it.
        low, high: range of the mean that is a hit.
        against: scenario whose measure is taken off, seed by seed; None for none.
    """

    scenario: str
    measure: m.Measure
    low: float = -math.inf
    high: float = math.inf
    against: str | None = None


@dataclass(frozen=True)
class Statement:
    """A statement of the sources, by its number in facts.md."""

    number: int
    text: str
    source: str
    checks: tuple[Check, ...] = field(default=())


CRUNCH: Final = "compute-crunch"

STATEMENTS: Final[tuple[Statement, ...]] = (
    Statement(
        1, "Demand 10x against supply 3.4x: prices of large-model tokens rise; everyday users move to smaller models; "
        "the largest models go to the work that pays.", "Epoch",
        (
            Check(CRUNCH, m.price_of_large_models, low=1.10),
            Check(CRUNCH, m.casual_use_of_small_models, low=0.02),
            Check(CRUNCH, m.pay_of_frontier_machines, low=1.0),
            Check(CRUNCH, m.agentic_out_first, low=0.0),
            Check("abundance", m.price_of_large_models, high=1.05),
        ),
    ),
    Statement(
        2, "Hyperscalers serve their own products first; customers without priority contracts queue; holders of "
        "agreements are served; open-weight providers pay the rise first.", "Crunch",
        (
            Check("hyperscaler-first", m.open_wait_over_closed, low=0.0),
            Check("hyperscaler-first", m.contracts_delivered, low=0.99),
            Check("open-weight-squeeze", m.open_price_before_closed, low=0.0),
            Check(CRUNCH, m.spot_before_open_price, low=0.0),
        ),
    ),
    Statement(
        3, "For customers of closed models service degrades before list prices rise.", "Crunch",
        (Check(CRUNCH, m.slowness_before_list_price, low=0.0),),
    ),
    Statement(
        4, "Off-peak becomes much cheaper than peak; free plans less generous; peak-hour quotas cut.",
        "Alderson, Epoch",
        (
            Check(CRUNCH, m.peak_over_off_peak, low=1.5),
            Check("free-tier", m.quotas_granted, high=0.9),
        ),
    ),
    Statement(
        5, "The best models may be kept for the owner's own products.", "Alderson",
        (Check("model-reservation", m.best_model_outside, high=0.0, against=CRUNCH),),
    ),
    Statement(
        6, "Open models hold on in coding, lose elsewhere; local inference bounds prices for coders.",
        "Crunch, Abundance",
        (
            Check(CRUNCH, m.open_holds_in_coding, low=0.0),
            Check("local-exit", m.coders_price, high=0.0, against=CRUNCH),
        ),
    ),
    Statement(
        7, "A memory or architecture breakthrough, or efficiency gains, end the crunch.", "Alderson, Epoch, Inflation",
        (
            Check("memory-breakthrough", m.spot_price, high=0.0, against=CRUNCH),
            Check("memory-breakthrough", m.given_up, high=0.0, against=CRUNCH),
        ),
    ),
    Statement(
        8, "Independents are acquired or fail; a premium price rises more than 100 % or a free tier is cut within "
        "18 months.", "Inflation",
        (
            Check("consolidation", m.failed_or_bought, low=1.0),
            Check("consolidation", m.premium_price, low=2.0),
        ),
    ),
    Statement(
        9, "A rise in energy prices makes compute scarce again even with abundant local models.", "Abundance",
        (Check("energy-shock", m.spot_price, low=0.0, against="abundance"),),
    ),
    Statement(
        10, "Overbuilding: supply outruns demand and prices fall to running cost.", "the case the sources argue about",
        (
            Check("overbuild", m.spot_over_reserve, high=1.1),
            Check("overbuild", m.price_of_large_models, high=1.0),
        ),
    ),
)  # fmt: skip
