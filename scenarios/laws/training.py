"""Laws of how much research takes: no rack-hour that costs more than it brings, and models as what was trained."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from market.exchange.elastic_demand import ElasticDemand
from market.supply.training import ResearchPolicy, ResearchTick
from scenarios.laws.law import law, must

PRICES = (1e-3, 0.5, 1.0, 2.0, 30.0, 1e4)
TICKS = {
    "stake": st.sampled_from([math.nan, -1.0, 0.0, 1e-3, 40.0, 1e6]),
    "keeps_up": st.sampled_from([0.1, 5.0, 1e4]),
    "hours": st.sampled_from([0.25, 1.0, 24.0]),
    "most": st.sampled_from([0.0, 3.0, 1e5, math.inf]),
    "lost": st.sampled_from([0.0, 0.0, 0.3, 1.5]),
}


def tick_of(stake: float, keeps_up: float, hours: float, most: float, lost: float) -> ResearchTick:
    """With a budget of a dollar a rack, or all that there is."""
    return ResearchTick(ElasticDemand(min(keeps_up * hours, most), 1.0), most, stake, keeps_up, hours, lost)


@law(
    ResearchPolicy,
    "research takes no more where machines are dearer, spends no more than it may, and asking changes nothing",
    drawn=TICKS,
    examples=40,
)
def dearer_machines_train_less(
    policy: ResearchPolicy, stake: float, keeps_up: float, hours: float, most: float, lost: float
) -> None:
    """At prices over seven decades."""
    tick = tick_of(stake, keeps_up, hours, most, lost)
    demand = policy.demand(tick)
    taken = [demand.quantity(price) for price in PRICES]
    must(policy.demand(tick) == demand, "asked again it is {} after {}", policy.demand(tick), demand)
    must(all(math.isfinite(one) and one >= 0 for one in taken), "it takes {} rack-h at {}", taken, PRICES)
    must(taken == sorted(taken, reverse=True), "at {} it takes {} rack-h", PRICES, taken)
    spent = [price * one for price, one in zip(PRICES, taken, strict=True)]
    must(max(spent) <= most * (1 + 1e-9), "it spends {}, but may {}", spent, most)


@law(
    ResearchPolicy,
    "who chooses rents no rack-hour that brings less than it costs, and leaves none that brings more",
    drawn=TICKS,
    examples=40,
    concerns=lambda policy: policy.chooses,
)
def the_last_rack_hour_earns_its_price(
    policy: ResearchPolicy, stake: float, keeps_up: float, hours: float, most: float, lost: float
) -> None:
    """Unless it cannot pay for more."""
    if math.isnan(stake):
        return
    demand = policy.demand(tick_of(stake, keeps_up, hours, most, lost))
    for price in PRICES:
        taken = demand.quantity(price)
        trains = max(1.0 - lost, 0.0)
        brings = trains * policy.worth(stake, keeps_up, trains * taken / (keeps_up * hours)) if trains else 0.0
        poor = taken * price >= most * (1 - 1e-9)
        must(taken == 0 or brings >= price * (1 - 1e-6), "at {} the last of {} rack-h brings {}", price, taken, brings)
        must(poor or brings <= price * (1 + 1e-6), "at {} one beyond {} rack-h would bring {}", price, taken, brings)


@law(
    ResearchPolicy,
    "who trains more is no further behind, and who keeps up is where the clock is",
    drawn={"more": st.sampled_from([1e-9, 0.5, 3.0, 1e9])},
    examples=10,
)
def more_training_is_no_worse(policy: ResearchPolicy, more: float) -> None:
    """From nothing up to very much."""
    ahead = [policy.years_ahead(trained) for trained in (0.0, 1e-6, 0.5, 1.0, 1.0 + more, 1e12)]
    must(all(math.isfinite(one) for one in ahead), "it is {} years ahead", ahead)
    must(ahead == sorted(ahead), "with more and more training it is {} years ahead", ahead)
    must(abs(ahead[3]) < 1e-12, "who keeps up is {} years ahead", ahead[3])


@law(
    ResearchPolicy,
    "investors pay no more than they give, nor than is spent",
    drawn={
        "given": st.sampled_from([0.0, 2.0, 1e6]),
        "own": st.sampled_from([0.0, 5.0, math.inf]),
        "part": st.sampled_from([0.0, 0.3, 1.0]),
    },
    examples=20,
)
def investors_pay_their_part(policy: ResearchPolicy, given: float, own: float, part: float) -> None:
    """Of what may be spent, or of a million more than they give."""
    spent = part * (given + (own if math.isfinite(own) else 1e6))
    paid = policy.of_investors(spent, given, own)
    must(0 <= paid <= min(spent, given) * (1 + 1e-12), "of {} spent investors pay {}, who give {}", spent, paid, given)
