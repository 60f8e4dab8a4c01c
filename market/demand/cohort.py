"""Cohorts: the users of one segment, as a Mesa agent that holds arrays of individuals."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import mesa
import numpy as np
from numpy.typing import NDArray

from market.demand.nests import Nests, nests_of
from market.demand.scene import Scene
from market.demand.segment import CurveSegment, DemandCurve, Segment

type Floats = NDArray[np.float64]

#: Width of a tie between perfect substitutes, relative to the price.
TIE = 1e-8


@dataclass(frozen=True)
class Wanted:
    """What a segment wants in a tick.

    Attributes:
        formed: requests that come up in this tick.
        put_off: of these, put off to later ticks [requests].
        taken_up: requests put off earlier that are due now.
        users: real users in the segment.
    """

    formed: float = 0.0
    put_off: float = 0.0
    taken_up: float = 0.0
    users: float = 0.0

    @property
    def due(self) -> float:
        """Requests that are to be placed in this tick."""
        return self.formed - self.put_off + self.taken_up

    def apart(self) -> Self:
        """The same, which remembers no answers: for many questions at waits that nobody asks about twice."""
        return self


@dataclass(frozen=True)
class CurveWanted(Wanted):
    """The same of a segment given by its demand curve.

    Attributes:
        curve: demand in this tick.
    """

    curve: DemandCurve = field(kw_only=True)


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
    not_asked: float = 0.0


class Cohort[W: Wanted](mesa.Agent):
    """The users of one segment.

    What they want (``form``, ``would_want``) and what they answer (``reply``) are questions that change nothing.
    ``settle`` alone changes what they remember.
    """

    kind = "users"
    spent_on_machines = 0.0
    """Paid in this tick for machines of their own [USD]."""
    owners: float = 0.0
    """Share of the individuals with a machine of their own."""
    users: float = 0.0
    """Real users in the segment."""
    income_spent: float = 0.0
    """Share of their income that users spend, as far as they have noticed; 0 where no income limits them."""
    wanted: W
    """What they wanted in the last tick."""

    def __init__(self, model: mesa.Model, segment: Segment | CurveSegment) -> None:
        super().__init__(model)
        self.segment, self.name = segment, segment.name

    @property
    def cash(self) -> float:
        """Money [USD]: what income has brought and tokens have not cost, which is nothing."""
        return float(self.model.ledger[self.name])

    @abstractmethod
    def would_want(self, tick: int) -> W:
        """What would be asked in this tick if nothing were put off: for sellers' research."""

    def would_usually_want(self, tick: int) -> W:
        """The same in a tick of mean load: for research about lists that stand for long.

        Demand curves have no mean load; it is that of the tick.
        """
        return self.would_want(tick)

    @abstractmethod
    def would_want_in(self, ticks: Sequence[int]) -> list[tuple[W, Floats]]:
        """What would be asked in each of these ticks if nothing were put off, as few wants as will do.

        Each comes with how much of it is asked, by tick: the first of the ticks says what users are like in all.
        """

    @abstractmethod
    def form(self, tick: int) -> W:
        """What is wanted in this tick."""

    @abstractmethod
    def reply(self, wanted: W, scene: Scene, prices: Floats) -> Reply:
        """Orders of what is wanted at these prices of a request [USD]."""

    @abstractmethod
    def hourly_cost(self, wanted: W, scene: Scene, prices: Floats) -> Floats:
        """What an hour's delay costs all who order an offer at these prices together [USD/h], by offer."""

    def settle(self, wanted: W, scene: Scene, prices: Floats, turned_away: float, paid_usd: float) -> None:  # noqa: ARG002
        """Take note of what happened: what was wanted, and what was ordered of it at these prices.

        ``turned_away``: requests that left a queue for good; ``paid_usd``: paid by the token, for what was served.
        """
        self.wanted, self.users = wanted, wanted.users

    def nests(self, names: NDArray[np.str_], kinds: NDArray[np.str_]) -> Nests | None:
        """Which nest each offer is in, by its name and the kind of its seller; None where there are none."""
        return nests_of(self.segment.nests, names, kinds) if isinstance(self.segment, Segment) else None

    def learn_worth(self, tick: int, usual_price: float) -> None:
        """Remember what work that can wait would have been worth in this tick, and the usual price of a request."""

    def would_subscribe(self, wanted: W, scene: Scene, prices: Floats) -> W:  # noqa: ARG002
        """What is wanted once all have thought anew about which subscription to hold: for research about what lasts."""
        return wanted

    def members(self, offers: int, wanted: W | None = None) -> Floats:  # noqa: ARG002
        """Real users that subscribe to each offer; ``wanted``: as they would then."""
        return np.zeros(offers)

    @property
    @abstractmethod
    def put_off(self) -> float:
        """Requests that have been put off and are not due yet."""


class CurveCohort(Cohort[CurveWanted]):
    """A segment given by demand curves."""

    segment: CurveSegment
    put_off = 0.0

    def __init__(self, model: mesa.Model, segment: CurveSegment) -> None:
        super().__init__(model, segment)
        self.wanted = CurveWanted(curve=segment.curves[0])

    def would_want(self, tick: int) -> CurveWanted:
        """The curve of this tick."""
        return self.form(tick)

    def would_want_in(self, ticks: Sequence[int]) -> list[tuple[CurveWanted, Floats]]:
        """Each curve, in the ticks that have it."""
        curves = self.segment.curves
        number = np.asarray(ticks) % len(curves)
        return [(self.form(k), (number == k).astype(np.float64)) for k in range(len(curves))]

    def form(self, tick: int) -> CurveWanted:
        """The curve of this tick."""
        curve = self.segment.curves[tick % len(self.segment.curves)]
        return CurveWanted(formed=curve.quantity(0.0), curve=curve)

    def reply(self, wanted: CurveWanted, scene: Scene, prices: Floats) -> Reply:
        """Buy the cheapest open offer."""
        curve, count = wanted.curve, prices.size
        open_ = scene.open.copy()
        if self.segment.offers is not None:
            open_ &= np.isin(scene.names, self.segment.offers)
        zero = np.zeros(count)
        if not open_.any():
            return Reply(zero, wanted.formed, 0.0, 0.0, 0.0, zero, np.zeros((count, count)))
        if self.segment.delay_cost_usd_per_h > 0:
            prices = prices + self.segment.delay_cost_usd_per_h * scene.delay_h
        price = float(prices[open_].min())
        width = scene.blur_usd
        gap = np.where(open_, prices - price, np.inf)
        near = np.exp(-gap / width) if width > 0 else (gap <= 0).astype(np.float64)
        share = near / near.sum()
        price -= width * float(np.log(near.sum()))
        quantity, fall = curve.quantity(price), curve.fall(price)
        unserved = max(wanted.formed - quantity, 0.0)
        # Offers that tie are perfect substitutes: who asks the least bit more loses all.
        width = width or TIE * (abs(price) + (quantity / fall if fall > 0 else 1.0))
        keen = quantity / width if np.count_nonzero(share) > 1 else fall
        cross = np.outer(share, share) * (keen - fall)
        return Reply(share * quantity, unserved, 0.0, 0.0, curve.surplus(price), share * keen, cross)

    def hourly_cost(self, wanted: CurveWanted, scene: Scene, prices: Floats) -> Floats:
        """Every request's delay costs the same."""
        return self.segment.delay_cost_usd_per_h * self.reply(wanted, scene, prices).requests
