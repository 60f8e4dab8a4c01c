"""The choice of many individuals among few options, in blocks that fit the cache.

z_ij = (a_j - b_j x_i + attachment)/noise in units of the individual's worth, where x_i is one over the worth:
tastes are shared within a segment and individuals differ in what an answer is worth to them. Noise is that within the
option's nest (see ``demand.nests``), if there are any.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.demand.intensity import Asking
from market.demand.nests import Nests, Weighed, slopes_within, weigh
from market.demand.traits import FREE, Traits

type Floats = NDArray[np.floating[Any]]

#: Individuals a block: block x options stays in the second-level cache.
BLOCK = 4096
#: Weight of all that is open, over that of nothing, below which nobody takes any of it.
NOBODY = 1e-30
#: Largest exponent before the row's largest has to be taken out first.
SAFE_EXPONENT = 60.0


@dataclass(frozen=True)
class Options:
    """What is to be chosen from; all relative to the worth of a perfect answer.

    Attributes:
        gain: a_j: quality less the cost of delay, where all mind it alike; -inf for what is not open.
        cost: b_j: price x price coefficient, in the unit of the worth.
        group: number of the provider of each option, for attachment.
        bonus: worth of staying with one's provider.
        noise: scale of the tastes, between nests; 0 takes the best.
        outside: utility of nothing, or None.
        price_coefficient: utility that a dollar is worth, above 0; a worth divided by it is in dollars.
        refused: whether an option is none to those who refuse it, by row (see ``Traits.refusing``) and option, or None.
        nests: options whose tastes go together, or None.
        slow: delay [h] where some mind it more than others (see ``Traits.haste``); or None.
    """

    gain: NDArray[np.float64]
    cost: NDArray[np.float64]
    group: NDArray[np.int64]
    bonus: float
    noise: float
    outside: float | None
    price_coefficient: float
    refused: NDArray[np.bool_] | None = None
    nests: Nests | None = None
    slow: NDArray[np.float64] | None = None

    @property
    def scale(self) -> Any:
        """Scale of the tastes among an option and those in its nest, by option; one number without nests."""
        return self.noise if self.nests is None else self.noise * self.nests.of_offers


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
        return np.asarray(_utilities_in_full(options, inverse_worth, traits, local).max(axis=1, initial=-np.inf))
    utilities = _Utilities(options, kind, traits, local)
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
        self._utilities: _Utilities | None = None
        self._block: _Block | None = None

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
            self._utilities = _Utilities(self.options, self._kind, self.traits, self.local)
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

    def _weighed(self, utilities: _Utilities, begin: int) -> _Block:
        if self._block is not None:
            return self._block
        part = slice(begin, begin + BLOCK)
        block = utilities.block(part, self.inverse_worth[part], self.asking)
        if self.inverse_worth.size <= BLOCK:
            self._block = block
        return block


class _Block(NamedTuple):
    """Individuals of a block, and the weights of what they choose from.

    Attributes:
        part: which they are.
        inverse_worth: one over the worth of a request to each [1/USD].
        z: weights, by option and individual.
        none, inside, total: weight of nothing, of all else, and of all.
        stuck: for whom nothing is open, and nothing is no option; None for nobody.
        utility: expected utility over the noise.
        nests: weight of each nest; None without nests.
        asked: requests over those that would be made if they cost nothing; None for all.
        less: by which share fewer are asked for each unit of cost over the worth.
    """

    part: slice
    inverse_worth: Floats
    z: Floats
    none: Any
    inside: Floats
    total: Floats
    stuck: NDArray[np.bool_] | None
    utility: Floats
    nests: Floats | None
    asked: Floats | None
    less: Floats | None


class _Utilities:
    """Utilities over the scale of the tastes, of what is open to anybody.

    Options are rows: the long axis lies contiguous, half the time.
    """

    def __init__(self, options: Options, kind: Any, traits: Traits, local: Floats | None) -> None:
        self.kind, self.noise, self.local = kind, options.noise, local
        sold = np.flatnonzero(options.gain > -np.inf)
        self.all = options.gain.size + (local is not None)
        self.open = sold if local is None else np.append(sold, self.all - 1)
        nests, scale = options.nests, options.scale
        self.rows, self.local_scale = None, options.noise
        if nests is not None:
            self.open, self.rows = nests.arranged(self.open)
            sold = self.open[: sold.size]
            scale, self.local_scale = scale[sold], options.noise * float(nests.scale[nests.of[-1]])
        self.gain = (options.gain[sold] / scale).astype(kind)[:, None]
        self.cost = (options.cost[sold] / -scale).astype(kind)[:, None]
        self.slow = None if options.slow is None else (options.slow[sold] / -scale).astype(kind)[:, None]
        self.haste = traits.haste
        table, self.column = _bonuses(options, traits, kind)
        self.bonuses = None if table is None else table[sold]
        self.outside = None if options.outside is None else options.outside / options.noise
        self.peaked = _is_peaked(options, local)
        self.ones = np.ones(self.open.size, dtype=kind)
        self.price_coefficient = options.price_coefficient

    def of(self, part: slice, inverse_worth: Floats) -> Floats:
        """Those of a block of individuals, by option and individual."""
        z = np.empty((self.open.size, inverse_worth.size), dtype=self.kind)
        sold = z[: self.gain.size]
        np.multiply(self.cost, inverse_worth, out=sold)
        sold += self.gain
        if self.slow is not None and self.haste is not None:
            sold += self.slow * self.haste[part]
        if self.bonuses is not None and self.column is not None:
            sold += np.take(self.bonuses, self.column[part], axis=1, mode="wrap")
        if self.local is not None:
            z[-1] = self.local[part] / self.kind(self.local_scale)
        return z

    def block(self, part: slice, inverse_worth: Floats, asking: Asking | None) -> _Block:
        """The weights of a block of individuals."""
        z = self.of(part, inverse_worth)
        weighed = self.weights(z)
        none, total, inside, shift, nests = weighed
        asked: Floats | None = None
        less: Floats | None = None
        if asking is not None:
            cost = asking.cost(self.worth_of(weighed), part)
            asked, less = asking.intensity.asked(cost), asking.intensity.slope(cost)
        stuck = None
        if self.peaked or nests is not None:
            stuck = total == 0
            if stuck.any():
                total[stuck] = 1.0
            else:
                stuck = None
        utility = np.log(total)
        if shift is not None:
            utility += shift
        return _Block(part, inverse_worth, z, none, inside, total, stuck, utility, nests, asked, less)

    def worth_of(self, weighed: Weighed) -> Floats:
        """Expected utility of the best of what is open, nothing aside."""
        utility = np.log(np.maximum(weighed.inside, np.finfo(self.kind).tiny))
        if weighed.shift is not None:
            utility += weighed.shift
        return np.asarray(utility * self.kind(self.noise))

    def weights(self, z: Floats) -> Weighed:
        """Utilities become weights, in place."""
        if self.rows is not None:
            return weigh(z, self.rows, self.outside)
        shift = _shift(z, self.outside) if self.peaked else None
        if shift is not None:
            z -= shift
        np.exp(z, out=z)
        none = _weight_of_nothing(self.outside, shift, self.kind)
        inside = self.ones @ z
        return Weighed(none, inside + none, inside, shift)


class _Sums:
    """What individuals choose, added up block by block."""

    def __init__(self, utilities: _Utilities, mass: Floats, slopes: float | None, *, keep: bool) -> None:
        self.utilities, self.slopes = utilities, slopes
        options = utilities.open.size
        self.shares, self.nothing, self.surplus, self.asked = np.zeros(options), 0.0, 0.0, 0.0
        self.own = np.zeros(options) if slopes is not None else None
        self.cross = np.zeros((options, options)) if slopes is not None else None
        self.kept = np.empty((mass.size, options), dtype=mass.dtype) if keep else None
        self.requests = np.empty(mass.size, dtype=mass.dtype) if keep else None
        self.utility = np.empty(mass.size, dtype=np.float64) if keep else None

    def add(self, block: _Block, mass: Floats) -> None:
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


def _is_peaked(options: Options, local: Floats | None) -> bool:
    """Whether exponents are so large, or so small, that each individual's largest has to be taken out first."""
    with np.errstate(invalid="ignore"):
        top = float(np.max(options.gain, initial=-np.inf)) + options.bonus
    if local is not None:
        top = max(top, float(np.max(local, initial=-np.inf)))
    return options.outside is None or not (
        options.outside / options.noise >= -SAFE_EXPONENT and max(top, options.outside) / options.noise <= SAFE_EXPONENT
    )


