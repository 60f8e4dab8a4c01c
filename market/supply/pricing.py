"""Pricing policies: from an outlook to list prices. One small class each; to add one, add one.

A policy is called with the outlook and returns prices in USD per million output-equivalent tokens.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError, require, require_kind, require_whole
from market.supply.outlook import Outlook

type Floats = NDArray[np.float64]


class PricingPolicy(ABC):
    """How a provider sets list prices."""

    @property
    def follows_cost(self) -> bool:
        """Whether the price of a tick covers whatever machines turn out to cost in it."""
        return False

    @abstractmethod
    def __call__(self, outlook: Outlook) -> Floats:
        """Return new list prices of the provider's offers."""

    def fits(self, provider: str, offers: int) -> None:  # noqa: B027
        """Say so if the policy cannot price this many offers."""


@dataclass(frozen=True)
class FixedPrice(PricingPolicy):
    """The list price never changes."""

    def __call__(self, outlook: Outlook) -> Floats:
        """Return the present prices."""
        return outlook.price


@dataclass(frozen=True)
class CostPlus(PricingPolicy):
    """Cost at wholesale, and a margin on it, averaged over the last hours; a busy hour counts for more.

    Attributes:
        margin: share added to the cost.
        memory_ticks: usual ticks over which the cost is averaged (exponentially); 1 follows at once.
    """

    margin: float = 0.1
    memory_ticks: float = 1.0

    def __post_init__(self) -> None:
        require("cost-plus: margin", self.margin, above=-1)
        require("cost-plus: memory_ticks", self.memory_ticks, at_least=1)

    @property
    def follows_cost(self) -> bool:
        """If it remembers nothing and adds something."""
        return self.memory_ticks == 1.0 and self.margin >= 0.0

    def __call__(self, outlook: Outlook) -> Floats:
        """Move the price towards cost x (1 + margin)."""
        target = outlook.cost * (1.0 + self.margin)
        return np.asarray(target + (outlook.price - target) * outlook.kept(self.memory_ticks, outlook.weight))


@dataclass(frozen=True)
class MarginalCost(PricingPolicy):
    """List price is running cost: the clearing price's base, to which an auction adds the scarcity rent."""

    @property
    def follows_cost(self) -> bool:
        """It is cost."""
        return True

    def __call__(self, outlook: Outlook) -> Floats:
        """Return the cost."""
        return outlook.cost


@dataclass(frozen=True)
class TimeOfDay(PricingPolicy):
    """A schedule: a factor on the base price in named UTC hours, which the question of a scenario sets.

    Attributes:
        base: base prices [USD per million tokens], one for each offer or one for all.
        factors: 24 factors by UTC hour.
    """

    base: tuple[float, ...]
    factors: tuple[float, ...]

    def __post_init__(self) -> None:
        for price in self.base:
            require("time of day: base", price, at_least=0)
        if len(self.factors) != 24:
            raise InputError(f"time of day: factors has {len(self.factors)} entries, but must have 24")
        for hour, factor in enumerate(self.factors):
            require(f"time of day: factor at {hour} h", factor, at_least=0)

    def fits(self, provider: str, offers: int) -> None:
        """One base price for all offers, or one for each."""
        if len(self.base) not in (1, offers):
            raise InputError(
                f"provider '{provider}': time of day: base has {len(self.base)} prices, but must have 1 or {offers}, "
                "one for each offer"
            )

    def __call__(self, outlook: Outlook) -> Floats:
        """Return base x factor of the hour."""
        base = np.broadcast_to(np.asarray(self.base, dtype=np.float64), outlook.price.shape)
        return np.asarray(base * self.factors[int(outlook.hour) % 24])


@dataclass(frozen=True)
class Surge(PricingPolicy):
    """Prices rise while more is ordered than the target share of capacity, and fall below it, not below cost.

    Attributes:
        target: share of capacity that should be ordered.
        gain: relative change of the price per unit of utilisation off target.
    """

    target: float = 0.9
    gain: float = 0.2

    def __post_init__(self) -> None:
        require("surge: target", self.target, above=0)
        require("surge: gain", self.gain, at_least=0)

    @property
    def follows_cost(self) -> bool:
        """It never falls below cost."""
        return True

    def __call__(self, outlook: Outlook) -> Floats:
        """Move prices by the gap between utilisation and target, once something is known."""
        if outlook.tick == 0:
            return outlook.price
        change = np.clip(self.gain * (outlook.utilisation - self.target), -0.5, 0.5)
        moved = np.maximum(outlook.price, 1e-12) * np.exp(change)
        return np.asarray(np.maximum(moved, outlook.cost))


