"""Nests: options whose tastes go together, so that who leaves one takes another of them before anything else.

Nested logit [McFadden 1978; Cardell 1997]. With utilities v_j in units of the tastes between nests, and the scale
lambda_g of the tastes within nest g over that,

    I_g = lambda_g ln sum_g exp(v_j / lambda_g)      S_g = e^I_g / (e^u0 + sum e^I)      s_j = s_j|g S_g

and nothing is a nest of its own. Where every lambda is 1 that is the plain logit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError, require, require_kinds
from market.demand.words import Words

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


@dataclass(frozen=True, eq=False)
class Nests:
    """Which nest each option is in; what follows from it is looked up by it.

    Attributes:
        of: number of the nest, by offer; the last entry is that of a machine of one's own. Options in no nest share
            one of scale 1, in which each stands for itself.
        scale: scale of the tastes within a nest over that between nests, by number.
    """

    of: Places
    scale: NDArray[np.float64]

    @cached_property
    def of_offers(self) -> NDArray[np.float64]:
        """That scale by offer."""
        return np.asarray(self.scale[self.of[:-1]])

    @cached_property
    def together(self) -> NDArray[np.bool_]:
        """Whether two offers are in one nest, by either."""
        return np.equal.outer(self.of[:-1], self.of[:-1])

    def pages(self, options: Places) -> Pages:
        """Where each of these options stands, nest by nest; a machine of one's own stays the last."""
        last = self.of[-1]
        order = np.argsort(np.where(self.of == last, self.scale.size, self.of)[options], kind="stable")
        of = self.of[options[order]]
        first = np.flatnonzero(np.diff(of, prepend=-1))
        return Pages(options[order], np.append(first[1:], of.size)[: first.size], self.scale[of[first]][:, None])


@dataclass(frozen=True)
class Pages:
    """Options as rows of a table, nest by nest.

    Attributes:
        options: numbers of the options, nest by nest.
        ends: where each nest ends among the options.
        scale: scale of the tastes within each nest over that between nests.
    """

    options: Places
    ends: Places
    scale: NDArray[np.float64]

    @cached_property
    def nests(self) -> int:
        """Number of nests."""
        return int(self.scale.size)

    @cached_property
    def parts(self) -> list[tuple[slice, float]]:
        """Rows of the options of each nest, and its scale."""
        bounds = pairwise((0, *self.ends.tolist()))
        return [(slice(*bound), scale) for bound, scale in zip(bounds, self.scale.ravel().tolist(), strict=True)]

    @cached_property
    def _alike(self) -> list[tuple[slice, slice, tuple[int, int]]]:
        """Nests that follow each other and hold as many options, the rows of these, and how many both are."""
        sizes, made = np.diff(self.ends, prepend=0).tolist(), []
        first, row = 0, 0
        for size, nests in groupby(sizes):
            count = len(list(nests))
            made.append((slice(first, first + count), slice(row, row + count * size), (count, size)))
            first, row = first + count, row + count * size
        return made

    def tables(self, z: Floats) -> list[tuple[slice, Floats]]:
        """Numbers by option and individual as tables by nest, option in it and individual: nests of a size together.

        Each comes with the numbers of its nests; who writes to it writes to ``z``.
        """
        return [(nests, z[rows].reshape(*shape, z.shape[1])) for nests, rows, shape in self._alike]


def nests_of(nests: Sequence[Nest], names: NDArray[np.str_], kinds: NDArray[np.str_]) -> Nests | None:
    """Which nest each offer is in, by its name and the kind of its seller; None where nests make no difference.

    >>> made = nests_of([Nest(0.5, kinds=("open",)), Nest(0.8)], np.array(["a", "b"]), np.array(["open", "frontier"]))
    >>> made.of, made.scale
    (array([0, 1, 1]), array([0.5, 0.8, 1. ]))
    """
    if all(nest.scale == 1.0 for nest in nests):
        return None
    return _nests_of(tuple(nests), Words.of(names), Words.of(kinds))


@lru_cache(maxsize=2**8)
def _nests_of(nests: tuple[Nest, ...], of_names: Words, of_kinds: Words) -> Nests:
    """Worked out once: offers are what they are, and users are asked many times an hour."""
    names, kinds = of_names.array, of_kinds.array
    of = np.full(names.size + 1, len(nests), dtype=np.int64)
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


@lru_cache(maxsize=2**2)
def _lowest(dtype: np.dtype[Any]) -> float:
    """The lowest number of a type."""
    return float(np.finfo(dtype).min)


def weigh(z: Floats, pages: Pages, outside: float | None, *, each: bool = True) -> Weighed:
    """Turn utilities over the scale within nests, by option and individual, into weights; in place.

    ``pages``: where options stand. ``outside``: utility of nothing over the scale between nests. ``each``: whether the
    weight of each option is wanted; else ``z`` is of no more use.
    """
    kind, top = z.dtype.type, np.empty((pages.nests, z.shape[1]), dtype=z.dtype)
    lowest = _lowest(z.dtype)  # best of a nest that is closed: no infinity less another is to be looked for
    tables = pages.tables(z)
    for nests, table in tables:
        np.maximum.reduce(table, axis=1, out=top[nests], initial=lowest)
        np.subtract(table, top[nests, None], out=table)
    np.exp(z, out=z)
    sums = np.empty_like(top)
    for nests, table in tables:
        np.add.reduce(table, axis=1, out=sums[nests])
    np.maximum(sums, kind(1.0), out=sums)  # the best of a nest weighs 1 in it
    inclusive = np.log(sums)
    inclusive += top
    inclusive *= pages.scale.astype(z.dtype)
    shift = np.maximum.reduce(inclusive, axis=0, initial=lowest if outside is None else outside)
    if outside is None:  # to whom nothing is open, all weighs nothing
        shift = np.where(np.maximum.reduce(top, axis=0, initial=lowest) == lowest, kind(0.0), shift)
    weights = np.exp(np.subtract(inclusive, shift, out=inclusive), out=inclusive)
    if each:
        np.divide(weights, sums, out=sums)
        for nests, table in tables:
            np.multiply(table, sums[nests, None], out=table)
    none = kind(0.0) if outside is None else np.exp(kind(outside) - shift)
    inside = np.add.reduce(weights, axis=0)
    return Weighed(none, inside + none, inside, shift, weights)


def slopes_within(
    z: Floats, weight: Floats, pairs: Floats, weights: Floats, pages: Pages
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums over individuals of a s_j / lambda, and of a (s_j s_k + (1/lambda - 1) s_j s_k|g), j and k in one nest.

    These less the former on the diagonal are the derivatives of shares, with a the price coefficient x requests over
    noise x worth.

    Args:
        z: weights of options, by option and individual.
        weight: a over the total, by individual.
        pairs: that over the total once more, less what goes with asking less.
        weights: of nests.
        pages: where options stand.
    """
    own, across = np.asarray(z @ weight, dtype=np.float64), z * pairs
    alone = pages.nests == 1
    cross = np.zeros((z.shape[0], z.shape[0])) if alone else np.asarray(across @ z.T, dtype=np.float64)
    there = np.where(weights > 0, weights, weights.dtype.type(1.0))  # options of nests that are closed weigh nothing
    for (part, scale), of_nest in zip(pages.parts, there, strict=True):
        if scale < 1.0 or alone:
            own[part] /= scale
            inside = z[part] / of_nest
            inside *= weight * (1.0 / scale - 1.0)
            cross[part, part] += (inside + across if alone else inside) @ z[part].T
    return own, cross
