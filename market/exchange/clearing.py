"""Clearing: at which prices users order, and what scarcity is worth.

A mechanism gets the situation of one tick and gives prices and orders. What capacity cannot serve waits in
the queues, in the order of the rationing rule. To add a mechanism, add one subclass of ``Clearing``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require, require_whole
from market.exchange.books import Book
from market.exchange.supply_curve import SupplyCurve

type Floats = NDArray[np.float64]


#: Relative excess of orders at which steps that make no more headway are taken for rounding (32-bit users).
STALLED = 1e-5
#: Width to which blurred ties shrink, relative to what a request is worth.
WIDTH = 1e-8
#: Largest excess of work that blurred ties may leave, relative.
BLURRED = 1e-6
#: Share of what is ordered for nothing that a pool without machines is taken to do in the search for its rent.
TRACE = 1e-9
#: No rent is looked for beyond this [USD per rack-h].
LARGEST_RENT = 1e12
#: How often bisection goes through all pools at most.
ROUNDS = 30


@dataclass(frozen=True)
class Response:
    """What users order at given prices of requests.

    Attributes:
        requests: orders, by segment and offer.
        nothing, local, unaffordable: requests given up, done on a machine of one's own, and beyond budgets, by segment.
        surplus: expected surplus of the users [USD], by segment.
        own: fall of an offer's orders with its own price, were nobody to come from or go to another offer
            [requests per USD], by segment and offer.
        cross: rise of offer j's orders with offer k's price from those who weigh both, by segment, j and k;
            the derivative of orders is ``cross - diag(own)``.
    """

    requests: Floats
    nothing: Floats
    local: Floats
    unaffordable: Floats
    surplus: Floats
    own: Floats
    cross: Floats

    def towards(self, other: Response, share: float) -> Response:
        """A mixture: this response, and a share of the way to another."""

        def mix(name: str) -> Floats:
            here: Floats = getattr(self, name)
            there: Floats = getattr(other, name)
            return np.asarray(here + share * (there - here))

        return Response(*(mix(field.name) for field in fields(self)))

    def derivative(self, segment: int) -> Floats:
        """d requests_j / d price_k of a segment [requests per USD]."""
        return np.asarray(self.cross[segment] - np.diag(self.own[segment]))


@dataclass(frozen=True)
class Situation:
    """What a mechanism sees of one tick.

    Attributes:
        book: the offers with their list prices.
        capacity: work that can be done for new orders [rack-h], by pool.
        supply: supply curve, by pool.
        respond: orders at given prices of a request [USD], by segment and offer; a second argument is the width
            within which ties are shared [USD].
        rents: scarcity rents of the last tick [USD per rack-h], by pool: where to start.
    """

    book: Book
    capacity: Floats
    supply: Sequence[SupplyCurve]
    respond: Callable[..., Response]
    rents: Floats


@dataclass(frozen=True)
class Cleared:
    """The outcome of a mechanism.

    Attributes:
        prices: price of a request [USD], by segment and offer.
        response: orders at these prices, and their surplus.
        rents: scarcity rent [USD per rack-h], by pool; 0 where prices are posted.
        gap: duality gap of the auction over the money spent [1]; 0 where prices are posted.
        evaluations: how often users were asked.
    """

    prices: Floats
    response: Response
    rents: Floats
    gap: float = 0.0
    evaluations: int = 1


class Clearing(ABC):
    """A way to clear the retail market; what differs between mechanisms is said by these flags.

    Attributes:
        needs_slopes: whether it looks at the slope of demand in every tick.
        charges_rents: whether users pay the rent of scarce machines on top of the list price.
        cuts_orders: whether orders are cut to what machines can do.
    """

    needs_slopes: ClassVar[bool] = False
    charges_rents: ClassVar[bool] = False
    cuts_orders: ClassVar[bool] = False

    @abstractmethod
    def clear(self, situation: Situation) -> Cleared:
        """Find prices and orders."""


@dataclass(frozen=True)
class PostedPrices(Clearing):
    """Users order at the list prices; what does not fit is rationed and waits."""

    def clear(self, situation: Situation) -> Cleared:
        """Orders at list prices."""
        prices = situation.book.request_prices()
        return Cleared(prices, situation.respond(prices), np.zeros(situation.book.pools))


@dataclass(frozen=True)
class ScarcityAuction(Clearing):
    """Every pool asks the rent at which just so much work is ordered as it can do.

    The rents minimise the convex dual: users' expected surplus at prices (list price + rent x work) plus the
    owners' profit, over rents >= 0; its gradient is the work offered minus the work ordered. Found by
    projected Newton steps from the last tick's rents. Where demand jumps (no taste noise, perfect substitutes)
    the users who are indifferent at the rents are shared so that capacity is met: by bisection for one pool,
    else by letting ties blur, ever less.

    Attributes:
        tolerance: largest excess of work ordered over work offered, relative.
        steps: Newton steps at most before bisection.
    """

    needs_slopes: ClassVar[bool] = True
    charges_rents: ClassVar[bool] = True
    cuts_orders: ClassVar[bool] = True

    tolerance: float = 1e-10
    steps: int = 60

    def __post_init__(self) -> None:
        require("scarcity auction: tolerance", self.tolerance, above=0, at_most=1)
        require_whole("scarcity auction: steps", self.steps, at_least=1)

    def clear(self, situation: Situation) -> Cleared:
        """Find the rents."""
        return _Dual(situation, self.tolerance, self.steps).solve()


type Answer = tuple[Response, Floats, float]


class _Dual:
    """The dual problem of one tick."""

    def __init__(self, situation: Situation, tolerance: float, steps: int) -> None:
        self.situation, self.tolerance, self.steps = situation, tolerance, steps
        self.list_prices = situation.book.request_prices()
        self.evaluations = 0
        self.blur = 0.0
        self.capacity = situation.capacity
        self.member = np.zeros((situation.book.offers, situation.book.pools))
        self.member[np.arange(situation.book.offers), situation.book.pool] = 1.0

    def prices(self, rents: Floats) -> Floats:
        book = self.situation.book
        return np.asarray(self.list_prices + rents[book.pool] * book.work)

    def ask(self, rents: Floats) -> Answer:
        """Users' response at rents, the gradient, and the dual value."""
        self.evaluations += 1
        s = self.situation
        prices = self.prices(rents)
        response = s.respond(prices, self.blur) if self.blur else s.respond(prices)
        offered = np.array([c.quantity(r, k) for c, r, k in zip(s.supply, rents, self.capacity, strict=True)])
        profit = sum(c.profit(r, k) for c, r, k in zip(s.supply, rents, self.capacity, strict=True))
        ordered = (response.requests * s.book.work).sum(axis=0) @ self.member
        return response, offered - ordered, float(response.surplus.sum() + profit)

    def small(self, gradient: Floats, rents: Floats) -> bool:
        """Whether no pool is over-ordered, and none that asks a rent has work left."""
        return self._worst(gradient, rents) <= self.tolerance

    def solve(self) -> Cleared:
        rents = np.maximum(self.situation.rents, 0.0)
        if self.situation.book.offers == 0:
            return Cleared(self.list_prices, self.ask(rents * 0)[0], rents * 0, 0.0, 1)
        self._make_room()
        rents, (response, gradient, _) = self._descend(rents)
        if self._worst(gradient, rents) <= STALLED:
            return self._result(rents, response, gradient)
        if self.situation.book.pools > 1:
            blurred = self._blurred(rents)
            if blurred is not None:
                return blurred
        return self._bisect(rents)

    def _make_room(self) -> None:
        """Give a pool without machines a trace of capacity for the search, so that its rent is a number."""
        empty = self.situation.capacity <= 0
        if empty.any():
            response, _, _ = self.ask(np.zeros(empty.shape))
            ordered = (response.requests * self.situation.book.work).sum(axis=0) @ self.member
            trace = TRACE * np.maximum(ordered, 1e-3 * ordered.sum())
            self.capacity = np.where(empty, trace, self.situation.capacity)

    def _descend(self, rents: Floats) -> tuple[Floats, Answer]:
        """Projected Newton steps, as far as they lead."""
        response, gradient, value = self.ask(rents)
        for _ in range(self.steps):
            if self.small(gradient, rents):
                break
            step = self._newton(rents, response, gradient)
            if not np.isfinite(step).all():  # nobody reacts to prices
                break
            length, found = 1.0, None
            shortest = 1e-6 if self._worst(gradient, rents) > STALLED else 0.3
            while length > shortest:
                trial = np.clip(rents + length * step, 0.0, LARGEST_RENT)
                answer = self.ask(trial)
                if answer[2] <= value + 1e-4 * float(gradient @ (trial - rents)) or (
                    self._worst(answer[1], trial) < 0.5 * self._worst(gradient, rents)
                ):
                    found = trial, answer
                    break
                length *= 0.4
            if found is None or np.array_equal(found[0], rents):
                break
            rents, (response, gradient, value) = found
        return rents, (response, gradient, value)

    def _blurred(self, rents: Floats) -> Cleared | None:
        """Several pools and demand that jumps: ties are shared within a width of money that shrinks to nothing.

        In the limit the shares are those at which capacity is met, so buyers to whom offers are as good go
        where there is room.
        """
        response, _, _ = self.ask(rents)
        finite = np.where(response.requests > 0, self.prices(rents), 0.0)
        worth = float(response.surplus.sum() + (finite * response.requests).sum())
        elsewhere = response.nothing + response.local + response.unaffordable
        bought = max(float(response.requests.sum()), 1e-12 * float(elsewhere.sum()), 1e-300)
        least = WIDTH * worth / bought  # of what a request is worth; where hardly any is bought that says nothing
        if not 0 < least < np.inf:
            least = WIDTH * max(float(np.max(self.list_prices)), 1.0)
        self.blur = 0.3 / WIDTH * least
        exact = self.tolerance
        while self.blur > least:
            self.blur = max(0.3 * self.blur, least)
            self.tolerance = exact if self.blur == least else max(exact, WIDTH * self.blur / least)
            rents, (response, gradient, _) = self._descend(rents)
        if self._worst(gradient, rents) > BLURRED:
            self.blur = 0.0
            return None
        # What rounding leaves over capacity would have to wait.
        offered = gradient + (response.requests * self.situation.book.work).sum(axis=0) @ self.member
        over = np.minimum(gradient, 0.0) / np.maximum(offered - gradient, 1e-300)
        kept = response.requests * (1.0 + over[self.situation.book.pool])
        nothing = response.nothing + (response.requests - kept).sum(axis=1)
        return self._result(rents, replace(response, requests=kept, nothing=nothing), np.maximum(gradient, 0.0))

    def _worst(self, gradient: Floats, rents: Floats) -> float:
        """Largest excess of orders, or of idle work that asks a rent, relative to the work offered."""
        free = np.where(rents > 0, np.abs(gradient), np.maximum(-gradient, 0.0))
        offered = [c.quantity(r, k) for c, r, k in zip(self.situation.supply, rents, self.capacity, strict=True)]
        return float(np.max(free / np.maximum(offered, 1e-200)))

    def _newton(self, rents: Floats, response: Response, gradient: Floats) -> Floats:
        s = self.situation
        hessian = np.zeros((s.book.pools, s.book.pools))
        for segment in range(s.book.segments):
            weighted = s.book.work[segment][:, None] * self.member
            hessian -= weighted.T @ response.derivative(segment) @ weighted
        slopes = [c.slope(r, k) for c, r, k in zip(s.supply, rents, self.capacity, strict=True)]
        hessian += np.diag(slopes)
        free = (rents > 0) | (gradient < 0)
        step = np.zeros(rents.shape)
        index = np.flatnonzero(free)
        block = hessian[np.ix_(index, index)]
        ridge = 1e-12 * max(float(np.trace(block)) / max(index.size, 1), 1e-300)
        step[index] = -np.linalg.lstsq(block + ridge * np.eye(index.size), gradient[index], rcond=None)[0]
        # Far from a tie nobody reacts, and a Newton step would know no measure.
        if self.blur and np.isfinite(step).all():
            longest = 5.0 * self.blur / float(np.mean(s.book.work))
            step *= min(1.0, longest / max(float(np.max(np.abs(step))), 1e-300))
        return step

    def _bisect(self, rents: Floats) -> Cleared:
        """Pool by pool: the rent at which demand passes capacity; buyers at the jump are split."""
        response, gradient, _ = self.ask(np.full(rents.shape, LARGEST_RENT))
        if gradient.sum() < -STALLED * self.capacity.sum():
            # Nothing is no option to so many that no price clears: what does not fit has to wait.
            rents = np.maximum(self.situation.rents, 0.0)
            response, gradient, _ = self.ask(rents)
            return self._result(rents, response, gradient)
        rents = rents.copy()
        low_side, high_side = rents, rents
        for _ in range(ROUNDS):
            before = rents.copy()
            for pool in range(self.situation.book.pools):
                low, high = self._bracket(rents, pool)
                rents[pool] = high
                if self.situation.book.pools == 1:
                    low_side, high_side = np.array([low]), np.array([high])
            if np.allclose(rents, before, rtol=1e-13, atol=1e-15):
                break
        response, gradient, _ = self.ask(high_side if self.situation.book.pools == 1 else rents)
        if self.situation.book.pools == 1 and rents[0] > 0:
            more, over, _ = self.ask(low_side)
            if over[0] < gradient[0]:
                share = float(np.clip(gradient[0] / (gradient[0] - over[0]), 0.0, 1.0))
                response = response.towards(more, share)
                gradient = gradient + share * (over - gradient)
        return self._result(rents, response, gradient)

    def _bracket(self, rents: Floats, pool: int) -> tuple[float, float]:
        def over(rent: float) -> bool:
            trial = rents.copy()
            trial[pool] = rent
            return bool(self.ask(trial)[1][pool] < -1e-15 * self.capacity[pool])

        if not over(0.0):
            return 0.0, 0.0
        low, high = 0.0, max(float(rents[pool]), 1e-9)
        while over(high):
            low, high = high, 4.0 * high
            if high > LARGEST_RENT:
                return low, high
        for _ in range(200):
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            low, high = (middle, high) if over(middle) else (low, middle)
        return low, high

    def _result(self, rents: Floats, response: Response, gradient: Floats) -> Cleared:
        empty = (self.situation.capacity <= 0)[self.situation.book.pool] & (response.requests > 0)
        if empty.any():
            without = np.where(empty, response.requests, 0.0).sum(axis=1)
            kept = np.where(empty, 0.0, response.requests)
            response = replace(response, requests=kept, nothing=response.nothing + without)
        prices = self.prices(rents)
        spent = float((prices * response.requests).sum())
        over = np.maximum(-gradient, 0.0) * rents
        gap = float(np.abs(gradient * rents).sum() + over.sum()) / spent if spent > 0 else 0.0
        return Cleared(prices, response, rents, gap, self.evaluations)
