"""Random economies for the laws, and one example of everything that can be swapped.

A new mechanism, rule, policy, technology or demand curve is found by itself. If it cannot be made without
arguments, ``EXAMPLES`` has to say with which, and the laws fail loudly until it does.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from capacity import ARCHITECTURES, CHIPS, Deployment, Workload
from market import TokenMarket
from market.calendar import Calendar
from market.demand.load_shape import FLAT, LoadShape, measured
from market.demand.segment import (
    CurveSegment,
    Deferral,
    DemandCurve,
    IsoelasticDemand,
    LinearDemand,
    LocalMachine,
    Segment,
    Zone,
)
from market.economy import Economy
from market.exchange.clearing import Clearing, PostedPrices
from market.exchange.rationing import FirstCome, Lottery, ProRata, Rationing, StrictPriority
from market.exchange.supply_curve import FixedCapacity, RisingCost, SupplyCurve
from market.exchange.technology import FixedWork, Inference, Technology
from market.exchange.waits import WaitModel
from market.quality import Improving, Lagging, Quality, QualityPath
from market.supply.expansion import Expansion, FollowRents, PlannedRacks
from market.supply.pricing import (
    BestResponse,
    CostPlus,
    Every,
    PriceAdjustment,
    PricingPolicy,
    Sticky,
    Surge,
    TimeOfDay,
)
from market.supply.quotas import QuotaPolicy
from market.supply.specs import Contract, Hyperscaler, Offer, Pool, Provider, Tier

type Floats = NDArray[np.float64]

RACK = CHIPS["gb200-nvl72"]
INFERENCE = Inference(Deployment.smallest(RACK, ARCHITECTURES["gpt-oss-120b"]), RACK.chips_per_system)
UNIT = Workload(0, 1_000_000)
CHAT = Workload(8_000, 1_000)

NAMES = ("users 0", "users 1", "more", "curve")
IMPROVING = Improving(dict.fromkeys(NAMES, 0.7), 0.5)

#: What cannot be made without arguments, or is worth trying with several. An empty list stands for no arguments.
EXAMPLES: dict[type, list[Any]] = {
    StrictPriority: [StrictPriority(), StrictPriority(within=FirstCome()), StrictPriority(within=Lottery())],
    FirstCome: [FirstCome(), FirstCome(within=Lottery())],
    TimeOfDay: [TimeOfDay((5.0,), (1.0,) * 12 + (2.0,) * 12)],
    PriceAdjustment: [PriceAdjustment(0.01)],
    Every: [Every(CostPlus(0.2), 3)],
    Sticky: [Sticky(Surge(gain=0.5), 0.05)],
    BestResponse: [BestResponse(sweeps=5)],
    RisingCost: [RisingCost(0.5)],
    FixedWork: [FixedWork(), FixedWork(0.01, seconds=20.0, slots_per_rack=50.0)],
    Inference: [INFERENCE],
    PlannedRacks: [PlannedRacks((0.0, 0.001, 1.0), (1.0, 0.5, 2.0))],
    FollowRents: [FollowRents(1.0), FollowRents(0.5, response=1e3, lead_years=0.0, retired_a_year=0.5)],
    Improving: [IMPROVING],
    Lagging: [Lagging(IMPROVING, dict.fromkeys(NAMES, 6.0))],
    LinearDemand: [LinearDemand(20.0, 0.5), LinearDemand(-1.0, 0.5), LinearDemand(1e6, 1e3)],
    IsoelasticDemand: [IsoelasticDemand(100.0, 1.5, most=1e4)],
}


def machines(segment: str) -> list[LocalMachine | None]:
    """Machines of one's own: none, without and with a limit, for sale, and with a model that gets better."""
    better = Improving(dict.fromkeys((segment, "users 0", "users 1"), 0.5), 0.4)
    return [
        None, None, LocalMachine(0.5, 0.6, 25.0, 0.002), LocalMachine(1.0, 0.9, 100.0, 0.0),
        LocalMachine(0.7, 0.8, 50.0, 0.001, requests_per_hour=0.3, price_usd=50.0),
        LocalMachine(0.2, better, 25.0, 0.002, requests_per_hour=2.0),
    ]  # fmt: skip


def concrete[Kind](base: type[Kind]) -> Iterator[type[Kind]]:
    """All subclasses of a class that can be made, however deep."""
    for kind in base.__subclasses__():
        if not inspect.isabstract(kind):
            yield kind
        yield from concrete(kind)


def examples[Kind](base: type[Kind]) -> list[Kind]:
    """At least one of every concrete subclass that the package has."""
    found: list[Kind] = []
    for kind in concrete(base):
        if not kind.__module__.startswith("market."):
            continue  # a test's own
        if kind in EXAMPLES:
            found += EXAMPLES[kind]
            continue
        try:
            found.append(kind())
        except TypeError as error:
            raise TypeError(
                f"{kind.__name__} needs arguments, so add an example to EXAMPLES in {__file__}: {error}"
            ) from error
    if not found:
        raise LookupError(f"no concrete subclass of {base.__name__} was found")
    return found


