"""One example of everything that can be swapped.

A new mechanism, rule, policy, technology or demand curve is found by itself. If it cannot be made without
arguments, ``EXAMPLES`` has to say with which, and the laws fail loudly until it does. A behaviour in a person's own
file is made from what its fields say.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

import market.simulation  # noqa: F401  # only what is loaded can be found
from capacity import ARCHITECTURES, CHIPS, Deployment
from capacity.errors import InputError
from capacity.fields import Described, fields_of
from market.demand.segment import DemandCurve, IsoelasticDemand, LinearDemand
from market.events import Event
from market.exchange.clearing.base import Clearing
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims
from market.exchange.rationing.first_come import FirstCome
from market.exchange.rationing.lottery import Lottery
from market.exchange.rationing.strict_priority import StrictPriority
from market.exchange.supply_curve import RisingCost, SupplyCurve
from market.exchange.tariff import LongContext, PeakHours, TariffComponent
from market.exchange.technology import FixedWork, Inference, Technology
from market.kinds import Kind, called, classes_of
from market.quality import Improving, Lagging, QualityPath, Relative
from market.supply.expansion import Expansion, FollowRents, PlannedRacks
from market.supply.foresee import Foresee
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.blocks import Blocks
from market.supply.pricing.chosen_terms import ChosenTerms
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.every import Every
from market.supply.pricing.investing import Investing
from market.supply.pricing.menu_cost import MenuCost
from market.supply.pricing.parts import PartsOfBill
from market.supply.pricing.price_adjustment import PriceAdjustment
from market.supply.pricing.sticky import Sticky
from market.supply.pricing.surge import Surge
from market.supply.pricing.time_of_day import TimeOfDay
from market.supply.quotas import QuotaPolicy
from market.supply.rack_allotments import RackAllotment
from market.supply.rack_lists import RackList
from market.supply.rack_prices import RackPricing
from market.supply.rents import Foreseen, RentForecast, TowardCost, UnderWay
from market.supply.training import AsItPays, ResearchPolicy

RACK = CHIPS["gb200-nvl72"]
INFERENCE = Inference(Deployment.smallest(RACK, ARCHITECTURES["gpt-oss-120b"]), RACK.chips_per_system)

NAMES = ("users 0", "users 1", "more", "curve")
IMPROVING = Improving(dict.fromkeys(NAMES, 0.7), 0.5)

#: What cannot be made without arguments, or is worth trying with several. An empty list stands for no arguments.
EXAMPLES: dict[type, list[Any]] = {
    StrictPriority: [StrictPriority(), StrictPriority(within=FirstCome()), StrictPriority(within=Lottery())],
    FirstCome: [FirstCome(), FirstCome(within=Lottery())],
    TimeOfDay: [TimeOfDay((1.0,) * 12 + (2.0,) * 12), TimeOfDay((1.0,) * 12 + (2.0,) * 12, base=(5.0,))],
    PriceAdjustment: [PriceAdjustment(0.01)],
    Every: [
        Every(CostPlus(0.2), 3),
        Every(CostPlus(0.2), 4, turns=2),
        Every(BestResponse(sweeps=1, cap=1e6, waits_answer=True), 24),
    ],
    Sticky: [Sticky(Surge(gain=0.5), 0.05)],
    MenuCost: [MenuCost(CostPlus(0.2), cost_days=0.5), MenuCost(Surge(gain=0.5), cost_usd=1.0)],
    Investing: [Investing(CostPlus(0.2), stays=0.5), Investing(BestResponse(sweeps=5, cap=1e6), stays=0.9, periods=3)],
    BestResponse: [BestResponse(sweeps=5, cap=1e6)],
    Blocks: [Blocks(blocks_hours=6.0, near=1e-2), Blocks(CostPlus(0.2), blocks_hours=5.0, near=1e-2)],
    ChosenTerms: [ChosenTerms(Every(BestResponse(sweeps=2, cap=1e6), 24), 24.0), ChosenTerms(CostPlus(0.2), 3.0)],
    CostPlus: [CostPlus(), CostPlus(0.3)],
    PartsOfBill: [PartsOfBill(parts_hours=3.0), PartsOfBill(CostPlus(0.2), market_power=False, parts_hours=2.0)],
    PeakHours: [PeakHours(peak_hours=(1.0, 4.0, 6.0, 10.0), peak_factor=2.0)],
    LongContext: [LongContext(long_above=1_000.0)],
    RisingCost: [RisingCost(0.5)],
    FixedWork: [FixedWork(), FixedWork(0.01, seconds=20.0, slots_per_rack=50.0), FixedWork(longest=12_000.0)],
    Inference: [INFERENCE],
    PlannedRacks: [PlannedRacks((0.0, 0.001, 1.0), (1.0, 0.5, 2.0))],
    FollowRents: [FollowRents(1.0), FollowRents(0.5, response=1e3, lead_quarters=0, retired_a_year=0.5, charge=0.2)],
    Foresee: [Foresee(1.0, hours_a_year=1.0), Foresee(0.1, 0.05, 1.0, lead_quarters=0, growth=1e3, lump_months=2)],
    UnderWay: [UnderWay(), UnderWay(elasticity=0.5, months=0, demand_growth=4.0)],
    TowardCost: [TowardCost(2.0), TowardCost(1.0, cheaper=3.0, pace=5.0)],
    Foreseen: [Foreseen((0.0, 0.001, 1.0), (1.0, 3.0, 0.5))],
    Improving: [IMPROVING],
    Relative: [Relative(IMPROVING)],
    AsItPays: [AsItPays(), AsItPays(power=0.5, behind_months=float("inf"), lag_months=0.01), AsItPays(power=-1.0)],
    Lagging: [Lagging(IMPROVING, dict.fromkeys(NAMES, 6.0))],
    LinearDemand: [LinearDemand(20.0, 0.5), LinearDemand(-1.0, 0.5), LinearDemand(1e6, 1e3)],
    IsoelasticDemand: [IsoelasticDemand(100.0, 1.5, most=1e4)],
}


def examples[Base](base: type[Base]) -> list[Base]:
    """At least one of every concrete subclass that the package has."""
    found: list[Base] = []
    for kind in classes_of(base):
        if not kind.__module__.startswith("market."):
            continue  # a person's or a test's own
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


CLEARINGS: list[Clearing] = examples(Clearing)
RULES: list[Rationing] = examples(Rationing)
POLICIES: list[PricingPolicy] = examples(PricingPolicy)
TECHNOLOGIES: list[Technology] = examples(Technology)
PARTS: list[TariffComponent] = examples(TariffComponent)
EXPANSIONS: list[Expansion] = examples(Expansion)
QUOTAS: list[QuotaPolicy] = examples(QuotaPolicy)
LISTS: list[RackList] = examples(RackList)
RACK_PRICES: list[RackPricing] = examples(RackPricing)
RACK_ALLOTMENTS: list[RackAllotment] = examples(RackAllotment)
FORECASTS: list[RentForecast] = examples(RentForecast)
RESEARCH_POLICIES: list[ResearchPolicy] = examples(ResearchPolicy)
PATHS: list[QualityPath] = examples(QualityPath)
SUPPLIES: list[SupplyCurve] = examples(SupplyCurve)
COMPONENTS: list[TariffComponent] = examples(TariffComponent)
CURVES: list[DemandCurve] = [curve for kind in DemandCurve.__value__.__args__ for curve in EXAMPLES[kind]]


def draws_lots(rule: Rationing) -> bool:
    """Whether the rule touches its random stream where nothing has to be rounded; then the order of claims matters."""
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    try:
        rule.share(Claims.of([3, 2, 1]), 2.5, rng)
    except Exception:
        return False  # the laws will say so
    return bool(rng.bit_generator.state != before)


def example_of[Base: Kind](cls: type[Base]) -> Base:
    """A behaviour of a person's own: as it comes, and fields without a default by what they say of themselves."""
    given: dict[str, Any] = {field.name: _value_of(field) for field in fields_of(cls) if field.required}
    if issubclass(cls, Event):  # two hours after the start, for two and a half, to all
        given |= {"name": "example", "begin": datetime(2026, 1, 1, 2, tzinfo=UTC), "days": 0.1}
    try:
        return cls(**given)
    except Exception as error:
        raise InputError(
            f"{called(cls)} cannot be made, so no law can be tried on it ({error}): give its fields defaults, "
            "or descriptions such as quantity(1.0, 'USD', 'what it means')"
        ) from error


def _value_of(field: Described) -> Any:
    """A value that a field allows."""
    if field.shipped is not ...:
        return field.shipped
    if field.sort == "inner":
        return examples(field.base)[0]
    if field.sort == "flag":
        return False
    low = field.above if field.above is not None else field.low
    value = _between(low, field.high)
    if field.sort == "numbers":
        return (value,) * (1 if field.count is None else field.count)
    return round(value) if field.sort == "whole number" else value


def _between(low: float | None, high: float | None) -> float:
    """A number within bounds: halfway, or one from the bound that there is."""
    if low is not None and high is not None:
        return (low + high) / 2.0
    if high is not None:
        return high - 1.0
    return 1.0 if low is None else low + 1.0


EVENTS: list[Event] = [example_of(kind) for kind in classes_of(Event) if kind.__module__.startswith("market.")]
