"""Sellers of tokens: frontier labs, open-weight providers, brokers; how they price and ration."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Final, Literal

from pydantic import model_validator

from capacity.errors import nearest
from market.exchange.tariff import TariffComponent
from market.kinds import Kind
from market.supply.pricing.base import PricingPolicy
from market.supply.quotas import QuotaPolicy
from market.supply.rounds import Rounds
from scenarios.parameters.agents import agent_field
from scenarios.parameters.dear_hours import BY_THE_HOUR, FLAT, DearHours, OwnMachines
from scenarios.parameters.fields import (
    DECLARED,
    BySegment,
    Flag,
    Name,
    Number,
    Section,
    Whole,
    by_segment,
    choice,
    part,
    quantity,
    refuse,
    refuse_doubles,
    several,
)
from scenarios.parameters.kinds import KindSection, SeveralKinds, kind_field
from scenarios.parameters.ratios import AS_LISTED, Ratios
from scenarios.parameters.tiers import GIVEN, ChosenTerms, Tier
from scenarios.parameters.time import FIRST, Date

PRICE: Final = "USD per million output-equivalent tokens"


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


def chip_field() -> Any:
    """What a seller's machines are made of."""
    return choice(
        "",
        "chip that it serves on, '' for supply.chip: as many are counted, and rented, as a rack as have its compute",
        "dense, at 16 bits, as chips are counted [Epoch]",
    )


def credit_field() -> Any:
    """What a seller may owe."""
    return quantity(0.0, "USD", "what creditors let it owe before it fails, where it leaves", high=1e15)


def interest_field() -> Any:
    """What it costs to owe."""
    return quantity(
        0.0,
        "1/year",
        "yearly rate on what it owes",
        "0: none; CoreWeave: .31 billion USD a quarter on 8 to 21 of debt (2025), some .08",
        high=10,
    )


class FundingRounds(Section):
    """What investors give to a seller whose money runs out, by its sales and how they grow."""

    multiple: Number = quantity(
        0.0,
        "1",
        "what they hold it to be worth over its sales a year; 0 for no rounds",
        "0: none; OpenAI: 157 billion USD at 4 a year (Oct 2024), 300 at 13 (Aug 2025): 39 and 23 [Epoch]",
        high=1e3,
    )
    mood: Number = quantity(1.0, "1", "factor on that, for the mood of the market; 0 gives to nobody", high=100)
    most_share: Number = quantity(
        0.15,
        "1",
        "most of the firm that is sold in a round",
        "Anthropic: 13 of 183 billion USD (Sept 2025), .07 [Epoch]",
        high=1,
    )
    runway_days: Number = quantity(180.0, "days", "it asks when its money lasts no longer than that", high=3_653)
    raises_days: Number = quantity(540.0, "days", "for how many days of losses it asks", high=3_653)
    least_days: Number = quantity(90.0, "days", "days between two rounds", high=3_653)

    def make(self) -> Rounds | None:
        """Terms, or None where nobody gives."""
        return Rounds(**self.model_dump()) if self.multiple > 0 else None


class Share(Section):
    """What a seller thinks its buyers of today will bring later, which it sets against today's price."""

    stays: Number = quantity(
        0.0, "1", "share of its buyers who are still its buyers a year later, because they are; 0: not counted", high=1
    )
    years: Whole = quantity(1, "years", "years that it looks ahead", DECLARED, low=1, high=100)
    growth: Number = quantity(
        1.0, "1/year", "factor a year by which one who stays buys more, interest taken off", DECLARED, high=100
    )
    harvest_days: Number = quantity(
        math.inf, "days", "days from when an offer comes in which it invests: a promotion", DECLARED, or_inf=True
    )


class Pricing(KindSection):
    """How list prices are set: a policy with its numbers, and how often and how far off it is followed."""

    base: ClassVar[type[Kind]] = PricingPolicy

    kind: str = kind_field(PricingPolicy, "best-response", "what sets the price")
    every_hours: Number = quantity(
        168.0, "h", "hours between two looks at the price; 0 looks in every tick", DECLARED, high=8_766
    )
    turns: Whole = quantity(
        1,
        "1",
        "days among which its lists take turns from one look at a list to the next; 1: all on one day",
        DECLARED,
        low=1,
        high=1000,
    )
    settling_hours: Number = quantity(
        0.0,
        "h",
        "hours at the start in which it looks in every tick and follows any gap, so that a market begins at rest",
        high=8_766,
    )
    stickiness: Number = quantity(
        0.1,
        "1",
        "gap to the wished price that is put up with before the list is changed",
        "Alderson: labs resist raising list prices",
        high=100,
    )
    change_cost_days: Number = quantity(
        0.0,
        "days",
        "what a change of a list costs, in days of what it sells: then it is changed when that pays, whatever the "
        "stickiness; 0 for the stickiness alone",
        "lists of 405 models to December 2025: about 0.4 for open ones, 17 for closed ones",
        high=1e4,
    )
    wander: Number = quantity(
        0.5,
        "1/sqrt(year)",
        "standard deviation of the log of the wished price after a year, as the seller thinks",
        "lists of 405 models to December 2025: size x sqrt(changes a year) is 0.48 for open ones, 0.15 for closed ones",
        above=0,
        high=100,
    )
    dear_hours: DearHours = part(FLAT, "hours of the week in which the list is dearer")
    ratios: Ratios = part(AS_LISTED, "what input, cached and long tokens cost over output")
    terms: ChosenTerms = part(GIVEN, "who sets the terms of tiers that may be sold on several")
    share: Share = part(Share(), "what its buyers will bring later")


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


