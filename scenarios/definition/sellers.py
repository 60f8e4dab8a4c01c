"""From a scenario's labs, open providers and brokers to those of an economy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from market.calendar import Calendar
from market.exchange.tariff import Tariff
from market.quality import Improving, Quality, Relative
from market.supply.home_machines import HomeMachines
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.blocks import Blocks
from market.supply.pricing.chosen_terms import ChosenTerms as TermsThatEarnMost
from market.supply.pricing.every import Every
from market.supply.pricing.investing import Investing
from market.supply.pricing.menu_cost import MenuCost
from market.supply.pricing.parts import PartsOfBill
from market.supply.pricing.sticky import Sticky
from market.supply.provider import ProviderAgent
from market.supply.specs import Offer, Pool, Provider, Tier
from market.supply.term import Term
from scenarios.definition.agents import known_agent
from scenarios.definition.machine_time import at_home, served
from scenarios.definition.parameters import Parameters
from scenarios.parameters.catalogues import CatalogueSeller, OpenModel
from scenarios.parameters.dear_hours import DearHours
from scenarios.parameters.fields import SEGMENTS, BySegment
from scenarios.parameters.market import Progress
from scenarios.parameters.ratios import Ratios
from scenarios.parameters.sellers import Broker, Lab, LabOffer, OpenProvider, OwnPrice, Pricing
from scenarios.parameters.tiers import ChosenTerms

STANDARD: Final = "standard"
#: A term that never ends.
DAYS_OF_A_LONG_RUN: Final = 1e6
HOURS_PER_WEEK: Final = 168.0
DAYS_PER_YEAR: Final = 365.25
#: How near the best prices a seller goes that looks for dear hours, relative: profit is flat there.
NEAR: Final = 2e-3
#: Its multiples, less whole numbers, lie apart however many there are.
GOLDEN: Final = (math.sqrt(5.0) - 1.0) / 2.0


def providers(parameters: Parameters, when: Calendar) -> tuple[Provider, ...]:
    """All sellers of tokens."""
    after_labs = len(parameters.labs)
    after_open = after_labs + len(parameters.open)
    everybody = (
        *(lab(one, k, parameters, when) for k, one in enumerate(parameters.labs)),
        *(open_provider(one, k, parameters, when) for k, one in enumerate(parameters.open, after_labs)),
        *(catalogue_seller(one, k, parameters, when) for k, one in enumerate(parameters.sellers, after_open)),
        *(broker(one, parameters, when) for one in parameters.brokers),
    )
    if not parameters.supply.sale.sellers_bid:
        return everybody
    return tuple(replace(one, acquires=True, pays_years=parameters.supply.pays_years) for one in everybody)


# -------------------------------------------------------------------------------------------------- quality


def quality(lag: BySegment, parameters: Parameters, *, size: str, edge: float = 0.0) -> Quality:
    """Worth of an answer by segment: what today's best model gave so many months ago, and how it goes on.

    With an exponential closing of the gap a lag in months is a ratio of gaps: gap = gap_best x (1 - c)^(-months / 12).
    """
    p = parameters.progress
    start = {name: as_of(lag.value(name), p) + edge for name in SEGMENTS}
    start |= {one.name: start[one.quality_as] for one in parameters.demand.others}
    if not p.advancing:
        return start
    return Improving(start, p.frontier_closing if size == "large" else p.small_closing, p.perfect)


def as_of(months: float, progress: Progress) -> float:
    """Quality of the best closed model so many months before the start."""
    gap = (progress.perfect - 1.0) * (1.0 - progress.frontier_closing) ** (-months / 12.0)
    return float(max(progress.perfect - gap, 0.0))


def trainers(parameters: Parameters) -> set[str]:
    """Labs whose models are as good as what they train."""
    return {one.funder for one in parameters.supply.research if one.policy.make().chooses}


def relative(worth: Quality, parameters: Parameters, *, size: str) -> Quality:
    """The same worth, as a path on which one may be ahead or behind: one that stays, where models do not get better."""
    p = parameters.progress
    closing = p.frontier_closing if size == "large" else p.small_closing
    return Relative(Improving(worth, closing, p.perfect)) if isinstance(worth, Mapping) else worth


def quality_of_score(score: float, parameters: Parameters) -> Quality:
    """Worth of an answer of a model with a score: what so many months before or after the start's best gives."""
    p = parameters.progress
    worth = as_of(12.0 * (p.score_at_start - score) / p.score_per_year, p)
    return dict.fromkeys([name for name, _ in parameters.demand.segments()], worth)


