"""The scarcity auction: every pool asks a rent, so that no more is ordered than it can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from capacity import solvers
from capacity.fields import quantity
from market.exchange.clearing.base import Cleared, Clearing, Floats, Response, Situation
from market.exchange.supply_curve import SupplyCurve

#: Relative excess of orders at which steps that make no more headway are taken for rounding (32-bit users).
STALLED = 1e-5
#: Width to which blurred ties shrink, relative to what a request is worth.
WIDTH = 1e-8
#: Largest excess of work that blurred ties may leave, relative.
BLURRED = 1e-6
#: After so many widths at which rents move and yet each leaves nearly the excess of the one before, the search among
#: blurred ties is given up: steps get shorter with the width, and what they look for is out of their reach.
STUCK = 3
NEARLY = 0.9
#: Share of what is ordered for nothing that a pool without machines is taken to do in the search for its rent.
TRACE = 1e-9
#: No rent is looked for beyond this [USD per rack-h].
LARGEST_RENT = 1e12
#: How often the search pool by pool goes through all of them at most, and how exact a rent it finds [relative].
ROUNDS = 30
EXACT = 1e-12


@dataclass(frozen=True)
class ScarcityAuction(Clearing):
    """Every pool asks the rent at which just so much work is ordered as it can do.

    The rents minimise the convex dual: users' expected surplus at prices (list price + rent x work) plus the
    owners' profit, over rents >= 0; its gradient is the work offered minus the work ordered. Found by
    projected Newton steps from the last tick's rents. Where demand jumps (no taste noise, perfect substitutes)
    the users who are indifferent at the rents are shared so that capacity is met: by bisection for one pool,
    else by letting ties blur, ever less.
    """

    kind = "auction"
    needs_slopes = True
    charges_rents = True
    cuts_orders = True

    tolerance: float = quantity(
        1e-10, "1", "largest excess of work ordered over work offered, relative", above=0, high=1, settable=False
    )
    steps: int = quantity(60, "1", "Newton steps at most before bisection", low=1, whole=True, settable=False)

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
        self.gradients: dict[bytes, Floats] = {}
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
        profit = sum(curve.profit(rent, capacity) for curve, rent, capacity in self._pools(rents))
        return response, self._offered(rents) - self._ordered(response), float(response.surplus.sum() + profit)

    def _pools(self, rents: Floats) -> Iterator[tuple[SupplyCurve, float, float]]:
        """Supply curve, rent and capacity of each pool."""
        return zip(self.situation.supply, rents, self.capacity, strict=True)

    def _offered(self, rents: Floats) -> Floats:
        """Work offered [rack-h], by pool."""
        return np.array([curve.quantity(rent, capacity) for curve, rent, capacity in self._pools(rents)])

    def _ordered(self, response: Response) -> Floats:
        """Work ordered [rack-h], by pool."""
        return np.asarray((response.requests * self.situation.book.work).sum(axis=0) @ self.member)

    def small(self, gradient: Floats, rents: Floats) -> bool:
        """Whether no pool is over-ordered, and none that asks a rent has work left."""
        return self._worst(gradient, rents) <= self.tolerance

    def solve(self) -> Cleared:
        rents = np.maximum(self.situation.rents, 0.0)
        if self.situation.book.offers == 0:
            return Cleared(self.list_prices, self.ask(rents * 0)[0], rents * 0, 0.0, 1)
        self._make_room()
        rents, (response, gradient, _) = self._descend(rents)
        if self._worst(gradient, rents) <= max(STALLED, self.tolerance):
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
            ordered = self._ordered(response)
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
        if not response.requests.any():  # nobody reacts where nobody buys
            rents = np.zeros(rents.shape)
            response, _, _ = self.ask(rents)
        finite = np.where(response.requests > 0, self.prices(rents), 0.0)
        worth = float(response.surplus.sum() + (finite * response.requests).sum())
        elsewhere = response.nothing + response.local + response.unaffordable
        bought = max(float(response.requests.sum()), 1e-12 * float(elsewhere.sum()), 1e-300)
        least = WIDTH * worth / bought  # of what a request is worth; where hardly any is bought that says nothing
        if not 0 < least < np.inf:
            least = WIDTH * max(float(np.max(self.list_prices)), 1.0)
        self.blur = 0.3 / WIDTH * least
        exact, worst, stuck = self.tolerance, np.inf, 0
        while self.blur > least and stuck < STUCK:
            self.blur = max(0.3 * self.blur, least)
            self.tolerance = exact if self.blur == least else max(exact, WIDTH * self.blur / least)
            start, before = rents, worst
            rents, (response, gradient, _) = self._descend(start)
            worst = self._worst(gradient, rents)
            if worst <= max(NEARLY * before, self.tolerance, BLURRED):
                stuck = 0
            elif not np.array_equal(rents, start):  # a width at which no step leads anywhere says nothing of the next
                stuck += 1
        if worst > BLURRED:
            self.blur = 0.0
            return None
        # What rounding leaves over capacity would have to wait.
        over = np.minimum(gradient, 0.0) / np.maximum(self._ordered(response), 1e-300)
        kept = response.requests * (1.0 + over[self.situation.book.pool])
        nothing = response.nothing + (response.requests - kept).sum(axis=1)
        return self._result(rents, replace(response, requests=kept, nothing=nothing), np.maximum(gradient, 0.0))

    def _worst(self, gradient: Floats, rents: Floats) -> float:
        """Largest excess of orders, or of idle work that asks a rent, relative to the work offered."""
        free = np.where(rents > 0, np.abs(gradient), np.maximum(-gradient, 0.0))
        return float(np.max(free / np.maximum(self._offered(rents), 1e-200)))

    def _newton(self, rents: Floats, response: Response, gradient: Floats) -> Floats:
        s = self.situation
        hessian = np.zeros((s.book.pools, s.book.pools))
        for segment in range(s.book.segments):
            weighted = s.book.work[segment][:, None] * self.member
            hessian -= weighted.T @ response.derivative(segment) @ weighted
        hessian += np.diag([curve.slope(rent, capacity) for curve, rent, capacity in self._pools(rents)])
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
        """Pool by pool: the rent at which demand passes capacity."""
        response, gradient, _ = self.ask(np.full(rents.shape, LARGEST_RENT))
        if gradient.sum() < -STALLED * self.capacity.sum():
            # Nothing is no option to so many that no price clears: what does not fit has to wait.
            rents = np.maximum(self.situation.rents, 0.0)
            response, gradient, _ = self.ask(rents)
            return self._result(rents, response, gradient)
        if self.situation.book.pools == 1:
            return self._split(rents)
        rents = rents.copy()
        for _ in range(ROUNDS):
            before = rents.copy()
            for pool in range(self.situation.book.pools):
                rents[pool] = self._bracket(rents, pool)[1]
            if np.allclose(rents, before, rtol=100.0 * EXACT, atol=1e-15):
                break
        response, gradient, _ = self.ask(rents)
        return self._result(rents, response, gradient)

    def _split(self, rents: Floats) -> Cleared:
        """One pool: so many of the buyers at the jump get what they want that capacity is met."""
        low, high = self._bracket(rents, 0)
        rents = np.array([high])
        response, gradient, _ = self.ask(rents)
        more, over, _ = self.ask(np.array([low]))
        if over[0] < gradient[0]:
            share = float(np.clip(gradient[0] / (gradient[0] - over[0]), 0.0, 1.0))
            response = response.towards(more, share)
            gradient = gradient + share * (over - gradient)
        return self._result(rents, response, gradient)

    def _gradient(self, rents: Floats) -> Floats:
        """Work offered less work ordered at rents, in the search pool by pool, which comes back to the same ones."""
        key = rents.tobytes()
        if key not in self.gradients:
            self.gradients[key] = self.ask(rents)[1]
        return self.gradients[key]

    def _bracket(self, rents: Floats, pool: int) -> tuple[float, float]:
        def left(rent: float) -> float:
            trial = rents.copy()
            trial[pool] = rent
            return float(self._gradient(trial)[pool] + 1e-15 * self.capacity[pool])

        def over(rent: float) -> bool:
            return left(rent) < 0.0

        if not over(0.0):
            return 0.0, 0.0
        low, high = 0.0, max(float(rents[pool]), 1e-9)
        while over(high):
            low, high = high, 4.0 * high
            if high > LARGEST_RENT:
                return low, high
        if self.situation.book.pools > 1:  # others' rents move on: where exactly a jump is, does not matter yet
            rent = float(solvers.brentq(left, low, high, xtol=EXACT * high, rtol=EXACT))
            return rent, rent + 2.0 * EXACT * high
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
