"""What the sources say will happen, and what would count as a hit. Written before the scenarios were tuned.

The ten statements close `evidence/facts.md`. A check is a measure of a scenario (or its difference from the same
measure of another), over seeds; a hit is a mean within the range, with an interval over seeds that lies in it too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Check:
    """One expectation.

    Attributes:
        scenario: name of the scenario.
        measure: what is measured on a run of it, a name in ``scenarios.results.measures``.
        low, high: range of the mean that is a hit.
        against: scenario whose measure is taken off, seed by seed; None for none.
        name: what it is called; the measure's meaning if nothing is said.
        source: who says so; the statement's source if nothing is said.
    """

    scenario: str
    measure: str
    low: float = -math.inf
    high: float = math.inf
    against: str | None = None
    name: str = ""
    source: str = ""


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
            Check(CRUNCH, "large-model-rise", low=1.10),
            Check(CRUNCH, "casual-to-small", low=0.02),
            Check(CRUNCH, "machine-pay-rise", low=1.0),
            Check(CRUNCH, "agentic-before-casual", low=0.0),
            Check("abundance", "large-model-rise", high=1.05),
        ),
    ),
    Statement(
        2, "Hyperscalers serve their own products first; customers without priority contracts queue; holders of "
        "agreements are served; open-weight providers pay the rise first.", "Crunch",
        (
            Check("hyperscaler-first", "open-wait-gap", low=0.0),
            Check("hyperscaler-first", "late-contract-delivered", low=0.99),
            Check("open-weight-squeeze", "open-before-closed-price", low=0.0),
            Check(CRUNCH, "spot-before-open-price", low=0.0),
        ),
    ),
    Statement(
        3, "For customers of closed models service degrades before list prices rise.", "Crunch",
        (Check(CRUNCH, "slowness-before-list-price", low=0.0),),
    ),
    Statement(
        4, "Off-peak becomes much cheaper than peak; free plans less generous; peak-hour quotas cut.",
        "Alderson, Epoch",
        (
            Check(CRUNCH, "late-spot-day-ratio", low=1.5),
            Check("free-tier", "late-quota-granted", high=0.9),
        ),
    ),
    Statement(
        5, "The best models may be kept for the owner's own products.", "Alderson",
        (Check("model-reservation", "over-the-counter", high=0.0, against=CRUNCH),),
    ),
    Statement(
        6, "Open models hold on in coding, lose elsewhere; local inference bounds prices for coders.",
        "Crunch, Abundance",
        (
            Check(CRUNCH, "open-in-coding", low=0.0),
            Check("local-exit", "late-coders-price", high=0.0, against=CRUNCH),
        ),
    ),
    Statement(
        7, "A memory or architecture breakthrough, or efficiency gains, end the crunch.", "Alderson, Epoch, Inflation",
        (
            Check("memory-breakthrough", "late-spot-price", high=0.0, against=CRUNCH),
            Check("memory-breakthrough", "late-unserved", high=0.0, against=CRUNCH),
        ),
    ),
    Statement(
        8, "Independents are acquired or fail; a premium price rises more than 100 % or a free tier is cut within "
        "18 months.", "Inflation",
        (
            Check("consolidation", "failed-or-bought", low=1.0),
            Check("consolidation", "premium-rise", low=2.0),
        ),
    ),
    Statement(
        9, "A rise in energy prices makes compute scarce again even with abundant local models.", "Abundance",
        (Check("energy-shock", "late-spot-price", low=0.0, against="abundance"),),
    ),
    Statement(
        10, "Overbuilding: supply outruns demand and prices fall to running cost.", "the case the sources argue about",
        (
            Check("overbuild", "spot-over-ask", high=1.1),
            Check("overbuild", "large-model-rise", high=1.0),
        ),
    ),
)  # fmt: skip
