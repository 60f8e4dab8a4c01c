"""The blocks of hours, and their prices, that are worth most to a seller by its own estimate.

A list of level m in the cheap hours and m r in the dear ones is worth, over the ticks t of a week,

    sum over t of  min(1, u K_t / W_t(m_t)) (R_t(m_t) - c_t(m_t))  -  what machines cost                          (1)

with orders that call for work W, users who pay R, cost c beside machines, and machines K, a share u of them to be used.
Machines that are given cost nothing more; what is rented by the hour serves what passes them, at the rent of the hour;
those that are held for a term cost the same in every hour, and how many there are is part of the choice. So hours below
capacity bear none of their cost, and the busiest all of it [Boiteux 1949]. Who takes prices as given looks at what
users gain, too, and turns nobody away: then dear hours cost just what machines do.

Where the mean bill is to stay, hours differ only because machines do: what a bill a little higher or lower brings in an
hour is left aside, and so is what would be gained by prices that differ for their own sake. Who holds machines for a
term then holds what its list needs, as ``Term`` does, and turns nobody away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.supply.week import PARTS, Asked, Curves, Week
from market.supply.windows import DAYS, Block, most_in_windows, runs_of_days, windows_of

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
#: Where it looks first: multiples of the mean bill; and numbers of machines, over those that the busiest tick needs.
MULTIPLES = np.geomspace(0.25, 4.0, 25)
MACHINES = np.geomspace(0.3, 1.6, 18)
#: Then closer and closer: so many places on each side of the best, half as wide each time.
SIDE = 6
#: How often it asks users about the place that it found, until it stays there.
ASKED = 12
#: A request that is turned away by who wishes to serve all counts as so many times what it is worth.
TURNED_AWAY = 1e3
#: Step by which the slope of the worth of a flat list is found, and that of demand at first.
STEP = 0.02


@dataclass(frozen=True)
class Rules:
    """What a seller looks for.

    Attributes:
        windows: windows of a day at most.
        most_load: share of its machines that it means to use.
        market_power: whether it counts what its price does to what it sells; else dear hours cost what machines do.
        keeps_mean: whether the mean bill stays as it is, and only its spread over the hours is chosen.
        tolerance: how near the best prices it goes, relative.
    """

    windows: int
    most_load: float
    market_power: bool
    keeps_mean: bool
    tolerance: float


@dataclass(frozen=True)
class Lists:
    """A list by the hour.

    Attributes:
        multiples: of the present list of hours with factor 1, by tick of the week.
        blocks: dear hours, with how much dearer they are than without the block.
        worth: equation (1) [USD a week].
    """

    multiples: Floats
    blocks: tuple[tuple[Block, float], ...]
    worth: float


class Search:
    """Looks for the best list of a week."""

    def __init__(self, week: Week, rules: Rules) -> None:
        self.week, self.rules = week, rules
        self.curves = Curves(week, week.mean * MULTIPLES)
        self.ticks = week.load.size
        self.flat_base = np.ones(self.ticks)
        self.sold = week.sold(rules.most_load)
        self.work: Floats = self.asked(np.array([week.mean]), self.flat_base).work[0]
        self.busiest = float(self.work.max())
        self.level = self._without_scarcity(week.mean)
        low, high = (self._without_scarcity(week.mean * (1.0 + step)) for step in (-STEP, STEP))
        load = np.nan_to_num(week.load)  # a bill that is a little higher is paid by those who are served
        served = np.divide(self.sold, load, out=np.ones_like(load), where=load > 0)
        self.slope: Floats = (high - low) / (2.0 * STEP * week.mean)
        self.mean_slope = served * self.slope
        self.present = self._list(week.factor, ())

    def asked(self, multiples: Floats, base: Floats) -> Asked:
        """What would be sold at multiples of a list by the hour, by multiple and tick."""
        shape = (multiples.size, self.ticks)
        made = Asked(*(np.empty(shape) for _ in PARTS))
        for level in np.unique(base):
            here, part = base == level, self.curves.at(multiples * level)
            for name in PARTS:
                getattr(made, name)[:, here] = getattr(part, name)[:, here]
        return made

    # -------------------------------------------------------------------------------- what a list is worth

    def machines(self, near: float | None = None, width: float = 0.0) -> list[float | None]:
        """Rack-hours a tick to choose from; None where they are given."""
        if self.week.term_usd is None:
            return [None]
        if near is None:
            return [float(share) * self.busiest / self.rules.most_load for share in MACHINES]
        return [near * float(np.exp(step * width)) for step in range(-SIDE, SIDE + 1)]

    def worths(self, asked: Asked, multiples: Floats, racks: float | Floats | None) -> Floats:
        """Equation (1) by row and tick; ``multiples``: what the bill is multiplied by, by row and tick.

        ``racks``: rack-hours a tick, for all rows or, as a column, by row; None where machines are given.
        """
        week, rules = self.week, self.rules
        usable = rules.most_load * (week.held if racks is None else racks * np.ones(self.ticks))
        margin = multiples * asked.bill + asked.other - asked.cost
        served, rented = np.ones_like(asked.work), np.zeros_like(asked.work)
        over = asked.work > usable
        if racks is None and np.isfinite(week.rent_usd).all():
            rented = np.maximum(asked.work - usable, 0.0) * week.rent_usd
        else:
            served = np.divide(usable * np.ones_like(asked.work), asked.work, out=served, where=over)
        gain = margin if rules.market_power else margin + asked.surplus
        if rules.keeps_mean:
            gain = np.minimum(gain, self.level + self.slope * (multiples - week.mean))
        if rules.market_power and not (rules.keeps_mean and racks is not None):
            lost = (1.0 - served) * gain + rented
        else:
            lost = TURNED_AWAY * (1.0 - served) * (np.abs(margin) + np.abs(asked.surplus) + 1.0) + rented
        if rules.keeps_mean:  # what is sold at a price is what the others make up for
            still = np.divide(asked.work, self.work, out=np.zeros_like(asked.work), where=self.work > 0)
            gain = gain - self.mean_slope * (multiples - week.mean) * still
        held = 0.0 if racks is None or week.term_usd is None else week.term_usd * racks
        return np.asarray(gain - lost - held)

    def _without_scarcity(self, multiple: float) -> Floats:
        """What a tick is worth with machines without end, at so many times the list in all hours."""
        asked = self.asked(np.array([multiple]), self.flat_base)
        margin = multiple * asked.bill + asked.other - asked.cost
        return np.asarray((margin if self.rules.market_power else margin + asked.surplus)[0])

    def _list(self, multiples: Floats, blocks: tuple[tuple[Block, float], ...]) -> Lists:
        """A list with what it is worth."""
        asked, row, near = self.asked(np.ones(1), multiples), multiples[None, :], None
        best, width = -np.inf, float(np.log(MACHINES[1] / MACHINES[0]))
        while True:
            for racks in self.machines(near, width / SIDE):
                worth = float(self.worths(asked, row, racks).sum())
                if worth > best:
                    best, near = worth, racks
            width *= 0.5
            if near is None or width < self.rules.tolerance:
                return Lists(multiples, blocks, best)

    # -------------------------------------------------------------------------------- looking for a better one

    def flat(self) -> Lists:
        """The best list that is the same in all hours."""
        none = Block(np.zeros(DAYS, dtype=bool), np.zeros(self.week.ticks_per_day, dtype=bool))
        return self._refined(none, self.flat_base, (), (self.week.mean, self.week.mean))

    def with_block(self, before: Lists) -> Lists:
        """The best list with dear hours more than one has."""
        level = float(before.multiples.min())
        base = before.multiples / level
        block, near = self._best_block(base, level)
        return self._refined(block, base, before.blocks, near) if block.mask.any() else before

    def _best_block(self, base: Floats, level: float) -> tuple[Block, tuple[float, float]]:
        """Which hours, of all runs of days and windows of the day, and about which prices in and outside them."""
        runs, a_day = runs_of_days(), self.week.ticks_per_day
        levels = level * MULTIPLES
        asked, multiples = self.asked(levels, base), levels[:, None] * base
        low, high = np.triu_indices(levels.size, 1)
        best, found = -np.inf, None
        for racks in self.machines():
            worth = self.worths(asked, multiples, racks)
            by_run = np.einsum("rd,mdt->rmt", runs.astype(float), worth.reshape(levels.size, DAYS, a_day))
            gains = (by_run[:, high] - by_run[:, low]).reshape(-1, a_day)
            most = most_in_windows(gains, self.rules.windows).reshape(len(runs), low.size)
            total = most + worth.sum(axis=1)[low]
            if (top := float(total.max())) > best:
                best, (run, pair) = top, np.unravel_index(int(total.argmax()), total.shape)
                gain = gains.reshape(len(runs), low.size, a_day)[run, pair]
                block = Block(runs[run], windows_of(gain, self.rules.windows))
                found = block, (float(levels[low[pair]]), float(levels[high[pair]]))
        assert found is not None
        return found

    def _refined(
        self, block: Block, base: Floats, blocks: tuple[tuple[Block, float], ...], near: tuple[float, float]
    ) -> Lists:
        """The best two prices in and outside a block, asked again until they stay."""
        mask, place, beside = block.mask, near, STEP
        for _ in range(ASKED):
            for level in np.unique(base):
                for price in place:
                    for step in (-beside, 0.0, beside):  # and so how it slopes there
                        self.curves.add(float(price * level * (1.0 + step)))
            found = self._closer(mask, base, max(0.01 * beside, 0.1 * self.rules.tolerance))
            moved = max(abs(np.log(new / old)) for new, old in zip(found, place, strict=True))
            place, beside = found, max(0.5 * min(moved, beside), self.rules.tolerance)
            if moved < self.rules.tolerance:
                break
        multiples = place[0] * base * np.where(mask, place[1] / place[0], 1.0)
        if self.rules.keeps_mean and self.sold.sum() > 0:
            multiples *= self.week.mean * float(self.sold.sum()) / float(self.sold @ multiples)
        more = ((block, place[1] / place[0]),) if mask.any() else ()
        return self._list(multiples, (*blocks, *more))

    def _closer(self, mask: Flags, base: Floats, near: float) -> tuple[float, float]:
        """The two prices that are worth most, each with as many machines as may be had."""
        racks, width = self.machines(), float(np.log(MACHINES[1] / MACHINES[0]))
        while True:
            parts = [self._peaks(racks, where, base, near) for where in (~mask, mask)]
            best = int(np.argmax(parts[0][1] + parts[1][1]))
            if racks[best] is None or width < near:
                return float(parts[0][0][best]), float(parts[1][0][best])
            width /= SIDE
            racks = self.machines(racks[best], 2.0 * width)

    def _peaks(self, racks: list[float | None], where: Flags, base: Floats, near: float) -> tuple[Floats, Floats]:
        """The best price in some hours and what it is worth there, by number of machines."""
        if not where.any():
            return np.full(len(racks), self.week.mean), np.zeros(len(racks))

        column = None if racks[0] is None else np.array(racks, dtype=np.float64)[:, None]

        def worth(levels: Floats) -> Floats:
            rows = self.worths(self.asked(levels, base), levels[:, None] * base, column)
            return np.asarray(rows[:, where].sum(axis=1))

        levels = self.week.mean * MULTIPLES
        asked, multiples = self.asked(levels, base), levels[:, None] * base
        seen = np.array([self.worths(asked, multiples, one)[:, where].sum(axis=1) for one in racks])
        at = np.clip(seen.argmax(axis=1), 1, levels.size - 2)
        return golden(worth, levels[at - 1], levels[at + 1], near)


def golden(of: Callable[[Floats], Floats], low: Floats, high: Floats, near: float) -> tuple[Floats, Floats]:
    """Where functions of one number are highest between two places, and how high, all at once.

    >>> place, height = golden(lambda x: 1.0 - (x - np.array([0.3, 0.6])) ** 2, np.zeros(2), np.ones(2), 1e-6)
    >>> place.round(4).tolist(), height.round(4).tolist()
    ([0.3, 0.6], [1.0, 1.0])
    """
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = of(left), of(right)
    while bool((high - low > near * high).any()):
        down = at_left >= at_right
        low, high = np.where(down, low, left), np.where(down, right, high)
        new = np.where(down, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        at_new = of(new)
        left, right, at_left, at_right = (
            np.where(down, new, right),
            np.where(down, left, new),
            np.where(down, at_new, at_right),
            np.where(down, at_left, at_new),
        )
    return np.where(at_left >= at_right, left, right), np.maximum(at_left, at_right)


def candidates(week: Week, rules: Rules, count: int) -> Iterator[Lists]:
    """Lists to choose from: the present one, the best flat one, and the best with ever more dear hours."""
    search = Search(week, rules)
    yield search.present
    found = search.flat()
    yield found
    for _ in range(count - 1):
        found = search.with_block(found)
        yield found
