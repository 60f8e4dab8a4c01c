"""Random economies for the laws, drawn from plain values and the far ends."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from capacity import Workload
from capacity.fields import fields_of
from market.calendar import Calendar
from market.demand.growth import TREND, Adoption
from market.demand.income import NO_LIMIT, Income
from market.demand.load_shape import FLAT, LoadShape, measured
from market.demand.nests import Nest
from market.demand.products import Products
from market.demand.segment import CurveSegment, Deferral, LocalMachine, Refusal, Segment
from market.demand.zones import Zone
from market.economy import Economy
from market.events import Event
from market.exchange.clearing.base import Clearing
from market.exchange.rationing.base import Rationing
from market.exchange.tariff import Tariff
from market.exchange.waits import WaitModel
from market.kinds import kinds_of
from market.quality import Improving, Quality
from market.supply.borrowing import Borrowing
from market.supply.contract import Contract
from market.supply.home_machines import HomeMachines
from market.supply.pricing.base import PricingPolicy
from market.supply.quotas import QuotaPolicy
from market.supply.rack_lists import OnDemand
from market.supply.research import Research
from market.supply.rounds import Rounds
from market.supply.specs import Hyperscaler, Investment, Offer, Pool, Provider, Tier
from market.supply.term_market import TermMarket
from market.supply.vintages import Vintage
from market.supply.wholesale import Wholesale
from scenarios.laws.examples import (
    CLEARINGS,
    CURVES,
    EXPANSIONS,
    FORECASTS,
    LISTS,
    PARTS,
    PATHS,
    POLICIES,
    QUOTAS,
    RESEARCH_POLICIES,
    RULES,
    SUPPLIES,
    TECHNOLOGIES,
)
from scenarios.laws.grouped import grouped
from scenarios.laws.plain_economies import UNIT
from scenarios.laws.random_makers import makers, sales

CHAT = Workload(8_000, 1_000)

prices = st.sampled_from([0.0, 0.5, 3.0, 10.0, 40.0, 1e12])
qualities: st.SearchStrategy[Quality] = st.sampled_from([0.0, 0.5, 0.9, 1.0, 2.0, 1e9, *PATHS])
lasting = st.sampled_from([0.0, 0.3, 2.0, 24.0, math.inf])
tiers = st.builds(
    Tier,
    name=st.just("tier"),
    speed=st.sampled_from([5.0, 35.0]),
    priority=st.sampled_from([0.0, 1.0, 2.0]),
    deadline_h=lasting,
    quota_per_day=st.sampled_from([math.inf, math.inf, math.inf, 0.0, 1.0, 30.0]),
    window_h=st.sampled_from([24.0, 24.0, 5.0]),
    quota_per_week=st.sampled_from([math.inf, math.inf, math.inf, 0.0, 90.0]),
)
pools = st.builds(
    Pool,
    racks=st.sampled_from([0.0, 0.01, 3.0, 30.0, 1e9, (0.0, 10.0), (4.0,) * 12 + (20.0,) * 12]),
    supply=st.sampled_from(SUPPLIES),
    running_cost=st.sampled_from([0.0, 0.5]),
    investment=st.sampled_from([None, None, Investment(5.0, 4, 0.1), Investment(5.0, 2, 0.1, market_power=True)]),
    homes=st.sampled_from([None, None, HomeMachines("users 0", 0.5, 0.2, 0.1), HomeMachines("users 0", 1.0, 0.1, 0.2)]),
)
SHAPES = [FLAT, measured("chat"), LoadShape((0.0,) * 12 + (2.0,) * 12, (1.0,) * 24)]
ZONES = [
    (Zone("UTC", 0.0, 1.0),),
    (Zone("West", -5.0, 0.4), Zone("East", 8.0, 0.6)),
    (Zone("A", 1.0, 0.0), Zone("B", 2.0, 1.0)),
]


zones = st.sampled_from(ZONES)


def machines(segment: str) -> list[LocalMachine | None]:
    """Machines of one's own: none, without and with a limit, for sale, and with a model that gets better."""
    better = Improving(dict.fromkeys((segment, "users 0", "users 1"), 0.5), 0.4)
    return [
        None,
        None,
        LocalMachine(0.5, 0.6, 25.0, 0.002),
        LocalMachine(1.0, 0.9, 100.0, 0.0),
        LocalMachine(0.7, 0.8, 50.0, 0.001, requests_per_hour=0.3, price_usd=50.0),
        LocalMachine(0.2, better, 25.0, 0.002, requests_per_hour=2.0),
    ]


