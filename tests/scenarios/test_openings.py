"""Where lists end does not hang on where they begin: prices of tiers are an answer, not an assumption."""

from __future__ import annotations

import numpy as np
import pytest

from market import TokenMarket
from scenarios.library import SCENARIOS

TIERS = ("priority", "standard", "batch")
#: Mean list over the labs, relative to that of the usual opening: as near as four steps a look come in three days, in
#: which sellers look in every hour.
NEAR = {"priority": 0.05, "standard": 0.05, "batch": 0.1}


def lists_after_three_days(opening: float) -> dict[str, float]:
    changes = {f"labs.*.offers.{tier}.price": opening for tier in TIERS}
    model = TokenMarket(SCENARIOS["baseline-2026"].with_changes(changes).economy(8000), rng=1)
    model.run_for(73)
    tiers = np.array([name.split()[-1] for name in model.book.names])
    return {tier: float(model.book.price[tiers == tier].mean()) for tier in TIERS}


def test_half_and_double_opening_lists_end_where_the_usual_ones_do() -> None:
    usual = lists_after_three_days(20.0)
    assert usual["batch"] < 0.7 * usual["standard"] < 0.7 * usual["priority"]
    for opening in (10.0, 40.0):
        found = lists_after_three_days(opening)
        for tier, near in NEAR.items():
            assert found[tier] == pytest.approx(usual[tier], rel=near), (opening, tier)
