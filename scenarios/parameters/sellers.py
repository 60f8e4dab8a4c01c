"""Sellers of tokens: frontier labs, open-weight providers, brokers; how they price and ration."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Final, Literal

from pydantic import model_validator

from capacity import ARCHITECTURES, CHIPS
from capacity.errors import nearest
from market.exchange.tariff import TariffComponent
from market.kinds import Kind
from market.supply.pricing.base import PricingPolicy
from market.supply.quotas import QuotaPolicy
from scenarios.parameters.fields import (
    DECLARED,
    BySegment,
    Flag,
    Name,
    Number,
    Section,
    by_segment,
    choice,
    part,
    quantity,
    refuse,
    refuse_doubles,
    several,
)
from scenarios.parameters.kinds import KindSection, SeveralKinds, kind_field

PRICE: Final = "USD per million output-equivalent tokens"


def check_architecture(at: str, name: str) -> None:
    """Say so if an architecture is not known."""
    if name not in ARCHITECTURES:
        raise refuse(at, name, f"must be one of {', '.join(ARCHITECTURES)}{nearest(name, ARCHITECTURES)}")


def work_field() -> Any:
    """Machine time of a model over what capacity gives."""
    return quantity(
        1.0,
        "1",
        "machine time of a request over what capacity gives: size, chips, load and replicas that it does not know",
        "fitted to what sellers pay for machines",
        above=0,
        high=1e3,
    )


class Pricing(KindSection):
    """How list prices are set: a policy with its numbers, and how often and how far off it is followed."""

    base: ClassVar[type[Kind]] = PricingPolicy

    kind: str = kind_field(PricingPolicy, "best-response", "what sets the price")
    every_hours: Number = quantity(
        168.0, "h", "hours between two looks at the price; 0 looks in every tick", DECLARED, high=8_766
    )
    settling_hours: Number = quantity(
        0.0, "h", "hours at the start in which it looks in every tick, so that a market begins near rest", high=8_766
    )
    stickiness: Number = quantity(
        0.1,
        "1",
        "gap to the wished price that is put up with before the list is changed",
        "Alderson: labs resist raising list prices",
        high=100,
    )


class Bills(SeveralKinds):
    """What tokens are billed at, relative to output: parts of the bill by name, and their numbers."""

    base: ClassVar[type[Kind]] = TariffComponent

    parts: tuple[str, ...] = choice(
        ("output", "input", "cached"), "parts of the bill, added up: output, input, cached, long-context, peak-hours"
    )


class Quotas(KindSection):
    """When quotas of limited tiers are cut."""

    base: ClassVar[type[Kind]] = QuotaPolicy

    kind: str = kind_field(QuotaPolicy, "fixed", "as listed, or cut while the machines are full")


class Tier(Section):
    """Terms on which a model is sold."""

    name: Name = choice(..., "what it is called")
    speed: Number = quantity(..., "token/s", "speed promised to each user", "Epoch: at least 35", above=0, high=1e5)
    priority: Number = quantity(1.0, "1", "place in the order of service; smaller is served first", low=-1e6, high=1e6)
    deadline_h: Number = quantity(
        math.inf, "h", "age at which a waiting request is turned away; inf for none", above=0, or_inf=True
    )
    quota_per_day: Number = quantity(
        math.inf, "requests/day", "requests of one user and day; inf for no limit", or_inf=True
    )
    most_speed: Number = quantity(
        math.inf,
        "token/s",
        "speed at which it is served at most; inf for what the machines can do",
        above=0,
        or_inf=True,
    )
    least_h: Number = quantity(0.0, "h", "time from the order to the answer at least", high=8_766)
    spare: Flag = choice(False, "whether it is served on machines that others leave idle, up to its deadline")


class ClosedModel(Section):
    """A model of a lab."""

    name: Name = choice(..., "what it is called")
    architecture: str = choice(..., "architecture of capacity/")
    size: Literal["large", "small"] = choice(
        "large", "large models follow the frontier, small ones improve by themselves"
    )
    lag_months: BySegment = by_segment(0, 0, 0, "months", "how far it trails the best model of all", DECLARED)
    cost: Number = quantity(
        ..., PRICE, "running cost beside machines: hosting, payment, support", "about a twentieth of sales", high=1e4
    )
    work: Number = work_field()
    bills: Bills = part(Bills(), "what its tokens are billed at")
    kept_for: tuple[Name, ...] = choice(
        (), "segments for which it is kept while machines are full", "Alderson: best models kept"
    )
    kept_above: Number = quantity(0.95, "1", "orders over capacity above which it is kept", above=0, high=10)

    @model_validator(mode="after")
    def _known(self) -> ClosedModel:
        check_architecture("architecture", self.architecture)
        return self


class LabOffer(Section):
    """A model in a tier."""

    name: Name = choice(..., "what it is called, after the lab's name")
    model: Name = choice(..., "one of the lab's models")
    tier: Name = choice(..., "one of the lab's tiers")
    price: Number = quantity(
        ..., PRICE, "list price at the start; 0 for a free offer, which stays free", "Crunch, Epoch", high=1e5
    )
    open_to: tuple[Name, ...] = choice((), "segments that may buy it; empty for all")
    closed_to: tuple[Name, ...] = choice((), "segments that may not buy it, of those")
    fixed_price: Flag = choice(False, "whether its list price stays, whatever the policy does with the others")
    fee_usd_per_month: Number = quantity(
        0.0,
        "USD/month",
        "subscription that opens it, up to its quota; 0 for all",
        "Epoch: 20 and 200 USD a month",
        high=1e6,
    )


class OwnPrice(Section):
    """What a seller lists, in place of what its policy finds."""

    model: Name = choice(..., "one of its models")
    tier: Name = choice("standard", "one of the tiers in which it sells that")
    input_usd_per_mtok: Number = quantity(..., "USD per million input tokens", "list price of input", high=1e6)
    cached_usd_per_mtok: Number = quantity(..., "USD per million cached tokens", "list price of cached input", high=1e6)
    output_usd_per_mtok: Number = quantity(
        ..., "USD per million output tokens", "list price of output", above=0, high=1e6
    )


def own_prices() -> Any:
    """A seller's own price list."""
    return several((), "its own price list, or the name of a CSV file of one: these prices stay", least=0, most=200)


