"""Nests: options whose tastes go together, so that who leaves one takes another of them before anything else.

Nested logit [McFadden 1978; Cardell 1997]. With utilities v_j in units of the tastes between nests, and the scale
lambda_g of the tastes within nest g over that,

    I_g = lambda_g ln sum_g exp(v_j / lambda_g)      S_g = e^I_g / (e^u0 + sum e^I)      s_j = s_j|g S_g

and nothing is a nest of its own. Where every lambda is 1 that is the plain logit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError, require, require_kinds

type Floats = NDArray[np.floating[Any]]
type Places = NDArray[np.int64]


@dataclass(frozen=True)
class Nest:
    """Options that are closer to each other than to the rest, and to nothing.

    Attributes:
        scale: scale of the tastes within the nest over that between nests: above 0, and at most 1, where the nest
            makes no difference.
        offers: names of the offers in it.
        kinds: and kinds of seller, as ``Provider.kind``, whose offers are in it unless another nest names them.
            A nest that names neither holds all that answers and that no other nest names, a machine of one's own
            among it.
    """

    scale: float
    offers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require("nest: scale", self.scale, above=0, at_most=1)
        require_kinds("nest: offers", self.offers, str)
        require_kinds("nest: kinds", self.kinds, str)

    @property
    def holds_the_rest(self) -> bool:
        """Whether it holds what no other nest names."""
        return not self.offers and not self.kinds


def check_nests(where: str, nests: Sequence[Nest]) -> None:
    """Say so if an option could be in two nests."""
    require_kinds(where + "nests", nests, Nest)
    for what, names in (
        ("an offer", [name for nest in nests for name in nest.offers]),
        ("a kind of seller", [kind for nest in nests for kind in nest.kinds]),
    ):
        if len(set(names)) != len(names):
            raise InputError(f"{where}nests name {what} twice: {', '.join(names)}")
    rest = sum(nest.holds_the_rest for nest in nests)
    if rest > 1:
        raise InputError(f"{where}nests that name neither offers nor kinds are {rest}, but may be 1")


@dataclass(frozen=True)
class Nests:
    """Which nest each option is in.

    Attributes:
        of: number of the nest, by offer; the last entry is that of a machine of one's own. Options in no nest share
            one of scale 1, in which each stands for itself.
        scale: scale of the tastes within a nest over that between nests, by number.
    """

    of: Places
    scale: NDArray[np.float64]
    _arranged: dict[bytes, tuple[Places, Rows]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def of_offers(self) -> NDArray[np.float64]:
        """That scale by offer."""
        return np.asarray(self.scale[self.of[:-1]])

    def arranged(self, options: Places) -> tuple[Places, Rows]:
        """The same options, nest by nest, and the rows of each nest; a machine of one's own stays the last."""
        key = options.tobytes()
        if key not in self._arranged:
            self._arranged[key] = self._arrange(options)
        return self._arranged[key]

    def _arrange(self, options: Places) -> tuple[Places, Rows]:
        last = self.of[-1]
        order = np.argsort(np.where(self.of == last, self.scale.size, self.of)[options], kind="stable")
        sorted_ = options[order]
        bounds = np.flatnonzero(np.diff(self.of[sorted_], prepend=-1, append=-1))
        rows = [slice(int(begin), int(end)) for begin, end in pairwise(bounds)]
        return sorted_, [(part, float(self.scale[self.of[sorted_[part.start]]])) for part in rows]

    def without_first(self, chosen: NDArray[np.float64], own: float) -> NDArray[np.float64]:
        """How often offer k is chosen, relative to nothing, by those who would choose j if it were not there; by j, k.

        What j held of its nest falls to the others there but for what is lost to other nests: their weight grows by
        the factor (sum of the others / sum of the nest)^(lambda - 1).

        ``chosen``: how often offers are chosen with all there. ``own``: how often a machine of one's own is.
        """
        of = self.of[:-1]
        others = np.equal.outer(of, of) & ~np.eye(of.size, dtype=bool)
        left = others @ chosen + own * (of == self.of[-1])
        share = np.divide(left, left + chosen, out=np.zeros_like(left), where=left > 0)
        factor = np.where(share > 0, share, 1.0) ** (self.of_offers - 1.0)
        return np.asarray(chosen * np.where(others, factor[:, None], 1.0) * ~np.eye(of.size, dtype=bool))


#: Rows of each nest, and its scale.
type Rows = list[tuple[slice, float]]