CLEARINGS: list[Clearing] = examples(Clearing)  # type: ignore[type-abstract]
RULES: list[Rationing] = examples(Rationing)  # type: ignore[type-abstract]
POLICIES: list[PricingPolicy] = examples(PricingPolicy)  # type: ignore[type-abstract]
TECHNOLOGIES: list[Technology] = examples(Technology)  # type: ignore[type-abstract]
EXPANSIONS: list[Expansion] = examples(Expansion)  # type: ignore[type-abstract]
QUOTAS: list[QuotaPolicy] = examples(QuotaPolicy)  # type: ignore[type-abstract]
PATHS: list[QualityPath] = examples(QualityPath)  # type: ignore[type-abstract]
SUPPLIES: list[SupplyCurve] = examples(SupplyCurve)  # type: ignore[type-abstract]
CURVES: list[DemandCurve] = [curve for kind in DemandCurve.__value__.__args__ for curve in EXAMPLES[kind]]


def draws_lots(rule: Rationing) -> bool:
    """Whether a rule serves by lot, so that the order of the claims matters."""
    return "Lottery" in repr(rule)


def quick(examples: int) -> settings:
    """Settings of a law: few examples, the same ones every time."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


# What an economy is drawn from: plain values and the far ends --------------------------------------------

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
)
pools = st.builds(
    Pool,
    racks=st.sampled_from([0.0, 0.01, 3.0, 30.0, 1e9, (0.0, 10.0), (4.0,) * 12 + (20.0,) * 12]),
    supply=st.sampled_from(SUPPLIES),
    running_cost=st.sampled_from([0.0, 0.5]),
)
SHAPES = [FLAT, measured("chat"), LoadShape((0.0,) * 12 + (2.0,) * 12, (1.0,) * 24)]
ZONES = [
    (Zone("UTC", 0.0, 1.0),),
    (Zone("West", -5.0, 0.4), Zone("East", 8.0, 0.6)),
    (Zone("A", 1.0, 0.0), Zone("B", 2.0, 1.0)),
]


@st.composite
def segments(draw: st.DrawFn, name: str = "users") -> Segment:
    """Individuals of any kind."""
    pick = st.sampled_from
    return Segment(
        name,
        draw(pick([UNIT, CHAT])),
        users=draw(pick([0.0, 1.0, 50.0, 5000.0])),
        individuals=draw(pick([1, 2, 30])),
        requests_per_day=draw(pick([0.0, 24.0, 240.0])),
        size_spread=draw(pick([0.0, 1.2])),
        worth_usd=draw(pick([0.05, 10.0, 1e6])),
        worth_spread=draw(pick([0.0, 1.2])),
        taste_noise=draw(pick([0.0, 0.05, 1.0])),
        time_value=draw(pick([0.0, 1.0])),
        attachment=draw(pick([0.0, 0.1])),
        reconsider_per_day=draw(pick([0.0, 12.0])),
        outside=draw(pick([0.0, 0.0, 0.5, -300.0, None])),
        patience_h=draw(lasting),
        budget_usd_per_day=draw(pick([math.inf, math.inf, 0.0, 20.0])),
        deferral=draw(pick([None, Deferral(0.5, 0.0), Deferral(0.4, 6.0, 0.1, 0.01), Deferral(1.0, 30.0)])),
        local=draw(pick(machines(name))),
        shape=draw(pick(SHAPES)),
        zones=draw(pick(ZONES)),
        burstiness=draw(pick([1.0, 3.0])),
        growth=draw(pick([1.0, 10.0])),
        dtype=draw(pick(["float64", "float64", "float32"])),
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
            kept_for=draw(st.sampled_from([(), (), ("users 0",)])),
            kept_above=draw(st.sampled_from([0.2, 0.95])),
            pool=draw(st.sampled_from([pool.name for pool in made])),
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
        quotas=draw(st.sampled_from(QUOTAS)),
        leaves=draw(st.booleans()),
        enters=draw(st.sampled_from([False, False, True])),
    )


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
)


@st.composite
def economies(
    draw: st.DrawFn,
    *,
    clearing: Clearing | None = None,
    rationing: Rationing | None = None,
    pricing: PricingPolicy | None = None,
    whole: bool | None = None,
    segment: st.SearchStrategy[Segment | CurveSegment] | None = None,
) -> Economy:
    """Any economy, with what is given fixed."""
    people = [replace(draw(segments()), name=f"users {k}") for k in range(draw(st.integers(1, 2)))]
    demand: list[Segment | CurveSegment] = [*people]
    if segment is not None:
        demand.append(draw(segment))
    sellers = [draw(providers(f"p{k}")) for k in range(draw(st.integers(0, 3)))]
    if pricing is not None:
        sellers = [replace(seller, pricing=pricing) for seller in sellers]
    owners = [replace(draw(hyperscalers), name=f"cloud {k}") for k in range(draw(st.integers(0, 2)))]
    contracts = [
        Contract(
            draw(st.sampled_from(owners)).name,
            draw(st.sampled_from(sellers)).name,
            racks=draw(st.sampled_from([0.0, 3.0, 20.0])),
            price=draw(st.sampled_from([0.0, 1.5])),
            first_tick=draw(st.sampled_from([0, 3])),
            ticks=draw(st.sampled_from([4, 10**9])),
            renews=draw(st.booleans()),
        )
        for _ in range(draw(st.integers(0, 3)) if owners and sellers else 0)
    ]
    return Economy(
        tuple(demand),
        tuple(sellers),
        tuple(owners),
        tuple(contracts),
        calendar=Calendar(tick_hours=draw(st.sampled_from([1.0, 1.0, 0.25, 6.0]))),
        clearing=clearing or draw(st.sampled_from(CLEARINGS)),
        rationing=rationing or draw(st.sampled_from(RULES)),
        waits=draw(
            st.sampled_from([WaitModel(chance=False), WaitModel(), WaitModel(service_scv=2.0, preemptive=True)])
        ),
        whole=draw(st.booleans()) if whole is None else whole,
        fallback=draw(st.booleans()),
    )


# Plain economies, for laws about one thing at a time -------------------------------------------------------


def people(name: str = "users", **other: Any) -> Segment:
    """A segment in which users differ, and to which all that is sold is open."""
    values = {"users": 500.0, "individuals": 20, "worth_usd": 10.0, "worth_spread": 0.7, "size_spread": 0.5}
    return Segment(name, UNIT, **(values | {"taste_noise": 0.2, "patience_h": 2.0} | other))


def seller(name: str, price: float = 3.0, quality: float = 1.0, racks: float = 100.0, **other: Any) -> Provider:
    """A provider with one offer of a rack-hour a request."""
    return Provider(name, (Offer(f"{name} offer", price, quality, cost=1.0),), pools=(Pool(racks),), **other)


def market_of(*agents: Any, **other: Any) -> Economy:
    """An economy of segments, providers and hyperscalers in any order."""
    return Economy(
        tuple(a for a in agents if isinstance(a, Segment | CurveSegment)),
        tuple(a for a in agents if isinstance(a, Provider)),
        tuple(a for a in agents if isinstance(a, Hyperscaler)),
        **other,
    )


# Running and looking ---------------------------------------------------------------------------------------


@dataclass
class Before:
    """What a tick starts from."""

    waiting: Floats
    inside: float
    pending: float
    cash: dict[str, float]


def ticks_of(economy: Economy, count: int, seed: int = 1) -> Iterator[tuple[Before, TokenMarket]]:
    """Run tick by tick; after each, what it began from, and the model."""
    model = TokenMarket(economy, rng=seed)
    for _ in range(count):
        before = Before(
            model.queue.length.copy(),
            model.ledger.inside_total,
            sum(cohort.put_off for cohort in model.cohorts),
            {p.name: p.cash for p in model.providers} | {h.name: h.cash for h in model.hyperscalers},
        )
        model.step()
        yield before, model


def run(economy: Economy, count: int, seed: int = 1) -> TokenMarket:
    """Run some ticks."""
    model = TokenMarket(economy, rng=seed)
    model.run_for(count)
    return model


def frame_bytes(model: TokenMarket) -> dict[str, bytes]:
    """All frames, to the bit."""
    return {
        f"{name}.{column}": values.to_numpy().tobytes()
        for name, frame in model.frames().items()
        for column, values in frame.items()
        if not isinstance(values.dtype, pd.CategoricalDtype)
    }


def by_name(model: TokenMarket) -> dict[tuple[str, str], pd.DataFrame]:
    """All frames by name of frame and of what it is about, so that order does not matter."""
    from market.records import ENTITY

    parts = {("ticks", ""): model.frames()["ticks"].drop(columns=["time", "evaluations", "gap"])}
    for name, frame in model.frames().items():
        if name in ENTITY:
            for entity, rows in frame.groupby(ENTITY[name], observed=True):
                parts[name, str(entity)] = rows.drop(columns=["time", ENTITY[name]]).reset_index(drop=True)
    return parts


def assert_same(one: TokenMarket, other: TokenMarket, *, but: tuple[str, ...] = (), rtol: float = 1e-8) -> None:
    """What both have in common came out the same, but for what is named ``but``."""
    left, right = by_name(one), by_name(other)
    shared = [key for key in left if key in right and key[1] not in but]
    assert shared
    for key in shared:
        for column in left[key]:
            a, b = left[key][column].to_numpy(dtype=float), right[key][column].to_numpy(dtype=float)
            scale = max(float(np.max(np.abs(a), initial=0.0)), float(np.max(np.abs(b), initial=0.0)), 1.0)
            np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * scale, err_msg=f"{key} {column}")


SIMPLE_RULE: Rationing = ProRata()
POSTED: Clearing = PostedPrices()
__all__ = [name for name in dir() if not name.startswith("_")] + ["FixedCapacity"]