@dataclass(frozen=True)
class PriceAdjustment(PricingPolicy):
    """Naive tatonnement: the price moves by gain x excess demand. Converges only while the gain is small.

    Attributes:
        gain: change of the price per rack-hour of excess work [USD per million tokens per rack-h].
    """

    gain: float

    def __post_init__(self) -> None:
        require("price adjustment: gain", self.gain, above=0)

    def __call__(self, outlook: Outlook) -> Floats:
        """Move prices by excess demand, once it is known; no floor but zero."""
        if outlook.tick == 0:
            return outlook.price
        excess = float(outlook.sold @ outlook.work) - outlook.capacity
        return np.maximum(outlook.price + self.gain * excess, 0.0)


#: Markups, relative to the present ones, at which a seller whose prices have settled looks whether it would earn more.
ELSEWHERE: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4, 0.7, 1.5, 2.5, 5.0, 10.0, 20.0)
#: It does so every so many ticks.
LOOK = 10


@dataclass(frozen=True)
class BestResponse(PricingPolicy):
    """Prices that earn most against the rivals' present prices, for all own offers together.

    Solves the first-order conditions demand + derivative' x markup = 0 by the fixed point of Morrow and
    Skerlos (2011), markup = (demand + cross' x markup) / own, half a step at a time and less where it swings;
    where the estimate has no slope the price stays. Once rivals too have settled it looks at markups much lower and
    higher, since segments of different tastes may make several peaks. If all providers do this, prices settle in
    the Bertrand-Nash equilibrium, where there is one.

    Attributes:
        sweeps: steps at most in a tick.
        tolerance: change of a price at which to stop, relative to the price.
        cap: highest price ever posted [USD per million tokens].
    """

    sweeps: int = 200
    tolerance: float = 1e-13
    cap: float = 1e6

    def __post_init__(self) -> None:
        require_whole("best response: sweeps", self.sweeps, at_least=1)
        require("best response: tolerance", self.tolerance, at_least=0)
        require("best response: cap", self.cap, at_least=0)

    @property
    def follows_cost(self) -> bool:
        """Nobody wishes to sell below cost."""
        return True

    def __call__(self, outlook: Outlook) -> Floats:
        """Return the best response."""
        price, settled = self._climb(outlook, np.array(outlook.price, dtype=np.float64))
        if not settled or outlook.tick % LOOK or not np.allclose(price, outlook.price, rtol=1e-9, atol=0.0):
            return price
        best, most = price, self._profit(outlook, price)
        for factor in ELSEWHERE:
            markup = np.where(outlook.movable, factor, 1.0) * (price - outlook.cost)
            other = np.clip(outlook.cost + markup, 0.0, self.cap)
            profit = self._profit(outlook, other)
            if profit > most * (1.0 + 1e-9):
                best, most = other, profit
        return price if best is price else self._climb(outlook, best)[0]

    @staticmethod
    def _profit(outlook: Outlook, price: Floats) -> float:
        return float(outlook.estimate(price).demand @ (price - outlook.cost))

    def _climb(self, outlook: Outlook, price: Floats) -> tuple[Floats, bool]:
        """Follow the fixed point from a price; also whether it has settled."""
        step, before = 0.5, np.zeros(price.shape)
        for _ in range(self.sweeps):
            e = outlook.estimate(price)
            slope = (e.own > 0) & outlook.movable
            markup = price - outlook.cost
            wish = np.where(slope, (e.demand + e.cross.T @ markup) / np.where(slope, e.own, 1.0), markup)
            if outlook.tick == 0:  # a list that opens beyond what anybody would pay comes down until somebody does
                wish = np.where(slope | (e.demand > 0) | ~outlook.movable, wish, 0.0)
            change = wish - markup
            step = max(0.7 * step, 0.01) if change @ before < 0 else min(1.2 * step, 0.5)
            before = change
            new = np.clip(price + step * change, 0.0, self.cap)
            moved = np.max(np.abs(new - price) / np.maximum(np.abs(price), 1e-9), initial=0.0)
            price = new
            if moved < self.tolerance:
                return price, True
        return price, False


