"""What columns are worked out from: a tick that has just ended, and sums that several columns need."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from market.simulation.founded import Founded
from market.simulation.state import State

type Floats = NDArray[np.float64]
type Flows = defaultdict[str, defaultdict[str, float]]


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
    def _flows(self) -> tuple[Flows, Flows]:
        """What accounts received and what they spent in the tick [USD], by kind and account."""
        into: Flows = defaultdict(lambda: defaultdict(float))
        out: Flows = defaultdict(lambda: defaultdict(float))
        for (payer, receiver, kind), amount in self.state.ledger.flows.items():
            into[kind][receiver] += amount
            out[kind][payer] += amount
        return into, out

    def received(self, names: list[str], kind: str) -> Floats:
        """Received in the tick by these accounts, of one kind [USD]."""
        return _of_accounts(self._flows[0].get(kind), names)

    def spent(self, names: list[str], kind: str) -> Floats:
        """Spent in the tick by these accounts, of one kind [USD]."""
        return _of_accounts(self._flows[1].get(kind), names)

    @cached_property
    def providers(self) -> list[str]:
        """Names of the providers."""
        return [p.name for p in self.founded.providers]

    @cached_property
    def owners(self) -> list[str]:
        """Names of the owners of machines."""
        return [owner.name for owner in self.founded.owners]

    @property
    def firms(self) -> list[str]:
        """Names of the firms that keep books."""
        return self.founded.firms

    @cached_property
    def balances(self) -> Floats:
        """Money of the firms [USD]."""
        return np.array([self.state.ledger[name] for name in self.firms])

    def total(self, name: str) -> float:
        """Sum over the segments of one of their columns."""
        return float(np.add.reduce(self.written["segments"][name]))

    def by_pool(self, by_offer: Floats) -> Floats:
        """Sums over the offers that a pool serves."""
        book = self.state.posted.book
        return np.bincount(book.pool, weights=by_offer, minlength=book.pools)


def _of_accounts(flows: dict[str, float] | None, names: list[str]) -> Floats:
    if flows is None:
        return np.zeros(len(names))
    return np.array([flows.get(name, 0.0) for name in names])
