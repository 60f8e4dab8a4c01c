"""What every firm is: a Mesa agent with a name, a place among its like, money, and payments of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final, Protocol

import mesa

from capacity.errors import InputError, UnknownNameError, nearest
from market.exchange.ledger import OUTSIDE, Ledger, Payment
from market.kinds import named

#: Kinds of payments that a firm makes beside trade, as its books have them.
BOOKED: Final = ("power", "upkeep", "burn", "funding", "capital", "interest")


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
        """What it pays and gets in a tick beside what is traded, to and from outside, of the kinds ``BOOKED``."""
        return ()

    def booked(self, tick: T) -> Iterator[Payment]:
        """The same, if books know it: what is of another kind, or no number, is refused."""
        name = self.name
        for payment in self.payments(tick):
            payer, receiver, amount, kind = payment
            known = (payer == name or payer in OUTSIDE) and (receiver == name or receiver in OUTSIDE)
            if not known or kind not in BOOKED or not math.isfinite(amount):
                raise InputError(
                    f"{named('agent', self)} '{self.name}': {payment} is in no book: its amount must be finite, "
                    f"its kind one of {', '.join(BOOKED)}, and it must be to or from one of {', '.join(OUTSIDE)}"
                )
            yield payment


def agent_classes[F: Firm[Any, Any]](base: type[F]) -> dict[str, type[F]]:
    """``base`` and all below it that can be chosen by name; of two of one name that which was defined last."""
    found: dict[str, type[F]] = {base.kind: base} if base.kind else {}
    for below in base.__subclasses__():
        found |= agent_classes(below)
    return found


def agent_class[F: Firm[Any, Any]](base: type[F], kind: str) -> type[F]:
    """The class of agents of a kind: ``base``, or the subclass of it that says so."""
    found = agent_classes(base)
    if kind not in found:
        known = ", ".join(sorted(found))
        raise UnknownNameError(f"unknown kind of agent '{kind}'{nearest(kind, found)}; known: {known}")
    return found[kind]
