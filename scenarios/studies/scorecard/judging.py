"""The scorecard: a batch of all scenarios that the statements ask, and the verdict on each check."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from scenarios.batches.analysis.over_seeds import by_seed, interval
from scenarios.batches.plan.planning import study_of
from scenarios.batches.plan.study import Study
from scenarios.studies.scorecard.statements import STATEMENTS, Check, Statement

#: Coverage of the intervals.
LEVEL: Final = 0.9


@dataclass(frozen=True)
class Verdict:
    """What came out of a check.

    Attributes:
        statement, check: what was asked.
        mean, low, high: mean over seeds, and its interval.
        seeds: how many seeds have a value.
    """

    statement: Statement
    check: Check
    mean: float
    low: float
    high: float
    seeds: int

    @property
    def hit(self) -> bool:
        """Mean in the range, and the interval over seeds too."""
        inside = self.check.low <= self.mean <= self.check.high
        return inside and self.low >= self.check.low and self.high <= self.check.high


def evidence_study(statements: Iterable[Statement] = STATEMENTS, seeds: int = 8, users: int = 2_000) -> Study:
    """All runs that the statements' checks need, each scenario with the same seeds."""
    checks = [check for statement in statements for check in statement.checks]
    names = dict.fromkeys(name for c in checks for name in (c.scenario, c.against) if name)
    return study_of(list(names), seeds=seeds, users=users, name="evidence")


def judge(summaries: pd.DataFrame, statements: Iterable[Statement] = STATEMENTS) -> list[Verdict]:
    """The verdict on every check, from the measures of all runs."""
    return [_judge(statement, check, summaries) for statement in statements for check in statement.checks]


def _judge(statement: Statement, check: Check, summaries: pd.DataFrame) -> Verdict:
    table = by_seed(summaries, check.measure, "label")
    values = table[_label(check.scenario)]
    if check.against:
        # The same seed draws the same users in both: the difference is sharp.
        values = values - table[_label(check.against)]
    found = values.to_numpy(dtype="float64")
    # A measure that is the same in every run, or NaN in one, is judged by what there is.
    found = found[[math.isfinite(value) for value in found]]
    return Verdict(statement, check, *interval(found, LEVEL), found.size)


def _label(name: str) -> str:
    """What a batch calls a scenario, or a variant of one: "off-peak: dynamic"."""
    return ": ".join(name.split(":"))