class ClosedModel(Section):
    """A model of a lab."""

    name: Name = choice(..., "what it is called")
    architecture: str = choice(..., "architecture of capacity/, or of architectures")
    size: Literal["large", "small"] = choice(
        "large", "large models follow the frontier, small ones improve by themselves"
    )
    lag_months: BySegment = by_segment(0, 0, 0, "months", "how far it trails the best model of all", DECLARED)
    cost: Number = quantity(
        ..., PRICE, "running cost beside machines: hosting, payment, support", "about a twentieth of sales", high=1e4
    )
    work: Number = work_field()
    score: Number = quantity(
        0.0, "ECI points", "score, in place of size and lag; 0 for none", "Epoch Capabilities Index", high=1e4
    )
    released: Date = choice(FIRST, "day on which it comes out (UTC)")
    bills: Bills = part(Bills(), "what its tokens are billed at")
    kept_for: tuple[Name, ...] = choice(
        (), "segments for which it is kept while machines are full", "Alderson: best models kept"
    )
    kept_above: Number = quantity(0.95, "1", "orders over capacity above which it is kept", above=0, high=10)


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
    user_worth_usd_per_month: Number = quantity(
        0.0,
        "USD/month",
        "what a user without a subscription is worth to the lab besides: members and advertisements to come; not paid",
        "OpenAI's plan of 2025 as reported: 2 USD a year from a free user in 2026",
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
    """``sold``: model and tier of what is sold by the token; what is free, or sold by the month, lists no tokens."""
    known = [f"'{model}' in '{tier}'" for model, tier in sold]
    for number, one in enumerate(prices):
        if (one.model, one.tier) not in sold:
            wanted = f"'{one.model}' in '{one.tier}'"
            raise refuse(
                f"prices[{number}]", wanted, f"by the token it sells {', '.join(known)}{nearest(wanted, known)}"
            )
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
    chip: str = chip_field()
    cash: Number = quantity(0.0, "USD", "money at the start: what investors gave", low=-1e15)
    burn_usd_per_day: Number = quantity(
        3e7, "USD/day", "staff, training and research, paid whatever is sold", DECLARED, high=1e12
    )
    funding_usd_per_day: Number = quantity(0.0, "USD/day", "what investors give while it is active", high=1e12)
    leaves: Flag = choice(False, "whether it stops, or is bought, when its cash and credit are gone")
    credit_usd: Number = credit_field()
    interest: Number = interest_field()
    rounds: FundingRounds = part(FundingRounds(), "on what terms investors give more")
    headroom: Number = quantity(0.1, "1", "share by which it rents more than it expects to need", high=10)
    foot_in_the_door: Number = quantity(
        0.1, "1", "share of what it could sell without waits for which it rents at least", DECLARED, high=10
    )
    models: tuple[ClosedModel, ...] = several(..., "its models")
    tiers: tuple[Tier, ...] = several(..., "its tiers")
    offers: tuple[LabOffer, ...] = several(..., "what it sells")
    prices: tuple[OwnPrice, ...] = own_prices()
    pricing: Pricing = part(Pricing(), "how list prices are set")
    quotas: Quotas = part(Quotas(), "when quotas are cut")
    agent: str = agent_field("frontier", "it is")

    @model_validator(mode="after")
    def _fits(self) -> Lab:
        models, tiers = [m.name for m in self.models], [t.name for t in self.tiers]
        refuse_doubles("models", models)
        refuse_doubles("tiers", tiers)
        _check_offers(self.offers, models, tiers)
        _check_prices(self.prices, [(one.model, one.tier) for one in self.offers if one.price > 0])
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
    chip: str = chip_field()
    work: Number = work_field()
    bills: Bills = part(Bills(), "what its tokens are billed at")
    speed: Number = quantity(35.0, "token/s", "speed promised", "Epoch: at least 35", above=0, high=1e5)
    cash: Number = quantity(5e7, "USD", "money at the start", low=-1e15)
    burn_usd_per_day: Number = quantity(
        3e5, "USD/day", "staff, training and research, paid whatever is sold", DECLARED, high=1e12
    )
    funding_usd_per_day: Number = quantity(0.0, "USD/day", "what investors give while it is active", high=1e12)
    headroom: Number = quantity(0.1, "1", "share by which it rents more than it expects to need", high=10)
    machines: OwnMachines = part(BY_THE_HOUR, "machines that it holds in every hour")
    pricing: Pricing = part(Pricing(kind="cost-plus", every_hours=0.0, stickiness=0.0), "how list prices are set")
    prices: tuple[OwnPrice, ...] = own_prices()
    leaves: Flag = choice(
        False, "whether it stops, or is bought, when its cash and credit are gone", "Inflation: independents fail"
    )
    credit_usd: Number = credit_field()
    interest: Number = interest_field()
    rounds: FundingRounds = part(FundingRounds(), "on what terms investors give more")
    enters: Flag = choice(False, "whether it is not there at the start and comes when margins allow")
    enter_margin: Number = quantity(0.2, "1", "margin over its cost at which it comes", low=-0.99, high=100)
    agent: str = agent_field("open", "it is")

    @model_validator(mode="after")
    def _known(self) -> OpenProvider:
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


class Broker(Section):
    """A broker: sends requests to the cheapest provider of a model, and may rent idle home machines."""

    name: Name = choice(..., "what it is called")
    routes: tuple[Name, ...] = choice(("kimi-k2",), "open models that it routes, each to the cheapest provider")
    cut: Number = quantity(0.05, "1", "share added to the price", high=10)
    cash: Number = quantity(1e7, "USD", "money at the start", low=-1e15)
    homes: Homes = part(Homes(), "idle home machines that it rents")
