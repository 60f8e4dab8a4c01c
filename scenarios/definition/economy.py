"""From a scenario to an economy: the one place where parameters become agents."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from capacity import Chip, Costs, Workload
from capacity.custom import Known
from capacity.errors import InputError
from market.calendar import DAYS_PER_WEEK, Calendar, RepresentativeWeeks
from market.demand.haste import Background, TimeValues
from market.demand.income import Income
from market.demand.load_shape import FLAT, LoadShape, measured
from market.demand.nests import Nest
from market.demand.products import Products
from market.demand.segment import Deferral, LocalMachine, Refusal, Segment
from market.demand.zones import Zone
from market.economy import Economy
from market.events.base import Event
from market.events.release import Release
from market.exchange.rationing.strict_priority import StrictPriority
from market.exchange.waits import WaitModel
from market.quality import Improving, Quality
from market.supply.borrowing import Borrowing
from market.supply.firm_sale import FirmSale
from market.supply.owner import HyperscalerAgent
from market.supply.research import Research
from market.supply.specs import Hyperscaler
from market.supply.wholesale import Wholesale
from scenarios.definition.agents import known_agent
from scenarios.definition.building_out import (
    after_rents,
    counted_racks,
    expansion,
    rack_capital,
    rack_maker,
    racks_by_owner,
    vintages_by_owner,
)
from scenarios.definition.parameters import Parameters
from scenarios.definition.renting import contracts, on_demand, term_market
from scenarios.definition.sellers import providers
from scenarios.definition.trends import adoption, growth_of, known_path, users_path
from scenarios.parameters.demand import Demand, Request, Users
from scenarios.parameters.load_shapes import Shape
from scenarios.parameters.market import Progress
from scenarios.parameters.research import ResearchBudget
from scenarios.parameters.supply import RENAMED, Supply
from scenarios.parameters.time import Time

#: Rules that hold or do not, of the same name in an economy.
SWITCHES: Final = ("whole", "fallback", "needs_without_waits", "overflow", "contexts")


def economy_of(parameters: Parameters, individuals: int = 10_000) -> Economy:
    """The economy with so many simulated individuals."""
    when, rules = calendar_of(parameters.time), parameters.market
    owners = hyperscalers(parameters, when)
    sellers = providers(parameters, when)
    within = rules.rationing.make()
    return Economy(
        segments=tuple(
            segment(name, users, parameters, individuals, when) for name, users in parameters.demand.segments()
        ),
        providers=sellers,
        hyperscalers=owners,
        contracts=contracts(parameters, owners, when),
        research=tuple(research(one, when, parameters.supply.restart_h) for one in parameters.supply.research),
        products=products(parameters, owners),
        sale=FirmSale(parameters.supply.sale.seller_share, parameters.supply.sale.least),
        maker=rack_maker(
            parameters.supply,
            parameters.known.chips[parameters.supply.chip],
            sum(owner.racks for owner in owners),
            when.simulated_share,
        ),
        events=events_of(parameters),
        calendar=when,
        wholesale=Wholesale(terms=term_market(parameters.supply, parameters.known.chips[parameters.supply.chip])),
        clearing=rules.clearing.make(),
        rationing=StrictPriority(within=within) if rules.by_tier else within,
        waits=WaitModel(chance=rules.chance_waits),
        **{name: getattr(rules, name) for name in SWITCHES},
        learning_ticks=learning_ticks(rules.learning_hours, when.tick_hours),
    )


def check_economy(parameters: Parameters, where: str) -> None:
    """Make the economy and look whether every offer can be served: machines hold the model at the speed promised."""
    at = ""
    try:
        made = economy_of(parameters, individuals=30)
        for provider in made.providers:
            for offer in provider.offers:
                for users in made.segments:
                    at = f"offer '{offer.name}' cannot serve segment '{users.name}': "
                    offer.technology.work(users.workload, offer.tier.speed)
    except InputError as error:
        raise InputError(f"{where}: {at}{error}") from error


def events_of(parameters: Parameters) -> tuple[Event, ...]:
    """All that has a date: what comes out, and shocks."""
    return (*releases(parameters), *(event.make() for event in parameters.events))


def releases(parameters: Parameters) -> tuple[Event, ...]:
    """What comes out after the start is sold from its day on."""
    start = parameters.time.start
    dated = [
        (f"{lab.name} {sold.name}", model.released)
        for lab in parameters.labs
        for model in lab.models
        for sold in lab.offers
        if sold.model == model.name
    ]
    dated += [
        (f"{seller.name} {model.name}", model.released)
        for seller in parameters.sellers
        for model in parameters.listed_by(seller)
    ]
    return tuple(
        Release(name=f"release of {offer}", begin=datetime(day.year, day.month, day.day, tzinfo=UTC), of=(offer,))
        for offer, day in dated
        if day > start
    )


# -------------------------------------------------------------------------------------------------- time


def calendar_of(time: Time) -> Calendar:
    """Every hour, or representative weeks."""
    kind = RepresentativeWeeks if time.mode == "representative-weeks" else Calendar
    return kind(datetime(time.start.year, time.start.month, time.start.day, tzinfo=UTC), time.tick_hours)


#: Fewest ticks over which users average: running means over fewer make cobwebs. Ticks longer than an hour need more.
#: Declared: in the baseline at ticks of 3 h, means over 1, 3, 6 and 24 ticks lose 23, .6, .3 and .3 % of requests;
#: by the hour 3 and 24 ticks lose .15 and .14 %.
LEAST_TICKS: Final = 3.0
LEAST_LONG_TICKS: Final = 6.0


def learning_ticks(learning_hours: float, tick_hours: float) -> float:
    """Ticks over which users average what they see.

    >>> [learning_ticks(3.0, hours) for hours in (1.0, 0.5, 3.0)]
    [3.0, 6.0, 6.0]
    """
    return max(learning_hours / tick_hours, LEAST_TICKS if tick_hours <= 1.0 else LEAST_LONG_TICKS)


# -------------------------------------------------------------------------------------------------- users


def workload(request: Request, known: Known) -> Workload:
    """The shape of a request."""
    shape = Workload(request.input, request.output, request.cached, request.held_s, spread=request.spread)
    return shape if request.like == "custom" else replace(shape, decoding=known.workloads[request.like].decoding)


def load_shape(shape: Shape) -> LoadShape:
    """The load by local hour."""
    if shape.weekday:
        return LoadShape.of_loads(shape.weekday, shape.weekend)
    return FLAT if shape.load == "flat" else measured(shape.load)


def local_quality(segment: str, worth: float, progress: Progress) -> Quality:
    """Worth of what a machine at home answers: small models get better at home too."""
    return Improving({segment: worth}, progress.small_closing, progress.perfect) if progress.advancing else worth


def zones(demand: Demand) -> tuple[Zone, ...]:
    """Where users live."""
    return tuple(Zone(place.name, place.utc_offset_h, place.share) for place in demand.zones)


def tiers_of_sellers(scale: float, parameters: Parameters) -> tuple[Nest, ...]:
    """A nest of each lab's offers: who leaves one of its tiers thinks first of another of them."""
    if scale == 1.0:
        return ()
    return tuple(Nest(scale, tuple(f"{lab.name} {one.name}" for one in lab.offers)) for lab in parameters.labs)


