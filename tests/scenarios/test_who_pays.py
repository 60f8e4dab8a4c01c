"""Who pays for whom: the table adds up to what sellers took and paid."""

from __future__ import annotations

import pytest

from market import TokenMarket
from scenarios.library import SCENARIOS
from scenarios.results.frames import frames_of
from scenarios.results.who_pays import HOURS_PER_YEAR, paid_and_cost


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
