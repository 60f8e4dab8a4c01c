"""What a provider sees when it posts prices: its own books, public prices, its estimate of demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from market.exchange.tariff import PeakHours
from market.exchange.tier_terms import TierTerms
from market.supply.bills import Bills
from market.supply.week import Damping, Week

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A provider's estimate of demand for its own offers at own prices it considers.

    Attributes:
        demand: million output-equivalent tokens a tick, by own offer.
        own, cross: as in ``exchange.clearing.Response``, per USD per million tokens.
    """

    demand: Floats
    own: Floats
    cross: Floats


class Remembered:
    """Market research whose answers are kept: sellers come back to prices that they have asked about."""

    def __init__(self, ask: Callable[[Floats], Estimate]) -> None:
        self._ask = ask
        self._known: dict[bytes, Estimate] = {}

    def __call__(self, prices: Floats) -> Estimate:
        """The estimate at these prices."""
        key = np.asarray(prices, dtype=np.float64).tobytes()
        if key not in self._known:
            self._known[key] = self._ask(prices)
        return self._known[key]


@dataclass(frozen=True)
class Hours:
    """Hours in which a list is dearer, as a seller posts them.

    Attributes:
        parts: of the tariff.
        level: list price of the other hours, over what it was.
        mean: what the hour multiplies a bill by on average, by what was sold.
        damping: how it got there.
    """

    parts: tuple[PeakHours, ...]
    level: float
    mean: float
    damping: Damping


@dataclass(frozen=True)
class TermsPosted:
    """Terms of tiers as a seller posts them, and the list on them, by own offer.

    Attributes:
        terms: of each.
        price: list prices [USD per million output-equivalent tokens].
    """

    terms: tuple[TierTerms, ...]
    price: Floats


@dataclass(frozen=True)
class Rising:
    """What machines add to the cost of what is sold in a tick, where they do more at a rising cost.

    Attributes:
        marginal: by own offer [USD per million output-equivalent tokens].
        total: of all of it [USD].
    """

    marginal: Floats
    total: float


@dataclass(frozen=True)
class Outlook:
    """Everything a pricing policy may use; arrays over the provider's own offers.

    Attributes:
        tick, period: number of the tick, and of the tick within the day.
        hour: middle of the tick in UTC [h].
        price: present list prices [USD per million output-equivalent tokens].
        movable: whether the list price may be changed.
        cost: cost of serving a million tokens at what machines cost in this tick [USD].
        usual_cost: the same at what they cost on average over a day, by need of them [USD].
        weight: machines needed in this tick over those usually needed.
        work: rack-hours of a million tokens [rack-h].
        utilisation: work ordered over work that could be done, last tick; above 1 when too much was ordered.
        sold: million tokens ordered last tick.
        capacity: work that can be done in this tick [rack-h].
        toll: what an order of last tick cost the others by making them wait longer [USD per million tokens].
        estimate: demand at own prices, everybody else's as they stand; market research.
        usual_estimate: the same for a tick of mean load: for lists that stand for long.
        public_prices: list prices of all offers.
        opening_price: list prices at the start [USD per million output-equivalent tokens].
        on_sale_h: hours for which the offers have been sold [h].
        elapsed: ticks since the provider last looked at its list; infinite for where prices would go in the end.
        between: ticks from one look at its list to the next.
        tick_hours: length of a tick [h].
        rack_hour_usd: what a rack-hour rented for when it last rented [USD]; infinite where it never does.
        blocked: whether the hour may multiply an offer's bill: not of tiers on spare machines.
        week: the seller's week, where its policy looks at one.
        bills: its bills by kind of token, where its policy looks at them.
        terms, may_choose: terms of its tiers, and those among which each may choose, by own offer.
        on_terms: the same on other terms, by own offer, where its policy looks at them.
        rising: what machines add to cost when so much is sold, by own offer, where they do more at a rising cost.
        factor: what the hour multiplies bills by, where it does; a list of 1 USD is then paid so much.
    """

    tick: int
    period: int
    hour: float
    price: Floats
    movable: NDArray[np.bool_]
    cost: Floats
    usual_cost: Floats
    weight: float
    work: Floats
    utilisation: float
    sold: Floats
    capacity: float
    toll: Callable[[], Floats]
    estimate: Callable[[Floats], Estimate]
    usual_estimate: Callable[[Floats], Estimate]
    public_prices: Floats
    opening_price: Floats
    on_sale_h: Floats
    elapsed: float = 1.0
    between: int = 1
    tick_hours: float = 1.0
    rack_hour_usd: float = float("inf")
    blocked: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    week: Callable[[], Week] | None = None
    bills: Callable[[], Bills] | None = None
    terms: tuple[TierTerms, ...] = ()
    may_choose: tuple[tuple[TierTerms, ...], ...] = ()
    on_terms: Callable[[tuple[TierTerms, ...]], Outlook] | None = None
    rising: Callable[[Floats], Rising] | None = None
    factor: Floats | None = None

    def at_usual_cost(self) -> Outlook:
        """The same for a list that stands for long: at what machines usually cost, in no hour of its tariff."""
        return replace(self, cost=self.usual_cost, factor=None)

    @property
    def least_price(self) -> Floats:
        """List prices at which what is paid in this hour is the cost of the first million tokens."""
        return self.as_listed(self.cost)

    def as_listed(self, paid: Floats) -> Floats:
        """List prices at which so much is paid in this hour."""
        return paid if self.factor is None else paid / self.factor

    def cost_at(self, sold: Floats) -> Floats:
        """Cost of a million tokens more of each own offer, when so many are sold [USD]."""
        return self.cost if self.rising is None else self.cost + self.rising(sold).marginal

    def profit(self, price: Floats, sold: Floats) -> float:
        """What so much leaves at a list [USD a tick]."""
        paid = price if self.factor is None else price * self.factor
        left = float(sold @ (paid - self.cost))
        return left if self.rising is None else left - self.rising(sold).total

    def kept(self, memory_hours: float, weight: float = 1.0) -> float:
        """Part of the present price that is left in a running mean over so many hours of ticks of this weight."""
        if not np.isfinite(self.elapsed):
            return 0.0
        ticks = memory_ticks(memory_hours, self.tick_hours)
        return float((1.0 - 1.0 / ticks) ** (weight * self.elapsed))


def memory_ticks(memory_hours: float, tick_hours: float) -> float:
    """Ticks over which a running mean goes; one tick remembers nothing, and it is never less.

    >>> memory_ticks(24.0, tick_hours=0.5), memory_ticks(0.0, tick_hours=0.5)
    (48.0, 1.0)
    """
    return max(memory_hours / tick_hours, 1.0)