def local_machine(segment: str, users: Users, parameters: Parameters, when: Calendar) -> LocalMachine:
    """What a machine of their own does for users, and costs."""
    machine = users.local
    return LocalMachine(
        machine.owners,
        local_quality(segment, machine.quality, parameters.progress),
        machine.speed,
        machine.energy_kwh * machine.power_usd_per_kwh,
        machine.at_once * 3600.0 * machine.speed / users.request.output,
        machine.price_usd,
        machine.life_days,
        when.chance_in_day(machine.consider_per_day),
    )


def segment(name: str, users: Users, parameters: Parameters, individuals: int, when: Calendar) -> Segment:
    """A segment of users."""
    demand = parameters.demand
    come, ask_more = growth_of(users, demand)
    grouped, waiting, machine = demand.resolution == "grouped", users.deferral, users.local
    deferral = Deferral(waiting.share, waiting.deadline_h, waiting.cost_usd, waiting.cost_usd_per_h)
    local = local_machine(name, users, parameters, when)
    return Segment(
        name,
        workload(users.request, parameters.known),
        users=users.users * demand.scale,
        individuals=max(1, round(individuals * users.individuals_share)),
        requests_per_day=users.requests_per_day,
        size_spread=users.size_spread,
        request_spread=users.request_spread,
        worth_of_size=users.worth_of_size,
        worth_usd=users.worth_usd,
        worth_spread=users.worth_spread,
        taste_noise=users.taste_noise,
        worth_cap=users.worth_cap,
        time_value=users.time_value,
        time_values=TimeValues(**users.time_values.model_dump()),
        background=Background(**users.background.model_dump()),
        attachment=users.attachment,
        refusals=tuple(Refusal(one.name, one.share) for one in users.refuses),
        intensity_elasticity=users.intensity_elasticity,
        asking_effort=users.asking_effort,
        nests=(*tiers_of_sellers(users.tier_nest, parameters), Nest(users.nest)),
        adoption=adoption(users.adoption),
        reconsider_per_day=users.reconsider_per_day / when.simulated_share,
        patience_h=users.patience_h,
        budget_usd_per_day=users.budget_usd_per_day,
        income=Income(**users.income.model_dump()),
        deferral=deferral if waiting.share > 0 else None,
        local=local if machine.owners > 0 or math.isfinite(machine.price_usd) else None,
        shape=load_shape(users.shape),
        zones=zones(demand),
        burstiness=users.burstiness,
        growth=come,
        intensity_growth=ask_more,
        users_path=users_path(users, come, demand.users_share, demand.scale),
        intensity_path=known_path(users, ask_more, 1.0 - demand.users_share),
        cells=round(demand.cells) if grouped else 0,
        dtype="float32" if individuals >= 1_000 and not grouped else "float64",
    )