@st.composite
def segments(draw: st.DrawFn, name: str = "users") -> Segment:
    """Individuals of any kind."""
    pick = st.sampled_from
    noise = draw(pick([0.0, 0.05, 1.0]))
    return Segment(
        name,
        draw(pick([UNIT, CHAT])),
        users=draw(pick([0.0, 1.0, 50.0, 5000.0])),
        individuals=draw(pick([1, 2, 30])),
        requests_per_day=draw(pick([0.0, 24.0, 240.0])),
        size_spread=draw(pick([0.0, 1.2])),
        request_spread=draw(pick([0.0, 0.0, 1.0])),
        worth_of_size=draw(pick([1.0, 0.5, 0.0])),
        worth_usd=draw(pick([0.05, 10.0, 1e6])),
        worth_spread=draw(pick([0.0, 1.2])),
        taste_noise=noise,
        time_value=draw(pick([0.0, 1.0])),
        attachment=draw(pick([0.0, 0.1])),
        reconsider_per_day=draw(pick([0.0, 12.0])),
        outside=draw(pick([0.0, 0.0, 0.5, -300.0, None])),
        patience_h=draw(lasting),
        budget_usd_per_day=draw(pick([math.inf, math.inf, 0.0, 20.0])),
        income=draw(pick([NO_LIMIT, NO_LIMIT, Income(20.0, 1.0, 1.0), Income(1e-3), Income(1e6, 0.5, 1.0)])),
        deferral=draw(pick([None, Deferral(0.5, 0.0), Deferral(0.4, 6.0, 0.1, 0.01), Deferral(1.0, 30.0)])),
        local=draw(pick(machines(name))),
        shape=draw(pick(SHAPES)),
        zones=draw(zones),
        burstiness=draw(pick([1.0, 3.0])),
        growth=draw(pick([1.0, 10.0])),
        dtype=draw(pick(["float64", "float64", "float32"])),
        refusals=draw(pick([(), (), (Refusal("open", 0.5),), (Refusal("open", 1.0), Refusal("frontier", 0.3))])),
        intensity_elasticity=draw(pick([0.0, 0.0, 0.7, 2.0])),
        nests=draw(pick([(), (), (Nest(0.4),), (Nest(0.3, kinds=("open",)), Nest(0.8))])),
        adoption=draw(pick([TREND, Adoption(ceiling=6000.0), Adoption(1000.0, start_days=0.0)])) if noise else TREND,
    )


@st.composite
def curve_segments(draw: st.DrawFn, name: str = "curve") -> CurveSegment:
    """A demand curve of any kind."""
    curves = draw(st.lists(st.sampled_from(CURVES), min_size=1, max_size=3))
    return CurveSegment(name, tuple(curves), patience_h=draw(lasting))


@st.composite
def providers(draw: st.DrawFn, name: str, most: int = 3) -> Provider:
    """A provider of one pool or two."""
    made = [draw(pools)]
    if draw(st.booleans()):
        made.append(replace(draw(pools), name="other"))
    offers = tuple(
        Offer(
            f"{name} {k}",
            draw(prices),
            draw(qualities),
            draw(st.sampled_from(TECHNOLOGIES)),
            draw(tiers),
            cost=draw(st.sampled_from([0.0, 1.0])),
            efficiency_growth=draw(st.sampled_from([1.0, 1.0, 3.0])),
            open_to=draw(st.sampled_from([None, None, None, (), ("users 0",)])),
            fixed_price=draw(st.booleans()),
            fee_usd_per_month=draw(st.sampled_from([0.0, 0.0, 0.0, 20.0, 1e9])),
            user_worth_usd_per_month=draw(st.sampled_from([0.0, 0.0, 1.0, 1e6])),
            kept_for=draw(st.sampled_from([(), (), ("users 0",)])),
            kept_above=draw(st.sampled_from([0.2, 0.95])),
            pool=draw(st.sampled_from([pool.name for pool in made])),
            tariff=Tariff((*Tariff().components, *draw(st.lists(st.sampled_from(PARTS), max_size=2)))),
        )
        for k in range(draw(st.integers(0, most)))
    )
    return Provider(
        name,
        offers,
        pools=tuple(made),
        pricing=draw(st.sampled_from(POLICIES)),
        kind=draw(st.sampled_from(["frontier", "open", "broker"])),
        spot=draw(st.booleans()),
        cash=draw(st.sampled_from([0.0, 1e3])),
        burn_usd_per_day=draw(st.sampled_from([0.0, 0.0, 50.0])),
        funding_usd_per_day=draw(st.sampled_from([0.0, 0.0, 20.0])),
        quotas=draw(st.sampled_from(QUOTAS)),
        leaves=draw(st.booleans()),
        enters=draw(st.sampled_from([False, False, True])),
        restart_h=draw(st.sampled_from([0.0, 0.0, 0.25, 30.0])),
        credit=draw(st.sampled_from([0.0, 0.0, 30.0])),
        acquires=draw(st.sampled_from([False, False, True])),
        pays_years=draw(st.sampled_from([math.inf, 2.0])),
        interest=draw(st.sampled_from([0.0, 0.0, 5.0])),
        rounds=draw(st.sampled_from([None, None, Rounds(), Rounds(least_days=0.0, most_share=1.0, multiple=0.01)])),
    )


