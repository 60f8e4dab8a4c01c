"""The choice of many individuals among few options, in blocks that fit the cache; see ``demand.utilities``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.blocks import KEPT, blocks
from market.demand.intensity import STEADY, Asking, Intensity, full_cost
from market.demand.nests import slopes_within
from market.demand.options import Options
from market.demand.traits import FREE, Rows, Traits
from market.demand.utilities import Block, Lasting, Utilities, utilities_in_full

type Floats = NDArray[np.floating[Any]]
type Left = Callable[[slice, Floats, Floats], tuple[Floats, Floats]]

#: Weight of all that is open, over that of nothing, below which nobody takes any of it: far below what any sum notices,
#: and far above what numbers of 32 bits can be divided by.
NOBODY = 1e-20


@dataclass
class Chosen:
    """What individuals choose, added up with their weights: the requests that they make.

    Attributes:
        asked: requests of all.
        shares_sum: sum of requests x probability, by option.
        nothing: sum of requests x probability of nothing.
        surplus: sum of requests x worth x expected utility / price coefficient [USD].
        own, cross: sums of requests x price coefficient / (noise x worth) x p_j, and x p_j p_k [per USD], of the latter
            less what goes with asking less; None unless asked for. With nests they are those of
            ``nests.slopes_within``.
        requests: by individual; None unless shares are asked for.
        shares: probabilities by individual and option; None unless asked for.
        utility: expected utility of each individual, relative to the worth; None unless shares are asked for.
    """

    asked: float
    shares_sum: NDArray[np.float64]
    nothing: float
    surplus: float
    own: NDArray[np.float64] | None
    cross: NDArray[np.float64] | None
    requests: Floats | None
    shares: Floats | None
    utility: Floats | None


def choose(
    options: Options,
    inverse_worth: Floats,
    mass: Floats,
    traits: Traits = FREE,
    *,
    local: Floats | None = None,
    intensity: Intensity = STEADY,
    slopes: float | None = None,
    keep: bool = False,
) -> Chosen:
    """Let individuals choose once; see ``Ground`` and ``Choice``."""
    ground = Ground(options, inverse_worth, mass.dtype.type, traits, local, intensity)
    return ground.at(options.cost).of(mass, slopes=slopes, keep=keep)


class Ground:
    """Individuals before options, whatever these cost: what all their choices have in common, worked out once."""

    def __init__(
        self,
        options: Options,
        inverse_worth: Floats,
        kind: Any,
        traits: Traits = FREE,
        local: Floats | None = None,
        intensity: Intensity = STEADY,
        who: NDArray[np.int64] | None = None,
    ) -> None:
        """Bring them together.

        Args:
            options: what from; their cost is of no account.
            inverse_worth: one over the worth of a request to each individual [1/USD].
            kind: type of number, which sets the precision.
            traits: how they differ besides worth.
            local: utility of a machine of one's own less that of nothing in ``options`` (added as one more option,
                -inf for those without one), or None.
            intensity: how much less they ask where it costs more.
            who: the only ones who ask anything, in their order; None for all.
        """
        self.options, self.inverse_worth, self.kind = options, inverse_worth, kind
        self.traits, self.local, self.intensity, self.who = traits, local, intensity, who
        self._lasting: dict[int, tuple[slice, Lasting]] = {}
        self._free: dict[int, Floats] = {}
        # Blocks at the last cost, not the choice itself: in no circle, memory is free again at once.
        self._last: tuple[bytes, dict[int, Block]] = b"", {}

    @cached_property
    def utilities(self) -> Utilities:
        """Their utilities, if there is taste noise."""
        return Utilities(self.options, self.kind, self.traits, self.local)

    @cached_property
    def best_if_free(self) -> Floats:
        """Utility of the best of what is open, nothing aside, if all were free, of each without taste noise."""
        nothing = np.zeros_like(self.options.cost)
        free = utilities_in_full(self.options, nothing, self.inverse_worth, self.traits, self.local)
        return np.asarray(free.max(axis=1, initial=-np.inf))

    def free(self, part: slice) -> Floats:
        """Expected utility of the best of what is open, nothing aside, if all were free, relative to the worth.

        Of those of a block who ask anything; -inf where nothing is open.
        """
        if self.options.noise == 0.0:
            return np.asarray(self.best_if_free[self.asking(part)])
        if part.start not in self._free:
            self._free[part.start] = self.utilities.worth_if_free(self.lasting(part))
        return self._free[part.start]

    def lasting(self, part: slice) -> Lasting:
        """Those of a block who ask anything, and what of their utilities stays whatever things cost.

        Kept of the first individuals, and of the last block that was looked at: what all is worth if it is free, and
        at its prices, is asked one after the other.
        """
        place = part.start if part.stop <= KEPT else KEPT
        of, found = self._lasting.get(place, (None, None))
        if of != part or found is None:
            who = self.asking(part)
            found = self.utilities.lasting(who, self.inverse_worth[who])
            self._lasting[place] = part, found
        return found

    def asking(self, part: slice) -> Rows:
        """Those of a block who ask anything."""
        if self.who is None:
            return part
        begin, end = np.searchsorted(self.who, (part.start, part.stop))
        return self.who[begin:end]

    def at(self, cost: NDArray[np.float64]) -> Choice:
        """The choice where options cost so much, in the unit of the worth; what the last one found is known."""
        if self._last[0] != (key := cost.tobytes()):
            self._last = key, {}
        asking = Asking(self.intensity, self.free) if self.intensity.elasticity > 0 else None
        return Choice(self, cost, asking, self._last[1])


class Choice:
    """Individuals before options at their prices: how each would choose, to be added up for whatever they ask."""

    def __init__(
        self, ground: Ground, cost: NDArray[np.float64], asking: Asking | None, known: dict[int, Block]
    ) -> None:
        """Bring them before these prices.

        Args:
            ground: who they are, and what from.
            cost: of each option, in the unit of the worth.
            asking: how much less is asked; None for as much.
            known: blocks that have been worked out at this cost.
        """
        self.ground, self.cost, self.asking, self._blocks = ground, cost, asking, known

    @cached_property
    def _slopes(self) -> Floats:
        return self.ground.utilities.slopes(self.cost)

    def of(self, mass: Floats, *, slopes: float | None = None, keep: bool = False) -> Chosen:
        """What they choose.

        Args:
            mass: requests of each individual, if they cost nothing, in the type of number of the choice.
            slopes: price coefficient, if the derivatives by price are wanted.
            keep: whether each individual's probabilities are wanted.
        """
        if self.ground.options.noise == 0.0:
            return _best(self, mass, slopes, keep=keep)
        sums = _Sums(self.ground.utilities, mass, slopes, keep=keep)
        for part in blocks(mass.size):
            sums.add(self._block(part), part, mass[part])
        return sums.chosen()

    def requests_and_shares(self, mass: Floats, options: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Requests of each individual, and how often each of these options is chosen, by option and individual."""
        if self.ground.options.noise == 0.0:
            found = _best(self, mass, None, keep=True)
            assert found.requests is not None
            assert found.shares is not None
            return found.requests, np.ascontiguousarray(found.shares[:, options].T)
        requests, shares = np.empty_like(mass), np.zeros((options.size, mass.size), dtype=mass.dtype)
        wanted, place = _places(options.tobytes(), self.ground.utilities.open.tobytes())
        for part in blocks(mass.size):
            block = self._block(part)
            requests[part] = block.requests(mass[part])
            shares[wanted, part] = block.shares(place)
        return requests, shares

    def limited(
        self, mass: Floats, options: NDArray[np.int64], left: Left, *, slopes: float | None = None
    ) -> tuple[Floats, Floats, Chosen | None]:
        """The same where so much is left of these options for each: which part of its requests, and what it takes.

        By individual, and by option and individual; and what they choose for that part, added up block by block while
        a block is at hand (None without taste noise: ask for it).

        Args:
            mass, slopes: as in ``of``.
            options: numbers of the options that are limited.
            left: share of the requests of individuals for which there is enough, and what they take, by the
                individuals, their requests, and how often they choose each of the options.
        """
        if self.ground.options.noise == 0.0:
            requests, shares = self.requests_and_shares(mass, options)
            return *left(slice(0, mass.size), requests, shares), None
        within, taken = np.empty_like(mass), np.empty((options.size, mass.size), dtype=mass.dtype)
        wanted, place = _places(options.tobytes(), self.ground.utilities.open.tobytes())
        sums = _Sums(self.ground.utilities, mass, slopes, keep=False)
        for part in blocks(mass.size):
            block, wants = self._block(part), mass[part]
            shares = np.zeros((options.size, wants.size), dtype=mass.dtype)
            shares[wanted] = block.shares(place)
            within[part], taken[:, part] = left(part, block.requests(wants), shares)
            sums.add(block, part, wants * within[part])
        return within, taken, sums.chosen()

    def _block(self, part: slice) -> Block:
        block = self._blocks.get(part.start)
        if block is None:
            ground, asking = self.ground, self.asking
            lasting = ground.lasting(part)
            intensity, free = (None, None) if asking is None else (asking.intensity, asking.free(part))
            block = ground.utilities.block(lasting, self._slopes, intensity, free)
            if not isinstance(lasting.who, slice):
                block = block.among(lasting.who - part.start, ground.inverse_worth[part])
            if part.stop <= KEPT:
                self._blocks[part.start] = block
        return block


