"""Double-entry money: every payment leaves one account and enters another.

Accounts of agents are *inside*; what the model takes as given (users' income, power, capital) is an
*outside* account, named for its flow. The sum of the inside accounts changes only by outside flows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        #: Numbers of the kinds of payments that there have been; by flow of this tick the number of its kind, and
        #: places of who paid and who received.
        self._kinds: dict[str, int] = {}
        self._kind: list[int] = []
        self._payer: list[int] = []
        self._receiver: list[int] = []

    def open(self, name: str) -> None:
        """Open another inside account."""
        if name in self._number:
            raise InputError(f"ledger: there is an account '{name}' already")
        self.names = (*self.names[: self._inside], name, *OUTSIDE)
        self._money.insert(self._inside, 0.0)
        self._inside += 1
        self._number = {known: k for k, known in enumerate(self.names)}

    def place(self, name: str) -> int:
        """Place of an account among all; those inside keep theirs when others are opened."""
        return self._number[name]

    def new_tick(self) -> None:
        """Forget the flows of the last tick."""
        self.flows = {}
        self._kind, self._payer, self._receiver = [], [], []

    def pay(self, payer: str, receiver: str, amount: float, kind: str) -> None:
        """Move ``amount`` USD; a negative amount flows back."""
        self.post((Payment(payer, receiver, amount, kind),))

    def post(self, payments: Iterable[Payment]) -> None:
        """Move the money of several payments, in their order."""
        money, number, flows, kinds = self._money, self._number, self.flows, self._kinds
        for payer, receiver, amount, kind in payments:
            if amount == 0.0:
                continue
            giving, getting = number[payer], number[receiver]
            money[giving] -= amount
            money[getting] += amount
            key = (payer, receiver, kind)
            if key in flows:
                flows[key] += amount
                continue
            flows[key] = amount
            self._kind.append(kinds.setdefault(kind, len(kinds)))
            self._payer.append(giving)
            self._receiver.append(getting)

    def by_kind(self) -> tuple[Mapping[str, NDArray[np.float64]], Mapping[str, NDArray[np.float64]]]:
        """What each account received, and what it paid, this tick [USD], by kind and place of the account."""
        shape = (len(self._kinds), len(self.names))
        row, amounts = np.array(self._kind, dtype=np.int64) * shape[1], np.array([*self.flows.values()])
        into, out = (
            np.bincount(row + np.array(places, dtype=np.int64), weights=amounts, minlength=shape[0] * shape[1]).reshape(
                shape
            )
            for places in (self._receiver, self._payer)
        )
        return dict(zip(self._kinds, into, strict=True)), dict(zip(self._kinds, out, strict=True))

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
