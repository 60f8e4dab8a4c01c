"""Every length of a tick gives the same market, and a run that swings from tick to tick says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from market import TokenMarket
from scenarios.library import SCENARIOS
from scenarios.results.frames import frames_of
from scenarios.results.swing import WARNED, swing, swing_warning

DAYS = 7
#: Users who wait for hours: to whom minutes matter, a tick of three hours is another market.
PATIENT = {
    "demand.coders.time_value": 1.0,
    "demand.coders.patience_h": 1.0,
    "demand.agentic.time_value": 0.2,
    "demand.agentic.patience_h": 6.0,
}


def baseline(tick_hours: float, users: Mapping[str, float] = PATIENT, **rules: float) -> TokenMarket:
    economy = SCENARIOS["baseline-2026"].with_changes({"time.tick_hours": tick_hours} | dict(users)).economy(200)
    model = TokenMarket(replace(economy, **rules), rng=1)
    model.run_for(round(DAYS * 24 / tick_hours))
    return model


def lost_share(model: TokenMarket) -> float:
    series = model.records.series
    lost = sum(series("ticks", name).sum() for name in ("nothing", "unaffordable", "turned_away"))
    return float(lost / series("ticks", "asked").sum())


def test_long_ticks_lose_no_requests_to_a_cobweb() -> None:
    hourly, long = baseline(1.0), baseline(3.0)
    # Where users went by the last tick alone, a quarter of all requests more was lost at ticks of 3 h.
    assert lost_share(long) == pytest.approx(lost_share(hourly), abs=0.02)
    for model in (hourly, long):
        assert swing(frames_of(model)) < 0.05
        assert swing_warning(frames_of(model)) == ""


def test_a_swing_is_warned_of() -> None:
    """All who go by the last tick alone, and wait where they have run to."""
    model = baseline(6.0, users={}, learning_ticks=1.0, overflow=False)
    assert swing(frames_of(model)) > 1.3 * WARNED
    assert "orders swing between sellers from tick to tick" in swing_warning(frames_of(model))
