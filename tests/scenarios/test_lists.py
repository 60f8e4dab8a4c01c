"""Changes of lists, their sizes and dearer hours, on made-up lists whose answers are known by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from scenarios.results.measures import MEASURES, Facts

DAYS = 28


def facts(**lists: np.ndarray) -> Facts:
    """Lists by the hour, named ``kind_model_seller``."""
    hours = len(next(iter(lists.values())))
    names = [name.split("_") for name in lists]
    return Facts(
        {
            "ticks": pd.DataFrame({"tick": range(hours), "time": pd.date_range("2026-01-05", periods=hours, freq="h")}),
            "listings": pd.DataFrame(
                {"offer": list(lists), "kind": [n[0] for n in names], "model": [n[1] for n in names]}
            ),
            "offers": pd.DataFrame(
                [(t, name, price) for name, prices in lists.items() for t, price in enumerate(prices)],
                columns=["tick", "offer", "price"],
            ),
        }
    )


def daily(*prices: float) -> np.ndarray:
    """A list that is at each of these for as many days as all."""
    return np.repeat(np.repeat(prices, DAYS // len(prices)), 24)


def found(run: Facts, measure: str) -> float:
    return MEASURES[measure].of(run)


def test_changes_are_counted_by_the_day_and_the_first_week_is_left_out() -> None:
    run = facts(open_a_x=daily(1.0, 2.0, 1.0, 1.0), frontier_b_y=daily(5.0, 5.0, 5.0, 5.0))
    years = (DAYS - 7 - 1) / 365.25
    assert found(run, "open-list-changes") == pytest.approx(1 / years)  # 1 to 2 ends the first week
    assert found(run, "open-list-change-size") == pytest.approx(math.log(2))
    assert found(run, "open-list-rises") == 0.0
    assert found(run, "closed-list-changes") == 0.0
    assert math.isnan(found(run, "closed-list-change-size"))


def test_an_open_model_is_listed_at_its_cheapest_seller() -> None:
    run = facts(open_a_x=daily(1.0, 1.0, 1.0, 1.0), open_a_y=daily(2.0, 2.0, 3.0, 0.5))
    assert found(run, "open-list-changes") == pytest.approx(365.25 / (DAYS - 8))
    assert found(run, "open-list-change-size") == pytest.approx(math.log(2))


def test_dearer_hours_are_no_change() -> None:
    hour = np.arange(24 * DAYS)
    weekday = (hour // 24) % 7 < 5
    run = facts(open_a_x=np.where(weekday & (hour % 24 < 8), 3.0, 1.0), open_b_y=np.ones(24 * DAYS))
    assert found(run, "open-list-changes") == 0.0
    assert found(run, "off-peak-lists") == 0.5
    assert found(run, "off-peak-list-ratio") == 3.0
    flat = facts(open_b_y=np.ones(24 * DAYS))
    assert found(flat, "off-peak-lists") == 0.0
    assert math.isnan(found(flat, "off-peak-list-ratio"))


def test_a_list_that_follows_costs_by_the_hour_is_no_tariff() -> None:
    hour = np.arange(24 * DAYS)
    run = facts(open_a_x=1.0 + hour % 24, open_a_y=np.where(hour % 24 < 8, 30.0, 40.0))
    assert found(run, "off-peak-lists") == 0.5
    assert found(run, "off-peak-list-ratio") == pytest.approx(4 / 3)


def test_catalogues_that_are_listed_anew_on_one_day_are_blocks() -> None:
    lists = {f"open_{name}_x": daily(1.0, 1.0, 2.0, 2.0) for name in "abc"}
    run = facts(**lists, open_d_x=daily(1.0, 1.0, 1.0, 2.0))
    assert found(run, "open-list-blocks") == pytest.approx(3 / 4)
    assert math.isnan(found(run, "closed-list-blocks"))


@pytest.mark.parametrize("days", [0, 1, 8])
def test_a_run_that_is_too_short_says_nothing(days: int) -> None:
    run = facts(open_a_x=np.ones(24 * max(days, 1) - (23 if days == 0 else 0)))
    for name in ("open-list-changes", "open-list-change-size", "closed-list-changes", "closed-list-rises"):
        assert math.isnan(found(run, name))
