"""How scarce work is shared: rules that say who is served when more is asked than there is.

A rule shares a capacity among claims. A claim is what one user, cohort, tier or queue asks for in this
tick. To add a rule, write one frozen dataclass with a method ``allot``; the base class gives it the easy
cases and whole requests, and the law tests find it unasked.

The rules differ in who bears the shortage and in what a claimant can gain by asking for more, earlier,
or under several names: Moulin, 'Priority rules and other asymmetric rationing methods', Econometrica 68
(2000) 643-684; Thomson, 'Axiomatic and game-theoretic analysis of bankruptcy and taxation problems: a
survey', Mathematical Social Sciences 45 (2003) 249-297.

Units: work and capacity [rack-hours]; any other will do as well.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final, override

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.intp]

LARGEST: Final = 1e100
"""Work beyond this is refused, so that no sum overflows."""

MOST_REQUESTS: Final = 1e15
"""One claim can hold this many requests: more could not be told apart in 64 bits."""

ROUNDING: Final = 1e-12
"""Work that differs by this share of the capacity is equal: else 0.1 would not fit in 0.3 - 0.1 - 0.1."""

WHOLE: Final = 1e-9
"""A number of requests this close to a whole one is whole."""

LACKING: Final = 1e-6
"""A request fits if no more than this share of it does not: of 5e12, ``ROUNDING`` alone would let in five."""


@dataclass(frozen=True, eq=False)
class Claims:
    """What is asked, one entry a claim.

    Attributes:
        work: work asked [rack-hours].
        priority: smaller is served first, where a rule looks at it.
        arrived: tick or time of arrival; smaller is earlier, where a rule looks at it.
        size: work of one request that cannot be cut [rack-hours]; 0 where the claim can be cut anywhere.
            Work beyond a whole number of requests cannot be served and is left over.
    """

    work: Floats
    priority: Floats
    arrived: Floats
    size: Floats

    def __post_init__(self) -> None:
        for name, least in (("work", 0.0), ("priority", -np.inf), ("arrived", -np.inf), ("size", 0.0)):
            object.__setattr__(self, name, _checked(name, getattr(self, name), least))
            entries = getattr(self, name).size
            if entries != self.work.size:
                raise ValueError(f"{name} has {entries} entries and work {self.work.size}; give as many")
        too_many = self.work > MOST_REQUESTS * np.where(self.size > 0, self.size, np.inf)
        if too_many.any():
            where = int(np.argmax(too_many))
            raise ValueError(
                f"size[{where}] is {self.size[where]:g} for work of {self.work[where]:g}; "
                f"allowed is 0 (divisible) or at least 1/{MOST_REQUESTS:g} of the work"
            )

    @classmethod
    def of(
        cls,
        work: npt.ArrayLike,
        priority: npt.ArrayLike = 0.0,
        arrived: npt.ArrayLike = 0.0,
        size: npt.ArrayLike = 0.0,
    ) -> Claims:
        """Claims from lists or arrays, where one number stands for all."""
        asked = np.asarray(work, dtype=np.float64)
        rest = (np.asarray(values, dtype=np.float64) for values in (priority, arrived, size))
        return cls(asked, *(np.full(asked.shape, values) if values.ndim == 0 else values for values in rest))

    def pick(self, index: Indices) -> Claims:
        """The claims at these places, in this order."""
        return Claims(self.work[index], self.priority[index], self.arrived[index], self.size[index])


class Rationing(ABC):
    """A rule for sharing work. A new one writes ``allot`` and inherits the rest.

    ``share`` is what the market calls. It keeps, for every rule: nobody gets more than was asked, all
    together no more than the capacity, and nothing is kept back that somebody could use. Both to
    rounding, 1e-12 of the capacity.
    """

    def share(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """Work served per claim [rack-hours]; whole requests where ``size`` is above 0.

        ``capacity`` may be infinite. ``rng`` is used by rules that draw lots, and where a last request
        could go to several claims that nothing tells apart.
        """
        capacity = float(capacity)
        if not capacity >= 0:  # also nan
            raise ValueError(f"capacity is {capacity}; allowed is 0 or more rack-hours, or infinity")
        if not claims.size.any():
            return self.divide(claims, capacity, rng)
        return _in_whole_requests(self, claims, capacity, rng)

    def divide(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """Like ``share``, but as if every request could be cut."""
        asking = np.flatnonzero(claims.work)
        if asking.size == 0 or capacity <= 0:
            return np.zeros(claims.work.size)
        if capacity >= _sum(claims.work):
            return claims.work.copy()
        if asking.size == claims.work.size:
            return np.clip(self.allot(claims, capacity, rng), 0.0, claims.work)
        served = np.zeros(claims.work.size)
        served[asking] = self.divide(claims.pick(asking), capacity, rng)
        return served

    @abstractmethod
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """The rule itself: work for each claim, summing to ``capacity``.

        It is called only in a shortage: every claim asks for work above 0, and ``capacity`` is above 0
        and below the sum of the work.
        """


@dataclass(frozen=True)
class ProRata(Rationing):
    """Everybody gets the same share of what they asked.

    The one rule under which nothing is gained by splitting a claim or by merging claims: O'Neill, 'A
    problem of rights arbitration from the Talmud', Mathematical Social Sciences 2 (1982) 345-371. But
    asking for more gets more, so it invites inflated claims.
    """

    @override
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """Served = work x capacity / sum of work."""
        return claims.work * (capacity / _sum(claims.work))


@dataclass(frozen=True)
class MaxMin(Rationing):
    """Water-filling: all get the same, except who asked for less, who gets all of it.

    The smallest allotment is as large as can be, then the second smallest, and so on: Bertsekas and
    Gallager, 'Data Networks' (2nd ed., 1992), section 6.5.2. As a bankruptcy rule it is *constrained equal
    awards*: Aumann and Maschler, Journal of Economic Theory 36 (1985) 195-213. Asking for more than one
    needs gains nothing; asking under several names does.
    """

    @override
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """Served = min(work, level), with the level at which the sum is the capacity."""
        ascending = np.sort(claims.work)
        filled = np.concatenate(([0.0], ascending.cumsum()[:-1]))
        # The level if all claims before this one were filled and the rest were not.
        level = (capacity - filled) / np.arange(ascending.size, 0, -1)
        unfilled = level <= ascending
        unfilled[-1] = True  # it is, in a shortage, but for rounding
        return np.minimum(claims.work, float(level[np.argmax(unfilled)]))


@dataclass(frozen=True)
class StrictPriority(Rationing):
    """The first priority takes what it asks, then the second, and so on; equals are served by ``within``.

    Moulin (2000), who characterises the priority rules and their compositions with others.
    """

    within: Rationing = ProRata()

    @override
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """All of each priority that fits, and the rule ``within`` in the first that does not."""
        return _in_turn(claims.priority, self.within, claims, capacity, rng)


@dataclass(frozen=True)
class FirstCome(Rationing):
    """The earliest takes what it asks, then the next; who came at the same time is served by ``within``.

    Strict priority with the time of arrival for priority. In an hourly tick a great many arrive at the
    same time, so ``within`` matters.
    """

    within: Rationing = ProRata()

    @override
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """All of each arrival that fits, and the rule ``within`` in the first that does not."""
        return _in_turn(claims.arrived, self.within, claims, capacity, rng)


@dataclass(frozen=True)
class Lottery(Rationing):
    """Served in random order until the capacity is used up.

    The order is drawn over *requests*, not over claims, so a claim neither gains nor loses by being split
    in two. This is the proportional random allocation of Moulin, Social Choice and Welfare 19 (2002)
    381-413: pro rata in expectation, by luck in the event.

    - Claims of requests (``size`` above 0): each request draws a time, and the earliest that fit are
      served. For requests of equal size the numbers served are multivariate hypergeometric, and split
      claims have the same *distribution* as the whole. With unequal sizes every request has the same chance
      at every place in the order; the expectation is pro rata but for the last request before the capacity.
    - Divisible claims: laid round a circle in random order, an arc as long as the capacity is served from a
      random point on. All but the two at its ends are served in full or not at all, and the *expectation*
      is exactly pro rata (Madow, Annals of Mathematical Statistics 20 (1949) 333-354). Serving whole claims
      in random order would not do. Take claims of 2 and 1. At equal chances and a capacity of 1 the first
      expects 1/2, but 2/3 if it comes as two of 1; at chances in proportion to work and a capacity of 2 it
      expects 5/3, but 4/3 as two.
    - Both at once: each kind gets its part of the capacity pro rata, and holds its own lottery.

    With the same state of ``rng`` more capacity gives nobody less, if all claims are divisible or all
    requests of one size.
    """

    @override
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """Draw who is served."""
        served = np.zeros(claims.work.size)
        in_requests = claims.size > 0
        whole, divisible = np.flatnonzero(in_requests), np.flatnonzero(~in_requests)
        part = _sum(claims.work[whole]) / _sum(claims.work) if divisible.size else 1.0
        if whole.size:
            size = claims.size[whole]
            requests = _requests(claims.work[whole], size)
            served[whole] = size * _earliest_requests(requests, size, capacity * part, rng)
        if divisible.size:
            served[divisible] = _arc(claims.work[divisible], capacity * (1 - part), rng)
        return served


def _in_turn(turn: Floats, within: Rationing, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
    """Serve claims in ascending order of ``turn``; the one in which capacity ends is shared by ``within``."""
    order = np.lexsort((claims.work, turn))  # by work too: sums are then the same to the bit in any order
    turns, first = np.unique(turn[order], return_index=True)
    upto = np.add.reduceat(claims.work[order], first).cumsum()
    last = min(int(upto.searchsorted(capacity, side="right")), turns.size - 1)
    served = np.where(turn < turns[last], claims.work, 0.0)
    left = capacity - (float(upto[last - 1]) if last else 0.0)
    sharing = np.flatnonzero(turn == turns[last])
    served[sharing] = within.divide(claims.pick(sharing), left, rng)
    return served


def _arc(work: Floats, length: float, rng: np.random.Generator) -> Floats:
    """Work within an arc of ``length``, from a random point of a circle of claims in random order."""
    order = rng.permutation(work.size)
    edges = work[order].cumsum()
    start = int(edges.searchsorted(rng.random() * edges[-1], side="right"))
    order = np.roll(order, -min(start, work.size - 1))
    pieces = np.append(work[order], 0.0)
    pieces[-1] = pieces[0] * rng.random()  # the part of the first claim that lies before the random point
    pieces[0] -= pieces[-1]
    before = np.concatenate(([0.0], pieces.cumsum()[:-1]))
    covered = np.clip(length - before, 0.0, pieces)
    served = np.zeros(work.size)
    served[order] = covered[:-1]
    served[order[0]] += covered[-1]
    return served


def _earliest_requests(requests: Floats, size: Floats, capacity: float, rng: np.random.Generator) -> Floats:
    """Requests of each claim served if all are put in random order and served until one does not fit.

    Exact without drawing an order. Let every request have a random time in (0, 1): how many of a claim's
    fall in the first half is binomial. If all of those fit, serve them and go on with the second half, else
    go on with the first half; so the interval in which the capacity ends is halved until one claim is left.
    It takes about log2(all requests) draws, and no number of requests is too large.
    """
    served = np.zeros(requests.size)
    live = np.arange(requests.size)
    remaining, left = requests.astype(np.int64), capacity + _slack(size, capacity)
    while live.size > 1:
        early = rng.binomial(remaining, 0.5)
        cost = float(early @ size[live])
        if cost <= left:
            served[live] += early
            left -= cost
            remaining = remaining - early
        else:
            remaining = early
        keep = remaining > 0
        live, remaining = live[keep], remaining[keep]
    if live.size:
        served[live] += np.minimum(remaining, np.floor(left / size[live]))
    return served


def _in_whole_requests(rule: Rationing, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
    """What ``rule`` gives, in whole requests: rounded down, the rest handed out by largest remainder.

    Repeated with what is left among the requests that fit in it, until none does. So a small request may
    pass a large one that waits for room, but no capacity stands idle for it ('backfilling').
    """
    whole = claims.size > 0
    size = np.where(whole, claims.size, 1.0)
    asked = np.where(whole, _requests(claims.work, size) * size, claims.work)
    served = np.zeros(claims.work.size)
    slack = _slack(claims.size[whole], capacity)
    left = capacity
    while True:
        waiting = asked - served
        waiting[waiting <= ROUNDING * asked] = 0.0
        waiting = np.where(whole, np.rint(waiting / size) * size, waiting)
        fitting = np.flatnonzero((waiting > 0) & (claims.size <= left + slack))
        if fitting.size == 0 or left <= slack:
            return np.minimum(served, claims.work)
        part = Claims(waiting[fitting], claims.priority[fitting], claims.arrived[fitting], claims.size[fitting])
        given = _round(rule.divide(part, left, rng), part, left, slack, rng)
        if not given.any():
            return np.minimum(served, claims.work)
        served[fitting] += given
        left -= _sum(given)


def _round(given: Floats, claims: Claims, capacity: float, slack: float, rng: np.random.Generator) -> Floats:
    """``given`` rounded down to whole requests, and one more by largest remainder while there is room.

    Equal remainders go by priority, then by arrival, then by lot.
    """
    whole = claims.size > 0
    size = np.where(whole, claims.size, 1.0)
    requests = np.floor(given / size)
    remainder = np.where(whole, np.round(given / size - requests, 9), 0.0)
    rounded = np.where(whole, requests * size, given)
    candidates = np.flatnonzero((remainder > 0) & (requests < np.rint(claims.work / size)))
    if candidates.size == 0:
        return rounded
    lot = rng.random(candidates.size)
    best_first = np.lexsort((lot, claims.arrived[candidates], claims.priority[candidates], -remainder[candidates]))
    candidates = candidates[best_first]
    lucky = candidates[_that_fit(claims.size[candidates], capacity - _sum(rounded) + slack)]
    rounded[lucky] = (requests[lucky] + 1) * size[lucky]
    return rounded


def _that_fit(sizes: Floats, room: float) -> Indices:
    """Indices of those that fit if each in turn is let in when there is room for it."""
    fitted: list[Indices] = []
    queue = np.flatnonzero(sizes <= room)
    while queue.size:
        total = sizes[queue].cumsum()
        count = int(total.searchsorted(room, side="right"))
        if count:
            fitted.append(queue[:count])
            room -= float(total[count - 1])
        queue = queue[count + 1 :]  # the one after them found no room
        queue = queue[sizes[queue] <= room]
    return np.concatenate(fitted) if fitted else np.empty(0, dtype=np.intp)


def _slack(size: Floats, capacity: float) -> float:
    """Work by which requests of these sizes may exceed the capacity, for it is no more than rounding."""
    return float(min(ROUNDING * capacity, LACKING * size.min()))


def _requests(work: Floats, size: Floats) -> Floats:
    """Whole requests of ``size`` in ``work``: 3 of 0.1 in 0.3, although 0.3 / 0.1 < 3 in binary."""
    count = work / size
    nearest = np.rint(count)
    near = np.abs(count - nearest) <= WHOLE + 4e-16 * count
    return np.asarray(np.where(near, nearest, np.floor(count)), dtype=np.float64)


def _sum(values: Floats) -> float:
    """Sum, the same to the bit in any order of the values."""
    return float(np.sort(values).sum())


def _checked(name: str, values: npt.ArrayLike, least: float) -> Floats:
    """``values`` as a vector of numbers of at least ``least``, or an error that says which is not.

    Where ``least`` is finite so must they be, up to ``LARGEST``.
    """
    array = np.asarray(values, dtype=np.float64)
    most = LARGEST if np.isfinite(least) else np.inf
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} dimensions; it must be a vector with one entry a claim")
    if array.size and not (array.min() >= least and array.max() <= most):  # also false for nan
        where = int(np.argmin((array >= least) & (array <= most)))
        raise ValueError(f"{name}[{where}] is {array[where]}; allowed is a number from {least:g} to {most:g}")
    return array
