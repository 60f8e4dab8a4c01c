"""Founding: agents, accounts, the book and the first state, from an economy."""

from __future__ import annotations

from collections.abc import Sequence

import mesa
import numpy as np
from numpy.typing import NDArray

from market.demand.cohort import Cohort, CurveCohort, Wanted
from market.demand.individuals import LogitCohort
from market.demand.segment import CurveSegment
from market.economy import Economy
from market.events.effects import nothing_happens
from market.exchange.books import Book, Listing, make_book
from market.exchange.call_auction import CallAuction
from market.exchange.clearing.base import Cleared, Response
from market.exchange.ledger import Ledger
from market.exchange.queue import Queue, Round
from market.quality import quality_at
from market.randomness import Streams
from market.simulation.asking import writing_hours
from market.simulation.befalling import befallen
from market.simulation.founded import Founded
from market.simulation.posting import served_ahead
from market.simulation.quoting import first_quotes
from market.simulation.state import (
    Contracts,
    Expected,
    Firms,
    Fleets,
    Invested,
    Known,
    Lately,
    Machines,
    Ordered,
    Paid,
    Posted,
    Served,
    State,
    Terms,
)
from market.simulation.weeks import unknown_weeks
from market.supply.firm import agent_class
from market.supply.needs import Needs
from market.supply.owner import HyperscalerAgent
from market.supply.provider import ProviderAgent
from market.supply.purchases import nothing_bought
from market.supply.rack_maker import RackMakerAgent, nothing_sold
from market.supply.research import ResearchAgent
from market.supply.vintages import Exit
from market.supply.wholesale import Allotment

type Floats = NDArray[np.float64]


def found(model: mesa.Model, economy: Economy, streams: Streams) -> tuple[Founded, State]:
    """Make the agents and list their offers; put in the money that they start with."""
    ledger = Ledger([a.name for a in economy.agents])
    owners = make_owners(model, economy, ledger)
    providers = make_providers(model, economy, ledger)
    researchers = make_researchers(model, economy, ledger)
    cohorts = make_cohorts(model, economy, streams)
    for owner in economy.hyperscalers:
        ledger.pay("funding", owner.name, owner.cash, "funding")
    for provider in economy.providers:
        ledger.pay("funding", provider.name, provider.cash, "funding")
    maker = make_maker(model, economy, ledger)
    book = list_offers(economy, providers)
    founded = found_market(economy, streams, cohorts, providers, owners, researchers, maker, book)
    return founded, first_state(founded, ledger)


def make_owners(model: mesa.Model, economy: Economy, ledger: Ledger) -> list[HyperscalerAgent]:
    """Owners of machines."""
    return [
        agent_class(HyperscalerAgent, spec.kind)(model, spec, k, ledger) for k, spec in enumerate(economy.hyperscalers)
    ]


def make_providers(model: mesa.Model, economy: Economy, ledger: Ledger) -> list[ProviderAgent]:
    """Sellers of tokens, with places for their offers and pools in the book."""
    made: list[ProviderAgent] = []
    offers = pools = 0
    for k, spec in enumerate(economy.providers):
        made.append(agent_class(ProviderAgent, spec.agent or spec.kind)(model, spec, k, ledger, offers, pools))
        offers, pools = offers + len(spec.offers), pools + len(spec.pools)
    return made


def make_researchers(model: mesa.Model, economy: Economy, ledger: Ledger) -> list[ResearchAgent]:
    """Budgets for research."""
    return [agent_class(ResearchAgent, spec.kind)(model, spec, k, ledger) for k, spec in enumerate(economy.research)]


def make_maker(model: mesa.Model, economy: Economy, ledger: Ledger) -> RackMakerAgent | None:
    """Who makes racks, if there is one, with what it starts with."""
    spec = economy.maker
    if spec is None:
        return None
    ledger.pay("funding", spec.name, spec.cash, "funding")
    return agent_class(RackMakerAgent, spec.kind)(model, spec, 0, ledger)


def make_cohorts(model: mesa.Model, economy: Economy, streams: Streams) -> list[Cohort[Wanted]]:
    """Users, a cohort a segment."""
    return [
        CurveCohort(model, s)
        if isinstance(s, CurveSegment)
        else LogitCohort(model, s, economy.calendar, streams, contexts_of(economy))
        for s in economy.segments
    ]


def contexts_of(economy: Economy) -> Floats:
    """Tokens that an offer's model can attend to at most, by offer: of a routed one, the least of where it may go."""
    specs = {o.name: o for p in economy.providers for o in p.offers}
    if not economy.contexts:
        return np.full(len(specs), np.inf)
    own = {name: o.technology.context for name, o in specs.items()}
    return np.array([min((own[to] for to in o.routes), default=own[o.name]) for o in specs.values()])


