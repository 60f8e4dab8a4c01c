"""Claims: what is asked in a tick, one entry a user, cohort, tier or queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.intp]

LARGEST: Final = 1e100
"""Work beyond this is refused, so that no sum overflows."""

MOST_REQUESTS: Final = 1e15
"""One claim can hold this many requests: more could not be told apart in 64 bits."""


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


def total(values: Floats) -> float:
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
