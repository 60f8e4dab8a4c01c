"""Bonuses: what it is worth to stay with whom one is with, and what is no option to whom, on top of all else."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.blocks import KEPT
from market.demand.nests import Nests
from market.demand.options import Options
from market.demand.traits import Rows, Traits

type Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Bonuses:
    """What is added to utilities, over the scale of the tastes, by option and individual.

    Most options are barred to nobody: who is with their provider is found by comparing numbers, several times as fast
    as looking each individual up in a table.

    Attributes:
        group: provider of each option, as a column.
        bonus: of each option to those who are with its provider, as a column.
        attached: provider that each individual is with; None where nobody minds.
        barred: places of the options that are barred to some.
        shut: -inf where such an option is barred and 0 elsewhere, by option and row of refusals.
        refusing: row of refusals of each individual; None where nobody refuses anything.
        kept: those of the first individuals, by block.
    """

    group: NDArray[np.integer[Any]]
    bonus: Floats
    attached: NDArray[np.integer[Any]] | None
    barred: NDArray[np.int64]
    shut: Floats
    refusing: NDArray[np.integer[Any]] | None
    kept: dict[tuple[int, int], Floats] = field(default_factory=dict, repr=False, compare=False)

    def of(self, who: Rows) -> Floats:
        """Those of some individuals, by option and individual; nobody may write to them."""
        if not isinstance(who, slice) or who.stop is None or who.stop > KEPT:
            return self._of(who)
        key = who.start, who.stop
        if key not in self.kept:
            self.kept[key] = self._of(who)
        return self.kept[key]

    def _of(self, who: Rows) -> Floats:
        traits = Traits(self.attached, self.refusing).of(who)
        made: Floats
        if traits.attached is not None:
            made = np.equal(traits.attached, self.group).astype(self.bonus.dtype)
            made *= self.bonus
        else:
            assert traits.refusing is not None
            made = np.zeros((self.group.size, traits.refusing.size), dtype=self.bonus.dtype)
        if traits.refusing is not None and self.barred.size:
            made[self.barred] += np.take(self.shut, traits.refusing, axis=1, mode="wrap")
        return made


def bonuses_of(options: Options, sold: NDArray[np.int64], traits: Traits, kind: Any) -> Bonuses | None:
    """Those of the options that are sold to anybody; None where there are none. ``kind``: type of number.

    >>> options = Options(np.ones(2), np.ones(2), np.array([0, 1]), 0.3, 0.1, 0.0, 1.0, np.array([[False, True]]))
    >>> who = Traits(np.array([-1, 0, 1]), np.array([0, 0, 0]))
    >>> bonuses_of(options, np.array([0, 1]), who, np.float64).of(slice(None)).round(9)
    array([[  0.,   3.,   0.],
           [-inf, -inf, -inf]])
    """
    attached = traits.attached if options.bonus != 0.0 else None
    refusing = traits.refusing if options.refused is not None else None
    if attached is None and refusing is None:
        return None
    refused = b"" if refusing is None or options.refused is None else options.refused.tobytes()
    key = refused, sold.tobytes(), options.group.tobytes(), options.bonus, options.noise, options.nests, kind
    if key not in traits.known:
        barred, shut = _shut(refused, options.gain.size, key[1], kind)
        whole = np.dtype(np.int64) if attached is None else attached.dtype
        group, bonus = _with_whom(*key[1:], whole)
        traits.known[key] = Bonuses(group, bonus, attached, barred, shut, refusing)
    found: Bonuses = traits.known[key]
    return found


@lru_cache(maxsize=2**8)
def _with_whom(
    sold: bytes, group: bytes, bonus: float, noise: float, nests: Nests | None, kind: Any, whole: np.dtype[Any]
) -> tuple[NDArray[np.integer[Any]], Floats]:
    """Provider of each option that is sold, and the bonus of being with it, as columns; worked out once."""
    place = np.frombuffer(sold, dtype=np.int64)
    of_place = np.frombuffer(group, dtype=np.int64)[place].astype(whole)
    each = np.empty((place.size, 1), dtype=kind)
    each[:, 0] = bonus / (noise if nests is None else noise * nests.of_offers[place])
    return of_place[:, None], each


@lru_cache(maxsize=2**8)
def _shut(refused: bytes, offers: int, sold: bytes, kind: Any) -> tuple[NDArray[np.int64], Floats]:
    """Places of what is barred to some among what is sold, and what that adds, by option and row; worked out once."""
    table = np.frombuffer(refused, dtype=np.bool_).reshape(len(refused) // max(offers, 1), offers)
    table = table[:, np.frombuffer(sold, dtype=np.int64)].T
    barred = np.flatnonzero(table.any(axis=1))
    shut = np.where(table[barred], -np.inf, 0.0).astype(kind)
    barred.flags.writeable = shut.flags.writeable = False  # many look at them
    return barred, shut
