"""Prices that are looked at now and then."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from capacity.fields import quantity
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.around import Around


@dataclass(frozen=True)
class Every(Around):
    """Another policy, asked only every so many hours: prices that are looked at once a day.

    A catalogue may be gone through list by list: its lists, in their order, take turns among so many days, evenly apart
    from one look at a list to the next. Then what changes all of them changes them on different days, as long as each
    is worth a change by itself.
    """

    hours: float = quantity(
        24.0, "h", "hours between two looks at the price; 0 looks in every tick", high=8_766, shipped=168.0
    )
    settling_hours: float = quantity(
        0.0, "h", "hours at the start in which it looks in every tick, so that a market begins near rest", high=8_766
    )
    turn_hours: float = quantity(
        0.0,
        "h",
        "hours from the start to its turn, beside a look in the first tick: so that not all sellers look at once",
        high=8_766,
        settable=False,
    )
    turns: int = quantity(
        1,
        "1",
        "days among which its lists take turns from one look at a list to the next; 1 looks at all on one day",
        low=1,
        high=1000,
        whole=True,
    )

    def ticks(self, tick_hours: float) -> int:
        """Ticks between two looks.

        >>> from market.supply.pricing.fixed import FixedPrice
        >>> Every(FixedPrice(), 24.0).ticks(tick_hours=0.5), Every(FixedPrice(), 0.0).ticks(tick_hours=0.5)
        (48, 1)
        """
        return max(1, round(self.hours / tick_hours))

    def covers_cost(self, tick_hours: float) -> bool:
        """If it is asked in every tick."""
        return self.ticks(tick_hours) == 1 and self.policy.covers_cost(tick_hours)

    def looks(self, tick: int, tick_hours: float) -> bool:
        """Whether it is time for any list, for the policy within too."""
        return any(self._turns(tick, tick_hours)) and self.policy.looks(tick, tick_hours)

    def _turns(self, tick: int, tick_hours: float) -> list[bool]:
        """Which turns it is; all of them at the start.

        >>> from market.supply.pricing.fixed import FixedPrice
        >>> weekly = Every(FixedPrice(), 168.0, turns=3)
        >>> [day for day in range(1, 15) if any(weekly._turns(day, tick_hours=24.0))]
        [2, 4, 7, 9, 11, 14]
        """
        if tick == 0 or self._settles(tick, tick_hours):
            return [True] * self.turns
        ticks = self.ticks(tick_hours)
        since = tick - round(self.turn_hours / tick_hours)
        return [(since - k * ticks // self.turns) % ticks == 0 for k in range(self.turns)]

    def _settles(self, tick: int, tick_hours: float) -> bool:
        return tick * tick_hours < self.settling_hours

    def earns(self, outlook: Outlook, price: Floats) -> float | None:
        """What the policy within says, by costs and demand in all ticks for which the price is."""
        return self.policy.earns(self._as_usual(outlook), price)

    def _as_usual(self, outlook: Outlook) -> Outlook:
        """A price for many ticks goes by costs and demand in all of them."""
        if self.ticks(outlook.tick_hours) == 1:
            return outlook
        return replace(outlook.at_usual_cost(), estimate=outlook.usual_estimate)

    def opening(self, outlook: Outlook) -> Floats:
        """What the policy within wants; a price for many ticks goes by costs and demand in all of them."""
        return self.policy.checked_opening(self._as_usual(outlook))

    def __call__(self, outlook: Outlook) -> Floats:
        """Ask the policy when it is time; a price for many ticks goes by costs and demand in all of them."""
        ticks = self.ticks(outlook.tick_hours)
        if not self.looks(outlook.tick, outlook.tick_hours):
            return outlook.price
        if ticks == 1:
            return self.policy.checked_prices(outlook)
        elapsed = max(float(ticks), outlook.elapsed)
        between = 1 if self._settles(outlook.tick, outlook.tick_hours) else max(ticks, outlook.between)
        due = np.array(self._turns(outlook.tick, outlook.tick_hours))[np.arange(outlook.price.size) % self.turns]
        now = replace(self._as_usual(outlook), elapsed=elapsed, between=between, movable=outlook.movable & due)
        return np.where(due, self.policy.checked_prices(now), outlook.price)