# -------------------------------------------------------------------------------------------------- machines


def hyperscalers(parameters: Parameters, when: Calendar) -> tuple[Hyperscaler, ...]:
    """Owners of machines for rent."""
    supply, rack = parameters.supply, parameters.known.chips[parameters.supply.chip]
    costs = Costs(power_usd_per_kwh=supply.power_usd_per_kwh)
    power = costs.power_usd_per_chip_hour(rack) * rack.chips_per_system
    grows = expansion(supply, rack, parameters.time.days, when.simulated_share)
    counted = counted_racks(supply, rack, parameters.time.days) if supply.expansion == "counted" else {}
    kinds = vintages_by_owner(supply.quarter, supply.calibration, rack, costs) if supply.vintages else {}
    # Where weeks are left out, what is bought once, or owned, counts as the part of them that earns.
    made = [
        Hyperscaler(
            RENAMED.get(owner, owner),
            racks * supply.scale,
            expansion=counted.get(owner, grows),
            first_party=supply.first_party * (1.0 - supply.first_party_products.share),
            first_party_first=supply.first_party_first,
            acquires=supply.acquires,
            pays_years=supply.pays_years,
            rack_price=(rack_capital(rack) if supply.maker.sells else supply.rack_price_usd) * when.simulated_share,
            running_cost=kinds[owner][0].running_cost if kinds else power,
            older=tuple(replace(old, racks=old.racks * supply.scale) for old in kinds[owner][1:]) if kinds else (),
            retires_a_month=supply.retires_a_month,
            cash=supply.owners_cash * when.simulated_share,
            interest=supply.owners_interest,
            kind=known_agent(HyperscalerAgent, supply.agent, "supply.agent"),
            on_demand=on_demand(supply, rack, when),
        )
        for owner, racks in racks_by_owner(supply.quarter, supply.calibration, rack).items()
        if owner not in supply.not_for_rent
    ]
    return tuple(on_credit(one, supply, rack, when) if one.name in RENAMED.values() else one for one in made)


def on_credit(owner: Hyperscaler, supply: Supply, rack: Chip, when: Calendar) -> Hyperscaler:
    """The same owner as one who borrows against contracts, and orders what pays and creditors lend for."""
    terms, share = supply.neoclouds, when.simulated_share
    if not terms.borrow:
        return owner
    return replace(
        owner,
        expansion=after_rents(supply, rack, share),
        acquires=False,
        cash=-terms.debt_usd * share,
        interest=terms.interest,
        borrowing=Borrowing(terms.credit_usd * share, terms.advance),
    )


def products(parameters: Parameters, owners: tuple[Hyperscaler, ...]) -> tuple[Products, ...]:
    """The part of owners' own use that follows the day."""
    terms, first_party = parameters.supply.first_party_products, parameters.supply.first_party
    if terms.share == 0:
        return ()
    where = zones(parameters.demand)
    return tuple(
        Products(owner.name, owner.racks * first_party * terms.share, load_shape(terms.shape), where, terms.growth)
        for owner in owners
    )


def research(budget: ResearchBudget, when: Calendar, restart_h: float = 0.0) -> Research:
    """A budget for research. Where weeks are left out, sales are averaged over as many fewer days, but a week."""
    simulated = budget.sales_days * when.simulated_share
    return Research(
        budget.name,
        budget.usd_per_day,
        budget.elasticity,
        budget.reference_usd,
        budget.growth,
        budget.funder,
        budget.share_of_sales,
        max(simulated, min(budget.sales_days, DAYS_PER_WEEK)),
        budget.sales_usd_per_day,
        restart_h=restart_h,
        runway_days=budget.runway_days,
        policy=budget.policy.make(),
    )
