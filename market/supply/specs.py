"""What a supply side is made of: tiers, models, offers, providers, hyperscalers. Plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from capacity.errors import InputError, require, require_kind, require_kinds, require_or_inf, require_whole
from market.exchange.supply_curve import FixedCapacity, SupplyCurve
from market.exchange.tariff import Tariff
from market.exchange.technology import FixedWork, Technology
from market.exchange.tier_terms import TierTerms
from market.quality import Quality, QualityPath
from market.supply.borrowing import Borrowing
from market.supply.expansion import Expansion, SteadyGrowth
from market.supply.home_machines import HomeMachines
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.fixed import FixedPrice
from market.supply.quotas import FixedQuota, QuotaPolicy
from market.supply.rack_lists import OnDemand
from market.supply.rounds import Rounds
from market.supply.term import Term
from market.supply.vintages import Vintage


@dataclass(frozen=True)
class Tier:
    """Terms on which a model is sold.

    Attributes:
        name: what it is called.
        speed: promised speed [token/s].
        priority: place in the order of service; smaller is served first.
        deadline_h: age at which a request that waits is turned away [h]; infinite for none.
        quota_per_day: requests of one user and day; infinite for none.
        window_h: hours over which a quota is counted: a user has so much less of it in a shorter window [h].
        quota_per_week: requests of one user and week, from Monday to Sunday; infinite for none.
        most_speed: speed at which it is served at most, whatever the machines could do [token/s].
        least_h: time from the order to the answer at least [h].
        spare: whether it is served on machines that others leave idle, and machines are rented for it only so far
            as it would not be finished by its deadline otherwise.
        may_choose: terms among which its seller may choose, besides these.
    """

    name: str = "standard"
    speed: float = 35.0
    priority: float = 1.0
    deadline_h: float = math.inf
    quota_per_day: float = math.inf
    window_h: float = 24.0
    quota_per_week: float = math.inf
    most_speed: float = math.inf
    least_h: float = 0.0
    spare: bool = False
    may_choose: tuple[TierTerms, ...] = ()

    def __post_init__(self) -> None:
        where = f"tier '{self.name}'"
        require(f"{where}: speed", self.speed, above=0)
        require_kinds(f"{where}: may_choose", self.may_choose, TierTerms)
        for one in (self.terms, *self.may_choose):
            one.check(where, self.speed)
            if self.spare and math.isinf(one.deadline_h):
                raise InputError(f"{where}: spare is true, but then deadline_h must be a number, not inf")
        require(f"{where}: priority", self.priority)
        require(f"{where}: window_h", self.window_h, above=0, at_most=168)
        for name in ("quota_per_day", "quota_per_week"):
            require_or_inf(f"{where}: {name}", getattr(self, name), at_least=0)

    @property
    def terms(self) -> TierTerms:
        """Those of its terms that a seller may choose."""
        return TierTerms(self.most_speed, self.least_h, self.deadline_h)


@dataclass(frozen=True)
class Offer:
    """A model in a tier at a price.

    Attributes:
        name: what it is called.
        price: list price of output tokens at the start [USD per million].
        quality: worth of an answer relative to a perfect one; a number, one by segment, or a path over time.
        technology: how a request turns into work.
        tier: terms.
        cost: running cost beside capacity [USD per million tokens].
        pool: name of the provider's pool that serves it.
        open_to: segments that may buy it; None for all.
        efficiency_growth: factor a year by which the work of a request falls (better algorithms).
        kept_for: segments for which it is kept when the machines are full; empty if it never is.
        kept_above: orders over capacity from which on it is kept for them, and below which it is for all again.
        fixed_price: whether its list price stays as it is, whatever the provider's policy does with the others.
        fee_usd_per_month: subscription that opens it, up to the tier's quota [USD a month]; 0 where it is open to all.
        user_worth_usd_per_month: what a user without a subscription is worth to the seller besides: members and
            advertisements to come [USD a month]. Nobody pays it: the seller rents and grants as if it did.
        routes: names of other providers' offers: this one is served by the cheapest of them that has machines, at
            its price and a cut. Its own price, quality and technology are then theirs.
        cut: share added to the price of the offer that it is routed to.
        tariff: what of a request is billed, relative to output tokens, and when it costs more.
        model: the model that it is, the same at all who sell it; empty where nobody else does.
        replica_racks: machines that one replica takes [racks]; what does not earn them is dropped (see
            ``Provider.drops_after_days``).
    """

    name: str
    price: float
    quality: Quality = 1.0
    technology: Technology = field(default_factory=FixedWork)
    tier: Tier = field(default_factory=Tier)
    cost: float = 0.0
    pool: str = "main"
    open_to: tuple[str, ...] | None = None
    efficiency_growth: float = 1.0
    kept_for: tuple[str, ...] = ()
    kept_above: float = 0.95
    fixed_price: bool = False
    fee_usd_per_month: float = 0.0
    user_worth_usd_per_month: float = 0.0
    routes: tuple[str, ...] = ()
    cut: float = 0.0
    tariff: Tariff = field(default_factory=Tariff)
    model: str = ""
    replica_racks: float = 0.0

    def __post_init__(self) -> None:
        amounts = ("fee_usd_per_month", "user_worth_usd_per_month", "cut", "price", "cost", "replica_racks")
        for name in amounts:
            require(f"offer '{self.name}': {name}", getattr(self, name), at_least=0)
        for name in ("open_to", "kept_for", "routes"):
            if getattr(self, name) is not None:
                require_kinds(f"offer '{self.name}': {name}", getattr(self, name), str)
        require(f"offer '{self.name}': efficiency_growth", self.efficiency_growth, above=0)
        require(f"offer '{self.name}': kept_above", self.kept_above, above=0)
        require_kind(f"offer '{self.name}': technology", self.technology, Technology)
        require_kind(f"offer '{self.name}': tier", self.tier, Tier)
        require_kind(f"offer '{self.name}': tariff", self.tariff, Tariff)
        if not isinstance(self.quality, QualityPath):
            values = self.quality.values() if isinstance(self.quality, Mapping) else [self.quality]
            for value in values:
                require(f"offer '{self.name}': quality", value)


@dataclass(frozen=True)
class Investment:
    """Owned capacity that follows what it earns, once a cycle.

    Attributes:
        cost_per_cycle: what a rack costs a cycle [USD].
        cycle_ticks: ticks a cycle.
        gain: change of racks per USD by which a rack's rents of a cycle pass its cost [rack/USD].
        market_power: whether the owner counts what a rack more takes off the price of the others (Cournot),
            or takes the rent as given (competition, or a planner).
    """

    cost_per_cycle: float
    cycle_ticks: int
    gain: float
    market_power: bool = False

    def __post_init__(self) -> None:
        require("investment: cost_per_cycle", self.cost_per_cycle, at_least=0)
        require_whole("investment: cycle_ticks", self.cycle_ticks, at_least=1)
        require("investment: gain", self.gain, above=0)


@dataclass(frozen=True)
class Pool:
    """Machines of a provider that serve some of its offers.

    Attributes:
        racks: racks that it owns; a number, or one for each tick of the day in turn.
        name: what it is called.
        supply: what is offered at a scarcity rent.
        running_cost: cost of a rack-hour that is used [USD per rack-h].
        investment: how owned racks change, or None.
        homes: machines of users that it rents, or None.
        term: for how long it holds its racks before it may have fewer or more, and at what cost; or None for good.
    """

    racks: float | tuple[float, ...] = 0.0
    name: str = "main"
    supply: SupplyCurve = field(default_factory=FixedCapacity)
    running_cost: float = 0.0
    investment: Investment | None = None
    homes: HomeMachines | None = None
    term: Term | None = None

    def __post_init__(self) -> None:
        for racks in self.racks if isinstance(self.racks, tuple) else (self.racks,):
            require(f"pool '{self.name}': racks", racks, at_least=0)
        if isinstance(self.racks, tuple) and not self.racks:
            raise InputError(f"pool '{self.name}': racks is empty, but must be a number or one a tick")
        require_kind(f"pool '{self.name}': supply", self.supply, SupplyCurve)
        require(f"pool '{self.name}': running_cost", self.running_cost, at_least=0)
        require_kind(f"pool '{self.name}': term", self.term, Term, type(None))
        if self.term and (self.investment or isinstance(self.racks, tuple)):
            raise InputError(f"pool '{self.name}': term is given, but its racks follow an investment or the hour")

    @property
    def hour_of_use(self) -> float:
        """What using a rack for an hour costs more [USD per rack-h]: running cost, and the pay of a machine at home."""
        return self.running_cost + (self.homes.usd_per_hour if self.homes else 0.0)


@dataclass(frozen=True)
class Provider:
    """A seller of tokens.

    Attributes:
        name: what it is called.
        offers: what it sells.
        pools: machines it owns, and that rented ones join (the first).
        pricing: how it sets list prices.
        kind, agent: 'frontier', 'open', 'broker', or your own, for shares and colours; and its agent's, if another.
        spot: whether it rents on the spot market what it lacks.
        headroom: share by which it rents more than it expects to need.
        foot_in_the_door: share of what it could sell without waits for which it rents at least.
        cash: money at the start [USD].
        burn_usd_per_day: staff, training and research, paid whatever is sold.
        funding_usd_per_day: what investors give while it is active.
        quotas: how it grants the quotas of its limited tiers.
        leaves: whether it stops, or is bought, when its cash and credit are gone; otherwise it may owe without end.
        credit, interest: what creditors let it owe before it fails [USD], and the yearly rate on that [1/year].
        rounds: on what terms investors give more, or None.
        acquires, pays_years: whether it buys others that fail, and for how many years of what one has lately earned.
        enters: whether it is not there at the start and comes when margins allow.
        enter_margin: margin over its cost at which it comes, at the lowest price of the same model or kind of provider.
        enter_per_day: chance that it looks whether to come on a day.
        drops_after_days: days over which it averages what an offer earns; one that does not earn its replica is sold no
            longer. Infinite: it keeps all.
        restart_h: work that is lost, and done again, when a machine rented on the spot market is taken back [h].
    """

    name: str
    offers: tuple[Offer, ...]
    pools: tuple[Pool, ...] = field(default_factory=lambda: (Pool(),))
    pricing: PricingPolicy = field(default_factory=FixedPrice)
    kind: str = "open"
    agent: str = ""
    spot: bool = False
    headroom: float = 0.1
    cash: float = 0.0
    burn_usd_per_day: float = 0.0
    funding_usd_per_day: float = 0.0
    quotas: QuotaPolicy = field(default_factory=FixedQuota)
    leaves: bool = False
    enters: bool = False
    enter_margin: float = 0.2
    enter_per_day: float = 1.0
    drops_after_days: float = math.inf
    foot_in_the_door: float = 0.1
    restart_h: float = 0.0
    credit: float = 0.0
    interest: float = 0.0
    rounds: Rounds | None = None
    acquires: bool = False
    pays_years: float = math.inf

    def __post_init__(self) -> None:
        require_or_inf(f"provider '{self.name}': pays_years", self.pays_years, at_least=0)
        require(f"provider '{self.name}': credit", self.credit, at_least=0)
        require(f"provider '{self.name}': interest", self.interest, at_least=0)
        if self.rounds is not None:
            require_kind(f"provider '{self.name}': rounds", self.rounds, Rounds)
        require(f"provider '{self.name}': enter_margin", self.enter_margin)
        require(f"provider '{self.name}': foot_in_the_door", self.foot_in_the_door, at_least=0)
        require(f"provider '{self.name}': enter_per_day", self.enter_per_day, at_least=0, at_most=1)
        require_or_inf(f"provider '{self.name}': drops_after_days", self.drops_after_days, above=0)
        require(f"provider '{self.name}': restart_h", self.restart_h, at_least=0)
        require_kinds(f"provider '{self.name}': offers", self.offers, Offer)
        require_kinds(f"provider '{self.name}': pools", self.pools, Pool)
        require_kind(f"provider '{self.name}': pricing", self.pricing, PricingPolicy)
        require_kind(f"provider '{self.name}': quotas", self.quotas, QuotaPolicy)
        self.pricing.fits(self.name, len(self.offers))
        require(f"provider '{self.name}': cash", self.cash)
        require(f"provider '{self.name}': burn_usd_per_day", self.burn_usd_per_day, at_least=0)
        require(f"provider '{self.name}': funding_usd_per_day", self.funding_usd_per_day, at_least=0)
        if not self.pools:
            raise InputError(f"provider '{self.name}' has no pool")
        known = [pool.name for pool in self.pools]
        if len(set(known)) != len(known):
            raise InputError(f"provider '{self.name}': pool names must differ, got {known}")
        for offer in self.offers:
            if offer.pool not in known:
                raise InputError(f"offer '{offer.name}': pool '{offer.pool}' is unknown; known: {', '.join(known)}")
        require(f"provider '{self.name}': headroom", self.headroom, at_least=0)


@dataclass(frozen=True)
class Hyperscaler:
    """An owner of machines who rents them out.

    Attributes:
        name: what it is called.
        racks: racks owned at the start (GB200 NVL72 equivalents).
        expansion: how its racks grow.
        first_party: share of its racks that its own training and products take at any hour; products with an hour of
            the day are in ``Economy.products``.
        first_party_first: whether they are served before contracts, or after them.
        acquires: whether it buys providers that run out of cash.
        pays_years: most that it pays for one, in years of what that has lately earned.
        interest: yearly rate on what it owes [1/year].
        life_years: time over which its racks lose their value in its books [years].
        rack_price: what a rack costs that it adds [USD].
        running_cost: power and upkeep of a rack-hour in use [USD per rack-h].
        reserve: least price that it rents for on the spot market [USD per rack-h]; never below running cost.
        cash: money at the start [USD].
        kind: kind of agent that it is: 'hyperscaler', or one of your own.
        on_demand: machines that it rents by the hour at a posted list price, or None.
        older: vintages among its racks at the start that cost more to run; they are used last.
        borrowing: on what terms creditors lend, or None: then it owes without end.
        retires_a_month: share of a vintage that it gives up in a month in which rent does not pay its upkeep.
    """

    name: str
    racks: float
    expansion: Expansion = field(default_factory=SteadyGrowth)
    first_party: float = 0.0
    first_party_first: bool = True
    acquires: bool = False
    rack_price: float = 0.0
    running_cost: float = 0.0
    reserve: float = 0.0
    cash: float = 0.0
    kind: str = "hyperscaler"
    on_demand: OnDemand | None = None
    pays_years: float = math.inf
    interest: float = 0.0
    life_years: float = 5.0
    borrowing: Borrowing | None = None
    older: tuple[Vintage, ...] = ()
    retires_a_month: float = 0.0

    def __post_init__(self) -> None:
        require_kind(f"hyperscaler '{self.name}': borrowing", self.borrowing, Borrowing, type(None))
        require_kinds(f"hyperscaler '{self.name}': older", self.older, Vintage)
        require(f"hyperscaler '{self.name}': retires_a_month", self.retires_a_month, at_least=0, at_most=1)
        require(
            f"hyperscaler '{self.name}': racks", self.racks, at_least=0.999999 * sum(old.racks for old in self.older)
        )
        require_or_inf(f"hyperscaler '{self.name}': pays_years", self.pays_years, at_least=0)
        require(f"hyperscaler '{self.name}': interest", self.interest, at_least=0)
        require(f"hyperscaler '{self.name}': life_years", self.life_years, above=0)
        require_kind(f"hyperscaler '{self.name}': on_demand", self.on_demand, OnDemand, type(None))
        require(f"hyperscaler '{self.name}': rack_price", self.rack_price, at_least=0)
        require(f"hyperscaler '{self.name}': cash", self.cash)
        require_kind(f"hyperscaler '{self.name}': expansion", self.expansion, Expansion)
        require(f"hyperscaler '{self.name}': first_party", self.first_party, at_least=0, at_most=1)
        require(f"hyperscaler '{self.name}': running_cost", self.running_cost, at_least=0)
        require(f"hyperscaler '{self.name}': reserve", self.reserve, at_least=0)