def _check_prices(prices: tuple[OwnPrice, ...], sold: list[tuple[str, str]]) -> None:
    known = [f"'{model}' in '{tier}'" for model, tier in sold]
    for number, one in enumerate(prices):
        if (one.model, one.tier) not in sold:
            wanted = f"'{one.model}' in '{one.tier}'"
            raise refuse(f"prices[{number}]", wanted, f"it sells {', '.join(known)}{nearest(wanted, known)}")
    refuse_doubles("prices", [f"{one.model} in {one.tier}" for one in prices])


def _check_offers(offers: tuple[LabOffer, ...], models: list[str], tiers: list[str]) -> None:
    refuse_doubles("offers", [one.name for one in offers])
    for number, one in enumerate(offers):
        for what, value, known in (("model", one.model, models), ("tier", one.tier, tiers)):
            if value not in known:
                near = nearest(value, known)
                raise refuse(f"offers[{number}].{what}", value, f"the lab's {what}s are {', '.join(known)}{near}")


class Lab(Section):
    """A frontier lab: the best models, closed."""

    name: Name = choice(..., "what it is called")
    edge: Number = quantity(0.0, "1", "quality of its large models over the frontier's", low=-1, high=1)
    cash: Number = quantity(0.0, "USD", "money at the start: what investors gave", low=-1e15)
    burn_usd_per_day: Number = quantity(
        3e7, "USD/day", "staff, training and research, paid whatever is sold", DECLARED, high=1e12
    )
    funding_usd_per_day: Number = quantity(0.0, "USD/day", "what investors give while it is active", high=1e12)
    leaves: Flag = choice(False, "whether it stops, or is bought, when its cash is gone")
    headroom: Number = quantity(0.1, "1", "share by which it rents more than it expects to need", high=10)
    models: tuple[ClosedModel, ...] = several(..., "its models")
    tiers: tuple[Tier, ...] = several(..., "its tiers")
    offers: tuple[LabOffer, ...] = several(..., "what it sells")
    prices: tuple[OwnPrice, ...] = own_prices()
    pricing: Pricing = part(Pricing(), "how list prices are set")
    quotas: Quotas = part(Quotas(), "when quotas are cut")

    @model_validator(mode="after")
    def _fits(self) -> Lab:
        models, tiers = [m.name for m in self.models], [t.name for t in self.tiers]
        refuse_doubles("models", models)
        refuse_doubles("tiers", tiers)
        _check_offers(self.offers, models, tiers)
        _check_prices(self.prices, [(one.model, one.tier) for one in self.offers])
        return self


