"""Prices that earn most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from capacity.fields import flag, quantity
from market.supply.outlook import Estimate, Floats, Outlook
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.within_capacity import climb_within, fullness

#: A seller whose prices have settled looks elsewhere in its first look after every so many ticks: it has to ask about
#: so many lists.
LOOK = 24
#: Where it looks: markups relative to the present one of the list, or to the prices and costs that it knows.
FACTORS = np.geomspace(1e-3, 1e3, 43)
#: Where a menu is tried across its prices: markups relative to the present one, of one offer after the other.
ACROSS = np.geomspace(0.25, 4.0, 9)
#: Hours of its first day at which a seller looks across its menu.
FIRST_LOOKS_H = (8.0, 16.0)
#: Of the peaks that it sees from afar it climbs so many, the highest first, to this part of the price; and so many
#: where cliffs hide how high they go.
CLIMBS, CLIMBS_AT_CLIFFS = 3, 40
NEAR_ENOUGH = 1e-6
#: Steps at most in which it finds the list price of what is new.
OPENING_SWEEPS = 40
#: Times that it halves (or almost) the room in which a peak without a slope lies.
HALVINGS = 60
GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
#: Demand that a markup as large as it is now moves by less than this share is flat: at a peak it is moved by all of it.
FLAT = 0.01
#: An offer with less than this share of what its seller sells is bought by nobody: its price is dear enough.
NOBODY = 1e-6
#: A gain below this share is rounding.
ROUNDING = 1e-9
#: Who gains more than this share by being the cheaper one of equals takes this share off its markup, not a hair: its
#: rival will answer, and by hairs they would get nowhere.
NOTICED, UNDERCUT = 0.1, 0.05


@dataclass(frozen=True)
class BestResponse(PricingPolicy):
    """Prices that earn most against the rivals' present prices, for all own offers together.

    Solves the first-order conditions demand + derivative' x markup = 0 by the fixed point of Morrow and
    Skerlos (2011), markup = (demand + cross' x markup) / own, half a step at a time and less where it swings;
    a step goes nowhere where the estimate has no slope. Segments of different tastes make several peaks, and users
    who take the best without fail make cliffs. So once prices have settled it looks at the whole range, at markups in
    common and of one offer after the other, climbs from the best of them, and closes in on what is no slope's end by
    golden sections; it does so at once where it sells nothing. Where others sell, too, and the best place is just below
    a cliff, it goes a step below a rival who would answer. If all providers do this, prices settle in the
    Bertrand-Nash equilibrium, where there is one.

    Within capacity K it sells min(demand, K), and who is turned away is lost: with the shadow price r of a rack-hour,
    the conditions are those at the cost c + r a, where r > 0 only if machines are full [Anderson, de Palma and Thisse
    1992; Kreps and Scheinkman 1983].

    Where waits answer, demand is that after all have seen what prices do to waits (``simulation.answering``): who
    fills a tier makes it slower, and the gap between tiers is part of what is priced [Mendelson and Whang 1990; Afèche
    2013].

    Where machines do more at a rising cost, markups are on that of the last million tokens that it would sell; in an
    hour in which its tariff multiplies bills, they are on what is paid.

    No price is ever below cost, nor above the cap where that is above cost.
    """

    kind = "best-response"

    sweeps: int = quantity(
        200,
        "1",
        "steps at most in a look; where they are few, prices move towards it over the days, all providers together",
        low=1,
        whole=True,
        shipped=4,
        settable=False,
    )
    tolerance: float = quantity(1e-13, "1", "change of a price at which to stop, relative to the price", settable=False)
    cap: float = quantity(
        np.inf,
        "USD per million output-equivalent tokens",
        "highest price ever posted above cost; needed where users can go nowhere else",
        or_inf=True,
        settable=False,
    )

    across: bool = flag(
        False,
        "whether it looks across the whole menu on its first day and when a model comes out, each price from a quarter "
        "to four times of its markup, beside the steps from the present one; if not, where prices have settled only",
        shipped=True,
        settable=False,
    )

    within_capacity: bool = flag(
        False,
        "whether it counts that it sells no more than its machines do, and, where requests go on to others, that "
        "rivals do not either; of no account to who rents machines as it needs them",
        settable=False,
    )

    waits_answer: bool = flag(
        False,
        "whether it counts that who buys a tier makes its buyers, and those of tiers below, wait longer; otherwise "
        "waits are taken as they are",
    )

    @property
    def boundless(self) -> bool:
        """Without a cap."""
        return bool(np.isinf(self.cap))

    @property
    def counts_full_rivals(self) -> bool:
        """Within capacity."""
        return self.within_capacity

    @property
    def counts_waits(self) -> bool:
        """Where waits answer."""
        return self.waits_answer

    def covers_cost(self, tick_hours: float) -> bool:  # noqa: ARG002
        """Nobody wishes to sell below cost."""
        return True

    def earns(self, outlook: Outlook, price: Floats) -> float:
        """What it sells, of what its machines can do if that counts; of a list between cost and cap."""
        return self._profit(outlook, self._allowed(outlook, price))

    @property
    def moves_cover_cost(self) -> bool:
        """Nobody wishes to sell below cost."""
        return True

    def __call__(self, outlook: Outlook) -> Floats:
        """Return the best response."""
        start = self._allowed(outlook, np.array(outlook.price, dtype=np.float64))
        if self._looks_across(outlook):
            start = self._across(outlook, start)
        near = max(self.tolerance, NEAR_ENOUGH) if self.waits_answer else self.tolerance  # waits are found by iteration
        price, settled = self._climb(outlook, start, near)
        if settled and np.allclose(price, outlook.price, rtol=max(ROUNDING, 10.0 * near), atol=0.0):
            return self._looked_around(outlook, price)
        if outlook.tick == 0:
            return price
        if not self._at_cliffs(outlook, price) and not self._is_limited(outlook):
            return self._below_rivals(outlook, price) if self._is_below_a_cliff(outlook, price) else price
        if self._profit(outlook, price) < self._profit(outlook, start):
            price = start  # it went over a cliff
        return self._looked_around(outlook, price)

    def _looked_around(self, outlook: Outlook, price: Floats) -> Floats:
        """A list, or a better one that is found by looking around, if it is time or nothing is sold."""
        if outlook.tick % LOOK >= outlook.between and outlook.estimate(price).demand.any():
            return price
        found = self._look_around(outlook, price)
        cliffs = self._at_cliffs(outlook, found) or self._is_below_a_cliff(outlook, found)
        return self._below_rivals(outlook, found) if cliffs and not _is_alone(outlook) else found

    def _is_below_a_cliff(self, outlook: Outlook, price: Floats) -> bool:
        """Whether a hair more for all would lose much to somebody else: there is one who asks for as much."""
        if _is_alone(outlook):
            return False
        beyond = self._allowed(outlook, outlook.least_price + (price - outlook.least_price) * (1.0 + NEAR_ENOUGH))
        profit = self._profit(outlook, price)  # less than nothing, where free use costs more than the rest earns
        return profit - self._profit(outlook, beyond) > NOTICED * abs(profit)

    def _below_rivals(self, outlook: Outlook, found: Floats) -> Floats:
        """A step below a cliff, if to be on this side of it is worth much more than the present list."""
        most = self._profit(outlook, found)
        if most <= self._profit(outlook, outlook.price) * (1.0 + NOTICED):
            return found
        below = found.copy()
        for k in np.flatnonzero(outlook.movable):
            markup = float(found[k] - outlook.least_price[k])
            beyond = self._with(outlook, found, int(k), markup * (1.0 + NEAR_ENOUGH))
            if self._profit(outlook, beyond) < most / (1.0 + NOTICED):
                below[k] -= UNDERCUT * markup
        return below

    def opening(self, outlook: Outlook) -> Floats:
        """The best response of what is new, beside the other own prices as they are.

        A list that opened at the peak nearest to where it began would move far on the day on which its seller looks
        further.
        """
        climbing = replace(self, sweeps=OPENING_SWEEPS)
        price, _ = climbing._climb(outlook, outlook.price.copy(), NEAR_ENOUGH)
        if not self.across:
            return self._look_around(outlook, price) if self._at_cliffs(outlook, price) else price
        seen = self._across(outlook, price)
        price, _ = climbing._climb(outlook, seen, NEAR_ENOUGH)
        return price if self._profit(outlook, price) > self._profit(outlook, seen) else seen

    def _looks_across(self, outlook: Outlook) -> bool:
        """Whether it is time to look across the menu."""
        before, now = (tick * outlook.tick_hours for tick in (outlook.tick - 1, outlook.tick))
        return self.across and any(before < hour <= now for hour in FIRST_LOOKS_H)

    def _across(self, outlook: Outlook, price: Floats) -> Floats:
        """The best place of each price in turn, from a quarter to four times of its markup."""
        most = self._profit(outlook, price)
        for offer in np.flatnonzero(outlook.movable):
            markup = price[offer] - outlook.least_price[offer]
            for factor in ACROSS[ACROSS != 1.0]:
                tried = self._with(outlook, price, int(offer), float(markup * factor))
                profit = self._profit(outlook, tried)
                if profit > most * (1.0 + ROUNDING):
                    most, price = profit, tried
        return price

    @staticmethod
    def _is_flat(outlook: Outlook, e: Estimate, price: Floats) -> bool:
        """Whether, for some offer, hardly any slope leads to where it would earn most."""
        felt = (e.own - np.diagonal(e.cross)) * (price - outlook.as_listed(outlook.cost_at(e.demand)))
        return bool((outlook.movable & (felt <= FLAT * e.demand) & ~_unsold(e.demand)).any())

    def _at_cliffs(self, outlook: Outlook, price: Floats) -> bool:
        return self._is_flat(outlook, outlook.estimate(price), price)

    def _allowed(self, outlook: Outlook, price: Floats) -> Floats:
        """A list with its prices between cost and cap, as far as they can be changed."""
        bounded = np.maximum(np.minimum(price, self.cap), outlook.least_price)
        return np.where(outlook.movable, bounded, outlook.price)

    def _is_limited(self, outlook: Outlook) -> bool:
        """Whether it sells no more than its machines do."""
        return self.within_capacity and bool(np.isinf(outlook.rack_hour_usd))

    def _profit(self, outlook: Outlook, price: Floats) -> float:
        sold = outlook.estimate(price).demand
        if self._is_limited(outlook):
            sold = sold / max(fullness(outlook, price), 1.0)
        return outlook.profit(price, sold)

    def _climb(self, outlook: Outlook, price: Floats, tolerance: float) -> tuple[Floats, bool]:
        """Follow the fixed point from a price, within capacity if that counts; also whether it has settled."""
        found = self._follow(outlook, price, tolerance)
        if outlook.tick == 0 or not self._is_limited(outlook) or fullness(outlook, found[0]) <= 1.0:
            return found
        if self._at_cliffs(outlook, found[0]):
            return found
        return climb_within(outlook, found, lambda dearer, start: self._follow(dearer, start, tolerance))

    def _follow(self, outlook: Outlook, price: Floats, tolerance: float) -> tuple[Floats, bool]:
        """Follow the fixed point from a price; also whether it has settled."""
        step, before = 0.5, np.zeros(price.shape)
        times = 1.0 if outlook.factor is None else outlook.factor
        for _ in range(self.sweeps):
            e = outlook.estimate(price)
            slope = (e.own > 0) & outlook.movable
            markup = price - outlook.as_listed(outlook.cost_at(e.demand))
            with np.errstate(over="ignore"):  # where next to nobody buys, and so nobody minds
                gained = times * e.demand + e.cross.T @ (times * markup)
                wish = np.where(slope, gained / np.where(slope, times * e.own, 1.0), markup)
            if outlook.tick == 0:  # a list that opens beyond what anybody would pay comes down until somebody does
                wish = np.where(slope | (e.demand > 0) | ~outlook.movable, wish, 0.0)
            change = np.where(_unsold(e.demand), np.minimum(wish - markup, 0.0), wish - markup)
            step = max(0.7 * step, 0.01) if change @ before < 0 else min(1.2 * step, 0.5)
            before = change
            new = self._allowed(outlook, price + step * change)
            moved = np.max(np.abs(new - price) / np.maximum(np.abs(price), 1e-9), initial=0.0)
            price = new
            if moved < tolerance:
                return price, True
        return price, False

    def _look_around(self, outlook: Outlook, present: Floats) -> Floats:
        """The best list that can be found from the whole range of markups; where nobody buys at cost, nobody buys."""
        if not outlook.estimate(self._allowed(outlook, outlook.least_price)).demand.any():
            return present
        best, most = present, self._profit(outlook, present)
        threshold = most * (1.0 + ROUNDING)
        climbed_to: set[bytes] = set()  # many starts lead to one place, which is closed in once
        starts = sorted(self._seen_from_afar(outlook, present), key=lambda found: -found[0])
        for profit, start in starts[: CLIMBS_AT_CLIFFS if self._at_cliffs(outlook, present) else CLIMBS]:
            price, _ = self._follow(outlook, start, NEAR_ENOUGH)
            climbed = self._profit(outlook, price)
            if climbed < profit:
                climbed, price = profit, start
            if price.tobytes() in climbed_to:
                continue
            climbed_to.add(price.tobytes())
            if self._at_cliffs(outlook, price):
                climbed, price = self._close_in(outlook, price, climbed)
            if climbed > threshold:
                best, most = price, climbed
                threshold = most * (1.0 + ROUNDING)
        return best

    def _seen_from_afar(self, outlook: Outlook, present: Floats) -> Iterator[tuple[float, Floats]]:
        """The present list, peaks of the profit along markups in common, and the best place of each offer by itself.

        With the profit of each.
        """
        scale = self._scale(outlook, present)
        yield self._profit(outlook, present), present

        def in_common(markup: float) -> Floats:
            return self._allowed(outlook, outlook.least_price + markup)

        profits = [self._profit(outlook, in_common(scale * factor)) for factor in FACTORS]
        around = np.concatenate(([-np.inf], profits, [-np.inf]))
        peaks = np.flatnonzero((around[1:-1] > around[:-2]) & (around[1:-1] >= around[2:]))
        for k in peaks:
            yield profits[k], in_common(scale * FACTORS[k])
        if present.size == 1:
            return
        bases = [present, in_common(scale * FACTORS[int(np.argmax(profits))])]
        if self._at_cliffs(outlook, present):  # two prices may have to move together
            bases += [in_common(scale * factor) for factor in FACTORS[::4]]
        for base in bases:
            for k in np.flatnonzero(outlook.movable):
                lists = [self._with(outlook, base, int(k), scale * factor) for factor in FACTORS[::3]]
                found = [self._profit(outlook, one) for one in lists]
                yield max(found), lists[int(np.argmax(found))]

    def _with(self, outlook: Outlook, price: Floats, offer: int, markup: float) -> Floats:
        changed = price.copy()
        changed[offer] = outlook.least_price[offer] + markup
        return self._allowed(outlook, changed)

    @staticmethod
    def _scale(outlook: Outlook, present: Floats) -> float:
        """An amount of money of the size that prices have here."""
        known = np.concatenate([present - outlook.least_price, outlook.least_price, outlook.opening_price])
        known = known[np.isfinite(known) & (known > 0)]
        return float(np.exp(np.log(known).mean())) if known.size else 1.0

    def _close_in(self, outlook: Outlook, price: Floats, profit: float) -> tuple[float, Floats]:
        """The highest place near a list where no slope leads to it, one offer after the other."""
        near = float(FACTORS[2] / FACTORS[0])
        for k in np.flatnonzero(outlook.movable):
            markup = float(price[k] - outlook.least_price[k])

            def of(markup: float, offer: int = int(k), price: Floats = price) -> tuple[float, Floats]:
                changed = self._with(outlook, price, offer, markup)
                return self._profit(outlook, changed), changed

            found = golden_section(of, markup / near, markup * near)
            if found[0] > profit:
                profit, price = found
        return profit, price


def _is_alone(outlook: Outlook) -> bool:
    """Whether nobody else sells anything."""
    return outlook.public_prices.size <= outlook.price.size


def _unsold(demand: Floats) -> NDArray[np.bool_]:
    """Offers that nobody buys, where the seller sells others: users take these instead, and pay more."""
    total = float(demand.sum())
    return np.asarray((demand <= NOBODY * total) & (total > 0))


def golden_section(of: Callable[[float], tuple[float, Floats]], low: float, high: float) -> tuple[float, Floats]:
    """The highest that a function with one peak has between two places, and what it is of.

    Where it is flat the peak is taken to be lower: nobody buys beyond a cliff.
    """
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = of(left), of(right)
    for _ in range(HALVINGS):
        if at_left[0] >= at_right[0]:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = of(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = of(right)
    return max(at_left, at_right, key=lambda found: found[0])