BUDGETS: list[tuple[Research, ...]] = [
    (),
    (),
    (Research("training", 240.0),),
    (Research("training", 24.0, 0.0), Research("experiments", 1e4, 2.0, 5.0, growth=3.0, restart_h=0.5)),
]


hyperscalers = st.builds(
    Hyperscaler,
    name=st.just("cloud"),
    racks=st.sampled_from([0.0, 10.0, 1e6]),
    expansion=st.sampled_from(EXPANSIONS),
    first_party_first=st.booleans(),
    acquires=st.booleans(),
    rack_price=st.sampled_from([0.0, 10.0]),
    first_party=st.sampled_from([0.0, 0.6, 1.0]),
    running_cost=st.sampled_from([0.0, 0.5]),
    reserve=st.sampled_from([0.0, 2.0]),
    cash=st.sampled_from([0.0, 100.0]),
    pays_years=st.sampled_from([math.inf, 0.0, 2.0]),
    interest=st.sampled_from([0.0, 1.0]),
    retires_a_month=st.sampled_from([0.0, 0.5]),
    borrowing=st.sampled_from([None, Borrowing(), Borrowing(50.0, 0.5)]),
    on_demand=st.one_of(
        st.none(),
        st.builds(
            OnDemand,
            price=st.sampled_from([0.3, 1.0, 50.0]),
            share=st.sampled_from([0.0, 0.4, 1.0]),
            policy=st.sampled_from(LISTS),
            every_hours=st.sampled_from([0.0, 2.0]),
            stickiness=st.sampled_from([0.0, 0.2]),
        ),
    ),
)
#: Owners of whose racks some are older, if they have any.
OLDER = (Vintage("old", 4.0, 0.8, 0.3), Vintage("oldest", 3.0, 2.5))
hyperscalers = st.one_of(hyperscalers, hyperscalers.map(lambda h: replace(h, older=OLDER if h.racks else ())))
waits = st.sampled_from([WaitModel(chance=False), WaitModel(), WaitModel(service_scv=2.0, preemptive=True)])
calendars = st.builds(Calendar, tick_hours=st.sampled_from([1.0, 1.0, 0.25, 6.0]))
term_markets = st.one_of(
    st.builds(TermMarket, forecast=st.sampled_from(FORECASTS), bargained=st.just(False)),
    st.builds(
        TermMarket,
        forecast=st.sampled_from(FORECASTS),
        discount=st.sampled_from([0.0, 0.2]),
        buyer_risk=st.sampled_from([0.0, 3.0]),
        seller_risk=st.sampled_from([0.0, 1.0]),
        per_stake=st.booleans(),
        seller_share=st.sampled_from([0.0, 0.5, 1.0]),
        spread=st.sampled_from([0.0, 0.3]),
        persistence=st.sampled_from([0.0, 0.9, 1.0]),
        period_h=st.sampled_from([1.0, 730.5]),
    ),
)


@st.composite
def products(draw: st.DrawFn, owners: list[Hyperscaler]) -> tuple[Products, ...]:
    """First-party products of some owners, with room for them or without."""
    return tuple(
        Products(owner.name, draw(st.sampled_from([0.0, 4.0, 1e6])), draw(st.sampled_from(SHAPES)), draw(zones))
        for owner in owners
        if draw(st.booleans())
    )


@st.composite
def routed(draw: st.DrawFn, sellers: list[Provider]) -> list[Provider]:
    """The same sellers and perhaps a broker, whose offers are served by the cheapest of theirs."""
    targets = [offer.name for seller in sellers for offer in seller.offers]
    if not targets or draw(st.booleans()):
        return sellers
    offers = tuple(
        Offer(
            f"routed {k}",
            draw(prices),
            tier=draw(tiers),
            routes=tuple(draw(st.lists(st.sampled_from(targets), min_size=1, max_size=3, unique=True))),
            cut=draw(st.sampled_from([0.0, 0.2])),
        )
        for k in range(draw(st.integers(1, 2)))
    )
    broker = Provider(
        "broker", offers, kind="broker", pricing=draw(st.sampled_from(POLICIES)), leaves=draw(st.booleans())
    )
    return [*sellers, broker]