def _weight_of_nothing(outside: float | None, shift: Floats | None, kind: Any) -> Any:
    if outside is None:
        return kind(0.0)
    return np.exp(kind(outside)) if shift is None else np.exp(kind(outside) - shift)


def _bonuses(options: Options, traits: Traits, kind: Any) -> tuple[Floats | None, NDArray[np.integer[Any]] | None]:
    """Bonus by option and column of individuals, and each individual's column; -inf for what it refuses.

    Columns are those attached to each provider, and to nobody, for each row of refusals.
    """
    attached = traits.attached if options.bonus != 0.0 else None
    refusing = traits.refusing if options.refused is not None else None
    if attached is None and refusing is None:
        return None, None
    groups = int(options.group.max(initial=-1)) + 1
    table = np.zeros((options.gain.size, groups + 1), dtype=kind)
    if attached is not None:
        table[np.arange(options.gain.size), options.group] = options.bonus / options.scale
    if refusing is not None and options.refused is not None:
        barred = np.where(options.refused, -np.inf, 0.0).astype(kind).T
        table = (barred[:, :, None] + table[:, None, :]).reshape(
            options.gain.size, options.refused.shape[0] * (groups + 1)
        )
    return table, Traits(attached, refusing).columns(groups)


def _shift(z: Floats, outside: float | None) -> Floats:
    top = z.max(axis=0) if z.shape[0] else np.full(z.shape[1], -np.inf, dtype=z.dtype)
    if outside is not None:
        top = np.maximum(top, z.dtype.type(outside))
    return np.where(np.isfinite(top), top, z.dtype.type(0.0))


def _utilities_in_full(options: Options, inverse_worth: Floats, traits: Traits, local: Floats | None) -> Floats:
    """Utilities of all options, by individual and option, in full precision."""
    count = options.gain.size + (local is not None)
    z = np.empty((inverse_worth.size, count), dtype=np.float64)
    z[:, : options.gain.size] = options.gain - inverse_worth[:, None] * options.cost
    if traits.haste is not None and options.slow is not None:
        z[:, : options.gain.size] -= traits.haste[:, None] * options.slow
    if traits.attached is not None and options.bonus:
        z[:, : options.gain.size] += options.bonus * (options.group[None, :] == traits.attached[:, None])
    if traits.refusing is not None and options.refused is not None:
        z[:, : options.gain.size][options.refused[traits.refusing]] = -np.inf
    if local is not None:
        z[:, -1] = local
    return z


def _best(choice: Choice, mass: Floats, slopes: float | None, *, keep: bool) -> Chosen:
    """The limit without taste noise: the best option, ties shared equally; an option beats nothing if it is as good."""
    options, inverse_worth, asking = choice.options, choice.inverse_worth, choice.asking
    z = _utilities_in_full(options, inverse_worth, choice.traits, choice.local)
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