@dataclass(frozen=True)
class ClearingPrice(PricingPolicy):
    """The price at which estimated demand just fills capacity: cost plus one rent per rack-hour, never below cost."""

    @property
    def follows_cost(self) -> bool:
        """It never falls below cost."""
        return True

    def __call__(self, outlook: Outlook) -> Floats:
        """Find the rent by bisection."""

        def ordered(rent: float) -> float:
            return float(outlook.estimate(outlook.cost + rent * outlook.work).demand @ outlook.work)

        if outlook.price.size == 0 or ordered(0.0) <= outlook.capacity:
            return outlook.cost
        low, high = 0.0, 1.0
        while ordered(high) > outlook.capacity and high < 1e30:
            low, high = high, 4.0 * high
        for _ in range(100):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if ordered(middle) > outlook.capacity else (low, middle)
        return np.asarray(outlook.cost + high * outlook.work)


@dataclass(frozen=True)
class CongestionToll(PricingPolicy):
    """Cost plus what an order costs the others by making them wait longer [Pigou 1920; Naor 1969].

    Attributes:
        memory_ticks: ticks over which the toll is averaged.
    """

    memory_ticks: float = 10.0

    def __post_init__(self) -> None:
        require("congestion toll: memory_ticks", self.memory_ticks, at_least=1)

    @property
    def follows_cost(self) -> bool:
        """If it remembers nothing."""
        return self.memory_ticks == 1.0

    def __call__(self, outlook: Outlook) -> Floats:
        """Move the price towards cost + toll."""
        target = outlook.cost + outlook.toll()
        return np.asarray(target + (outlook.price - target) * outlook.kept(self.memory_ticks))


@dataclass(frozen=True)
class Every(PricingPolicy):
    """Another policy, asked only every so many ticks: prices that are looked at once a day.

    Attributes:
        policy: what sets the price.
        ticks: ticks between two looks.
    """

    policy: PricingPolicy
    ticks: int = 24

    def __post_init__(self) -> None:
        require_kind("every: policy", self.policy, PricingPolicy)
        require_whole("every: ticks", self.ticks, at_least=1)

    @property
    def follows_cost(self) -> bool:
        """If it is asked in every tick."""
        return self.ticks == 1 and self.policy.follows_cost

    def fits(self, provider: str, offers: int) -> None:
        """What the policy within says."""
        self.policy.fits(provider, offers)

    def __call__(self, outlook: Outlook) -> Floats:
        """Ask the policy when it is time; a price for many ticks goes by what machines cost in all of them."""
        if outlook.tick % self.ticks:
            return outlook.price
        if self.ticks == 1:
            return self.policy(outlook)
        elapsed = max(float(self.ticks), outlook.elapsed)
        return self.policy(replace(outlook, cost=outlook.usual_cost, elapsed=elapsed))


@dataclass(frozen=True)
class Sticky(PricingPolicy):
    """Another policy, followed only when the list price is far enough from what it wants: a cost of changing.

    What it wants is where its price would come to rest at the usual cost: a running mean does not move by less than
    the threshold for ever.

    Attributes:
        policy: what sets the wished price.
        threshold: relative gap that is put up with before the list is changed.
    """

    policy: PricingPolicy
    threshold: float = 0.1

    def __post_init__(self) -> None:
        require_kind("sticky: policy", self.policy, PricingPolicy)
        require("sticky: threshold", self.threshold, at_least=0)

    @property
    def follows_cost(self) -> bool:
        """If it is followed always."""
        return self.threshold == 0.0 and self.policy.follows_cost

    def fits(self, provider: str, offers: int) -> None:
        """What the policy within says."""
        self.policy.fits(provider, offers)

    def __call__(self, outlook: Outlook) -> Floats:
        """Return the price wished for in the end where the gap is too large, else the present one."""
        wish = self.policy(replace(outlook, cost=outlook.usual_cost, elapsed=np.inf) if self.threshold else outlook)
        gap = np.abs(wish - outlook.price) / np.maximum(np.abs(outlook.price), 1e-12)
        return np.where(gap > self.threshold, wish, outlook.price)