@st.composite
def budgets(draw: st.DrawFn, sellers: list[Provider]) -> tuple[Research, ...]:
    """Budgets for research, of investors or of the first seller, who may give a share of its sales."""
    made = draw(st.sampled_from(BUDGETS))
    if not sellers or draw(st.booleans()):
        return made
    share = draw(st.sampled_from([0.0, 0.5, 3.0]))
    own = [replace(one, funder=sellers[0].name, share_of_sales=share, sales_usd_per_day=24.0) for one in made]
    policy, runway = draw(st.sampled_from(RESEARCH_POLICIES)), draw(st.sampled_from([0.0, 1.0]))
    return (*(replace(one, policy=policy, runway_days=runway) for one in own[:1]), *own[1:])


@st.composite
def events(draw: st.DrawFn, sellers: list[Provider], owners: list[Hyperscaler]) -> tuple[Event, ...]:
    """Up to two dated shocks of any kind, before, at and after the start, to some or to all."""
    names = {
        "offers": [*(p.name for p in sellers), *(offer.name for p in sellers for offer in p.offers)],
        "machines": [*(owner.name for owner in owners), *(p.name for p in sellers)],
        "owners": [owner.name for owner in owners],
    }
    known = list(kinds_of(Event).values())
    made = []
    for number in range(draw(st.integers(0, 2))):
        cls = draw(st.sampled_from(known))
        there = names[cls.acts_on]
        whom = draw(st.lists(st.sampled_from(there), max_size=2, unique=True)) if there else []
        begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=draw(st.sampled_from([-30.0, 0.0, 1.5, 20.0])))
        numbers = {name: draw(st.sampled_from([0.0, 0.4, 1.0])) for name in described_numbers(cls)}
        made.append(
            cls(
                name=f"event {number}",
                begin=begin,
                days=draw(st.sampled_from([0.1, 1.0, math.inf])),
                of=tuple(whom),
                **numbers,
            )
        )
    return tuple(made)


def described_numbers(cls: type[Event]) -> list[str]:
    """Numbers that a kind of event has of its own."""
    return [one.name for one in fields_of(cls) if one.sort == "number"]


@st.composite
def contracts(draw: st.DrawFn, sellers: list[Provider], owners: list[Hyperscaler]) -> tuple[Contract, ...]:
    """Up to three contracts for machines between some of them."""
    made = []
    for _ in range(draw(st.integers(0, 3)) if owners and sellers else 0):
        owner = draw(st.sampled_from(owners))
        contract = Contract(
            owner.name,
            draw(st.sampled_from(sellers)).name,
            racks=draw(st.sampled_from([0.0, 3.0, 20.0])),
            price=draw(st.sampled_from([0.0, 1.5])),
            first_tick=draw(st.sampled_from([0, 3])),
            ticks=draw(st.sampled_from([4, 10**9])),
            renews=draw(st.booleans()),
            adjusts=draw(st.booleans()),
            ramps=draw(st.booleans()) and owner.racks > 0,
        )
        made.append(contract)
    return tuple(made)


@st.composite
def economies(
    draw: st.DrawFn,
    *,
    clearing: Clearing | None = None,
    rationing: Rationing | None = None,
    pricing: PricingPolicy | None = None,
    quotas: QuotaPolicy | None = None,
    whole: bool | None = None,
    segment: st.SearchStrategy[Segment | CurveSegment] | None = None,
) -> Economy:
    """Any economy, with what is given fixed."""
    people = [replace(draw(segments()), name=f"users {k}") for k in range(draw(st.integers(1, 2)))]
    demand: list[Segment | CurveSegment] = [*people]
    if segment is not None:
        demand.append(draw(segment))
    fixed: dict[str, Any] = {
        name: kind for name, kind in (("pricing", pricing), ("quotas", quotas)) if kind is not None
    }
    sellers = [replace(draw(providers(f"p{k}")), **fixed) for k in range(draw(st.integers(0, 3)))]
    sellers = draw(routed(sellers))
    owners = [replace(draw(hyperscalers), name=f"cloud {k}") for k in range(draw(st.integers(0, 2)))]
    made = Economy(
        tuple(demand),
        tuple(sellers),
        tuple(owners),
        draw(contracts(sellers, owners)),
        calendar=draw(calendars),
        clearing=clearing or draw(st.sampled_from(CLEARINGS)),
        rationing=rationing or draw(st.sampled_from(RULES)),
        waits=draw(waits),
        whole=draw(st.booleans()) if whole is None else whole,
        **{name: draw(st.booleans()) for name in ("fallback", "overflow", "needs_without_waits")},
        contexts=draw(st.booleans()) and all(isinstance(one, Segment) for one in demand),
        research=draw(budgets(sellers)),
        products=draw(products(owners)),
        events=draw(events(sellers, owners)),
        wholesale=Wholesale(terms=draw(term_markets)),
        maker=draw(makers),
        sale=draw(sales),
    )
    return grouped(made, 7) if draw(st.sampled_from([False, False, False, False, True])) else made
