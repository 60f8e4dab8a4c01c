"""What columns are worked out from: a tick that has just ended, and sums that several columns need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from market.simulation.founded import Founded
from market.simulation.state import State

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moment:
    """A tick at its end.

    Attributes:
        founded: who there is.
        state: all parts of the state.
        written: what this tick's columns of other frames are, by frame and column.
    """

    founded: Founded
    state: State
    written: dict[str, dict[str, Floats]]

    @cached_property
    def served(self) -> Floats:
        """Requests served, by offer."""
        return np.asarray(self.state.served.round.served.sum(axis=0))

    @cached_property
    def paid(self) -> Floats:
        """Paid for tokens [USD], by offer."""
        return np.asarray(self.state.paid.for_tokens.sum(axis=0))

    @cached_property
    def _flows(self) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
        into: dict[tuple[str, str], float] = {}
        out: dict[tuple[str, str], float] = {}
        for (payer, receiver, kind), amount in self.state.ledger.flows.items():
            into[receiver, kind] = into.get((receiver, kind), 0.0) + amount
            out[payer, kind] = out.get((payer, kind), 0.0) + amount
        return into, out

    def received(self, names: list[str], kind: str) -> Floats:
        """Received in the tick by these accounts, of one kind [USD]."""
        return np.array([self._flows[0].get((name, kind), 0.0) for name in names])

    def spent(self, names: list[str], kind: str) -> Floats:
        """Spent in the tick by these accounts, of one kind [USD]."""
        return np.array([self._flows[1].get((name, kind), 0.0) for name in names])

    @cached_property
    def providers(self) -> list[str]:
        """Names of the providers."""
        return [p.name for p in self.founded.providers]

    @cached_property
    def owners(self) -> list[str]:
        """Names of the owners of machines."""
        return [owner.name for owner in self.founded.owners]

    @cached_property
    def firms(self) -> list[str]:
        """Names of the firms that keep books: providers, then owners of machines."""
        return [*self.providers, *self.owners]

    def total(self, name: str) -> float:
        """Sum over the segments of one of their columns."""
        return float(np.sum(self.written["segments"][name]))

    def by_pool(self, by_offer: Floats) -> Floats:
        """Sums over the offers that a pool serves."""
        book = self.state.posted.book
        return np.bincount(book.pool, weights=by_offer, minlength=book.pools)
