"""Double-entry money: every payment leaves one account and enters another.

Accounts of agents are *inside*; what the model takes as given (users' income, power, capital) is an
*outside* account, named for its flow. The sum of the inside accounts changes only by outside flows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity.errors import InputError

#: What money from or to the outside world may be called.
OUTSIDE = ("users' income", "power", "capital", "funding", "first-party value", "upkeep", "staff", "creditors")


class Payment(NamedTuple):
    """Money that is to move [USD]; a negative amount flows back."""

    payer: str
    receiver: str
    amount: float
    kind: str


class Ledger:
    """Balances of accounts in USD, and this tick's flows by kind."""

    def __init__(self, inside: Iterable[str]) -> None:
        """Open accounts with nothing in them."""
        names = [*inside]
        taken = [name for name in names if name in OUTSIDE]
        if taken:
            raise InputError(f"ledger: '{taken[0]}' is an account of the outside world already")
        if len(set(names)) != len(names):
            raise InputError(f"ledger: account names must differ, got {names}")
        self.names = (*names, *OUTSIDE)
        self._number = {name: k for k, name in enumerate(self.names)}
        self._inside = len(names)
        self._money = [0.0] * len(self.names)
        self.flows: dict[tuple[str, str, str], float] = {}

    def open(self, name: str) -> None:
        """Open another inside account."""
        if name in self._number:
            raise InputError(f"ledger: there is an account '{name}' already")
        self.names = (*self.names[: self._inside], name, *OUTSIDE)
        self._money.insert(self._inside, 0.0)
        self._inside += 1
        self._number = {known: k for k, known in enumerate(self.names)}

    def new_tick(self) -> None:
        """Forget the flows of the last tick."""
        self.flows = {}

    def pay(self, payer: str, receiver: str, amount: float, kind: str) -> None:
        """Move ``amount`` USD; a negative amount flows back."""
        if amount == 0.0:
            return
        self._money[self._number[payer]] -= amount
        self._money[self._number[receiver]] += amount
        key = (payer, receiver, kind)
        self.flows[key] = self.flows.get(key, 0.0) + amount

    def post(self, payments: Iterable[Payment]) -> None:
        """Move the money of several payments, in their order."""
        for payer, receiver, amount, kind in payments:
            if amount != 0.0:
                self.pay(payer, receiver, amount, kind)

    def __getitem__(self, name: str) -> float:
        return self._money[self._number[name]]

    @property
    def balance(self) -> NDArray[np.float64]:
        """Money of all accounts [USD], in the order of their names."""
        return np.array(self._money)

    @property
    def inside_total(self) -> float:
        """Sum of the inside accounts [USD]."""
        return float(self.balance[: self._inside].sum())

    @property
    def outside_total(self) -> float:
        """Sum of the outside accounts [USD]; always minus the inside total."""
        return float(self.balance[self._inside :].sum())

    def net(self, account: str, kind: str | None = None) -> float:
        """What an account received minus what it paid this tick [USD], of one kind or of all."""
        into = sum(a for (_, r, k), a in self.flows.items() if r == account and kind in (None, k))
        out = sum(a for (p, _, k), a in self.flows.items() if p == account and kind in (None, k))
        return into - out

    def frame(self) -> pd.DataFrame:
        """This tick's flows: payer, receiver, kind, usd."""
        rows = [(*key, amount) for key, amount in self.flows.items()]
        return pd.DataFrame(rows, columns=["payer", "receiver", "kind", "usd"])
