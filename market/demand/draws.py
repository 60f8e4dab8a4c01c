"""What users of a segment are like, trait by trait: drawn at random for individuals, or spread over weighted cells.

A population is made of these numbers alone (``demand.population``), so that it is made in one way whichever they are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.segment import Segment
from market.randomness import Streams

type Floats = NDArray[np.float64]


class Draws(ABC):
    """Traits of the users of a segment.

    Attributes:
        count: how many stand for them.
        relative: users for whom one stands, over the mean: by one, or one number for all.
        merged: whether users of all zones stand in each.
    """

    count: int
    relative: Floats | float = 1.0
    merged = False

    @abstractmethod
    def normal(self, what: str) -> Floats:
        """A trait that differs by degrees, in standard deviations from its median."""

    @abstractmethod
    def chosen(self, what: str, share: float) -> NDArray[np.bool_]:
        """A trait that this share of the users has, and others have not."""

    @abstractmethod
    def of_listed(self, what: str, values: Sequence[float]) -> Floats:
        """A trait that is listed, for as many users each."""

    @abstractmethod
    def place(self, what: str, shares: Sequence[float]) -> NDArray[np.int8]:
        """Number of the place in which one lives, by the shares of the users that live there."""


class Individuals(Draws):
    """Each drawn by itself, every trait from a stream of its own."""

    def __init__(self, segment: Segment, streams: Streams) -> None:
        self.count = int(segment.individuals)
        self._name, self._streams = segment.name, streams

    def _draw(self, what: str) -> np.random.Generator:
        return self._streams.stream("population", self._name, what)

    def normal(self, what: str) -> Floats:
        """Drawn from the normal distribution."""
        return self._draw(what).standard_normal(self.count)

    def chosen(self, what: str, share: float) -> NDArray[np.bool_]:
        """Drawn by the share."""
        return self._draw(what).random(self.count) < share

    def of_listed(self, what: str, values: Sequence[float]) -> Floats:  # noqa: ARG002
        """One each."""
        return np.array(values, dtype=np.float64)

    def place(self, what: str, shares: Sequence[float]) -> NDArray[np.int8]:
        """Drawn by the shares."""
        ladder = np.cumsum(shares)
        return np.searchsorted(ladder / ladder[-1], self._draw(what).random(self.count), "right").astype(np.int8)


#: How much wider than the users the points of a lattice are spread, so that the few to whom an answer is worth most
#: are among them. Measured: with 256 points and 1.0, 1.2, 1.4, 1.6, orders of the baseline's agents are off by 1.7,
#: .4, .1, .01 %, and of its coders by .7, 1.4, 1.1, 1.4 %; their surplus by 1.5, 1.2, .5, .1 % and 1.6, .2, .2, .3 %.
WIDER = 1.4


class Cells(Draws):
    """Users who choose alike as one, with the weight of all that they are: an integral over how users differ.

    What is one thing or another (background requests, who refuses what, machines of their own, listed worths) is
    summed over, by the shares. What differs by degrees (worth, value of time, tokens of a request) is a lattice of
    points in each of these sums, as normal variables

        z_k = s N^-1(u_k),   u_k = ((k + 1/2) / n, frac(1/2 + k a_1), frac(1/2 + k a_2), ...),   k < n

    with a weight in proportion to exp(-(1 - 1/s^2) z_k^2 / 2): points s times as wide as users are, weighing less where
    there are more of them than users. a: powers of one over the root of x^(d+1) = x + 1, of which the multiples are
    spread most evenly [Kronecker's sequence: Niederreiter 1992; Roberts 2018]. Cells have the same number of requests a
    user but for their tokens, and hold users of all zones: what a cell orders is in proportion to that, so that sums
    are as they were. What a single user remembers, cells cannot (see ``Economy``).
    """

    merged = True

    def __init__(self, segment: Segment) -> None:
        s = self._segment = segment
        either = [("background", s.background.share), ("local", s.local.owners if s.local else 0.0)]
        either += [(f"refuses {one.kind}", one.share) for one in s.refusals]
        values, times = np.unique(s.worths_usd or (s.worth_usd,), return_counts=True)
        sums: list[tuple[tuple[Any, float], ...]] = [
            tuple((has, part) for has, part in ((True, share), (False, 1.0 - share)) if part > 0) for _, share in either
        ]
        sums.append(tuple(zip(values.tolist(), (times / times.sum()).tolist(), strict=True)))
        parts = [
            self._part(dict(zip([*(what for what, _ in either), "listed"], one, strict=True))) for one in product(*sums)
        ]
        self._traits = {what: np.concatenate([part[what] for part in parts]) for what in parts[0]}
        users = self._traits.pop("users")
        self.count, self.relative = users.size, users / users.mean()

    def _part(self, one: dict[str, tuple[Any, float]]) -> dict[str, NDArray[Any]]:
        """Cells of those who are one thing or another in the same way: traits, and users, by cell."""
        s, share = self._segment, float(np.prod([part for _, part in one.values()]))
        differ = self._degrees(background=bool(one["background"][0]))
        points, weights = lattice(max(1, round(s.cells * share)) if differ else 1, len(differ))
        z = dict(zip(differ, points.T, strict=True))
        if "tokens" in z:  # points are spread over requests by their tokens: few users ask the largest
            z["tokens"] = z["tokens"] + s.request_spread
            weights = weights * np.exp(-s.request_spread * z["tokens"])
            weights *= 1.0 / float(weights @ np.exp(s.request_spread * z["tokens"]))
        traits = {what: z.get(what, np.zeros(len(weights))) for what in ("worth", "time", "tokens")}
        return (
            traits | {what: np.full(len(weights), has) for what, (has, _) in one.items()} | {"users": share * weights}
        )

    def _degrees(self, *, background: bool) -> list[str]:
        """What differs by degrees between users, and makes them choose otherwise."""
        s = self._segment
        differ = ["worth"] if s.worth_spread > 0 and s.worths_usd is None else []
        if s.time_values.spread > 0 and s.time_value > 0 and not background:
            differ.append("time")
        if s.request_spread > 0 and (s.worth_of_size != 1.0 or s.time_values.differ):
            differ.append("tokens")
        return differ

    def normal(self, what: str) -> Floats:
        """Points of the lattice; of what makes nobody choose otherwise, the median."""
        return np.asarray(self._traits.get(what, np.zeros(self.count)))

    def chosen(self, what: str, share: float) -> NDArray[np.bool_]:  # noqa: ARG002
        """Those cells that have it."""
        return np.asarray(self._traits[what])

    def of_listed(self, what: str, values: Sequence[float]) -> Floats:  # noqa: ARG002
        """Each value once."""
        return np.asarray(self._traits["listed"])

    def place(self, what: str, shares: Sequence[float]) -> NDArray[np.int8]:  # noqa: ARG002
        """Users of all places are in each."""
        return np.zeros(self.count, dtype=np.int8)


@lru_cache(maxsize=2**6)
def lattice(count: int, dimensions: int) -> tuple[Floats, Floats]:
    """Points in standard deviations, by point and dimension, and weights that add up to 1.

    >>> points, weights = lattice(64, 2)
    >>> (weights @ points**2).round(2), round(float(weights @ np.exp(points[:, 0])), 2)  # variances 1, mean e^(1/2)
    (array([1.01, 1.  ]), 1.66)
    >>> lattice(1, 2)
    (array([[0., 0.]]), array([1.]))
    """
    k, root = np.arange(count)[:, None], 2.0
    for _ in range(64):  # of x^d = x + 1, with d - 1 dimensions that follow the first
        root = (1.0 + root) ** (1.0 / max(dimensions, 2))
    steps = root ** -np.arange(1.0, max(dimensions, 1))
    u = np.hstack([(k + 0.5) / count, (0.5 + k * steps) % 1.0])[:, :dimensions]
    z = np.vectorize(NormalDist().inv_cdf, otypes=[np.float64])(u) if u.size else u
    weights = np.exp(-0.5 * (WIDER**2 - 1.0) * (z**2).sum(axis=1))
    points, weights = WIDER * z, weights / weights.sum()
    points.flags.writeable = weights.flags.writeable = False  # many look at them
    return points, weights
