"""An economy: everything a run is made of, as plain values that can be compared and written down."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from capacity.errors import InputError, UnknownNameError, nearest, require, require_kind, require_kinds
from market.calendar import Calendar
from market.demand.products import Products
from market.demand.segment import CurveSegment, Segment
from market.events.base import Event
from market.exchange.clearing.base import Clearing
from market.exchange.clearing.posted import PostedPrices
from market.exchange.ledger import OUTSIDE
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.first_come import FirstCome
from market.exchange.rationing.strict_priority import StrictPriority
from market.exchange.waits import WaitModel
from market.quality import quality_at
from market.supply.contract import Contract
from market.supply.firm_sale import FirmSale
from market.supply.rack_maker import RackMaker
from market.supply.research import Research
from market.supply.specs import Hyperscaler, Provider
from market.supply.wholesale import Wholesale


@dataclass(frozen=True)
class Economy:
    """What a run is made of.

    Attributes:
        segments: users.
        providers: sellers of tokens.
        hyperscalers: owners of machines who rent them out.
        contracts: racks rented for a term.
        products: first-party products of hyperscalers, whose load follows the day and the week.
        research: budgets for research, which rent machines by the hour.
        calendar: start and length of ticks.
        clearing: how the retail market clears.
        rationing: who is served first when a pool is full.
        waits: how users expect to wait.
        wholesale: how machines are given out.
        whole: whole requests that arrive at random, in place of a fluid of expected ones.
        fallback: whether those who lose patience try another offer before they give up.
        events: dated shocks.
        sale: how firms that cannot pay are sold.
        maker: who makes racks, of whom owners whose expansion orders them buy; None: they buy at their ``rack_price``
            as many as they like.
        needs_without_waits: whether sellers rent machines for what would be ordered if nobody had to wait, and ask
            users before the first tick what they would order at other prices; otherwise by what is ordered with the
            waits that there are, so that who once had too few machines goes on with too few.
        overflow: whether requests for which a seller has no machines in a tick go at once to who has some; otherwise
            they wait, and look at others when patience is gone.
        contexts: whether a request that is longer than a model's context is no option at its offers.
        learning_ticks: ticks over which users average the speeds they see, and without overflow the waits, and sellers
            how orders go; 1 sees the last.
    """

    segments: tuple[Segment | CurveSegment, ...]
    providers: tuple[Provider, ...]
    hyperscalers: tuple[Hyperscaler, ...] = ()
    contracts: tuple[Contract, ...] = ()
    calendar: Calendar = field(default_factory=Calendar)
    clearing: Clearing = field(default_factory=PostedPrices)
    rationing: Rationing = field(default_factory=lambda: StrictPriority(within=FirstCome()))
    waits: WaitModel = field(default_factory=WaitModel)
    wholesale: Wholesale = field(default_factory=Wholesale)
    whole: bool = False
    fallback: bool = True
    needs_without_waits: bool = False
    overflow: bool = False
    contexts: bool = False
    learning_ticks: float = 3.0
    research: tuple[Research, ...] = ()
    products: tuple[Products, ...] = ()
    events: tuple[Event, ...] = ()
    maker: RackMaker | None = None
    sale: FirmSale = field(default_factory=FirmSale)

    def __post_init__(self) -> None:
        self._check_kinds()
        require("economy: learning_ticks", self.learning_ticks, at_least=1)
        self._check_names()
        self._check_segments()
        self._check_cells()
        self._check_offers()
        self._check_homes()
        self._check_contracts()
        self._check_research()
        self._check_products()
        self._check_events()
        self.check_best_prices([p.name for p in self.providers if not p.enters])

    def check_best_prices(self, there: Collection[str]) -> None:
        """Say so if one of the providers that are there could ask any price of users who can go nowhere else."""
        sellers = [p for p in self.providers if p.name in there and p.pricing.moves_prices]
        for segment in (s for s in self.segments if isinstance(s, Segment) and s.users > 0 and not _has_a_way_out(s)):
            open_to = [
                (p.name, o)
                for p in self.providers
                if p.name in there
                for o in p.offers
                if o.open_to is None or segment.name in o.open_to
            ]
            for p in (p for p in sellers if p.pricing.boundless):
                own = {o.name for name, o in open_to if name == p.name and not o.fixed_price}
                follow = {o.name for _, o in open_to if o.routes and own.issuperset(o.routes)}
                if own and all(o.name in own | follow for _, o in open_to):
                    raise InputError(
                        f"provider '{p.name}' is the only one to whom segment '{segment.name}' can go, and its "
                        "outside is None: no price earns most; give the segment an outside option, the pricing a "
                        "finite cap, or an offer of somebody else"
                    )

    @property
    def agents(self) -> tuple[Segment | CurveSegment | Provider | Hyperscaler | Research | RackMaker, ...]:
        """All who have an account."""
        makers = () if self.maker is None else (self.maker,)
        return (*self.segments, *self.providers, *self.hyperscalers, *self.research, *makers)

    def _check_kinds(self) -> None:
        require_kinds("economy: segments", self.segments, Segment, CurveSegment)
        require_kinds("economy: providers", self.providers, Provider)
        require_kinds("economy: hyperscalers", self.hyperscalers, Hyperscaler)
        require_kinds("economy: contracts", self.contracts, Contract)
        require_kinds("economy: research", self.research, Research)
        require_kinds("economy: products", self.products, Products)
        require_kinds("economy: events", self.events, Event)
        require_kind("economy: calendar", self.calendar, Calendar)
        require_kind("economy: clearing", self.clearing, Clearing)
        require_kind("economy: rationing", self.rationing, Rationing)
        require_kind("economy: waits", self.waits, WaitModel)
        require_kind("economy: wholesale", self.wholesale, Wholesale)
        require_kind("economy: sale", self.sale, FirmSale)
        require_kind("economy: maker", self.maker, RackMaker, type(None))

    def _check_names(self) -> None:
        agents = [a.name for a in self.agents]
        for kind, names in (("segments", self._segment_names()), ("agents", agents), ("offers", self._offer_names())):
            doubled = {name for name in names if names.count(name) > 1}
            if doubled:
                raise InputError(f"economy: {kind} must have different names; twice: {', '.join(sorted(doubled))}")
        for name in agents:
            if name in OUTSIDE:
                raise InputError(
                    f"economy: an agent is called '{name}', which is an account of the outside world; "
                    f"not allowed: {', '.join(OUTSIDE)}"
                )

    def _check_segments(self) -> None:
        for segment in self.segments:
            if self.contexts and isinstance(segment, CurveSegment):
                raise InputError(
                    f"segment '{segment.name}' is given by its demand, which knows no sizes of requests: contexts must "
                    "be False"
                )
            for name in (segment.offers or ()) if isinstance(segment, CurveSegment) else ():
                self._known(f"segment '{segment.name}': offer", name, self._offer_names())
            for nest in segment.nests if isinstance(segment, Segment) else ():
                for name in nest.offers:
                    self._known(f"segment '{segment.name}': nest: offer", name, self._offer_names())

    def _check_cells(self) -> None:
        """Say so if a user whose segment is grouped into cells would remember, or be, what is its own."""
        for segment in (s for s in self.segments if isinstance(s, Segment) and s.cells):
            if self.contexts and segment.request_spread > 0.0:
                raise InputError(
                    f"segment '{segment.name}' cannot be grouped into cells, since requests differ in size "
                    f"(request_spread is {segment.request_spread:g}) and contexts limit them"
                )
            found = [one for one in _memories(segment, self.providers) if one[1] != one[2]]
            first = {
                what: f"{what}{of} is {value:g}, but must be {free:g}" for what, value, free, of in reversed(found)
            }
            if first:
                raise InputError(
                    f"segment '{segment.name}' cannot be grouped into cells, since its users remember what is their "
                    f"own: {'; '.join(reversed(first.values()))}"
                )

    def _check_offers(self) -> None:
        for offer in (o for p in self.providers for o in p.offers):
            for name in (*(offer.open_to or ()), *offer.kept_for):
                self._known(f"offer '{offer.name}': segment", name, self._segment_names())
            for name in offer.routes:
                self._known(f"offer '{offer.name}': route", name, self._routable())
            for segment in self.segments:
                quality_at(offer.quality, segment.name)

    def _check_homes(self) -> None:
        for provider in self.providers:
            for homes in (pool.homes for pool in provider.pools if pool.homes):
                what = f"provider '{provider.name}': home machines of segment"
                self._known(what, homes.segment, self._segment_names())

    def _check_contracts(self) -> None:
        for contract in self.contracts:
            self._known("contract: seller", contract.seller, [h.name for h in self.hyperscalers])
            self._known("contract: buyer", contract.buyer, [p.name for p in self.providers])
            if contract.ramps and not next(h.racks for h in self.hyperscalers if h.name == contract.seller):
                who = f"contract of {contract.buyer} with {contract.seller}"
                raise InputError(f"{who}: ramps, but the seller has no racks at the start that could become more")

    def _check_research(self) -> None:
        for one in self.research:
            if one.funder:
                self._known(f"research '{one.name}': funder", one.funder, [p.name for p in self.providers])
        training = [one for one in self.research if one.policy.chooses]
        for number, one in enumerate(training):
            if one.funder in [other.funder for other in training[:number]]:
                raise InputError(f"research '{one.name}': '{one.funder}' trains already; its models follow one budget")

    def _check_products(self) -> None:
        for one in self.products:
            self._known("products: owner", one.owner, [h.name for h in self.hyperscalers])

    def _check_events(self) -> None:
        models = dict.fromkeys(o.model for p in self.providers for o in p.offers if o.model)
        sellers, owners = [p.name for p in self.providers], [h.name for h in self.hyperscalers]
        known = {"offers": [*self._offer_names(), *sellers, *models], "machines": [*owners, *sellers], "owners": owners}
        for event in self.events:
            for name in event.of:
                self._known(f"event '{event.name}': of", name, known[event.acts_on])

    def _segment_names(self) -> list[str]:
        return [s.name for s in self.segments]

    def _offer_names(self) -> list[str]:
        return [o.name for p in self.providers for o in p.offers]

    def _routable(self) -> list[str]:
        """Offers that another may be routed to: those that are not routed themselves."""
        return [o.name for p in self.providers for o in p.offers if not o.routes]

    @staticmethod
    def _known(what: str, name: str, known: Iterable[str]) -> None:
        names = list(known)
        if name not in names:
            listed = ", ".join(names) or "none"
            raise UnknownNameError(f"{what} '{name}' is unknown{nearest(name, names)}; known: {listed}")


def _memories(segment: Segment, providers: Iterable[Provider]) -> Iterable[tuple[str, float, float, str]]:
    """What makes users remember something of their own: name, value, the value without it, and whose it is."""
    yield "attachment", segment.attachment, 0.0, ""
    yield "budget_usd_per_day", segment.budget_usd_per_day, math.inf, ""
    yield "income.usd_per_day", segment.income.usd_per_day, math.inf, ""
    if segment.local is not None:
        yield "price_usd of a local machine", segment.local.price_usd, math.inf, ""
    for offer in (o for p in providers for o in p.offers if o.open_to is None or segment.name in o.open_to):
        yield "fee_usd_per_month", offer.fee_usd_per_month, 0.0, f" of offer '{offer.name}'"
        yield "quota_per_day", offer.tier.quota_per_day, math.inf, f" of offer '{offer.name}'"


def _has_a_way_out(segment: Segment) -> bool:
    """Whether all its users can do without sellers: ask nobody, or ever less where it costs more, or have a machine."""
    machine = segment.local
    has_a_machine = machine is not None and (machine.owners >= 1.0 or math.isfinite(machine.price_usd))
    return segment.outside is not None or segment.intensity_elasticity > 1.0 or has_a_machine
