"""Bad inputs: refused before anything runs, with what, which value, and what is allowed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from capacity import Workload
from capacity.errors import InputError, UnknownNameError
from market import TokenMarket
from market.calendar import Calendar
from market.demand.income import Income
from market.demand.load_shape import LoadShape, measured
from market.demand.segment import CurveSegment, Deferral, IsoelasticDemand, LinearDemand, LocalMachine, Segment
from market.demand.zones import Zone
from market.economy import Economy
from market.exchange.call_auction import CallAuction
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.supply_curve import RisingCost
from market.exchange.tariff import CachedTokens, InputTokens, PeakHours, Tariff
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.quality import Improving
from market.supply.contract import Contract
from market.supply.expansion import FollowRents, PlannedRacks, SteadyGrowth
from market.supply.home_machines import HomeMachines
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.congestion_toll import CongestionToll
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.every import Every
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.price_adjustment import PriceAdjustment
from market.supply.pricing.sticky import Sticky
from market.supply.pricing.surge import Surge
from market.supply.pricing.time_of_day import TimeOfDay
from market.supply.quotas import PeakCut
from market.supply.specs import Hyperscaler, Investment, Offer, Pool, Provider, Tier

UNIT = Workload(0, 1_000_000)
USERS = Segment("users", UNIT, 10.0)
CURVE = CurveSegment("curve", (LinearDemand(1.0, 1.0),))
OFFER = Offer("offer", 1.0)
SHOP = Provider("shop", (OFFER,))
CLOUD = Hyperscaler("cloud", 1.0)
ECONOMY = Economy((USERS,), (SHOP,), (CLOUD,))

#: One good object of every kind; all of its numbers are put to the test.
GOOD: tuple[Any, ...] = (
    Zone("z", 0.0, 1.0),
    Deferral(0.5, 1.0),
    LocalMachine(0.5, 0.5, 10.0, 0.1, 100.0),
    USERS,
    LinearDemand(1.0, 1.0),
    IsoelasticDemand(1.0, 2.0),
    CURVE,
    Tier(),
    OFFER,
    Investment(1.0, 2, 0.5),
    Pool(1.0),
    SHOP,
    CLOUD,
    HomeMachines("users", 0.5, 1.0),
    Contract("cloud", "shop", 1.0, 1.0),
    Calendar(),
    ECONOMY,
    InputTokens(),
    CachedTokens(),
    WaitModel(),
    ScarcityAuction(),
    CallAuction(),
    RisingCost(1.0),
    FixedWork(),
    CostPlus(),
    Surge(),
    PriceAdjustment(1.0),
    BestResponse(),
    CongestionToll(),
    Every(FixedPrice()),
    Sticky(FixedPrice()),
    SteadyGrowth(),
    FollowRents(1.0),
    PeakCut(),
    Improving({"users": 0.5}, 0.1),
)


def numbers() -> Iterator[Any]:
    for good in GOOD:
        for field in dataclasses.fields(good):
            value = getattr(good, field.name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield pytest.param(good, field.name, id=f"{type(good).__name__}.{field.name}")


@pytest.mark.parametrize(("good", "field"), [*numbers()])
@pytest.mark.parametrize("bad", [math.nan, -math.inf, "many", None, [1.0, 2.0]], ids=str)
def test_every_number_must_be_one(good: Any, field: str, bad: Any) -> None:
    if (bad is None and field == "outside") or (field == "racks" and bad == [1.0, 2.0]):
        pytest.skip("means something there")
    with pytest.raises(InputError) as caught:
        dataclasses.replace(good, **{field: bad})
    said = str(caught.value)
    assert field in said
    assert "must" in said
    assert "\n" not in said


OUT_OF_RANGE = [
    (Zone("z", 0.0, 1.0), "utc_offset_h", 15.0),
    (Zone("z", 0.0, 1.0), "share", 1.1),
    (Deferral(0.5, 1.0), "share", 1.5),
    (Deferral(0.5, 1.0), "deadline_h", -1.0),
    (Deferral(0.5, 1.0), "memory_days", 0.5),
    (Deferral(0.5, 1.0), "pace", 0.0),
    (Deferral(0.5, 1.0), "cost_usd", -0.1),
    (LocalMachine(0.5, 0.5, 10.0, 0.1), "owners", 2.0),
    (LocalMachine(0.5, 0.5, 10.0, 0.1), "speed", 0.0),
    (USERS, "users", -1.0),
    (USERS, "individuals", 0),
    (USERS, "individuals", 2.5),
    (USERS, "worth_usd", 0.0),
    (USERS, "taste_noise", -0.1),
    (USERS, "burstiness", 0.5),
    (USERS, "patience_h", -1.0),
    (USERS, "growth", 0.0),
    (USERS, "budget_usd_per_day", -1.0),
    (USERS, "income", 9.0),
    (Income(9.0), "usd_per_day", 0.0),
    (Income(9.0), "memory_days", 0.5),
    (USERS, "dtype", "float16"),
    (USERS, "zones", ()),
    (USERS, "outside", math.inf),
    (USERS, "workload", "chat"),
    (USERS, "shape", None),
    (USERS, "deferral", 0.5),
    (USERS, "local", True),
    (USERS, "zones", (Zone("a", 0.0, 0.5),)),
    (CURVE, "curves", ()),
    (CURVE, "curves", (1.0,)),
    (CURVE, "patience_h", -1.0),
    (LinearDemand(1.0, 1.0), "slope", 0.0),
    (IsoelasticDemand(1.0, 2.0), "elasticity", 1.0),
    (Tier(), "speed", 0.0),
    (Tier(), "deadline_h", -1.0),
    (Tier(), "quota_per_day", -1.0),
    (OFFER, "price", -1.0),
    (OFFER, "price", math.inf),
    (OFFER, "cost", -1.0),
    (OFFER, "quality", math.nan),
    (OFFER, "quality", {"users": math.inf}),
    (OFFER, "technology", FixedWork),
    (OFFER, "tier", "standard"),
    (Investment(1.0, 2, 0.5), "cycle_ticks", 0),
    (Investment(1.0, 2, 0.5), "cycle_ticks", 1.5),
    (Pool(1.0), "racks", -1.0),
    (Pool(1.0), "racks", (1.0, -1.0)),
    (Pool(1.0), "racks", ()),
    (Pool(1.0), "supply", None),
    (SHOP, "headroom", -0.1),
    (SHOP, "pricing", FixedPrice),
    (SHOP, "offers", OFFER),
    (SHOP, "offers", ("offer",)),
    (SHOP, "pools", ()),
    (CLOUD, "racks", -1.0),
    (CLOUD, "first_party", 1.1),
    (CLOUD, "reserve", -1.0),
    (CLOUD, "expansion", 3.4),
    (Contract("c", "s", 1.0, 1.0), "racks", -1.0),
    (Contract("c", "s", 1.0, 1.0), "price", -1.0),
    (Contract("c", "s", 1.0, 1.0), "ticks", 0),
    (Contract("c", "s", 1.0, 1.0), "first_tick", 0.5),
    (Calendar(), "tick_hours", 7.0),
    (Calendar(), "start", "today"),
    (InputTokens(), "input_ratio", -1.0),
    (Tariff(), "components", (0.25,)),
    (WaitModel(), "fullest", 1.5),
    (WaitModel(), "service_scv", -1.0),
    (ScarcityAuction(), "tolerance", 0.0),
    (ScarcityAuction(), "steps", 0),
    (CallAuction(), "price_weight", 1.5),
    (RisingCost(1.0), "slope_usd", 0.0),
    (FixedWork(), "rack_hours", 0.0),
    (FixedWork(), "seconds", -1.0),
    (CostPlus(), "margin", -1.0),
    (CostPlus(), "memory_hours", -1.0),
    (Surge(), "target", 0.0),
    (PriceAdjustment(1.0), "gain", 0.0),
    (BestResponse(), "sweeps", 0),
    (BestResponse(), "cap", -1.0),
    (Every(FixedPrice()), "hours", -1.0),
    (Every(FixedPrice()), "policy", FixedPrice),
    (Sticky(FixedPrice()), "threshold", -1.0),
    (TimeOfDay((1.0,) * 24), "base", (-1.0,)),
    (TimeOfDay((1.0,) * 24), "factors", (1.0,) * 23),
    (ECONOMY, "segments", USERS),
    (ECONOMY, "segments", (SHOP,)),
    (ECONOMY, "providers", (USERS,)),
    (ECONOMY, "hyperscalers", (None,)),
    (ECONOMY, "contracts", ("cloud",)),
    (ECONOMY, "clearing", PostedPrices),
    (ECONOMY, "clearing", "auction"),
    (ECONOMY, "rationing", "priority"),
    (ECONOMY, "waits", None),
    (ECONOMY, "wholesale", CallAuction()),
    (OFFER, "tariff", 0.25),
    (PeakHours(), "peak_hours", (4.0, 1.0)),
    (PeakHours(), "peak_hours", (1.0, 4.0, 6.0)),
    (PeakHours(), "peak_days", (0.0,)),
    (ECONOMY, "calendar", 1.0),
    (ECONOMY, "learning_ticks", 0.5),
    (PlannedRacks((0.0, 1.0), (1.0, 2.0)), "years", (1.0, 0.0)),
    (PlannedRacks((0.0, 1.0), (1.0, 2.0)), "times", (1.0, -2.0)),
    (PeakCut(), "least", 1.5),
    (FollowRents(1.0), "cost", 0.0),
]


@pytest.mark.parametrize(
    ("good", "field", "bad"),
    [pytest.param(*case, id=f"{type(case[0]).__name__}.{case[1]}={case[2]!r}"[:60]) for case in OUT_OF_RANGE],
)
def test_out_of_range(good: Any, field: str, bad: Any) -> None:
    with pytest.raises(InputError) as caught:
        dataclasses.replace(good, **{field: bad})
    said = str(caught.value)
    assert field.removesuffix("s") in said.replace("no demand curve", "curve").replace("no pool", "pool")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((1.0,) * 23, "24 numbers"),
        ((1.0,) * 23 + (math.nan,), "24 numbers"),
        ((1.0,) * 23 + (-1.0,), "24 numbers"),
    ],
)
def test_load_shapes(values: tuple[float, ...], message: str) -> None:
    with pytest.raises(InputError, match=f"weekend must be {message}"):
        LoadShape((1.0,) * 24, values)


def test_measured_shapes_that_are_unknown() -> None:
    with pytest.raises(InputError, match="'video' is unknown"):
        measured("video")


# How the parts fit ------------------------------------------------------------------------------------------


def test_names_must_differ() -> None:
    for other in (
        {"segments": (USERS, USERS)},
        {"providers": (SHOP, SHOP)},
        {"providers": (SHOP, Provider("cloud", ()))},
        {"providers": (SHOP, Provider("second", (OFFER,)))},
        {"hyperscalers": (CLOUD, Hyperscaler("users", 1.0))},
    ):
        with pytest.raises(InputError, match="different names; twice"):
            dataclasses.replace(ECONOMY, **other)
    with pytest.raises(InputError, match="pool names must differ"):
        Provider("p", (), pools=(Pool(), Pool()))


@pytest.mark.parametrize("name", ["power", "capital", "users' income"])
def test_names_of_outside_accounts_are_taken(name: str) -> None:
    with pytest.raises(InputError, match=f"'{name}'.*outside world"):
        dataclasses.replace(ECONOMY, providers=(Provider(name, ()),))


def test_a_contract_that_ramps_needs_racks_that_become_more() -> None:
    idle = dataclasses.replace(ECONOMY.hyperscalers[0], racks=0.0)
    with pytest.raises(InputError, match="contract of shop with cloud: ramps, but the seller has no racks"):
        dataclasses.replace(ECONOMY, hyperscalers=(idle,), contracts=(Contract("cloud", "shop", 1.0, 1.0, ramps=True),))


def test_names_must_be_known() -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"providers": (Provider("p", (Offer("o", 1.0, open_to=("user",)),)),)}, "'user' is unknown.*'users'"),
        ({"contracts": (Contract("clod", "shop", 1.0, 1.0),)}, r"seller 'clod' is unknown \(did you mean 'cloud'\?\)"),
        ({"contracts": (Contract("cloud", "shp", 1.0, 1.0),)}, r"buyer 'shp' is unknown \(did you mean 'shop'\?\)"),
        ({"segments": (USERS, dataclasses.replace(CURVE, offers=("ofer",)))}, "'ofer' is unknown.*'offer'"),
        ({"hyperscalers": (), "contracts": (Contract("cloud", "shop", 1.0, 1.0),)}, "known: none"),
    ]
    for other, message in cases:
        with pytest.raises(UnknownNameError, match=message):
            dataclasses.replace(ECONOMY, **other)
    with pytest.raises(InputError, match="pool 'b' is unknown; known: main"):
        Provider("p", (Offer("o", 1.0, pool="b"),))


def test_qualities_must_be_given_for_all() -> None:
    with pytest.raises(InputError, match="no quality is given for segment 'users'; given: others"):
        dataclasses.replace(ECONOMY, providers=(Provider("p", (Offer("o", 1.0, {"others": 1.0}),)),))


@pytest.mark.parametrize("wrap", [lambda p: p, lambda p: Every(p, 2), lambda p: Sticky(Every(p))])
def test_schedules_must_have_a_price_for_every_offer(wrap: Any) -> None:
    policy = wrap(TimeOfDay((1.0,) * 24, base=(1.0, 2.0)))
    with pytest.raises(InputError, match=r"'shop'.*base has 2 prices, but must have 1 or 3"):
        Provider("shop", tuple(Offer(f"o{k}", 1.0) for k in range(3)), pricing=policy)
    Provider("shop", (OFFER, Offer("o", 1.0)), pricing=policy)


def test_an_offer_that_no_machine_can_serve() -> None:
    from capacity import ARCHITECTURES, CHIPS, Deployment
    from market.exchange.technology import Inference

    rack = CHIPS["gb200-nvl72"]
    slow = Inference(Deployment.smallest(rack, ARCHITECTURES["frontier"]), rack.chips_per_system)
    users = Segment("users", Workload(8_000, 1_000), 10.0)
    fast = Provider("shop", (Offer("offer", 1.0, technology=slow, tier=Tier(speed=1e6)),))
    with pytest.raises(InputError, match="offer 'offer' can serve no segment at 1e"):
        TokenMarket(Economy((users,), (fast,)))


@pytest.mark.parametrize("seed", [-1, 1.5, math.nan, None, "1", True, np.random.default_rng(1)], ids=str)
def test_seeds(seed: Any) -> None:
    with pytest.raises(InputError, match="rng"):
        TokenMarket(ECONOMY, rng=seed)


def test_the_economy_itself() -> None:
    with pytest.raises(InputError, match="economy is None, but must be an Economy"):
        TokenMarket(None)


def test_lists_do_for_tuples() -> None:
    model = TokenMarket(Economy([USERS], [Provider("shop", [OFFER])], [CLOUD], []))
    model.run_for(2)
    assert model.records.ticks == 2


@pytest.mark.parametrize(
    ("economy", "words"),
    [
        (
            Economy((USERS,), (dataclasses.replace(SHOP, kind="opn"),)),
            r"unknown kind of agent 'opn' \(did you mean 'open'\?\)",
        ),
        (
            Economy((USERS,), (SHOP,), (dataclasses.replace(CLOUD, kind="hyper"),)),
            "unknown kind of agent 'hyper'.*hyperscaler",
        ),
    ],
)
def test_kinds_of_agents_are_known(economy: Economy, words: str) -> None:
    with pytest.raises(UnknownNameError, match=words):
        TokenMarket(economy)