class OpenProvider(Section):
    """A provider of an open-weight model: rents on the spot market."""

    name: Name = choice(..., "what it is called")
    architecture: str = choice(..., "open model that it serves, an architecture of capacity/", "model cards")
    size: Literal["large", "small"] = choice(
        "large", "large models follow the frontier, small ones improve by themselves"
    )
    extra_lag_months: BySegment = by_segment(0, 0, 0, "months", "how far it trails the best open model", DECLARED)
    price: Number = quantity(
        ..., PRICE, "list price at the start", "Crunch, Epoch: 3.50-4 for a Kimi K2 class", high=1e5
    )
    cost: Number = quantity(
        ..., PRICE, "running cost beside machines: hosting, payment, support", "about a twentieth of sales", high=1e4
    )
    work: Number = work_field()
    bills: Bills = part(Bills(), "what its tokens are billed at")
    speed: Number = quantity(35.0, "token/s", "speed promised", "Epoch: at least 35", above=0, high=1e5)
    cash: Number = quantity(5e7, "USD", "money at the start", low=-1e15)
    burn_usd_per_day: Number = quantity(
        3e5, "USD/day", "staff, training and research, paid whatever is sold", DECLARED, high=1e12
    )
    funding_usd_per_day: Number = quantity(0.0, "USD/day", "what investors give while it is active", high=1e12)
    headroom: Number = quantity(0.1, "1", "share by which it rents more than it expects to need", high=10)
    pricing: Pricing = part(Pricing(kind="cost-plus", every_hours=0.0, stickiness=0.0), "how list prices are set")
    prices: tuple[OwnPrice, ...] = own_prices()
    leaves: Flag = choice(
        False, "whether it stops, or is bought, when its cash is gone", "Inflation: independents fail"
    )
    enters: Flag = choice(False, "whether it is not there at the start and comes when margins allow")
    enter_margin: Number = quantity(0.2, "1", "margin over its cost at which it comes", low=-0.99, high=100)

    @model_validator(mode="after")
    def _known(self) -> OpenProvider:
        check_architecture("architecture", self.architecture)
        _check_prices(self.prices, [(self.architecture, "standard")])
        return self


class Homes(Section):
    """Idle machines of users that a broker rents."""

    idle_share: Number = quantity(
        0.0, "1", "share of owners' machine-hours on offer; 0 rents none", "Abundance: idle most of the day", high=1
    )
    usd_per_hour: Number = quantity(0.15, "USD/h", "what an owner gets for an hour of use", high=1e3)
    power_usd_per_hour: Number = quantity(0.08, "USD/h", "electricity of that hour: 0.4 kW", high=1e3)
    chip: str = choice("rtx-5090", "chip of a home machine")
    architecture: str = choice("local-27b", "model that it serves", "model cards")
    speed: Number = quantity(20.0, "token/s", "speed promised to those it serves", above=0, high=1e5)
    price: Number = quantity(1.0, PRICE, "list price of what is served at home, at the start", high=1e4)
    bills: Bills = part(Bills(), "what its tokens are billed at")

    @model_validator(mode="after")
    def _known(self) -> Homes:
        check_architecture("architecture", self.architecture)
        if self.chip not in CHIPS:
            raise refuse("chip", self.chip, f"must be one of {', '.join(CHIPS)}{nearest(self.chip, CHIPS)}")
        return self


class Broker(Section):
    """A broker: sends requests to the cheapest provider of a model, and may rent idle home machines."""

    name: Name = choice(..., "what it is called")
    routes: tuple[Name, ...] = choice(("kimi-k2",), "open models that it routes, each to the cheapest provider")
    cut: Number = quantity(0.05, "1", "share added to the price", high=10)
    cash: Number = quantity(1e7, "USD", "money at the start", low=-1e15)
    homes: Homes = part(Homes(), "idle home machines that it rents")


def _tier(name: str, speed: float, priority: float, **more: Any) -> Tier:
    return Tier(name=name, speed=speed, priority=priority, **more)


#: By the token: 60 tokens a second, which is what users of large closed models got; two and a half times that, which
#: takes more machines by the operating curve; or within a day, on machines that are idle otherwise, at the earliest
#: after an hour [first-party pages of 2025: fast modes of 2.5 times the speed, batches within 24 h].
BY_TOKEN: Final = (
    _tier("priority", 150.0, 0.0, most_speed=150.0),
    _tier("standard", 60.0, 1.0, most_speed=60.0),
    _tier("batch", 10.0, 4.0, deadline_h=24.0, most_speed=60.0, least_h=1.0, spare=True),
)
#: Products: chat that is free, last in the order of service; plans of 20 and 200 USD a month, the dearer with twenty
#: times the quota [Epoch; Anthropic's notice of August 2025]. They answer at about 60 tokens a second.
PRODUCTS: Final = (
    _tier("free", 60.0, 3.0, quota_per_day=6.0, most_speed=60.0),
    _tier("plan", 60.0, 1.0, quota_per_day=40.0, most_speed=60.0),
    _tier("pro", 60.0, 1.0, quota_per_day=800.0, most_speed=60.0),
)
#: People who use a product do not buy by the token.
CHAT: Final = ("casual",)
PEOPLE: Final = ("casual", "coders")


