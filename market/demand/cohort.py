"""Cohorts: the users of one segment, as a Mesa agent that holds arrays of individuals."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from market.demand.segment import CurveSegment, Segment

if TYPE_CHECKING:
    from market.demand.scene import Scene

type Floats = NDArray[np.float64]

#: Width of a tie between perfect substitutes, relative to the price.
TIE = 1e-8


@dataclass
class Wanted:
    """What a segment wants in a tick [requests].

    Attributes:
        formed: requests that come up in this tick.
        put_off: of these, put off to later ticks.
        taken_up: requests put off earlier that are due now.
    """

    formed: float = 0.0
    put_off: float = 0.0
    taken_up: float = 0.0


@dataclass(frozen=True)
class Reply:
    """A segment's orders at given prices; see ``exchange.clearing.Response``."""

    requests: Floats
    nothing: float
    local: float
    unaffordable: float
    surplus: float
    own: Floats
    cross: Floats


class Cohort(mesa.Agent):
    """The users of one segment."""

    kind = "users"
    spent_on_machines = 0.0
    """Paid in this tick for machines of their own [USD]."""
    owners: float = 0.0
    """Share of the individuals with a machine of their own."""
    users: float = 0.0
    """Real users in the segment."""

    def __init__(self, model: mesa.Model, segment: Segment | CurveSegment) -> None:
        super().__init__(model)
        self.segment = segment
        self.wanted = Wanted()

    @property
    def name(self) -> str:
        """Name of the segment."""
        return self.segment.name

    @property
    def cash(self) -> float:
        """Money [USD]: what income has brought and tokens have not cost, which is nothing."""
        return float(self.model.ledger[self.name])

    @abstractmethod
    def preview(self, tick: int) -> None:
        """Set what would be asked in this tick if nothing were put off: for sellers' first guess."""

    @abstractmethod
    def form_requests(self, tick: int) -> None:
        """Find out what is wanted in this tick."""

    @abstractmethod
    def reply(self, scene: Scene, prices: Floats) -> Reply:
        """Orders at these prices of a request [USD]."""

    @abstractmethod
    def settle(self, scene: Scene, prices: Floats) -> None:
        """Take note of what happened: budgets, habits, attachments."""

    def members(self, offers: int) -> Floats:
        """Real users that subscribe to each offer."""
        return np.zeros(offers)

    @property
    @abstractmethod
    def put_off(self) -> float:
        """Requests that have been put off and are not due yet."""


class CurveCohort(Cohort):
    """A segment given by demand curves."""

    segment: CurveSegment

    def __init__(self, model: mesa.Model, segment: CurveSegment) -> None:
        super().__init__(model, segment)
        self.curve = segment.curves[0]

    put_off = 0.0

    def preview(self, tick: int) -> None:
        """Take the curve of this tick."""
        self.form_requests(tick)

    def form_requests(self, tick: int) -> None:
        """Take the curve of this tick."""
        self.curve = self.segment.curves[tick % len(self.segment.curves)]
        self.wanted = Wanted(formed=self.curve.quantity(0.0))

    def reply(self, scene: Scene, prices: Floats) -> Reply:
        """Buy the cheapest open offer."""
        count = prices.size
        open_ = scene.open.copy()
        if self.segment.offers is not None:
            open_ &= np.isin(scene.names, self.segment.offers)
        zero = np.zeros(count)
        if not open_.any():
            return Reply(zero, self.wanted.formed, 0.0, 0.0, 0.0, zero, np.zeros((count, count)))
        if self.segment.delay_cost_usd_per_h > 0:
            prices = prices + self.segment.delay_cost_usd_per_h * scene.delay_h
        price = float(prices[open_].min())
        width = scene.blur_usd
        gap = np.where(open_, prices - price, np.inf)
        near = np.exp(-gap / width) if width > 0 else (gap <= 0).astype(np.float64)
        share = near / near.sum()
        price -= width * float(np.log(near.sum()))
        quantity, fall = self.curve.quantity(price), self.curve.fall(price)
        unserved = max(self.wanted.formed - quantity, 0.0)
        # Offers that tie are perfect substitutes: who asks the least bit more loses all.
        width = width or TIE * (abs(price) + (quantity / fall if fall > 0 else 1.0))
        keen = quantity / width if np.count_nonzero(share) > 1 else fall
        cross = np.outer(share, share) * (keen - fall)
        return Reply(share * quantity, unserved, 0.0, 0.0, self.curve.surplus(price), share * keen, cross)

    def settle(self, scene: Scene, prices: Floats) -> None:
        """Curves remember nothing."""
