"""Who pays for whom: the table adds up to what sellers took and paid."""

from __future__ import annotations

import pytest

from market import TokenMarket
from scenarios.library import SCENARIOS
from scenarios.results.frames import frames_of
from scenarios.results.who_pays import HOURS_PER_YEAR, paid_and_cost, paid_by_request


def test_it_adds_up_and_free_use_is_paid_for_by_others() -> None:
    model = TokenMarket(SCENARIOS["baseline-2026"].economy(120), rng=1)
    model.run_for(48)
    frames = frames_of(model)
    table, scale = paid_and_cost(frames), HOURS_PER_YEAR / 48 / 1e9
    books = frames["providers"]
    assert table["paid"].sum() == pytest.approx(frames["segments"]["paid"].sum() * scale)
    worked = books[books["used"] > 0]["provider"].unique()
    spent = books[books["provider"].isin(worked)][["rent_paid", "running_cost"]].sum().sum()
    assert table["machines"].sum() == pytest.approx(spent * scale)
    assert table["tokens_share"].sum() == pytest.approx(100.0)
    free = table.set_index("tier").loc["free"]
    assert free["paid"] == 0.0
    assert free["machines"] > 0.0


def test_by_request_it_adds_up_to_the_same_and_long_requests_take_most() -> None:
    model = TokenMarket(SCENARIOS["baseline-2026"].economy(120), rng=1)
    model.run_for(24)
    frames = frames_of(model)
    table, sums = (
        paid_by_request(frames).set_index("segment"),
        frames["segments"].groupby("segment", observed=True)[["served"]].sum(),
    )
    assert (table["paid"] * sums["served"]).sum() == pytest.approx(frames["segments"]["paid"].sum())
    books = frames["providers"]
    spent = books["rent_paid"].sum() + books["running_cost"].sum()
    assert (table["machines"] * sums["served"]).sum() == pytest.approx(spent)
    assert frames["segments"]["work"].sum() == pytest.approx(frames["offers"]["work"].sum())
    assert list(table.index) == ["casual", "coders", "agentic"]
    assert table["machines"].is_monotonic_increasing
    cached = {name: model.economy.segments[k].workload for k, name in enumerate(("casual", "coders", "agentic"))}
    for name, asked in cached.items():
        share = asked.input * asked.cached / (asked.input + asked.output)
        assert table.loc[name, "cached"] == pytest.approx(100.0 * share)