def _product(name: str, model: str, open_to: tuple[str, ...], fee_usd_per_month: float = 0.0) -> LabOffer:
    return LabOffer(
        name=name,
        model=model,
        tier=name,
        price=0.0,
        fixed_price=True,
        open_to=open_to,
        fee_usd_per_month=fee_usd_per_month,
    )


def _menu() -> Pricing:
    """All tiers together at what earns most, looked at weekly, followed when the gap is a tenth; near rest to begin."""
    return Pricing.model_validate(
        {"kind": "best-response", "every_hours": 168.0, "settling_hours": 24.0, "stickiness": 0.1}
    )


#: Two of three labs charge more for all of a request of above 200,000 tokens [first-party price lists of 2025].
LONG: Final = Bills.model_validate({"parts": ("output", "input", "cached", "long-context")})


def _by_cost(margin: float, *, memory_hours: float, every_hours: float, stickiness: float) -> Pricing:
    rhythm = {"memory_hours": memory_hours, "every_hours": every_hours, "stickiness": stickiness}
    return Pricing.model_validate({"kind": "cost-plus", "margin": margin, **rhythm})


def lab(name: str, edge: float, cash: float) -> Lab:
    """A lab of the baseline: tokens for those who build on it, a free chat and plans for people.

    Lists are what earns most of users who differ in what an answer and an hour are worth to them. They start at 20 for
    its best, whatever the tier, and 5 for its small one, until it first looks: what a tier costs has to come out. The
    cost beside machines is hosting, payment and support, about a twentieth of sales.
    """
    lags = BySegment(casual=9.4, coders=15.0, agentic=17.0)
    best = ClosedModel(name="best", architecture="frontier", cost=1.2, work=2.8, bills=LONG)
    mini = ClosedModel(name="mini", architecture="mini", size="small", lag_months=lags, cost=0.25, work=2.8)
    offers = (
        LabOffer(name="priority", model="best", tier="priority", price=20.0, closed_to=CHAT),
        LabOffer(name="standard", model="best", tier="standard", price=20.0, closed_to=CHAT),
        LabOffer(name="batch", model="best", tier="batch", price=20.0, closed_to=CHAT),
        LabOffer(name="mini", model="mini", tier="standard", price=5.0, closed_to=CHAT),
        _product("free", "mini", CHAT),
        _product("plan", "best", PEOPLE, 20.0),
        _product("pro", "best", PEOPLE, 200.0),
    )
    return Lab(
        name=name,
        edge=edge,
        cash=cash,
        models=(best, mini),
        tiers=(*BY_TOKEN, *PRODUCTS),
        offers=offers,
        pricing=_menu(),
        burn_usd_per_day=1e7,
        quotas=Quotas.model_validate({"kind": "peak-cut", "target": 0.95}),
    )


def provider(name: str, architecture: str, price: float, cost: float, **more: Any) -> OpenProvider:
    """An open-weight provider of the baseline: a price that follows its machines, and room for a busy hour."""
    return OpenProvider(
        name=name,
        architecture=architecture,
        price=price,
        cost=cost,
        speed=60.0,
        headroom=0.5,
        pricing=_by_cost(0.5, memory_hours=1.0, every_hours=0.0, stickiness=0.0),
        **more,
    )


LABS: Final = (lab("Aster", 0.02, 5e9), lab("Borealis", 0.0, 4e9), lab("Cygnus", -0.01, 3e9))
OPEN: Final = (
    provider("Ferry", "kimi-k2", 2.5, 0.1),
    provider("Gantry", "kimi-k2", 2.5, 0.1),
    provider("Harbor", "deepseek-v3.2", 1.5, 0.1, extra_lag_months=BySegment(casual=1.8, coders=2.0, agentic=1.7)),
    provider(
        "Islet",
        "gpt-oss-120b",
        0.4,
        0.02,
        size="small",
        extra_lag_months=BySegment(casual=3.4, coders=7.7, agentic=8.4),
    ),
)
