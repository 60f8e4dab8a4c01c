"""The choice of many individuals among few options, in blocks that fit the cache.

z_ij = (a_j - b_j x_i + attachment)/noise in units of the individual's worth, where x_i is one over the worth:
tastes are shared within a segment and individuals differ in what an answer is worth to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.floating[Any]]

#: Individuals a block: block x options stays in the second-level cache.
BLOCK = 4096
#: Largest exponent before the row's largest has to be taken out first.
SAFE_EXPONENT = 60.0


@dataclass(frozen=True)
class Options:
    """What is to be chosen from; all relative to the worth of a perfect answer.

    Attributes:
        gain: a_j: quality less the cost of delay; -inf for what is not open.
        cost: b_j: price x price coefficient, in the unit of the worth.
        group: number of the provider of each option, for attachment.
        bonus: worth of staying with one's provider.
        noise: scale of the tastes; 0 takes the best.
        outside: utility of nothing, or None.
        price_coefficient: utility that a dollar is worth, above 0; a worth divided by it is in dollars.
    """

    gain: NDArray[np.float64]
    cost: NDArray[np.float64]
    group: NDArray[np.int64]
    bonus: float
    noise: float
    outside: float | None
    price_coefficient: float


@dataclass
class Chosen:
    """What individuals choose, added up with their weights.

    Attributes:
        shares_sum: sum of mass x probability, by option.
        nothing: sum of mass x probability of nothing.
        surplus: sum of mass x worth x expected utility / price coefficient [USD].
        own, cross: sums of mass x price coefficient / (noise x worth) x p_j, and x p_j p_k [per USD];
            None unless asked for.
        shares: probabilities by individual and option; None unless asked for.
        utility: expected utility of each individual, relative to the worth; None unless shares are asked for.
    """

    shares_sum: NDArray[np.float64]
    nothing: float
    surplus: float
    own: NDArray[np.float64] | None
    cross: NDArray[np.float64] | None
    shares: Floats | None
    utility: Floats | None


def choose(
    options: Options, inverse_worth: Floats, mass: Floats, attached: NDArray[np.integer[Any]] | None,
    *, local: Floats | None = None, slopes: float | None = None, keep: bool = False,
) -> Chosen:  # fmt: skip
    """Let individuals choose.

    Args:
        options: what from.
        inverse_worth: one over the worth of a request to each individual [1/USD].
        mass: requests of each individual; their type sets the precision.
        attached: number of each individual's provider, or None.
        local: utility of a machine of one's own less that of nothing in ``options`` (added as one more option,
            -inf for those without one), or None.
        slopes: price coefficient, if the derivatives by price are wanted.
        keep: whether each individual's probabilities are wanted.
    """
    if options.noise == 0.0:
        return _best(options, inverse_worth, mass, attached, local, keep)
    kind = mass.dtype.type
    count = options.gain.size + (local is not None)
    noise = options.noise
    with np.errstate(invalid="ignore"):
        top = float(np.max(options.gain, initial=-np.inf)) + options.bonus
    if local is not None:
        top = max(top, float(np.max(local, initial=-np.inf)))
    peaked = options.outside is None or not (
        options.outside / noise >= -SAFE_EXPONENT and max(top, options.outside) / noise <= SAFE_EXPONENT
    )
    sums, nothing, surplus = np.zeros(count), 0.0, 0.0
    own = np.zeros(count) if slopes is not None else None
    cross = np.zeros((count, count)) if slopes is not None else None
    kept = np.empty((mass.size, count), dtype=mass.dtype) if keep else None
    utilities = np.empty(mass.size, dtype=np.float64) if keep else None
    gain = (options.gain / noise).astype(kind)[:, None]
    cost = (options.cost / -noise).astype(kind)[:, None]
    bonuses = _bonuses(options, attached, kind)
    out = None if options.outside is None else options.outside / noise
    ones = np.ones(count, dtype=kind)
    # Options are rows: the long axis lies contiguous, which halves the time.
    for begin in range(0, mass.size, BLOCK):
        part = slice(begin, begin + BLOCK)
        x, m = inverse_worth[part], mass[part]
        z = np.empty((count, x.size), dtype=kind)
        np.multiply(cost, x, out=z[: gain.size])
        z[: gain.size] += gain
        if bonuses is not None and attached is not None:
            z[: gain.size] += np.take(bonuses, attached[part], axis=1, mode="wrap")
        if local is not None:
            z[-1] = local[part] / kind(noise)
        shift = _shift(z, out) if peaked else None
        if shift is not None:
            z -= shift
        np.exp(z, out=z)
        total = ones @ z
        none = kind(0.0) if out is None else (np.exp(kind(out)) if shift is None else np.exp(kind(out) - shift))
        total += none
        if peaked:
            stuck = total == 0  # nothing is open, and nothing is no option: they go without
            if stuck.any():
                nothing += float(m[stuck].sum(dtype=np.float64))
                total[stuck] = 1.0
        scale = m / total
        sums += z @ scale
        if out is not None:
            nothing += float(np.sum(scale * none, dtype=np.float64))
        utility = np.log(total)
        if shift is not None:
            utility += shift
        surplus += float(np.dot(m / x, utility)) * noise
        if own is not None and cross is not None and slopes is not None:
            weight = scale * x * kind(slopes / noise)
            own += z @ weight
            cross += (z * (weight / total)) @ z.T
        if kept is not None and utilities is not None:
            kept[part] = (z / total).T
            utilities[part] = noise * utility
    return Chosen(sums, nothing, surplus / options.price_coefficient, own, cross, kept, utilities)


def _bonuses(options: Options, attached: object, kind: Any) -> Floats | None:
    """Bonus by option and provider; column k is for those attached to provider k, the last (-1) for nobody."""
    if attached is None or options.bonus == 0.0:
        return None
    groups = int(options.group.max(initial=-1)) + 1
    table = np.zeros((options.gain.size, groups + 1), dtype=kind)
    table[np.arange(options.gain.size), options.group] = options.bonus / options.noise
    return table


def _shift(z: Floats, outside: float | None) -> Floats:
    top = z.max(axis=0) if z.shape[0] else np.full(z.shape[1], -np.inf, dtype=z.dtype)
    if outside is not None:
        top = np.maximum(top, z.dtype.type(outside))
    return np.where(np.isfinite(top), top, z.dtype.type(0.0))


def _best(
    options: Options, inverse_worth: Floats, mass: Floats, attached: NDArray[np.integer[Any]] | None,
    local: Floats | None, keep: bool,
) -> Chosen:  # fmt: skip
    """The limit without taste noise: the best option, ties shared equally; an option beats nothing if it is as good."""
    count = options.gain.size + (local is not None)
    z = np.empty((mass.size, count), dtype=np.float64)
    z[:, : options.gain.size] = options.gain - inverse_worth[:, None] * options.cost
    if attached is not None and options.bonus:
        z[:, : options.gain.size] += options.bonus * (options.group[None, :] == attached[:, None])
    if local is not None:
        z[:, -1] = local
    top = z.max(axis=1, initial=-np.inf)
    floor = -np.inf if options.outside is None else options.outside
    active = (top >= floor) & np.isfinite(top)
    winners = (z >= top[:, None]) & active[:, None]
    shares = winners / np.maximum(winners.sum(axis=1), 1)[:, None]
    best = np.where(active, top, floor if options.outside is not None else 0.0)
    zeros, surplus = np.zeros(count), float(np.sum(mass / inverse_worth * best)) / options.price_coefficient
    return Chosen(
        mass @ shares, float(mass @ ~active), surplus, zeros,
        np.zeros((count, count)), shares.astype(mass.dtype) if keep else None, best if keep else None,
    )  # fmt: skip
