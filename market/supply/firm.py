"""What every firm is: a Mesa agent with a name, a place among its like, money, and payments of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Protocol

import mesa

from capacity.errors import UnknownNameError, nearest
from market.exchange.ledger import Ledger, Payment


class Spec(Protocol):
    """What a firm is made of."""

    @property
    def name(self) -> str:
        """What it is called."""


class Firm[S: Spec, T](mesa.Agent):
    """A firm of a kind; a new kind is a subclass with a ``kind`` of its own, found by ``agent_class``.

    ``S`` is what it is made of, ``T`` what it is told of a tick when it pays.
    """

    kind: ClassVar[str] = ""

    def __init__(self, model: mesa.Model, spec: S, number: int, ledger: Ledger) -> None:
        super().__init__(model)
        self.spec, self.number, self._ledger = spec, number, ledger
        self.name = str(spec.name)
        self.account = ledger.place(self.name)

    @property
    def cash(self) -> float:
        """Money [USD]."""
        return self._ledger[self.name]

    def payments(self, tick: T) -> Iterable[Payment]:  # noqa: ARG002
        """What it pays and gets in a tick beside what is traded."""
        return ()


def agent_class[F: Firm[Any, Any]](base: type[F], kind: str) -> type[F]:
    """The class of agents of a kind: ``base``, or the subclass of it that says so."""
    found: dict[str, type[F]] = {}
    waiting = [base]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.kind:
            found.setdefault(one.kind, one)
    if kind not in found:
        known = ", ".join(sorted(found))
        raise UnknownNameError(f"unknown kind of agent '{kind}'{nearest(kind, found)}; known: {known}")
    return found[kind]
