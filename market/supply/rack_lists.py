"""On-demand lists: prices at which owners rent machines by the hour to whoever comes, posted and seldom changed.

A machine at the list stays with its renter; one on the spot market is taken back when the hour turns and contracts,
own use or the list need it, and then its work of some minutes is done again. So a buyer whose rack-hour earns v rents
at a list L in place of a spot price p if

    L - p < lost x v,   lost = chance that a machine is taken back in an hour x hours of work then lost    (1)

and everybody does once spot is dearer than the list, as far as machines go that owners keep for it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require, require_kind
from market.kinds import Kind

type Floats = NDArray[np.float64]

HOURS_PER_DAY, HOURS_PER_WEEK = 24.0, 168.0
#: Prices that an owner tries when it looks what a list would have brought.
TRIED = 96


@dataclass(frozen=True)
class HourOfBids:
    """What an owner can know afterwards of one tick of the spot market.

    Attributes:
        price: what spot came to [USD per rack-h].
        room: rack-hours that there were for rent [rack-h].
        worth: what a rack-hour is worth to each who bid [USD per rack-h].
        wanted: how many each wanted [rack-h].
        lost: part of a spot hour's work that each expects to lose when its machine is taken back [1].
    """

    price: float
    room: float
    worth: Floats
    wanted: Floats
    lost: Floats

    def ordered(self, listed: Floats, share: float) -> Floats:
        """Rack-hours that would have been rented at each of some list prices, by equation (1) [rack-h]."""
        at = listed[:, None]
        takes = (self.worth >= at) & (at - self.price < self.lost * self.worth)
        return np.minimum((takes * self.wanted).sum(axis=1), share * self.room)


class RackList(Kind, ABC):
    """What an owner lists machines at, by the bids of the last month."""

    @abstractmethod
    def wished(self, listed: float, hours: Sequence[HourOfBids], share: float) -> float:
        """Price it would list now [USD per rack-h], with a share of its machines kept for who comes to it."""


@dataclass(frozen=True)
class FixedList(RackList):
    """The list stays."""

    kind = "fixed-list"

    def wished(self, listed: float, hours: Sequence[HourOfBids], share: float) -> float:  # noqa: ARG002
        """As it is."""
        return listed


def tried(hours: Sequence[HourOfBids]) -> Floats:
    """Prices worth trying: from the lowest spot price of the month to the most that anybody would pay not to bid."""
    low = min(hour.price for hour in hours)
    high = max(float(np.max(hour.price + hour.lost * hour.worth, initial=hour.price)) for hour in hours)
    return np.linspace(low, high, TRIED) if high > low else np.array([low])


def gained(prices: Floats, hours: Sequence[HourOfBids], share: float) -> Floats:
    """What each list price would have earned in these hours beyond what spot paid [USD]."""
    return np.asarray(sum(hour.ordered(prices, share) * (prices - hour.price) for hour in hours))


@dataclass(frozen=True)
class BreakEvenList(RackList):
    """The lowest price at which what had been sold at the list would have earned what spot paid in the same hours.

    Buyers come to a list when spot is dear, so it pays only near the dearest hours of the month; owners who list more
    are undercut [Bertrand].
    """

    kind = "break-even-list"

    def wished(self, listed: float, hours: Sequence[HourOfBids], share: float) -> float:
        """The first of the prices tried that loses nothing."""
        if not hours:
            return listed
        prices = tried(hours)
        paying = np.flatnonzero(gained(prices, hours, share) >= 0.0)
        return float(prices[paying[0]]) if paying.size else float(prices[-1])


@dataclass(frozen=True)
class BestList(RackList):
    """The price that would have earned most beyond what spot paid: of an owner whom nobody undercuts."""

    kind = "best-list"

    def wished(self, listed: float, hours: Sequence[HourOfBids], share: float) -> float:
        """The best of the prices tried; as it is where none earns more than spot."""
        if not hours:
            return listed
        prices = tried(hours)
        gains = gained(prices, hours, share)
        best = int(np.argmax(gains))
        return float(prices[best]) if gains[best] > 0.0 else float(prices[-1])


@dataclass(frozen=True)
class OnDemand:
    """An owner's machines by the hour at a list price.

    Attributes:
        price: list at the start [USD per rack-h].
        share: most of the machines for rent that go at the list in a tick; the rest is auctioned.
        policy: what it lists.
        every_hours: hours between two looks at the list.
        stickiness: gap to the wished price that it puts up with before it changes the list.
        settling_hours: hours at the start in which it looks daily and follows any gap.
    """

    price: float
    share: float = 0.5
    policy: RackList = field(default_factory=FixedList)
    every_hours: float = 168.0
    stickiness: float = 0.0
    settling_hours: float = 0.0

    def __post_init__(self) -> None:
        require("on demand: price", self.price, above=0)
        require("on demand: share", self.share, at_least=0, at_most=1)
        require_kind("on demand: policy", self.policy, RackList)
        for name in ("every_hours", "stickiness", "settling_hours"):
            require(f"on demand: {name}", getattr(self, name), at_least=0)

    def posted(self, listed: float, hours_since_start: float, tick_hours: float, month: Sequence[HourOfBids]) -> float:
        """The list in this tick [USD per rack-h]: looked at now and then, changed where it is far off."""
        settling = hours_since_start < self.settling_hours
        every = min(self.every_hours, HOURS_PER_DAY) if settling else self.every_hours
        if every > 0 and hours_since_start % every >= tick_hours:
            return listed
        # What a market does before it has settled is no guide.
        settled = max(hours_since_start - self.settling_hours, HOURS_PER_WEEK)
        wished = self.policy.wished(listed, month[-max(round(settled / tick_hours), 1) :], self.share)
        near = abs(wished - listed) <= (0.0 if settling else self.stickiness) * listed
        return listed if near else wished