# -------------------------------------------------------------------------------------------------- policies


def pricing(chosen: Pricing, when: Calendar, number: int) -> PricingPolicy:
    """A pricing policy, looked at every so often and followed when the gap is large enough.

    Where weeks are left out, lists are looked at as often a calendar week as ever, but no more than daily.
    Each seller has a day of its own for it, by its number.
    """
    policy: PricingPolicy = chosen.make()
    if chosen.share.stays > 0:
        one = chosen.share
        harvest = one.harvest_days * 24.0 * when.simulated_share
        policy = Investing(policy, one.stays, one.years, one.growth, harvest)
    if chosen.every_hours > 0:
        every = when.simulated_hours(chosen.every_hours)
        policy = Every(policy, every, chosen.settling_hours, every * _turn(number), chosen.turns)
    if chosen.change_cost_days > 0:
        policy = MenuCost(
            policy,
            cost_days=chosen.change_cost_days,
            wander=chosen.wander,
            settling_hours=chosen.settling_hours,
        )
    elif chosen.stickiness > 0:
        policy = Sticky(policy, chosen.stickiness, chosen.settling_hours)
    policy = chosen_terms(chosen.terms, policy, when, number, chosen.change_cost_days)
    policy = ratios(chosen.ratios, policy, when, number, chosen.change_cost_days)
    return dear_hours(chosen.dear_hours, policy, when, number, chosen.change_cost_days)


def chosen_terms(
    chosen: ChosenTerms, policy: PricingPolicy, when: Calendar, number: int, change_cost_days: float
) -> PricingPolicy:
    """A policy whose tiers may be sold on other terms; a change has to pay within a year."""
    if chosen.policy == "as-listed":
        return policy
    every, least = when.simulated_hours(chosen.every_hours), _least_gain(chosen, change_cost_days / DAYS_PER_YEAR)
    return TermsThatEarnMost(policy, every, least, turn_hours=every * _turn(number))


def ratios(
    chosen: Ratios, policy: PricingPolicy, when: Calendar, number: int, change_cost_days: float
) -> PricingPolicy:
    """A policy whose list may bill input, cached and long tokens otherwise; a change has to pay within a year."""
    if chosen.policy == "as-listed":
        return policy
    every, least = when.simulated_hours(chosen.every_hours), _least_gain(chosen, change_cost_days / DAYS_PER_YEAR)
    return PartsOfBill(
        policy, chosen.policy == "earn-most", every, chosen.most, least, turn_hours=every * _turn(number)
    )


def dear_hours(
    chosen: DearHours, policy: PricingPolicy, when: Calendar, number: int, change_cost_days: float
) -> PricingPolicy:
    """A policy whose list may be dearer in some hours of the week; a change has to pay until the next look."""
    if chosen.blocks == 0:
        return policy
    # A week is what it looks at.
    every = max(when.simulated_hours(chosen.every_hours), min(chosen.every_hours, HOURS_PER_WEEK))
    return Blocks(
        policy,
        chosen.blocks,
        chosen.windows,
        every,
        chosen.most_load,
        chosen.market_power,
        chosen.keeps_mean,
        _least_gain(chosen, change_cost_days * 24.0 / chosen.every_hours),
        chosen.first_step,
        turn_hours=every * _turn(number),
        near=NEAR,
    )


def _least_gain(chosen: ChosenTerms | Ratios | DearHours, cost: float) -> float:
    """Share of sales that a change has to bring: what is given, and what the change costs."""
    return min(max(chosen.least_gain, cost), 1.0)


def _turn(number: int) -> float:
    """Where in a period a seller has its turn, by its number: the golden ratio spreads however many there are."""
    return GOLDEN * (number + 1) % 1.0


# -------------------------------------------------------------------------------------------------- sellers


