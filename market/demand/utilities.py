"""Utilities of many individuals before few options, and the weights that they make of them.

z_ij = (a_j - b_j x_i + attachment)/noise in units of the individual's worth, where x_i is one over the worth:
tastes are shared within a segment and individuals differ in what an answer is worth to them. Noise is that within the
option's nest (see ``demand.nests``), if there are any.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.demand.intensity import Asking
from market.demand.nests import Weighed, weigh
from market.demand.options import Options
from market.demand.traits import Traits

type Floats = NDArray[np.floating[Any]]

#: Largest exponent before the row's largest has to be taken out first.
SAFE_EXPONENT = 60.0


class Block(NamedTuple):
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


class Utilities:
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

    def block(self, part: slice, inverse_worth: Floats, asking: Asking | None) -> Block:
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
        return Block(part, inverse_worth, z, none, inside, total, stuck, utility, nests, asked, less)

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


def utilities_in_full(options: Options, inverse_worth: Floats, traits: Traits, local: Floats | None) -> Floats:
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
