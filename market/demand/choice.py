"""The choice of many individuals among few options, in blocks that fit the cache; see ``demand.utilities``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.intensity import Asking
from market.demand.nests import slopes_within
from market.demand.options import Options
from market.demand.traits import FREE, Traits
from market.demand.utilities import Block, Utilities, utilities_in_full

type Floats = NDArray[np.floating[Any]]

#: Individuals a block: block x options stays in the second-level cache.
BLOCK = 4096
#: Weight of all that is open, over that of nothing, below which nobody takes any of it.
NOBODY = 1e-30


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
    slopes: float | None = None,
    keep: bool = False,
    asking: Asking | None = None,
) -> Chosen:
    """Let individuals choose once; see ``Choice``."""
    choice = Choice(options, inverse_worth, mass.dtype.type, traits, local, asking)
    return choice.of(mass, slopes=slopes, keep=keep)


def worth_of_all(
    options: Options, inverse_worth: Floats, kind: Any, traits: Traits = FREE, *, local: Floats | None = None
) -> Floats:
    """Expected utility of the best of what is open, nothing aside, to each individual, relative to its worth.

    -inf where nothing is open. ``kind``: type of number.
    """
    options = replace(options, outside=None)
    if options.noise == 0.0:
        return np.asarray(utilities_in_full(options, inverse_worth, traits, local).max(axis=1, initial=-np.inf))
    utilities = Utilities(options, kind, traits, local)
    found = np.empty(inverse_worth.size, dtype=kind)
    for begin in range(0, inverse_worth.size, BLOCK):
        part = slice(begin, begin + BLOCK)
        weighed = utilities.weights(utilities.of(part, inverse_worth[part]))
        found[part] = np.where(weighed.inside > 0, utilities.worth_of(weighed), -np.inf)
    return found


class Choice:
    """Individuals before options: how each would choose, to be added up for whatever they ask.

    What does not hang on how much is asked is worked out once where it fits one block, and block by block each time
    where it does not.
    """

    def __init__(
        self,
        options: Options,
        inverse_worth: Floats,
        kind: Any,
        traits: Traits = FREE,
        local: Floats | None = None,
        asking: Asking | None = None,
    ) -> None:
        """Bring them together.

        Args:
            options: what from.
            inverse_worth: one over the worth of a request to each individual [1/USD].
            kind: type of number, which sets the precision.
            traits: how they differ besides worth.
            local: utility of a machine of one's own less that of nothing in ``options`` (added as one more option,
                -inf for those without one), or None.
            asking: how much less they ask where it costs more; None for as much.
        """
        self.options, self.inverse_worth, self.traits, self.local = options, inverse_worth, traits, local
        self.asking, self._kind = asking, kind
        self._utilities: Utilities | None = None
        self._block: Block | None = None

    def of(self, mass: Floats, *, slopes: float | None = None, keep: bool = False) -> Chosen:
        """What they choose.

        Args:
            mass: requests of each individual, if they cost nothing, in the type of number of the choice.
            slopes: price coefficient, if the derivatives by price are wanted.
            keep: whether each individual's probabilities are wanted.
        """
        if self.options.noise == 0.0:
            return _best(self, mass, slopes, keep=keep)
        if self._utilities is None:
            self._utilities = Utilities(self.options, self._kind, self.traits, self.local)
        sums = _Sums(self._utilities, mass, slopes, keep=keep)
        for begin in range(0, mass.size, BLOCK):
            sums.add(self._weighed(self._utilities, begin), mass[begin : begin + BLOCK])
        return sums.chosen()

    def requests_and_shares(self, mass: Floats) -> tuple[Floats, Floats]:
        """Requests of each individual, and how often it chooses each option."""
        found = self.of(mass, keep=True)
        assert found.requests is not None
        assert found.shares is not None
        return found.requests, found.shares

    def _weighed(self, utilities: Utilities, begin: int) -> Block:
        if self._block is not None:
            return self._block
        part = slice(begin, begin + BLOCK)
        block = utilities.block(part, self.inverse_worth[part], self.asking)
        if self.inverse_worth.size <= BLOCK:
            self._block = block
        return block


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

    def add(self, block: Block, mass: Floats) -> None:
        """Let a block of individuals choose."""
        utilities, z, total, nests = self.utilities, block.z, block.total, block.nests
        if block.asked is not None:
            mass = mass * block.asked
        self.asked += float(mass.sum(dtype=np.float64))
        if block.stuck is not None:  # they go without
            self.nothing += float(mass[block.stuck].sum(dtype=np.float64))
        scale = mass / total
        self.shares += z @ scale
        if utilities.outside is not None:
            self.nothing += float(np.sum(scale * block.none, dtype=np.float64))
        self.surplus += float(np.dot(mass / block.inverse_worth, block.utility)) * utilities.noise
        if self.own is not None and self.cross is not None and self.slopes is not None:
            weight = scale * block.inverse_worth * utilities.kind(self.slopes / utilities.noise)
            pairs = weight / total
            if block.less is not None:
                less = weight * utilities.kind(utilities.noise) * block.less
                pairs -= np.divide(less, block.inside, out=np.zeros_like(less), where=block.inside > NOBODY)
            if nests is None or utilities.rows is None:
                self.own += z @ weight
                self.cross += (z * pairs) @ z.T
            else:
                own, cross = slopes_within(z, weight, pairs, nests, utilities.rows)
                self.own += own
                self.cross += cross
        if self.kept is not None and self.requests is not None and self.utility is not None:
            self.requests[block.part] = mass
            self.kept[block.part] = (z / total).T
            self.utility[block.part] = utilities.noise * block.utility

    def chosen(self) -> Chosen:
        """The sums, with nothing of what is open to nobody."""
        surplus = self.surplus / self.utilities.price_coefficient
        if self.utilities.open.size == self.utilities.all and self.utilities.rows is None:
            shares, own, cross, kept = self.shares, self.own, self.cross, self.kept
            return Chosen(self.asked, shares, self.nothing, surplus, own, cross, self.requests, kept, self.utility)
        options, there = self.utilities.all, self.utilities.open
        shares, own, cross, kept = np.zeros(options), None, None, None
        shares[there] = self.shares
        if self.own is not None and self.cross is not None:
            own, cross = np.zeros(options), np.zeros((options, options))
            own[there] = self.own
            cross[np.ix_(there, there)] = self.cross
        if self.kept is not None:
            kept = np.zeros((self.kept.shape[0], options), dtype=self.kept.dtype)
            kept[:, there] = self.kept
        return Chosen(self.asked, shares, self.nothing, surplus, own, cross, self.requests, kept, self.utility)


def _best(choice: Choice, mass: Floats, slopes: float | None, *, keep: bool) -> Chosen:
    """The limit without taste noise: the best option, ties shared equally; an option beats nothing if it is as good."""
    options, inverse_worth, asking = choice.options, choice.inverse_worth, choice.asking
    z = utilities_in_full(options, inverse_worth, choice.traits, choice.local)
    count = z.shape[1]
    top = z.max(axis=1, initial=-np.inf)
    floor = -np.inf if options.outside is None else options.outside
    active = (top >= floor) & np.isfinite(top)
    winners = (z >= top[:, None]) & active[:, None]
    shares = winners / np.maximum(winners.sum(axis=1), 1)[:, None]
    best = np.where(active, top, floor if options.outside is not None else 0.0)
    cross = np.zeros((count, count))
    if asking is not None:
        cost = asking.cost(np.where(np.isfinite(top), top, 0.0), slice(None))
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