def list_offers(economy: Economy, providers: Sequence[ProviderAgent]) -> Book:
    """Put all offers into a book."""
    listings = [listing for p in providers for listing in listings_of(economy, p)]
    pools = sum(len(p.spec.pools) for p in providers)
    workloads = [s.workload for s in economy.segments]
    hours, by_rank = economy.calendar.tick_hours, economy.rationing.serves_by_rank
    return make_book(listings, workloads, hours, pools, by_rank=by_rank)


def listings_of(economy: Economy, p: ProviderAgent) -> list[Listing]:
    """A provider's offers as they enter the book."""
    pool_of = dict(zip((pool.name for pool in p.spec.pools), p.pools, strict=True))
    return [
        Listing(
            name=o.name,
            provider=p.number,
            pool=pool_of[o.pool],
            technology=o.technology,
            speed=o.tier.speed,
            priority=o.tier.priority,
            deadline_h=o.tier.deadline_h,
            quota=o.tier.quota_per_day * (o.tier.window_h / 24.0),
            quality=tuple(quality_at(o.quality, s.name) for s in economy.segments),
            open_to=None if o.open_to is None else tuple(s.name in o.open_to for s in economy.segments),
            price=o.price,
            tariff=o.tariff,
            most_speed=o.tier.most_speed,
            least_h=o.tier.least_h,
            spare=o.tier.spare,
            window_h=o.tier.window_h,
            week_quota=o.tier.quota_per_week,
        )
        for o in p.spec.offers
    ]


def found_market(
    economy: Economy,
    streams: Streams,
    cohorts: Sequence[Cohort[Wanted]],
    providers: Sequence[ProviderAgent],
    owners: Sequence[HyperscalerAgent],
    researchers: Sequence[ResearchAgent],
    maker: RackMakerAgent | None,
    book: Book,
) -> Founded:
    """What stays as it is."""
    specs = [o for p in providers for o in p.spec.offers]
    place = {name: j for j, name in enumerate(book.names)}
    kept = [[s.name in o.kept_for for o in specs] for s in economy.segments]
    return Founded(
        economy=economy,
        streams=streams,
        cohorts=cohorts,
        providers=providers,
        owners=owners,
        researchers=researchers,
        maker=maker,
        number_of={owner.name: owner.number for owner in owners} | {p.name: p.number for p in providers},
        pool_names=[
            p.name if len(p.spec.pools) == 1 else f"{p.name}/{pool.name}" for p in providers for pool in p.spec.pools
        ],
        supply_curves=[pool.supply for p in providers for pool in p.spec.pools],
        offer_names=np.array(book.names, dtype=np.str_),
        offer_kinds=np.array([p.spec.kind for p in providers for _ in p.spec.offers], dtype=np.str_),
        offer_models=np.array([o.model for o in specs], dtype=np.str_),
        book=book,
        fee=np.array([o.fee_usd_per_month for o in specs]),
        user_worth=np.array([o.user_worth_usd_per_month for o in specs]),
        kept_for=np.array(kept, dtype=bool).reshape(book.open.shape),
        kept_above=np.array([o.kept_above for o in specs]),
        routes={place[o.name]: (tuple(place[target] for target in o.routes), o.cut) for o in specs if o.routes},
        befallen=befallen(economy),
        contexts=contexts_of(economy),
        output_tokens=np.array([s.workload.output for s in economy.segments]),
    )


def usual_request(book: Book) -> Floats:
    """Rack-hours, and million tokens billed, of a request of each offer: mean over the segments that may buy it."""
    buyers = np.where(book.open.any(axis=0), book.open, True)
    weight = np.divide(buyers, buyers.sum(axis=0), out=np.zeros(buyers.shape), where=buyers.any(axis=0))
    return np.array([(book.work * weight).sum(axis=0), (book.billed * weight).sum(axis=0)])


