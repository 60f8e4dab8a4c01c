"""The scorecard's verdicts, and that every check can be asked."""

from __future__ import annotations

import math

import pytest

from scenarios.library import SCENARIOS
from scenarios.scorecard import measures
from scenarios.scorecard.run import Job, Outcome, interval, run_job
from scenarios.scorecard.statements import STATEMENTS, Check, Statement


def test_the_ten_statements_are_there() -> None:
    assert [s.number for s in STATEMENTS] == list(range(1, 11))
    assert all(s.checks and s.text and s.source for s in STATEMENTS)


@pytest.mark.parametrize("check", [c for s in STATEMENTS for c in s.checks], ids=lambda c: c.measure.__name__)
def test_every_check_asks_a_known_scenario_for_something(check: Check) -> None:
    assert check.scenario in SCENARIOS
    assert check.against is None or check.against in SCENARIOS
    assert check.low < check.high
    assert math.isfinite(check.low) or math.isfinite(check.high)
    assert check.measure.__doc__


def test_interval_is_students() -> None:
    mean, low, high = interval([1.0, 2.0, 3.0, 4.0])
    assert mean == 2.5
    # Standard error sqrt(5/3)/2 = 0.645497; 95 % quantile of t with 3 degrees of freedom 2.353363 (tables).
    assert high - mean == pytest.approx(2.353363 * 0.645497, rel=1e-5)
    assert mean - low == pytest.approx(high - mean)


@pytest.mark.parametrize(
    ("mean", "low", "high", "hit"), [(1.5, 1.2, 1.8, True), (1.5, 0.9, 2.1, False), (0.5, 0.4, 0.6, False)]
)
def test_a_hit_is_sure_of_its_side(mean: float, low: float, high: float, *, hit: bool) -> None:
    check = Check("baseline-2026", measures.spot_price, low=1.0)
    outcome = Outcome(Statement(1, "", "", (check,)), check, mean, low, high, 8)
    assert outcome.hit is hit


def test_measures_are_numbers_on_a_real_run() -> None:
    names = sorted({c.measure.__name__ for s in STATEMENTS for c in s.checks})
    found = run_job(Job("free-tier", 3.0, "hourly", 1, 60), names)
    assert set(found) == set(names)
    finite = [name for name, value in found.items() if math.isfinite(value)]
    assert len(finite) >= len(names) - 1, found
