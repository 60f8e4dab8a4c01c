"""Utilities of many individuals before few options, and the weights that they make of them.

z_ij = (a_j - b_j x_i + attachment)/noise in units of the individual's worth, where x_i is one over the worth:
tastes are shared within a segment and individuals differ in what an answer is worth to them. Noise is that within the
option's nest (see ``demand.nests``), if there are any. What does not hang on prices, all but b_j x_i, is worked out
once for all prices.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.demand.bonuses import bonuses_of
from market.demand.intensity import Intensity, full_cost
from market.demand.nests import Nests, Pages, Weighed, weigh
from market.demand.options import Options
from market.demand.traits import Rows, Traits

type Floats = NDArray[np.floating[Any]]

#: Largest exponent before the row's largest has to be taken out first.
SAFE_EXPONENT = 60.0


class Block(NamedTuple):
    """Individuals of a block, and the weights of what they choose from.

    Attributes:
        inverse_worth: one over the worth of a request to each [1/USD].
        z: weights, by option and individual.
        none, inside, total: weight of nothing, of all else, and of all.
        stuck: for whom nothing is open, and nothing is no option; None for nobody.
        utility: expected utility over the noise.
        nests: weight of each nest; None without nests.
        asked: requests over those that would be made if they cost nothing; None for all.
        less: by which share fewer are asked for each unit of cost over the worth.
    """

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

    def requests(self, mass: Floats) -> Floats:
        """Those that are made of these, which would be if they cost nothing, by individual."""
        return mass if self.asked is None else mass * self.asked

    def shares(self, place: NDArray[np.int64]) -> Floats:
        """How often the options at these places are chosen, by option and individual."""
        return np.asarray(self.z[place] / self.total)

    def among(self, place: NDArray[np.int64], inverse_worth: Floats) -> Block:
        """The same individuals at these places among others, of whom each has next to no weight for anything."""

        def spread(values: Any, others: float = 0.0) -> Any:
            made = np.full((*values.shape[:-1], inverse_worth.size), others, dtype=values.dtype)
            made[..., place] = values
            return made

        single = np.ndim(self.none) == 0  # the same for all
        return Block(
            inverse_worth,
            spread(self.z),
            self.none if single else spread(self.none),
            spread(self.inside),
            spread(self.total, 1.0),
            None if self.stuck is None else spread(self.stuck),
            spread(self.utility),
            None if self.nests is None else spread(self.nests),
            None if self.asked is None else spread(self.asked),
            None if self.less is None else spread(self.less),
        )


class Lasting(NamedTuple):
    """Individuals of a block, and what of their utilities stays whatever things cost.

    Attributes:
        who: which ones.
        inverse_worth: one over the worth of a request to each [1/USD].
        more: delay, and the bonus of whom each is with, by option and individual.
    """

    who: Rows
    inverse_worth: Floats
    more: tuple[Floats, ...]


class Layout(NamedTuple):
    """Where what is open to anybody stands, which is the same hour by hour.

    Attributes:
        open: numbers of the options, nest by nest where there are nests; a machine of one's own is the last.
        sold: of these, the offers.
        pages: where they stand in their nests; None without nests.
        scale: scale of the tastes among each of the offers and those in its nest; one number without nests.
        local_scale: the same for a machine of one's own.
        out_of_reach: cost over the worth from which on nobody buys, and which a number of this kind holds: a search for
            rents may ask about any price.
    """

    open: NDArray[np.int64]
    sold: NDArray[np.int64]
    pages: Pages | None
    scale: Any
    local_scale: float
    out_of_reach: float


@lru_cache(maxsize=2**8)
def _layout(open_: bytes, noise: float, nests: Nests | None, kind: Any, *, local: bool) -> Layout:
    """Worked out once: what is open changes by the day at most, and users are asked many times an hour."""
    there = np.frombuffer(open_, dtype=np.bool_)
    sold: NDArray[np.int64] = np.flatnonzero(there)
    rows = np.append(sold, there.size) if local else sold
    pages: Pages | None = None
    scale: Any = noise
    local_scale = noise
    if nests is not None:
        pages = nests.pages(rows)
        rows = pages.options
        sold = rows[: sold.size]
        scale = (noise * nests.of_offers)[sold]
        local_scale = noise * float(nests.scale[nests.of[-1]])
    rows.flags.writeable = False  # many look at them
    reach = float(np.sqrt(np.finfo(kind).max)) * float(np.min(scale, initial=1.0))
    return Layout(rows, sold, pages, scale, local_scale, reach)


class Utilities:
    """Utilities over the scale of the tastes, of what is open to anybody.

    Options are rows: the long axis lies contiguous, half the time.

    Attributes:
        open: numbers of the options that are open to anybody; with nests, nest by nest.
        pages: where they stand in their nests; None without nests.
        all: number of options, open or not.
    """

    def __init__(self, options: Options, kind: Any, traits: Traits, local: Floats | None) -> None:
        self.kind, self.noise, self.local = kind, options.noise, local
        self.all = options.gain.size + (local is not None)
        there = (options.gain > -np.inf).tobytes()
        self._layout = _layout(there, options.noise, options.nests, kind, local=local is not None)
        self.open, self.pages = self._layout.open, self._layout.pages
        self.gain = self._by_row(options.gain)
        self.slow = None if options.slow is None else self._by_row(-options.slow)
        self.haste = traits.haste
        self.bonuses = bonuses_of(options, self._layout.sold, traits, kind)
        self.outside = None if options.outside is None else options.outside / options.noise
        # Within nests exponents are taken relative to the best in any case.
        self.peaked = self.pages is None and _is_peaked(options, local)
        self.price_coefficient = options.price_coefficient

    def _by_row(self, values: Floats) -> Floats:
        """Values of what is sold over the scale of its tastes, as a column."""
        return np.asarray(values[self._layout.sold] / self._layout.scale).astype(self.kind)[:, None]

    def slopes(self, cost: Floats) -> Floats:
        """How utilities go with one over the worth, where options cost so much, in the unit of the worth."""
        return self._by_row(np.maximum(-cost, -self._layout.out_of_reach))

    def of(self, lasting: Lasting, slopes: Floats | None) -> Floats:
        """Those of some individuals, by option and individual; ``slopes``: None where all is free."""
        z = np.empty((self.open.size, lasting.inverse_worth.size), dtype=self.kind)
        sold = z[: self.gain.size]
        if slopes is None:
            sold[:] = self.gain
        else:
            np.multiply(slopes, lasting.inverse_worth, out=sold)
            sold += self.gain
        for more in lasting.more:
            sold += more
        if self.local is not None:
            z[-1] = self.local[lasting.who] / self.kind(self._layout.local_scale)
        return z

    def lasting(self, who: Rows, inverse_worth: Floats) -> Lasting:
        """What stays of the utilities of some individuals; ``inverse_worth``: one over the worth to each [1/USD]."""
        more: tuple[Floats, ...] = ()
        if self.slow is not None and self.haste is not None:
            more += (self.slow * self.haste[who],)
        if self.bonuses is not None:
            more += (self.bonuses.of(who),)
        return Lasting(who, inverse_worth, more)

    def block(self, lasting: Lasting, slopes: Floats, intensity: Intensity | None, free: Floats | None) -> Block:
        """The weights of some individuals; ``slopes``: as there.

        ``intensity``: how much less they ask, ``free``: than if all were free and worth so much; None for as much.
        """
        z = self.of(lasting, slopes)
        weighed = self.weights(z)
        none, total, inside, shift, nests = weighed
        asked: Floats | None = None
        less: Floats | None = None
        if intensity is not None and free is not None:
            cost = full_cost(free, self.worth_of(weighed))
            asked, less = intensity.asked(cost), intensity.slope(cost)
        stuck: NDArray[np.bool_] | None = None
        if (self.peaked or nests is not None) and np.count_nonzero(total) < total.size:
            stuck = total == 0
            total[stuck] = 1.0
        utility = np.log(total)
        if shift is not None:
            utility += shift
        return Block(lasting.inverse_worth, z, none, inside, total, stuck, utility, nests, asked, less)

    def worth_of(self, weighed: Weighed) -> Floats:
        """Expected utility of the best of what is open, nothing aside."""
        utility = np.log(np.maximum(weighed.inside, np.finfo(self.kind).tiny))
        if weighed.shift is not None:
            utility += weighed.shift
        return np.asarray(utility * self.kind(self.noise))

    def worth_if_free(self, lasting: Lasting) -> Floats:
        """The same if all were free; -inf where nothing is open."""
        weighed = self.weights(self.of(lasting, None), nothing=False)
        return np.where(weighed.inside > 0, self.worth_of(weighed), -np.inf)

    def weights(self, z: Floats, *, nothing: bool = True) -> Weighed:
        """Utilities become weights, in place; ``nothing``: whether to take nothing is an option.

        Where it is none, nests need not be weighed out option by option.
        """
        outside = self.outside if nothing else None
        if self.pages is not None:
            return weigh(z, self.pages, outside, each=nothing)
        shift = _shift(z, outside) if self.peaked or not nothing else None
        if shift is not None:
            z -= shift
        np.exp(z, out=z)
        none = _weight_of_nothing(outside, shift, self.kind)
        inside = np.ones(self.open.size, dtype=self.kind) @ z
        return Weighed(none, inside + none, inside, shift)


def _is_peaked(options: Options, local: Floats | None) -> bool:
    """Whether exponents are so large, or so small, that each individual's largest has to be taken out first."""
    top = float(options.gain.max(initial=-np.inf)) + options.bonus
    if local is not None:
        top = max(top, float(local.max(initial=-np.inf)))
    return options.outside is None or not (
        options.outside / options.noise >= -SAFE_EXPONENT and max(top, options.outside) / options.noise <= SAFE_EXPONENT
    )


