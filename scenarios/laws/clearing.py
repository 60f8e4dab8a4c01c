"""Laws of clearing mechanisms: nobody pays above worth, scarcity falls with capacity, and order is nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st

from market import TokenMarket
from market.demand.segment import CurveSegment, IsoelasticDemand, LinearDemand, Segment
from market.economy import Economy
from market.exchange.clearing.base import Clearing
from market.exchange.waits import WaitModel
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.surge import Surge
from market.supply.specs import Hyperscaler, Offer, Pool, Provider, Tier
from scenarios.laws.examples import RULES, SUPPLIES, draws_lots
from scenarios.laws.law import law, must
from scenarios.laws.plain_economies import market_of, must_be_same, people, run, seller

CALM = WaitModel(chance=False)
noises = st.sampled_from([0.0, 0.05, 0.5])


@st.composite
def shops(draw: st.DrawFn, /, clearing: Clearing, noise: float | None = None, **other: Any) -> Economy:
    """Two kinds of users and a few sellers, whose machines may be too few; fluid."""
    noisy = draw(noises) if noise is None else noise
    users: list[Segment | CurveSegment] = [
        people("one", taste_noise=noisy, users=draw(st.sampled_from([10.0, 500.0]))),
        people("two", taste_noise=noisy, worth_usd=3.0, worth_spread=1.0, attachment=0.0),
    ]
    if draw(st.booleans()):
        users.append(CurveSegment("three", (LinearDemand(15.0, 0.2), IsoelasticDemand(50.0, 2.0, most=1e3))))
    sellers = [
        Provider(
            f"p{k}",
            (
                Offer(f"p{k} a", draw(st.sampled_from([1.0, 2.0, 4.0])), draw(st.sampled_from([0.7, 1.0])), cost=0.5),
                Offer(f"p{k} b", 2.5, 0.9, tier=Tier(priority=2.0, deadline_h=5.0)),
            ),
            pools=(Pool(draw(st.sampled_from([1.0, 50.0, 1e4])), supply=draw(st.sampled_from(SUPPLIES))),),
            pricing=draw(st.sampled_from([FixedPrice(), CostPlus(0.3, 2.0), Surge()])),
            spot=draw(st.booleans()),
        )
        for k in range(draw(st.integers(1, 3)))
    ]
    clouds = [Hyperscaler(f"cloud {k}", 30.0 * k, reserve=0.5 + k, first_party=0.1) for k in range(2)]
    values: dict[str, Any] = {"waits": CALM} | other
    return market_of(*users, *sellers, *clouds, clearing=clearing, **values)


def charges(clearing: Clearing) -> bool:
    """Whether users pay the rent of scarce machines."""
    return clearing.charges_rents


# Order ------------------------------------------------------------------------------------------------------


@st.composite
def turned_shops(draw: st.DrawFn, clearing: Clearing) -> tuple[Economy, Economy]:
    """An economy, and the same with everybody in another order."""
    rule = draw(st.sampled_from([rule for rule in RULES if not draws_lots(rule)]))
    # Without taste noise a jump may be split in many ways, and rounding picks one.
    economy = draw(shops(clearing, noise=draw(st.sampled_from([0.05, 0.5])), rationing=rule))
    turned = replace(
        economy,
        segments=tuple(draw(st.permutations(economy.segments))),
        providers=tuple(
            replace(p, offers=tuple(draw(st.permutations(p.offers)))) for p in draw(st.permutations(economy.providers))
        ),
        hyperscalers=tuple(reversed(economy.hyperscalers)),
    )
    return economy, turned


@law(
    Clearing,
    "the order of agents changes nothing",
    drawn=lambda clearing: {"economies": turned_shops(clearing)},
    examples=8,
)
def order_is_nothing(clearing: Clearing, economies: tuple[Economy, Economy]) -> None:
    """Of segments, providers, offers and owners of machines."""
    one, other = (run(economy, 4) for economy in economies)
    must_be_same(one, other, rtol=1e-6)


# Capacity ---------------------------------------------------------------------------------------------------


@st.composite
def grown_shops(draw: st.DrawFn, clearing: Clearing) -> tuple[Economy, Economy]:
    """An economy, and the same with more machines in a pool."""
    economy = draw(shops(clearing))
    sellers = tuple(replace(p, spot=False) for p in economy.providers)
    grown = list(sellers)
    k, more = draw(st.integers(0, len(sellers) - 1)), draw(st.sampled_from([1.0, 1.01, 2.0, 100.0]))
    pool = sellers[k].pools[0]
    grown[k] = replace(sellers[k], pools=(replace(pool, racks=float(pool.racks) * more),))  # type: ignore[arg-type]
    return replace(economy, providers=sellers), replace(economy, providers=tuple(grown))


@law(
    Clearing,
    "more capacity never raises a scarcity rent, nor lowers what users gain",
    drawn=lambda clearing: {"economies": grown_shops(clearing)},
    examples=10,
    concerns=charges,
)
def more_is_cheaper(clearing: Clearing, economies: tuple[Economy, Economy]) -> None:
    """In one tick."""
    scarce, ample = (run(economy, 1) for economy in economies)
    must(
        ample.rents <= scarce.rents * (1 + 1e-6) + 1e-6,
        "rents of {} USD per rack-h become {} with more machines",
        scarce.rents,
        ample.rents,
    )
    less, more = (model.cleared.response.surplus.sum() for model in (scarce, ample))
    must(more >= less * (1 - 1e-6) - 1e-6, "users gain {} USD, and {} with more machines", less, more)


@law(Clearing, "rents fall as machines are added, from above 0 to 0", concerns=charges)
def rents_fall(clearing: Clearing) -> None:
    """From no machines to plenty."""
    for noise in (0.0, 0.2):
        users = people(taste_noise=noise)
        rents = [
            float(run(market_of(users, seller("p", racks=racks), clearing=clearing, waits=CALM), 1).rents[0])
            for racks in (0.0, 1e-5, 1.0, 50.0, 300.0, 1e6)
        ]
        must(all(a >= b - 1e-6 for a, b in pairwise(rents)), "rents are {} as machines are added", rents)
        must(0 < rents[0] < math.inf, "the rent of no machines is {}", rents[0])
        must(rents[-1] == 0.0, "the rent of plenty is {}", rents[-1])


@law(
    Clearing,
    "orders fill what is offered at a rent, and no more",
    drawn=lambda clearing: {"economy": shops(clearing)},
    examples=10,
    concerns=charges,
)
def fills_what_asks_a_rent(clearing: Clearing, economy: Economy) -> None:
    """Where demand does not jump, or only one pool sells.

    Where it jumps and several pools differ in what they offer, a rent that splits the indifferent may not be found;
    then some of them have to wait (see ``_Dual._bisect``).
    """
    model = run(economy, 1)
    must(np.isfinite(model.rents), "rents are {}", model.rents)
    if len(economy.providers) > 1 and economy.segments[0].taste_noise == 0.0:  # type: ignore[union-attr]
        return
    work = (model.orders * model.book.work).sum(axis=0)
    ordered = np.bincount(model.book.pool, weights=work, minlength=model.book.pools)
    for k, curve in enumerate(model.founded.supply_curves):
        offered, rent = curve.quantity(float(model.rents[k]), float(model.capacity[k])), model.rents[k]
        words = "at a rent of {}, {} rack-h are ordered of {} offered"
        must(ordered[k] <= offered * (1 + 1e-5) + 1e-9, words, rent, ordered[k], offered)
        must(rent <= 1e-9 or ordered[k] >= offered * (1 - 1e-5) - 1e-9, words, rent, ordered[k], offered)
    must(model.cleared.gap <= 1e-4, "the duality gap is {}", model.cleared.gap)


@law(
    Clearing,
    "pools without machines sell nothing",
    drawn={
        "whole": st.booleans(),
        "pools": st.sampled_from([1, 2]),
        "taste_noise": st.sampled_from([0.0, 0.3]),
        "outside": st.sampled_from([0.0, None]),
    },
    examples=20,  # all there are: 16
    concerns=charges,
)
def no_machines_no_sales(
    clearing: Clearing, whole: bool, pools: int, taste_noise: float, outside: float | None
) -> None:
    """In three ticks."""
    sellers = [seller(f"p{k}", racks=0.0) for k in range(pools)]
    users = people(taste_noise=taste_noise, outside=outside)
    model = run(market_of(users, *sellers, clearing=clearing, whole=whole), 3)
    data = model.records.tables["ticks"].data
    for name in ("ordered", "served", "paid"):
        must(data[name].sum() == 0.0, "{} is {}", name, data[name].sum())
    odd = [name for name, values in data.items() if not np.isfinite(values).all()]
    must(not odd, "these have no numbers: {}", odd)
    must(np.isfinite(model.rents), "rents are {}", model.rents)


# Worth ------------------------------------------------------------------------------------------------------


def highest_worth(segment: Segment | CurveSegment, model: TokenMarket, s: int) -> float:
    """What a request is worth to who values it most [USD]."""
    if isinstance(segment, CurveSegment):
        curve = segment.curves[0]
        return curve.choke if isinstance(curve, LinearDemand) else math.inf
    return float(model.cohorts[s].worth.max() * model.book.quality[s].max())


@law(
    Clearing,
    "nobody orders above worth",
    drawn=lambda clearing: {"economy": shops(clearing, noise=0.0)},
    examples=10,
)
def nobody_orders_above_worth(clearing: Clearing, economy: Economy) -> None:
    """Without taste noise: an offer that is ordered costs no more than it is worth to who values it most, and as many
    requests are worth it as are ordered."""
    model = run(economy, 1)
    for s, segment in enumerate(model.economy.segments):
        for j in np.flatnonzero(model.orders[s] > 1e-6):
            price, worth = model.cleared.prices[s, j], highest_worth(segment, model, s)
            must(price <= worth * (1 + 1e-6), "ordered at {} USD what is worth {} at most", price, worth)
            if isinstance(segment, Segment):
                cohort, ordered = model.cohorts[s], model.orders[s, j]
                willing = cohort.worth * model.book.quality[s, j] >= price * (1 - 1e-6)
                worth_it = cohort.wanted.mass[willing].sum()
                must(ordered <= worth_it * (1 + 1e-6), "{} ordered, but {} are worth the price", ordered, worth_it)


@law(Clearing, "users are never worse off than with nothing")
def never_worse_than_nothing(clearing: Clearing) -> None:
    """In four ticks."""
    for noise in (0.0, 0.3):
        model = run(market_of(people(taste_noise=noise), seller("p", racks=30.0), clearing=clearing), 4)
        surplus = model.records.tables["segments"].data["surplus"][:4]
        must(surplus >= 0, "users gain {} USD", surplus.min())
