"""How individuals differ besides worth: whom each is with, whom it refuses, and how it minds delay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.words import Words

#: What is no option, by row and offer, and the row of each individual.
type Barred = tuple[NDArray[np.bool_], NDArray[np.integer[Any]]]
type Rows = NDArray[np.int64] | slice


@dataclass(frozen=True)
class Traits:
    """What each is like before the same options.

    Attributes:
        attached: number of the provider that it is with, -1 for nobody; None where nobody minds.
        refusing: number of the row of ``Options.refused`` that holds for it; None where nobody refuses anything.
        haste: share of its worth that an hour of delay costs it [1/h]; None where all mind it alike, and ``gain`` of
            ``Options`` has it.
        known: what has been worked out of these that hangs neither on prices nor on delay (see ``bonuses``).
    """

    attached: NDArray[np.integer[Any]] | None = None
    refusing: NDArray[np.integer[Any]] | None = None
    haste: NDArray[Any] | None = None
    known: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def of(self, who: Rows) -> Traits:
        """Those of some individuals."""
        return Traits(
            None if self.attached is None else self.attached[who],
            None if self.refusing is None else self.refusing[who],
            None if self.haste is None else self.haste[who],
        )

    def barred_too(self, rows: NDArray[np.bool_] | None, also: Barred) -> tuple[Traits, NDArray[np.bool_]]:
        """The same, to whom something else is no option either, and the table of both.

        ``rows``: the table that ``refusing`` is a row of.
        """
        number = also[1] if rows is None else numbered(self.refusing, also)
        return Traits(self.attached, number, self.haste), either(rows, also)


#: Nobody minds with whom it is, refuses anybody, or minds delay more than others.
FREE = Traits()


def either(rows: NDArray[np.bool_] | None, also: Barred) -> NDArray[np.bool_]:
    """What is no option by one table or the other, by row of the one, row of the other and offer.

    ``rows``: the one; None where it bars nothing.
    """
    return also[0] if rows is None else _both(rows.tobytes(), also[0].tobytes(), rows.shape[1])


def numbered(refusing: NDArray[np.integer[Any]] | None, also: Barred) -> NDArray[np.integer[Any]]:
    """Row of that table, by individual; ``refusing``: its row of the first, None where that bars nothing."""
    return also[1] if refusing is None else np.asarray(refusing * np.int32(also[0].shape[0]) + also[1])


def refused_rows(refusals: Sequence[str], kinds: NDArray[np.str_]) -> NDArray[np.bool_] | None:
    """Whether an offer is no option, by set of refused kinds and offer; None where nobody refuses anything.

    >>> refused_rows(["open", "broker"], np.array(["frontier", "open", "broker"])).astype(int)
    array([[0, 0, 0],
           [0, 1, 0],
           [0, 0, 1],
           [0, 1, 1]])
    """
    return _refused_rows(tuple(refusals), Words.of(kinds)) if refusals else None


@lru_cache(maxsize=2**8)
def _both(rows: bytes, also: bytes, offers: int) -> NDArray[np.bool_]:
    """What is no option by one table or the other, by row of the one, row of the other and offer; worked out once."""
    one, other = (np.frombuffer(table, dtype=np.bool_).reshape(-1, offers) for table in (rows, also))
    both = (one[:, None, :] | other[None, :, :]).reshape(-1, offers)
    both.flags.writeable = False  # many look at it
    return both


@lru_cache(maxsize=2**8)
def _refused_rows(refusals: tuple[str, ...], of_kinds: Words) -> NDArray[np.bool_]:
    """Worked out once: sellers are what they are, and users are asked many times an hour."""
    kinds = of_kinds.array
    rows = np.zeros((2 ** len(refusals), kinds.size), dtype=bool)
    for bit, kind in enumerate(refusals):
        rows[(np.arange(rows.shape[0]) >> bit) & 1 == 1] |= kinds == kind
    rows.flags.writeable = False  # many look at it
    return rows


def drawn_providers(
    shares: NDArray[np.floating[Any]],
    draw: NDArray[np.float64],
    provider: NDArray[np.int64],
    before: NDArray[np.int16],
) -> NDArray[np.int16]:
    """Provider that each individual is with from now on: drawn by the shares of offers.

    ``draw``: a number between 0 and 1 for each individual. ``provider``: of each offer. ``before``: whom each was
    with; who draws nothing stays with it.
    """
    pick = (shares.cumsum(axis=1) < draw[:, None]).sum(axis=1)
    one = pick < provider.size
    drawn = before.copy()
    drawn[one] = provider[pick[one]]
    return drawn