def _weight_of_nothing(outside: float | None, shift: Floats | None, kind: Any) -> Any:
    if outside is None:
        return kind(0.0)
    return np.exp(kind(outside)) if shift is None else np.exp(kind(outside) - shift)


def _shift(z: Floats, outside: float | None) -> Floats:
    top = z.max(axis=0) if z.shape[0] else np.full(z.shape[1], -np.inf, dtype=z.dtype)
    if outside is not None:
        top = np.maximum(top, z.dtype.type(outside))
    return np.where(np.isfinite(top), top, z.dtype.type(0.0))


def utilities_in_full(
    options: Options, cost: Floats, inverse_worth: Floats, traits: Traits, local: Floats | None
) -> Floats:
    """Utilities of all options where they cost so much, by individual and option, in full precision."""
    count = options.gain.size + (local is not None)
    z = np.empty((inverse_worth.size, count), dtype=np.float64)
    z[:, : options.gain.size] = options.gain - inverse_worth[:, None] * cost
    if traits.haste is not None and options.slow is not None:
        z[:, : options.gain.size] -= traits.haste[:, None] * options.slow
    if traits.attached is not None and options.bonus:
        z[:, : options.gain.size] += options.bonus * (options.group[None, :] == traits.attached[:, None])
    if traits.refusing is not None and options.refused is not None:
        z[:, : options.gain.size][options.refused[traits.refusing]] = -np.inf
    if local is not None:
        z[:, -1] = local
    return z
