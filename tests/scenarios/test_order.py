"""When something has first moved: exact on made-up paths, and told by a run that is long enough."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scenarios.results.measures import Facts
from scenarios.results.measures.order import SIGNALS, Signal, day_of

DAYS = 60


def run(days: int = DAYS, hours: float = 1.0) -> Facts:
    times = pd.date_range("2026-01-05", periods=round(days * 24 / hours), freq=f"{hours}h")
    return Facts({"ticks": pd.DataFrame({"tick": range(len(times)), "time": times})})


def moved(daily: np.ndarray, *, share: bool = False, hours: float = 1.0) -> float:
    by_tick = np.repeat(daily, round(24 / hours))
    return day_of(run(daily.size, hours), Signal("x", "x", lambda _: by_tick, share))


def test_a_step_is_seen_when_the_mean_of_seven_days_has_risen_by_a_tenth() -> None:
    # From day 20 on the value is 1.5: the mean of seven days is 1 + .5 k / 7, above 1.1 from k = 2 days on.
    daily = np.where(np.arange(DAYS) < 20, 1.0, 1.5)
    assert moved(daily) == 21
    assert moved(daily, hours=3.0) == 21


def test_a_share_moves_by_its_change() -> None:
    daily = np.where(np.arange(DAYS) < 20, 0.0, 0.06)
    assert moved(daily, share=True) == 25  # .06 x 6 / 7 = .0514
    assert np.isnan(moved(daily * 0.8, share=True))


def test_a_weekend_and_the_first_days_are_no_signal() -> None:
    weekdays = np.where(np.arange(DAYS) % 7 < 5, 1.3, 0.4)
    assert np.isnan(moved(weekdays))
    falling = np.concatenate([[3.0], np.ones(DAYS - 1)])
    assert np.isnan(moved(falling))


@pytest.mark.parametrize("daily", [np.full(DAYS, np.nan), np.zeros(DAYS), np.ones(1), np.zeros(0)])
def test_what_is_not_there_never_moves(daily: np.ndarray) -> None:
    assert np.isnan(moved(daily))


def test_signals_have_names_of_their_own() -> None:
    assert len({signal.name for signal in SIGNALS}) == len(SIGNALS)
