"""Who gains: the money parts are the ledger's, and an efficient market gives more."""

from functools import cache

import pytest
from market_runs import small_run

from scenarios import measures
from scenarios.charts.registry import CHARTS
from scenarios.library import SCENARIOS
from scenarios.run import Settings, run
from scenarios.welfare import efficient, own_use_cost, owners_rent, welfare

SCENARIO = SCENARIOS["baseline-2026"]


@cache
def pair():
    """Two days as they are, and as an efficient market."""
    return tuple(run(Settings(one, 2, seed=1, users=200)).frames for one in (SCENARIO, efficient(SCENARIO)))


def test_the_money_parts_are_what_the_ledger_says():
    frames = small_run().frames
    gains = welfare(frames).groupby("side")["gain"].sum()
    money = gains["sellers"] + gains["owners"] - own_use_cost(frames)
    inside = frames["accounts"].query("side == 'inside'")["balance"].sum()
    beside = (frames["providers"]["funding"] - frames["providers"]["burn"]).sum()
    assert money + beside == pytest.approx(inside - frames["sellers"]["start_cash"].sum(), rel=1e-9)


def test_every_part_is_told_once():
    frames = small_run().frames
    table = welfare(frames)
    assert not table.duplicated(["side", "kind"]).any()
    gains = table.groupby("side")["gain"].sum()
    assert gains["users"] == pytest.approx(frames["ticks"]["surplus"].sum(), rel=1e-6)
    assert gains["sellers"] == pytest.approx(measures.margins(frames)["profit"].sum())
    paid, cost = frames["wholesale"]["income"].sum(), frames["wholesale"]["running_cost"].sum()
    assert paid - cost < owners_rent(frames) < paid, (
        "the power of what is rented out is counted, that of own use is not"
    )


def test_an_efficient_market_gives_more_in_all():
    now, best = (welfare(frames)["gain"].sum() for frames in pair())
    assert best > now * 1.002


def test_at_cost_sellers_keep_next_to_nothing():
    _, best = pair()
    gains = welfare(best).groupby("side")["gain"].sum()
    assert abs(gains["sellers"]) < 0.01 * gains["users"]


def test_the_same_machines():
    now, best = pair()
    assert now["wholesale"]["racks"].to_numpy() == pytest.approx(best["wholesale"]["racks"].to_numpy())


def test_the_picture_says_what_is_lost():
    now, best = pair()
    axes = CHARTS["welfare-split"].draw(now, efficient=best)
    note = next(text.get_text() for text in axes.texts if text.get_gid() == "note")
    assert "efficient market, $" in note
    diamonds = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"]
    days = len(best["ticks"]) / 24
    assert sum(diamonds) == pytest.approx(welfare(best)["gain"].sum() / days)