@lru_cache(maxsize=2**8)
def _places(options: bytes, among: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of these options are there, and their places among the others; worked out once."""
    wanted, place = np.nonzero(np.frombuffer(options, dtype=np.int64)[:, None] == np.frombuffer(among, dtype=np.int64))
    return wanted, place


class _Sums:
    """What individuals choose, added up block by block."""

    def __init__(self, utilities: Utilities, mass: Floats, slopes: float | None, *, keep: bool) -> None:
        self.utilities, self.slopes = utilities, slopes
        options = utilities.open.size
        self.shares, self.nothing, self.surplus, self.asked = np.zeros(options), 0.0, 0.0, 0.0
        self.own = np.zeros(options) if slopes is not None else None
        self.cross = np.zeros((options, options)) if slopes is not None else None
        self.kept = np.empty((mass.size, options), dtype=mass.dtype) if keep else None
        self.requests = np.empty(mass.size, dtype=mass.dtype) if keep else None
        self.utility = np.empty(mass.size, dtype=np.float64) if keep else None

    def add(self, block: Block, part: slice, mass: Floats) -> None:
        """Let a block of individuals choose."""
        utilities, z, total = self.utilities, block.z, block.total
        if block.asked is not None:
            mass = mass * block.asked
        self.asked += float(np.add.reduce(mass, dtype=np.float64))
        if block.stuck is not None:  # they go without
            self.nothing += float(mass[block.stuck].sum(dtype=np.float64))
        scale = mass / total
        self.shares += z @ scale
        if utilities.outside is not None:
            self.nothing += float(np.add.reduce(scale * block.none, dtype=np.float64))
        self.surplus += float(np.dot(mass / block.inverse_worth, block.utility)) * utilities.noise
        if self.own is not None and self.cross is not None and self.slopes is not None:
            weight = scale * block.inverse_worth * utilities.kind(self.slopes / utilities.noise)
            pairs = weight / total
            if block.less is not None:
                less = weight * utilities.kind(utilities.noise) * block.less
                some = block.inside > NOBODY
                pairs -= np.where(some, less, 0.0) / np.where(some, block.inside, 1.0)
            if block.nests is None or utilities.pages is None:
                self.own += z @ weight
                self.cross += (z * pairs) @ z.T
            else:
                own, cross = slopes_within(z, weight, pairs, block.nests, utilities.pages)
                self.own += own
                self.cross += cross
        if self.kept is not None and self.requests is not None and self.utility is not None:
            self.requests[part] = mass
            self.kept[part] = (z / total).T
            self.utility[part] = utilities.noise * block.utility

    def chosen(self) -> Chosen:
        """The sums, with nothing of what is open to nobody."""
        surplus = self.surplus / self.utilities.price_coefficient
        options, there = self.utilities.all, self.utilities.open
        shares, own, cross, kept = np.zeros(options), None, None, None
        shares[there] = self.shares
        if self.own is not None and self.cross is not None:
            own, cross = np.zeros(options), np.zeros((options, options))
            own[there] = self.own
            cross[there[:, None], there] = self.cross
        if self.kept is not None:
            kept = np.zeros((self.kept.shape[0], options), dtype=self.kept.dtype)
            kept[:, there] = self.kept
        return Chosen(self.asked, shares, self.nothing, surplus, own, cross, self.requests, kept, self.utility)


def _best(choice: Choice, mass: Floats, slopes: float | None, *, keep: bool) -> Chosen:
    """The limit without taste noise: the best option, ties shared equally; an option beats nothing if it is as good."""
    ground, asking = choice.ground, choice.asking
    options, inverse_worth = ground.options, ground.inverse_worth
    z = utilities_in_full(options, choice.cost, inverse_worth, ground.traits, ground.local)
    count = z.shape[1]
    top = z.max(axis=1, initial=-np.inf)
    floor = -np.inf if options.outside is None else options.outside
    active = (top >= floor) & np.isfinite(top)
    winners = (z >= top[:, None]) & active[:, None]
    shares = winners / np.maximum(winners.sum(axis=1), 1)[:, None]
    best = np.where(active, top, floor if options.outside is not None else 0.0)
    cross = np.zeros((count, count))
    if asking is not None:
        cost = full_cost(ground.best_if_free, np.where(np.isfinite(top), top, 0.0))
        mass = mass * asking.intensity.asked(cost)
        per_usd = mass * inverse_worth * (slopes or 0.0)
        cross -= (shares.T * (per_usd * asking.intensity.slope(cost))) @ shares
    return Chosen(
        float(mass.sum(dtype=np.float64)),
        mass @ shares,
        float(mass @ ~active),
        float(np.sum(mass / inverse_worth * best)) / options.price_coefficient,
        np.zeros(count),
        cross,
        mass if keep else None,
        shares.astype(mass.dtype) if keep else None,
        best if keep else None,
    )