def as_listed(offer: Offer, prices: Sequence[OwnPrice], model: str) -> Offer:
    """An offer at the seller's own prices, if it lists any for this model and tier: they stay."""
    for one in prices:
        if (one.model, one.tier) == (model, offer.tier.name):
            output = one.output_usd_per_mtok
            ratios = one.input_usd_per_mtok / output, one.cached_usd_per_mtok / output
            return replace(offer, price=output, fixed_price=True, tariff=offer.tariff.with_ratios(*ratios))
    return offer


def lab(one: Lab, number: int, parameters: Parameters, when: Calendar) -> Provider:
    """A frontier lab; ``number``: its place among all sellers."""
    offers = tuple(_lab_offer(one, sold, parameters) for sold in one.offers)
    return Provider(
        one.name,
        offers,
        kind="frontier",
        agent=known_agent(ProviderAgent, one.agent, f"labs.{one.name}.agent"),
        spot=True,
        headroom=one.headroom,
        foot_in_the_door=one.foot_in_the_door,
        cash=one.cash * when.simulated_share,
        pricing=pricing(one.pricing, when, number),
        quotas=one.quotas.make(),
        leaves=one.leaves,
        restart_h=parameters.supply.restart_h,
        credit=one.credit_usd * when.simulated_share,
        interest=one.interest,
        rounds=one.rounds.make(),
        burn_usd_per_day=one.burn_usd_per_day,
        funding_usd_per_day=one.funding_usd_per_day,
    )


def _lab_offer(one: Lab, sold: LabOffer, parameters: Parameters) -> Offer:
    model = next(model for model in one.models if model.name == sold.model)
    terms = next(tier for tier in one.tiers if tier.name == sold.tier)
    edge = one.edge if model.size == "large" else 0.0
    worth = quality(model.lag_months, parameters, size=model.size, edge=edge)
    if model.score > 0:
        worth = quality_of_score(model.score, parameters)
    if one.name in trainers(parameters):
        worth = relative(worth, parameters, size=model.size)
    offer = Offer(
        f"{one.name} {sold.name}",
        sold.price,
        worth,
        served(model.architecture, parameters, model.work, one.chip),
        terms.make(),
        cost=model.cost,
        open_to=_buyers(sold, parameters),
        efficiency_growth=1.0 if model.score > 0 else parameters.progress.efficiency_growth,
        kept_for=model.kept_for,
        kept_above=model.kept_above,
        fixed_price=sold.fixed_price or sold.price == 0.0,
        fee_usd_per_month=sold.fee_usd_per_month,
        user_worth_usd_per_month=sold.user_worth_usd_per_month,
        tariff=Tariff(model.bills.make()),
    )
    return as_listed(offer, one.prices, sold.model)


def _buyers(sold: LabOffer, parameters: Parameters) -> tuple[str, ...] | None:
    """Segments that may buy an offer; None for all."""
    if not sold.open_to and not sold.closed_to:
        return None
    among = sold.open_to or tuple(name for name, _ in parameters.demand.segments())
    return tuple(name for name in among if name not in sold.closed_to)


def open_provider(one: OpenProvider, number: int, parameters: Parameters, when: Calendar) -> Provider:
    """An open-weight provider: rents on the spot market; ``number``: its place among all sellers."""
    base = parameters.progress.open_lag_months
    lag = BySegment(**{name: base.value(name) + one.extra_lag_months.value(name) for name in SEGMENTS})
    offer = Offer(
        _open_offer(one),
        one.price,
        quality(lag, parameters, size=one.size),
        served(one.architecture, parameters, one.work, one.chip),
        Tier(STANDARD, one.speed, 1.0),
        cost=one.cost,
        efficiency_growth=parameters.progress.efficiency_growth,
        tariff=Tariff(one.bills.make()),
    )
    return Provider(
        one.name,
        (as_listed(offer, one.prices, one.architecture),),
        (own_pool(one, when),),
        kind="open",
        agent=known_agent(ProviderAgent, one.agent, f"open.{one.name}.agent"),
        spot=one.machines.racks == 0,
        headroom=one.headroom,
        cash=one.cash * when.simulated_share,
        pricing=pricing(one.pricing, when, number),
        leaves=one.leaves,
        restart_h=parameters.supply.restart_h,
        credit=one.credit_usd * when.simulated_share,
        interest=one.interest,
        rounds=one.rounds.make(),
        enters=one.enters,
        enter_margin=one.enter_margin,
        burn_usd_per_day=one.burn_usd_per_day,
        funding_usd_per_day=one.funding_usd_per_day,
    )