def first_state(founded: Founded, ledger: Ledger) -> State:
    """The state before the first tick: nothing has been ordered, and nothing is known."""
    book, economy = founded.book, founded.economy
    shape, owners, providers = book.work.shape, len(founded.owners), len(founded.providers)
    of_offers, of_pools = np.zeros(book.offers), np.zeros(book.pools)
    writing = writing_hours(book, of_pools)
    patience = np.array([s.patience_h for s in economy.segments])
    return State(
        tick=-1,
        effects=nothing_happens(book.offers, owners + providers),
        fleets=Fleets(np.array([owner.racks for owner in founded.owners]), (), nothing_sold(economy.maker, owners)),
        terms=Terms(book, np.ones((2, book.offers)), np.zeros((2, providers)), np.tile(usual_request(book), (2, 1, 1))),
        firms=first_firms(founded),
        quoted=first_quotes(founded.owners),
        contracts=Contracts(tuple(economy.contracts), ()),
        needs=Needs(book, np.zeros(shape), np.zeros(shape), np.zeros(shape), (0, 0), founded.upkeep),
        machines=no_machines(founded),
        posted=Posted(book, book.price, {}, served_ahead(book), np.zeros(book.offers)),
        wanted=tuple(cohort.wanted for cohort in founded.cohorts),
        expected=Expected(np.zeros(shape), of_offers[None], of_offers, of_offers, writing, writing),
        ordered=nothing_ordered(shape, book.pools),
        served=nothing_served(shape, book.pools),
        known=Known(
            chance_wait_h=of_offers,
            waits_of_day=np.zeros((2, book.offers)),
            queues_of_week=np.zeros((2, book.offers, founded.calendar.ticks_per_week)),
            load=of_pools,
            usual_orders=np.full((2, *shape, founded.calendar.ticks_per_day), np.nan),
            usual_wanted=np.full((2, shape[0], founded.calendar.ticks_per_day), np.nan),
            usual_capacity=np.full((2, book.pools, founded.calendar.ticks_per_day), np.nan),
            level=np.ones(shape),
            members=np.zeros(shape),
            visitors=np.zeros(shape),
            weeks=unknown_weeks(providers, founded.calendar.ticks_per_week),
            year_ahead_usd=np.full(len(founded.researchers), np.nan),
        ),
        invested=Invested(first_racks(founded.providers), of_pools, of_pools, of_pools),
        paid=Paid(
            np.zeros(shape),
            np.zeros(shape),
            np.array([one.spec.sales_usd_per_day for one in founded.researchers], dtype=np.float64),
            Lately(*(np.zeros(providers) for _ in range(4))),
            np.array([owner.spec.racks * owner.spec.rack_price for owner in founded.owners], dtype=np.float64),
            np.zeros(owners),
        ),
        queue=Queue(book.segments, book.offers, founded.hours, patience, whole=economy.whole),
        ledger=ledger,
    )


def first_firms(founded: Founded) -> Firms:
    """All but those who come later."""
    active = np.array([not p.spec.enters for p in founded.providers], dtype=bool)
    nobody = np.zeros(active.size, dtype=bool)
    offers = founded.book.offers
    all_sold, none_dropped = np.ones(offers, dtype=bool), np.zeros(offers, dtype=bool)
    start, unknown = np.zeros(active.size), np.full(offers, np.nan)
    failed = np.zeros(len(founded.owners), dtype=bool)
    return Firms(
        active, nobody, (None,) * active.size, all_sold, {}, (), start, none_dropped, unknown, failed, failed.copy()
    )


def first_racks(providers: Sequence[ProviderAgent]) -> Floats:
    """Racks owned at the start, by pool; the first of a day where they differ by the time of day."""
    racks = [pool.racks for p in providers for pool in p.spec.pools]
    return np.array([each[0] if isinstance(each, tuple) else each for each in racks], dtype=np.float64)


def no_machines(founded: Founded) -> Machines:
    """No machines have been given out."""
    owners, researchers, calendar = len(founded.owners), len(founded.researchers), founded.calendar
    none, of_providers = np.zeros(owners), np.zeros(len(founded.providers))
    allotment = Allotment(
        owned=none,
        first_party=none,
        contracted=none,
        short=none,
        listed=none,
        sold_spot=none,
        idle=none,
        by_contract=np.zeros(0),
        spot=of_providers,
        research=np.zeros(researchers),
        at_list=np.zeros((owners, of_providers.size)),
        research_at_list=np.zeros((owners, researchers)),
        price=0.0,
        outcome=CallAuction().clear([], [], [], []),
    )
    return Machines(
        capacity=np.zeros(founded.book.pools),
        allotment=allotment,
        own_racks=of_providers,
        home_racks=of_providers,
        spot_racks=of_providers,
        contracted_racks=of_providers,
        earned=none,
        spot_prices=np.zeros(0),
        stood=np.zeros(0),
        bids=(),
        worth={},
        taken=none,
        chance=0.0,
        restarted=of_providers,
        research_restarted=np.zeros(researchers),
        exit=Exit(),
        trained=np.ones(researchers),
        purchases=tuple(
            nothing_bought(p.spec.pools[0].running_cost, calendar.ticks_per_day, calendar.days_of_a_kind)
            for p in founded.providers
        ),
    )


def nothing_ordered(shape: tuple[int, ...], pools: int) -> Ordered:
    """Nobody has ordered anything."""
    none, by_segment = np.zeros(shape), np.zeros(shape[0])
    cross = np.zeros((*shape, shape[1]))
    response = Response(none, by_segment, by_segment, by_segment, by_segment, none, cross, by_segment)
    offers = np.zeros(shape[1])
    return Ordered(Cleared(none, response, np.zeros(pools)), none, offers, offers, none, none, none, by_segment, offers)


def nothing_served(shape: tuple[int, ...], pools: int) -> Served:
    """Nobody has been served, and nobody waits."""
    none, by_offer = np.zeros(shape), np.zeros(shape[1])
    nobody = Round(none, none, none, none, none, none, none, none, np.zeros(pools))
    return Served(nobody, none, none, none, none, by_offer, by_offer)
