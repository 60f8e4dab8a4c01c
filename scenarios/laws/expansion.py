"""Laws of expansion: a fleet is a number of racks, none grows out of nothing, and orders fall with what racks cost."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from market.supply.expansion import Expansion, Fleet, Ordering
from market.supply.rent_outlook import RentOutlook
from market.supply.rents import Seen, UnderWay
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


def looked_on(racks: float, earned: float, under_way: float) -> Fleet:
    """A fleet whose owner has seen rents, with so many racks that are on order at somebody."""
    seen = Seen(
        earned,
        prices=np.array([earned]),
        stood=np.array([racks]),
        racks=lambda ahead: np.where(ahead < 0.25, racks, racks + under_way),
    )
    fleet = Fleet(racks, earned=earned)
    fleet.outlook = RentOutlook(UnderWay(months=0, demand_growth=2.0), seen)
    return fleet


@law(
    Expansion,
    "who orders racks orders no more where they are dearer, or where more are under way, and to ask changes nothing",
    drawn={
        "racks": st.sampled_from([0.0, 1.0, 1e5]),
        "earned": st.sampled_from([0.0, 0.1, 5.0, 1e3]),
        "dearer": st.sampled_from([0.0, 0.5, 1e3]),
        "share": st.sampled_from([0.0, 0.2, 5.0]),
    },
    examples=10,
)
def orders_fall(expansion: Expansion, racks: float, earned: float, dearer: float, share: float) -> None:
    """At the start and a dollar dearer, with nothing under way and some."""
    if not isinstance(expansion, Ordering):
        return
    fleet = looked_on(racks, earned, 0.0)
    wished = expansion.wished(fleet, 0.0)
    must(math.isfinite(wished) and wished >= 0, "{} racks would be ordered", wished)
    must(expansion.wished(fleet, dearer) <= wished * (1 + 1e-6), "of dearer racks more than {} are ordered", wished)
    must(expansion.wished(fleet, 0.0) == wished and not fleet.on_order, "asked again it is not {}", wished)
    fewer = expansion.wished(looked_on(racks, earned, share * racks), 0.0)
    most = expansion.most_ordered((1.0 + share) * racks)
    must(fewer <= max(wished * (1 + 1e-6), 0.0) or fewer <= most - wished, "{} are ordered where more come", fewer)