def nests_of(nests: Sequence[Nest], names: NDArray[np.str_], kinds: NDArray[np.str_]) -> Nests | None:
    """Which nest each offer is in, by its name and the kind of its seller; None where nests make no difference.

    >>> made = nests_of([Nest(0.5, kinds=("open",)), Nest(0.8)], np.array(["a", "b"]), np.array(["open", "frontier"]))
    >>> made.of, made.scale
    (array([0, 1, 1]), array([0.5, 0.8, 1. ]))
    """
    if all(nest.scale == 1.0 for nest in nests):
        return None
    return _nests_of(tuple(nests), tuple(names.tolist()), tuple(kinds.tolist()))


@lru_cache(maxsize=2**8)
def _nests_of(nests: tuple[Nest, ...], names: tuple[str, ...], kinds: tuple[str, ...]) -> Nests:
    """Worked out once: offers are what they are, and users are asked many times an hour."""
    of = np.full(len(names) + 1, len(nests), dtype=np.int64)
    for number, nest in enumerate(nests):
        if nest.holds_the_rest:
            of[:] = number
    for known, values in ((kinds, [nest.kinds for nest in nests]), (names, [nest.offers for nest in nests])):
        for number, named in enumerate(values):
            of[:-1][np.isin(known, named)] = number
    return Nests(of, np.array([*(nest.scale for nest in nests), 1.0]))


class Weighed(NamedTuple):
    """Weights in the choice of many individuals: a share is a weight over the total.

    Attributes:
        none: of nothing.
        total: of all.
        inside: of all but nothing.
        shift: what was taken out of the exponents, by individual; None for nothing.
        nests: of each nest, by individual; None without nests.
    """

    none: Any
    total: Floats
    inside: Floats
    shift: Floats | None
    nests: Floats | None = None


def weigh(z: Floats, rows: Rows, outside: float | None) -> Weighed:
    """Turn utilities over the scale within nests, by option and individual, into weights; in place.

    ``rows``: those of each nest. ``outside``: utility of nothing over the scale between nests.
    """
    sums = np.empty((len(rows), z.shape[1]), dtype=z.dtype)
    inclusive = np.empty_like(sums)
    for g, (part, scale) in enumerate(rows):
        top = z[part].max(axis=0)
        top = np.where(np.isfinite(top), top, z.dtype.type(0.0))
        z[part] -= top
        np.exp(z[part], out=z[part])
        np.sum(z[part], axis=0, out=sums[g])
        with np.errstate(divide="ignore"):  # of a nest that is closed to an individual
            inclusive[g] = z.dtype.type(scale) * (top + np.log(sums[g]))
    shift = inclusive.max(axis=0, initial=-np.inf if outside is None else outside)
    shift = np.where(np.isfinite(shift), shift, z.dtype.type(0.0))
    weights = np.exp(inclusive - shift)
    for g, (part, _) in enumerate(rows):
        z[part] *= np.divide(weights[g], sums[g], out=np.zeros_like(sums[g]), where=sums[g] > 0)
    none = z.dtype.type(0.0) if outside is None else np.exp(z.dtype.type(outside) - shift)
    inside = np.asarray(weights.sum(axis=0))
    return Weighed(none, np.asarray(inside + none), inside, shift, weights)


def slopes_within(
    z: Floats, weight: Floats, pairs: Floats, weights: Floats, rows: Rows
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums over individuals of a s_j / lambda, and of a (s_j s_k + (1/lambda - 1) s_j s_k|g), j and k in one nest.

    These less the former on the diagonal are the derivatives of shares, with a the price coefficient x requests over
    noise x worth.

    Args:
        z: weights of options, by option and individual.
        weight: a over the total, by individual.
        pairs: that over the total once more, less what goes with asking less.
        weights: of nests.
        rows: of each nest, and its scale.
    """
    own, across = np.asarray(z @ weight, dtype=np.float64), z * pairs
    alone = len(rows) == 1
    cross = np.zeros((z.shape[0], z.shape[0])) if alone else np.asarray(across @ z.T, dtype=np.float64)
    for (part, scale), of_nest in zip(rows, weights, strict=True):
        if scale < 1.0 or alone:
            own[part] /= scale
            inside = np.divide(z[part], of_nest, out=np.zeros_like(z[part]), where=of_nest > 0)
            inside *= weight * (1.0 / scale - 1.0)
            cross[part, part] += (inside + across if alone else inside) @ z[part].T
    return own, cross