def catalogue_seller(one: CatalogueSeller, number: int, parameters: Parameters, when: Calendar) -> Provider:
    """A seller of open models, on machines of its own or rented ones; ``number``: its place among all sellers."""
    return Provider(
        one.name,
        tuple(_listed(one, model, parameters) for model in parameters.listed_by(one)),
        (Pool(one.racks, running_cost=one.power_usd),) if one.racks > 0 else (Pool(),),
        kind="open",
        agent=known_agent(ProviderAgent, one.agent, f"sellers.{one.name}.agent"),
        spot=True,
        headroom=one.headroom,
        foot_in_the_door=one.foot_in_the_door,
        cash=one.cash * when.simulated_share,
        pricing=pricing(one.pricing, when, number),
        enters=one.enters,
        enter_margin=one.enter_margin,
        enter_per_day=when.chance_in_day(one.enter_per_day),
        drops_after_days=when.simulated_hours(24.0 * one.drops_after_days) / 24.0,
    )


def _listed(one: CatalogueSeller, model: OpenModel, parameters: Parameters) -> Offer:
    return Offer(
        f"{one.name} {model.name}",
        model.price,
        quality_of_score(model.score, parameters),
        served(model.architecture, parameters, model.work, one.chip),
        Tier(STANDARD, model.speed, 1.0),
        cost=model.cost,
        tariff=Tariff(model.bills.make()),
        model=model.name,
        replica_racks=model.replica_racks,
    )


def own_pool(one: OpenProvider, when: Calendar) -> Pool:
    """Machines that a provider holds in every hour; none where it rents by the hour."""
    held = one.machines
    if held.racks == 0:
        return Pool()
    days = min(held.term_days, DAYS_OF_A_LONG_RUN) * when.simulated_share
    return Pool(held.racks, term=Term(held.usd_per_rack_h, max(round(days * when.ticks_per_day), 1), one.headroom))


def _open_offer(one: OpenProvider) -> str:
    return f"{one.name} {one.architecture}"


def broker(one: Broker, parameters: Parameters, when: Calendar) -> Provider:
    """A broker: routes, and idle machines of coders at home."""
    offers = []
    for architecture in one.routes:
        sellers = [seller for seller in parameters.open if seller.architecture == architecture]
        offers.append(
            Offer(
                f"{one.name} {architecture}",
                min(seller.price for seller in sellers) * (1.0 + one.cut),
                technology=served(architecture, parameters, sellers[0].work, sellers[0].chip),
                tier=Tier(STANDARD, min(seller.speed for seller in sellers)),
                routes=tuple(_open_offer(seller) for seller in sellers),
                cut=one.cut,
            )
        )
    homes = one.homes
    pools: tuple[Pool, ...] = (Pool(),)
    if homes.idle_share > 0:
        rented = HomeMachines("coders", homes.idle_share, homes.usd_per_hour, homes.power_usd_per_hour)
        pools = (Pool(), Pool(name="homes", homes=rented))
        worth, p = parameters.demand.coders.local.quality, parameters.progress
        start = dict.fromkeys([name for name, _ in parameters.demand.segments()], worth)
        worth_there: Quality = Improving(start, p.small_closing, p.perfect) if p.advancing else start
        offers.append(
            Offer(
                f"{one.name} homes",
                homes.price,
                worth_there,
                at_home(homes.architecture, parameters, homes.chip),
                Tier(STANDARD, homes.speed),
                pool="homes",
                open_to=("casual", "coders"),
                fixed_price=True,
                tariff=Tariff(homes.bills.make()),
            )
        )
    return Provider(one.name, tuple(offers), pools, kind="broker", cash=one.cash * when.simulated_share)
