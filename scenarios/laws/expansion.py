"""Laws of expansion: a fleet is a number of racks, and none grows out of nothing."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from market.supply.expansion import Expansion, Fleet
from scenarios.laws.law import law, must


@law(
    Expansion,
    "fleets stay numbers, and none grows out of nothing",
    drawn={"racks": st.sampled_from([0.0, 1.0, 1e5]), "earned": st.sampled_from([0.0, 0.1, 5.0, 1e3])},
    examples=10,
)
def fleets_stay_numbers(expansion: Expansion, racks: float, earned: float) -> None:
    """Over two years, month by month."""
    fleet = Fleet(racks, earned=earned)
    for month in range(25):
        added = expansion(fleet, month / 12.0)
        must(math.isfinite(added) and added >= 0, "{} racks were added in month {}", added, month)
        must(math.isfinite(fleet.racks) and fleet.racks >= 0, "there are {} racks in month {}", fleet.racks, month)
    must(racks > 0 or fleet.racks == 0, "of no racks there came to be {}", fleet.racks)
