"""Prices by blocks of hours of the week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from capacity.errors import InputError
from capacity.fields import flag, inner, quantity
from market.supply.best_blocks import Lists, Rules, candidates
from market.supply.bills import Parts
from market.supply.outlook import Estimate, Floats, Hours, Outlook
from market.supply.pricing.around import Around
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.fixed import FixedPrice
from market.supply.week import Damping, Week


@dataclass(frozen=True)
class Blocks(Around):
    """Another policy's list, made dearer in some hours of the week and cheaper in the others, where that earns more.

    Now and then it works out, from its own load in each hour of the week, what machines there are worth to it, and
    which hours should be dearer: a run of days, and a few windows of the day. The policy within says how high the list
    is on average; one that never moves leaves that to this policy, too. It changes its hours only where it expects to
    earn more by that than a change is worth, and goes half as far whenever it finds itself going back.
    """

    policy: PricingPolicy = inner(PricingPolicy, "what sets the mean price", FixedPrice())
    blocks: int = quantity(2, "1", "prices that a list may have over the week; 1 is flat", low=1, high=4, whole=True)
    windows: int = quantity(2, "1", "windows of a day at most that are dearer", low=1, high=6, whole=True)
    blocks_hours: float = quantity(
        730.5,
        "h",
        "hours between two looks at the hours; a month",
        "lists are made by the month",
        above=0,
        high=1e5,
    )
    most_load: float = quantity(
        1.0, "1", "share of its machines that it means to use in the busiest hour", above=0, high=1, shipped=0.95
    )
    market_power: bool = flag(
        True, "whether it counts what its price does to its sales; else dear hours cost what machines do"
    )
    keeps_mean: bool = flag(
        False, "whether the mean over the hours stays as it is, even where the policy within never moves it"
    )
    least_gain: float = quantity(
        0.0,
        "1",
        "gain, over what users pay it, below which the hours stay as they are: the work and trust that a change costs",
        high=1,
        shipped=0.001,
    )
    first_step: float = quantity(
        1.0,
        "1",
        "part of the way that it goes at first; a fifth more each time, half of it when it goes back",
        above=0,
        high=1,
        shipped=0.5,
    )
    turn_hours: float = quantity(
        0.0, "h", "hours from the start to its turn: so that not all sellers look at once", high=1e5, settable=False
    )
    near: float = quantity(
        1e-9, "1", "how near the best prices it goes, relative", above=0, high=0.1, shipped=2e-3, settable=False
    )

    @property
    def moves_parts(self) -> bool:
        """If the policy within does."""
        return self.policy.moves_parts

    @property
    def moves_hours(self) -> bool:
        """It does; with one block only the level, where nobody else does."""
        return self.blocks > 1 or not self._keeps

    @property
    def _keeps(self) -> bool:
        """Whether the mean stays as it is."""
        return self.keeps_mean or self.policy.moves_prices

    def looks(self, tick: int, tick_hours: float) -> bool:  # noqa: ARG002
        """In every tick: hours turn whether the policy within looks or not."""
        return True

    @property
    def moves_cover_cost(self) -> bool:
        """Cheap hours may be below cost."""
        return False

    def covers_cost(self, tick_hours: float) -> bool:
        """If the policy within does, in all hours alike."""
        return self.blocks == 1 and self.policy.covers_cost(tick_hours)

    def fits(self, provider: str, offers: int) -> None:
        """What the policy within says."""
        if self.policy.moves_hours:
            raise InputError(f"provider '{provider}': blocks: policy is blocks again, but must be another")
        self.policy.fits(provider, offers)

    def parts(self, outlook: Outlook) -> Parts | None:
        """What the policy within says."""
        return self.policy.checked_parts(outlook)

    def __call__(self, outlook: Outlook) -> Floats:
        """The list of hours that are not dearer: what the policy within wishes on average, over the mean factor."""
        return self._beside_dear_hours(outlook, self.policy.checked_prices)

    def opening(self, outlook: Outlook) -> Floats:
        """The same of what is new."""
        return self._beside_dear_hours(outlook, self.policy.checked_opening)

    def _beside_dear_hours(self, outlook: Outlook, wish: Callable[[Outlook], Floats]) -> Floats:
        week = outlook.week() if outlook.week is not None else None
        if not self.policy.moves_prices:
            return outlook.price
        if week is None or (week.mean == 1.0 and (week.factor == 1.0).all()):
            return wish(outlook)
        now = float(week.factor[week.now])

        def estimate(bills: Floats) -> Estimate:
            e = outlook.estimate(np.where(outlook.blocked, bills / now, bills))
            slope = np.where(outlook.blocked, now, 1.0)
            return Estimate(e.demand, e.own / slope, e.cross / slope[None, :])

        mean = np.where(outlook.blocked, week.mean, 1.0)
        flat = replace(outlook, price=outlook.price * mean, estimate=estimate)
        return np.asarray(wish(flat) / mean)

    def dear_hours(self, outlook: Outlook) -> Hours | None:
        """New hours and the level of the list with them; None where they stay."""
        if outlook.week is None or not self._looks(outlook):
            return None
        week = outlook.week()
        if not np.isfinite(week.load).all() or not week.load.any() or not outlook.blocked.any():
            return None
        lists = self._best(week)
        return None if lists is None else self._towards(week, lists)

    def _looks(self, outlook: Outlook) -> bool:
        ticks = max(1, round(self.blocks_hours / outlook.tick_hours))
        return outlook.tick > 0 and (outlook.tick - round(self.turn_hours / outlook.tick_hours)) % ticks == 0

    def _best(self, week: Week) -> Lists | None:
        """The best list, if it is worth so much more than the present one."""
        rules = Rules(self.windows, self.most_load, self.market_power, self._keeps, self.near)
        present, *others = candidates(week, rules, self.blocks)
        best = others[0]
        asked = week.ask(week.mean)
        paid = float((week.mean * asked.bill + asked.other).sum())
        for other in others[1:]:  # dearer hours have to pay for being there
            if other.worth > best.worth + self.least_gain * paid:
                best = other
        return best if best.worth > present.worth + max(self.least_gain, self.near**2) * paid else None

    def _towards(self, week: Week, lists: Lists) -> Hours:
        """As far towards a list as the last swings allow, in its own blocks."""
        wish, before = np.log(lists.multiples), np.log(week.factor)
        move = wish - before
        weight = week.damping.after(move - move.mean()) if week.damping.move.size else self.first_step
        reached = before + weight * move
        masks = [block.mask for block, _ in lists.blocks]
        columns = np.array([np.ones(week.load.size), *masks], dtype=np.float64).T
        logs, *_ = np.linalg.lstsq(columns, reached, rcond=None)
        parts = tuple(
            block.peak_hours(week.begin_h, float(np.exp(log)))
            for (block, _), log in zip(lists.blocks, logs[1:], strict=True)
        )
        factor = np.exp(columns[:, 1:] @ logs[1:])
        sold = week.sold(self.most_load)
        mean = float(sold @ factor) / float(sold.sum())
        level = week.mean / mean if self._keeps else float(np.exp(logs[0]))
        return Hours(parts, level, mean, Damping(weight, move - move.mean()))
