"""Segments of users: what they ask for, what it is worth to them, and how they choose."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from capacity import Workload
from capacity.errors import InputError, require, require_kind, require_kinds, require_or_inf, require_whole
from market.demand.bass import Bass
from market.demand.growth import TREND, Adoption, KnownPath
from market.demand.haste import ALIKE, NO_BACKGROUND, Background, TimeValues
from market.demand.income import NO_LIMIT, Income
from market.demand.load_shape import FLAT, LoadShape
from market.demand.nests import Nest, check_nests
from market.demand.zones import ONE_ZONE, Zone, check_zones
from market.quality import Quality, QualityPath

MOST_REFUSALS = 4  # kinds of seller that a segment may refuse: every set of them is looked at


@dataclass(frozen=True)
class Deferral:
    """Work that can wait for a cheaper hour.

    Attributes:
        share: share of the requests that may be put off.
        deadline_h: for how long at most [h].
        cost_usd: what it costs a user to put a request off [USD], however far.
        cost_usd_per_h: and for every hour of it [USD/h].
        pace: how far a cohort moves its habit in a day towards where the money is, relative to the gain;
            the projection dynamics of Nagurney and Zhang (1997), whose rest points are Wardrop's equilibria.
        memory_days: days over which a cohort averages what hours have been worth.
    """

    share: float
    deadline_h: float
    cost_usd: float = 0.0
    cost_usd_per_h: float = 0.0
    pace: float = 0.2
    memory_days: float = 1.0

    def __post_init__(self) -> None:
        require("deferral: share", self.share, at_least=0, at_most=1)
        require("deferral: deadline_h", self.deadline_h, at_least=0)
        require("deferral: cost_usd", self.cost_usd, at_least=0)
        require("deferral: cost_usd_per_h", self.cost_usd_per_h, at_least=0)
        require("deferral: pace", self.pace, above=0)
        require("deferral: memory_days", self.memory_days, at_least=1)


@dataclass(frozen=True)
class LocalMachine:
    """A machine of one's own: paid once, slower, of lower quality.

    Attributes:
        owners: share of the individuals who have one.
        quality: worth of its answer relative to a perfect one, a number or a path in time.
        speed: speed [token/s].
        usd_per_request: electricity of a request [USD].
        requests_per_hour: what it can do at most [requests/h]; infinite for no limit.
        price_usd: what a machine costs [USD]; infinite if nobody can buy one.
        life_days: days that it lasts; its price is earned back over them.
        consider_per_day: share of the individuals who think in a day about buying one (or about its end).
    """

    owners: float
    quality: Quality
    speed: float
    usd_per_request: float
    requests_per_hour: float = math.inf
    price_usd: float = math.inf
    life_days: float = 1461.0
    consider_per_day: float = 0.02

    def __post_init__(self) -> None:
        require("local machine: owners", self.owners, at_least=0, at_most=1)
        if not isinstance(self.quality, QualityPath | Mapping):
            require("local machine: quality", self.quality, at_least=0)
        require("local machine: speed", self.speed, above=0)
        require("local machine: usd_per_request", self.usd_per_request, at_least=0)
        require_or_inf("local machine: requests_per_hour", self.requests_per_hour, at_least=0)
        require_or_inf("local machine: price_usd", self.price_usd, at_least=0)
        require("local machine: life_days", self.life_days, above=0)
        require("local machine: consider_per_day", self.consider_per_day, at_least=0, at_most=1)


@dataclass(frozen=True)
class Refusal:
    """Individuals to whom sellers of a kind are no option: by trust, habit, rules of their firm, integration.

    Attributes:
        kind: kind of seller, as ``Provider.kind``.
        share: share of the individuals who refuse it, drawn for each kind by itself.
    """

    kind: str
    share: float

    def __post_init__(self) -> None:
        require(f"refusal of '{self.kind}': share", self.share, at_least=0, at_most=1)


@dataclass(frozen=True)
class Segment:
    """A kind of user.

    The worth of a request to individual i is ``worth_usd`` times a log-normal factor of median 1. The utility
    of offer j is

        worth_i x (quality_j - time_value_i x delay_j) - price_coefficient x price_j
        + worth_i x attachment x [j is of the provider that i uses] + worth_i x taste_noise x Gumbel,

    against ``outside`` x worth_i for asking nobody; over the price coefficient it is in USD. With taste noise 0 the
    best option is taken. Where there are nests, tastes of options in one go together (see ``demand.nests``).

    Attributes:
        name: what it is called.
        workload: shape of a request.
        users: real people (or agents) in the segment.
        individuals: simulated individuals that stand for them.
        cells: weighted cells that do so in their place, about so many; 0 for individuals (see ``demand.draws.Cells``).
        requests_per_day: mean requests of one user and day.
        size_spread: standard deviation of the log of requests per day between individuals.
        request_spread: standard deviation of the log of the tokens of a request between individuals. Requests are
            counted in those of mean size, which ``workload`` is (see ``demand.population``).
        worth_of_size: by how many per cent a request of one per cent more tokens is worth more; 1: in proportion, and
            nobody minds prices more for having large requests; 0: the same whatever its size.
        worth_usd: median worth of a request answered perfectly at once [USD].
        worth_spread: standard deviation of the log of that worth between individuals.
        worths_usd: the worth of each individual, in place of the two above [USD]; None to draw them.
        taste_noise: scale of the Gumbel tastes, relative to the worth; with nests, of those between nests.
        nests: options that are closer to each other than to the rest, and to nothing.
        price_coefficient: weight of money: utility that a dollar is worth, above 0.
        worth_cap: what the worth of an individual that is drawn stays below, over the median; infinite for none.
        time_value: share of the worth lost per hour of delay [1/h].
        time_values: how that differs between individuals.
        background: requests that nobody waits for.
        refusals: kinds of seller that are no option to a share of the individuals.
        intensity_elasticity: by how many per cent an individual asks less where the full cost of a request is higher
            by one (see ``demand.intensity``).
        asking_effort: what asking and reading cost it beside the price, as a share of the worth of an answer.
        attachment: worth of staying with the present provider, relative to the worth.
        reconsider_per_day: share of individuals whose provider is chosen anew in a day.
        outside: utility of asking nobody, relative to the worth; None if that is no option.
        patience_h: mean time that a waiting request stays in a queue [h].
        budget_usd_per_day: median budget of an individual user [USD/day]; infinite for none. Log-normal with
            the spread of the sizes.
        income: what a user has beside, so that a dollar is dearer the more of it goes (see ``demand.income``).
        deferral: work that can wait, or None.
        local: a machine of one's own, or None.
        shape: relative load by local hour.
        zones: time zones.
        burstiness: variance over mean of the number of requests, in discrete runs; 1 is Poisson.
        growth: factor a year of users, as long as they get what they got at the start.
        adoption: how users come and go with what they get.
        intensity_growth: factor a year of what one user asks.
        users_path, intensity_path: the same where it is known or Bass's, in place of the factors a year; or None.
        dtype: 'float64', or 'float32' for large populations.
    """

    name: str
    workload: Workload
    users: float
    individuals: int = 1
    requests_per_day: float = 24.0
    size_spread: float = 0.0
    request_spread: float = 0.0
    worth_of_size: float = 1.0
    worth_usd: float = 1.0
    worth_spread: float = 0.0
    taste_noise: float = 1.0
    price_coefficient: float = 1.0
    time_value: float = 0.0
    attachment: float = 0.0
    reconsider_per_day: float = 1.0
    outside: float | None = 0.0
    patience_h: float = math.inf
    budget_usd_per_day: float = math.inf
    deferral: Deferral | None = None
    local: LocalMachine | None = None
    shape: LoadShape = FLAT
    zones: tuple[Zone, ...] = ONE_ZONE
    burstiness: float = 1.0
    growth: float = 1.0
    intensity_growth: float = 1.0
    dtype: str = "float64"
    worths_usd: tuple[float, ...] | None = None
    refusals: tuple[Refusal, ...] = ()
    intensity_elasticity: float = 0.0
    asking_effort: float = 0.05
    nests: tuple[Nest, ...] = ()
    worth_cap: float = math.inf
    time_values: TimeValues = ALIKE
    background: Background = NO_BACKGROUND
    adoption: Adoption = TREND
    users_path: KnownPath | Bass | None = None
    intensity_path: KnownPath | None = None
    cells: int = 0
    income: Income = NO_LIMIT

    def users_trend(self, years: float) -> float:
        """Users over those at the start by the trend alone, so many years after it."""
        return self.growth**years if self.users_path is None else self.users_path.at(years)

    def intensity_trend(self, years: float) -> float:
        """What one user asks over what it did at the start."""
        return self.intensity_growth**years if self.intensity_path is None else self.intensity_path.at(years)

    def __post_init__(self) -> None:
        where = f"segment '{self.name}': "
        for name in (
            "users", "requests_per_day", "size_spread", "request_spread", "worth_of_size", "worth_spread",
            "taste_noise", "time_value", "attachment", "intensity_elasticity",
        ):  # fmt: skip
            require(where + name, getattr(self, name), at_least=0)
        require(where + "price_coefficient", self.price_coefficient, above=0)
        require(where + "asking_effort", self.asking_effort, above=0)
        require_whole(where + "individuals", self.individuals, at_least=1, at_most=1e9)
        require_whole(where + "cells", self.cells, at_least=0, at_most=1e6)
        require_kind(where + "workload", self.workload, Workload)
        require_kind(where + "shape", self.shape, LoadShape)
        require_kind(where + "deferral", self.deferral, Deferral, type(None))
        require_kind(where + "local", self.local, LocalMachine, type(None))
        require_kinds(where + "zones", self.zones, Zone)
        self._check_refusals(where)
        check_nests(where, self.nests)
        require_or_inf(where + "worth_cap", self.worth_cap, at_least=1)
        require_kind(where + "time_values", self.time_values, TimeValues)
        require_kind(where + "background", self.background, Background)
        require_kind(where + "income", self.income, Income)
        require_kind(where + "users_path", self.users_path, KnownPath, Bass, type(None))
        require_kind(where + "intensity_path", self.intensity_path, KnownPath, type(None))
        self._check_adoption(where)
        require(where + "worth_usd", self.worth_usd, above=0)
        require(where + "reconsider_per_day", self.reconsider_per_day, at_least=0)
        require(where + "burstiness", self.burstiness, at_least=1)
        require(where + "growth", self.growth, above=0)
        require(where + "intensity_growth", self.intensity_growth, above=0)
        for name in ("patience_h", "budget_usd_per_day"):
            require_or_inf(where + name, getattr(self, name), at_least=0)
        if self.outside is not None:
            require(where + "outside", self.outside)
        if self.worths_usd is not None:
            for worth in self.worths_usd:
                require(where + "worths_usd", worth, above=0)
            if len(self.worths_usd) != self.individuals:
                raise InputError(
                    f"{where}worths_usd has {len(self.worths_usd)} entries, but individuals is {self.individuals}"
                )
        if self.dtype not in ("float32", "float64"):
            raise InputError(f"{where}dtype is '{self.dtype}', but must be 'float32' or 'float64'")
        check_zones(where, self.zones)

    def _check_adoption(self, where: str) -> None:
        require_kind(where + "adoption", self.adoption, Adoption)
        require_or_inf(where + "adoption: ceiling", self.adoption.ceiling, at_least=self.users)
        if self.adoption.response > 0 and self.taste_noise == 0:
            raise InputError(
                f"{where}adoption: response is {self.adoption.response:g}, but must be 0 where taste_noise is 0, "
                "which is its unit"
            )

    def _check_refusals(self, where: str) -> None:
        require_kinds(where + "refusals", self.refusals, Refusal)
        kinds = [refusal.kind for refusal in self.refusals]
        if len(set(kinds)) != len(kinds):
            raise InputError(f"{where}refusals name a kind of seller twice: {', '.join(kinds)}")
        if len(kinds) > MOST_REFUSALS:
            raise InputError(f"{where}refusals are of {len(kinds)} kinds of seller, but may be of {MOST_REFUSALS}")


@dataclass(frozen=True)
class LinearDemand:
    """Demand of a whole segment: q = (choke - p) / slope, for p below the choke price; 0 above.

    Inverse demand p = choke - slope·q, in USD per request and requests per tick.
    """

    choke: float
    slope: float

    def __post_init__(self) -> None:
        require("linear demand: choke", self.choke)
        require("linear demand: slope", self.slope, above=0)

    def quantity(self, price: float) -> float:
        """Requests a tick at a price [USD]."""
        return max(self.choke - price, 0.0) / self.slope

    def surplus(self, price: float) -> float:
        """Area under demand above the price [USD]."""
        return 0.5 * max(self.choke - price, 0.0) ** 2 / self.slope

    def fall(self, price: float) -> float:
        """-dq/dp [requests per USD]."""
        return 1.0 / self.slope if price < self.choke else 0.0


@dataclass(frozen=True)
class IsoelasticDemand:
    """Demand of a whole segment: q = scale x p^-elasticity, up to ``most``; elasticity above 1."""

    scale: float
    elasticity: float
    most: float = 1e12

    def __post_init__(self) -> None:
        require("isoelastic demand: scale", self.scale, above=0)
        require("isoelastic demand: elasticity", self.elasticity, above=1)
        require("isoelastic demand: most", self.most, above=0)

    @property
    def _kink(self) -> float:
        return float((self.scale / self.most) ** (1.0 / self.elasticity))

    def quantity(self, price: float) -> float:
        """Requests a tick at a price [USD]."""
        return float(self.scale * max(price, self._kink) ** -self.elasticity)

    def surplus(self, price: float) -> float:
        """Area under demand above the price [USD]; finite, since the elasticity is above 1."""
        p, e = max(price, self._kink), self.elasticity
        return float(self.scale * p ** (1.0 - e) / (e - 1.0)) + self.most * max(self._kink - price, 0.0)

    def fall(self, price: float) -> float:
        """-dq/dp [requests per USD]."""
        return self.elasticity * self.quantity(price) / price if price > self._kink else 0.0


type DemandCurve = LinearDemand | IsoelasticDemand


@dataclass(frozen=True)
class CurveSegment:
    """A segment given by its demand curve in each period of the day, in place of individuals.

    Attributes:
        name: what it is called.
        curves: one for all ticks, or one for each tick of the day in turn.
        workload: shape of a request.
        offers: names of the offers it may buy; None for all. It buys the cheapest, ties shared equally.
        patience_h: mean time that a waiting request stays [h]; 0 leaves at the end of the tick.
        delay_cost_usd_per_h: what an hour's delay costs a request [USD/h]; the curve is of price and delay together.
    """

    name: str
    curves: tuple[DemandCurve, ...]
    workload: Workload = field(default_factory=lambda: Workload(0, 1_000_000))
    offers: tuple[str, ...] | None = None
    patience_h: float = 0.0
    delay_cost_usd_per_h: float = 0.0

    def __post_init__(self) -> None:
        if not self.curves:
            raise InputError(f"segment '{self.name}' has no demand curve")
        require_kinds(f"segment '{self.name}': curves", self.curves, LinearDemand, IsoelasticDemand)
        require(f"segment '{self.name}': delay_cost_usd_per_h", self.delay_cost_usd_per_h, at_least=0)
        require_or_inf(f"segment '{self.name}': patience_h", self.patience_h, at_least=0)
