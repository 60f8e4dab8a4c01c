"""What columns are worked out from: a tick that has just ended, and sums that several columns need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from market.simulation.contracting import racks_by_length
from market.simulation.founded import Founded
from market.simulation.state import State

type Floats = NDArray[np.float64]
type Accounts = NDArray[np.int64]


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
    def _flows(self) -> tuple[Mapping[str, Floats], Mapping[str, Floats]]:
        return self.state.ledger.by_kind()

    def received(self, accounts: Accounts, kind: str) -> Floats:
        """Received in the tick by these accounts, of one kind [USD]."""
        return _of(self._flows[0].get(kind), accounts)

    def spent(self, accounts: Accounts, kind: str) -> Floats:
        """Spent in the tick by these accounts, of one kind [USD]."""
        return _of(self._flows[1].get(kind), accounts)

    @property
    def providers(self) -> Accounts:
        """Accounts of the providers."""
        return self.founded.accounts.providers

    @property
    def owners(self) -> Accounts:
        """Accounts of the owners of machines."""
        return self.founded.accounts.owners

    @property
    def researchers(self) -> Accounts:
        """Accounts of the budgets for research."""
        return self.founded.accounts.researchers

    @property
    def firms(self) -> Accounts:
        """Accounts of the firms that keep books."""
        return self.founded.accounts.firms

    @cached_property
    def balances(self) -> Floats:
        """Money of the firms [USD]."""
        return self.state.ledger.balance[self.firms]

    def contracted_by_length(self) -> Floats:
        """Racks under contracts that run, by the date of the forward curve that is nearest to their length."""
        return racks_by_length(self.founded, self.state.contracts.running)

    def total(self, name: str) -> float:
        """Sum over the segments of one of their columns."""
        return float(np.add.reduce(self.written["segments"][name]))

    def by_pool(self, by_offer: Floats) -> Floats:
        """Sums over the offers that a pool serves."""
        book = self.state.posted.book
        return np.bincount(book.pool, weights=by_offer, minlength=book.pools)


def _of(by_account: Floats | None, accounts: Accounts) -> Floats:
    return np.zeros(accounts.size) if by_account is None else by_account[accounts]
