"""Laws of supply curves: what is offered at a rent is what earns most there, and the profit is what that earns."""

from __future__ import annotations

from hypothesis import strategies as st

from market.exchange.supply_curve import SupplyCurve
from scenarios.laws.law import law, must

rents = st.floats(0.0, 1e3)
capacities = st.sampled_from([0.0, 0.01, 1.0, 50.0, 1e6])


@law(
    SupplyCurve,
    "nothing else than what is offered earns more",
    drawn={"rent": rents, "capacity": capacities, "share": st.floats(0.0, 1.0)},
    examples=40,
)
def offers_what_earns_most(supply: SupplyCurve, rent: float, capacity: float, share: float) -> None:
    """At a rent, of any share of the capacity."""
    best, other = supply.profit(rent, capacity), share * capacity
    rival = rent * other - supply.cost(other)
    must(
        best >= rival - 1e-9 * max(rent * capacity, 1.0),
        "a profit of {}, but to offer {} rack-h would earn {}",
        best,
        other,
        rival,
    )
    offered = supply.quantity(rent, capacity)
    must(0.0 <= offered <= capacity, "offered {} of {} rack-h", offered, capacity)


@law(
    SupplyCurve,
    "profit rises with the rent by what is offered",
    drawn={"rent": st.floats(0.01, 1e3), "capacity": capacities},
    examples=40,
)
def profit_rises_by_what_is_offered(supply: SupplyCurve, rent: float, capacity: float) -> None:
    """Hotelling's lemma, by a small step up and down."""
    step = 1e-4 * rent
    rise = (supply.profit(rent + step, capacity) - supply.profit(rent - step, capacity)) / (2.0 * step)
    low, high = supply.quantity(rent - step, capacity), supply.quantity(rent + step, capacity)
    room = 1e-6 * max(high, 1e-6)
    must(low - room <= rise <= high + room, "profit rises by {}, with {} to {} offered", rise, low, high)


@law(
    SupplyCurve,
    "what a rack-hour more costs is the rise of cost",
    drawn={"work": st.floats(0.0, 1e3)},
    examples=40,
)
def marginal_cost_is_the_rise(supply: SupplyCurve, work: float) -> None:
    """By a small step, from below and above; and where cost does not rise it says so."""
    step = 1e-4 * max(work, 1.0)
    low = (supply.cost(work) - supply.cost(max(work - step, 0.0))) / step if work >= step else 0.0
    high = (supply.cost(work + step) - supply.cost(work)) / step
    marginal, room = supply.marginal(work), 1e-6 * max(abs(high), 1e-6)
    must(low - room <= marginal <= high + room, "it costs {}, but cost rises by {} to {}", marginal, low, high)
    must(supply.rises or marginal == 0.0, "it costs {} where it is said not to rise", marginal)


@law(SupplyCurve, "no work costs nothing")
def no_work_costs_nothing(supply: SupplyCurve) -> None:
    """The cost of nothing."""
    must(supply.cost(0.0) == 0.0, "it costs {}", supply.cost(0.0))
