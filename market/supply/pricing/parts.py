"""Prices of input, cached and long tokens over that of output."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity import solvers
from capacity.fields import flag, inner, quantity
from market.supply.bills import CACHED, INPUT, LONG_CACHED, LONG_INPUT, Bills, Parts
from market.supply.outlook import Outlook
from market.supply.pricing.around import Around
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.fixed import FixedPrice

type Floats = NDArray[np.float64]

#: A level moves by at most this factor in a look.
FARTHEST = 4.0
#: Steps at most of a look, and the gain of a step, over what users pay, below which it ends.
STEPS, NEAR = 400, 1e-15
#: Parts of which another's price is the most: who asks could do without the cache.
AT_MOST = {CACHED: INPUT, LONG_CACHED: LONG_INPUT}


@dataclass(frozen=True)
class PartsOfBill(Around):
    """Another policy's list, with prices of input and cached tokens, and a surcharge for long requests, as pays best.

    Users of different segments ask for output, input and cached tokens in different proportions. So ratios between the
    three prices are a way to ask more of those who mind prices less, as far as they differ in what they ask for: all
    prices together are those of a multi-product monopolist, and where all mind prices alike ratios are those of cost
    [Ramsey 1927; Baumol and Bradford 1970; Laffont and Tirole 1993]. The search climbs from the present list along the
    slopes of the seller's estimate. No token costs less than nothing, a cached one never more than one that is read
    anew, and the policy within says how high a mean request's bill is; one that never moves leaves that to this
    policy, too. Where it does not count what its prices do to its sales, ratios are those of machine time.
    """

    policy: PricingPolicy = inner(PricingPolicy, "what sets the bill of a mean request", FixedPrice())
    market_power: bool = flag(
        True, "whether ratios are those that earn most; else they are those of the machine time of the tokens"
    )
    parts_hours: float = quantity(
        730.5, "h", "hours between two looks at the ratios; a month", "lists are made by the month", above=0, high=1e5
    )
    most: float = quantity(
        10.0,
        "1",
        "highest price of any token over that of output; reached only by who would bill by another kind of token alone",
        above=0,
        high=1e3,
    )
    least_gain: float = quantity(
        0.0,
        "1",
        "gain, over what users pay, below which ratios stay as they are: the work and trust that a change costs",
        high=1,
        shipped=0.001,
    )
    turn_hours: float = quantity(
        0.0, "h", "hours from the start to its turn: so that not all sellers look at once", high=1e5, settable=False
    )

    @property
    def moves_parts(self) -> bool:
        """It does."""
        return True

    def covers_cost(self, tick_hours: float) -> bool:
        """If the policy within does."""
        return self.policy.covers_cost(tick_hours)

    def looks(self, tick: int, tick_hours: float) -> bool:
        """When it is time for either."""
        return self._looks(tick, tick_hours) or (self.policy.moves_prices and self.policy.looks(tick, tick_hours))

    def _looks(self, tick: int, tick_hours: float) -> bool:
        ticks = max(1, round(self.parts_hours / tick_hours))
        return tick > 0 and (tick - round(self.turn_hours / tick_hours)) % ticks == 0

    def __call__(self, outlook: Outlook) -> Floats:
        """What the policy within says."""
        return self.policy.checked_prices(outlook)

    def opening(self, outlook: Outlook) -> Floats:
        """What the policy within says of what is new; its ratios are those of its tariff until the next look."""
        return self.policy.checked_opening(outlook)

    def parts(self, outlook: Outlook) -> Parts | None:
        """New ratios, and the level with them; None where they stay."""
        if outlook.bills is None or not self._looks(outlook.tick, outlook.tick_hours):
            return None
        bills = outlook.bills()
        if not self.market_power:
            ratios = np.where(outlook.movable[:, None], bills.at_cost(), bills.ratios)
            return Parts(ratios, bills.level_of_same_bill(ratios))
        search = Search(bills, outlook.movable, most=self.most, keeps_bill=self.policy.moves_prices)
        found, gain, paid = search.best()
        return found if gain > self.least_gain * paid else None


class Search:
    """Looks for the ratios, and the level, that earn most from the present ones on.

    It moves numbers that have the same size for all parts: a ratio times what is asked of the part, over the bill; of a
    part that may cost at most as much as another, its share of that; and the log of the level.
    """

    def __init__(self, bills: Bills, movable: NDArray[np.bool_], *, most: float, keeps_bill: bool) -> None:
        """``keeps_bill``: whether what was sold last pays as much by any ratios."""
        self.bills, self.keeps_bill = bills, keeps_bill
        asked = np.einsum("sj,sjk->jk", bills.orders, bills.amounts)
        billed = bills.mean_billed(bills.ratios)[:, None]
        size = np.divide(billed, asked, out=np.zeros_like(asked), where=asked > 0)
        self.size = size  # what a ratio moves by while its share of the bill moves by 1
        free = bills.there & (asked > 0) & movable[:, None]
        self.shared = np.zeros_like(free)
        for part, other in AT_MOST.items():
            self.shared[:, part] = free[:, part] & bills.there[:, other]
        self.free, self.moves = free, movable & (not keeps_bill) & (bills.price > 0)
        self.start = self._from(bills.ratios)
        top = np.where(self.shared, 1.0, np.divide(most, size, out=np.ones_like(size), where=size > 0))
        far = np.log(FARTHEST)
        lows = np.concatenate([np.zeros(int(free.sum())), np.full(int(self.moves.sum()), -far)])
        highs = np.concatenate([np.maximum(top[free], self.start), np.full(int(self.moves.sum()), far)])
        self.bounds = np.array([lows, highs]).T

    def _from(self, ratios: Floats) -> Floats:
        """Numbers that stand for ratios."""
        made = np.divide(ratios, self.size, out=np.zeros_like(ratios), where=self.size > 0)
        for part, other in AT_MOST.items():
            share = np.divide(
                ratios[:, part], ratios[:, other], out=np.zeros(ratios.shape[0]), where=ratios[:, other] > 0
            )
            made[:, part] = np.where(self.shared[:, part], share, made[:, part])
        return np.asarray(made[self.free])

    def _parts(self, numbers: Floats) -> Parts:
        """Ratios and level that numbers stand for."""
        count = int(self.free.sum())
        ratios, given = self.bills.ratios.copy(), np.zeros_like(self.bills.ratios)
        given[self.free] = numbers[:count]
        ratios[self.free & ~self.shared] = (given * self.size)[self.free & ~self.shared]
        for part, other in AT_MOST.items():
            ratios[:, part] = np.where(self.shared[:, part], given[:, part] * ratios[:, other], ratios[:, part])
        if self.keeps_bill:
            return Parts(ratios, self.bills.level_of_same_bill(ratios))
        level = np.ones(self.bills.price.size)
        level[self.moves] = np.exp(numbers[count:])
        return Parts(ratios, level)

    def _slopes(self, parts: Parts, by_price: Floats, by_ratio: Floats) -> Floats:
        """Slopes of profit by the numbers, from those by price and ratio."""
        price, ratios = self.bills.price * parts.level, parts.ratios
        if self.keeps_bill:  # the level falls as the bill of what was sold rises
            billed = self.bills.mean_billed(ratios)[:, None]
            asked = np.einsum("sj,sjk->jk", self.bills.orders, self.bills.amounts)
            falls = np.divide(asked, billed, out=np.zeros_like(asked), where=billed > 0)
            by_ratio = by_ratio - (by_price * price)[:, None] * falls
        made = by_ratio * self.size
        for part, other in AT_MOST.items():
            shared = self.shared[:, part]
            share = np.divide(
                ratios[:, part], ratios[:, other], out=np.zeros_like(price), where=shared & (ratios[:, other] > 0)
            )
            made[:, other] += np.where(shared, by_ratio[:, part] * share * self.size[:, other], 0.0)
            made[:, part] = np.where(shared, by_ratio[:, part] * ratios[:, other], made[:, part])
        return np.concatenate([made[self.free], (by_price * price)[self.moves]])

    def best(self) -> tuple[Parts, float, float]:
        """What earns most, what it earns more than the present list, and what users pay now [USD a tick]."""
        bills = self.bills
        present, _, _ = bills.profit(bills.price, bills.ratios)
        bill = bills.price * bills.billed(bills.ratios)
        paid = float((bills.ask(bill).count * bill).sum())
        start = np.append(self.start, np.zeros(int(self.moves.sum())))
        if paid <= 0 or start.size == 0:
            return Parts(bills.ratios, np.ones(bills.price.size)), 0.0, paid

        def loss(numbers: Floats) -> tuple[float, Floats]:
            parts = self._parts(numbers)
            worth, by_price, by_ratio = bills.profit(bills.price * parts.level, parts.ratios)
            return (present - worth) / paid, -self._slopes(parts, by_price, by_ratio) / paid

        options = {"maxiter": STEPS, "maxfun": STEPS, "ftol": NEAR, "gtol": NEAR}
        found = solvers.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=self.bounds, options=options)
        return self._parts(found.x), -float(found.fun) * paid, paid
