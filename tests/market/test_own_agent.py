"""A new kind of agent is a spec and a subclass, with payments of its own: here an owner of machines with debt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from market import TokenMarket
from market.exchange.ledger import Payment
from market.supply.owner import HyperscalerAgent, OwnerTick
from market.supply.specs import Hyperscaler
from scenarios.laws.plain_economies import market_of, people, seller

TICKS = 12


@dataclass(frozen=True)
class IndebtedOwner(Hyperscaler):
    """Who has bought its machines on credit.

    Attributes:
        debt_usd: what it owes at the start [USD].
        interest_per_tick: interest on what it owes [1/tick].
        paid_back_per_tick: what it pays back [USD/tick].
    """

    debt_usd: float = 0.0
    interest_per_tick: float = 0.0
    paid_back_per_tick: float = 0.0
    kind: str = "indebted-owner"


class IndebtedOwnerAgent(HyperscalerAgent):
    """It pays interest, and something back, as long as it owes."""

    kind: ClassVar[str] = "indebted-owner"
    spec: IndebtedOwner

    def __init__(self, *made_of: object) -> None:
        super().__init__(*made_of)
        self.debt = self.spec.debt_usd

    def payments(self, tick: OwnerTick) -> Iterator[Payment]:
        yield from super().payments(tick)
        yield Payment(self.name, "capital", self.debt * self.spec.interest_per_tick, "interest")
        paid = min(self.spec.paid_back_per_tick, self.debt)
        self.debt -= paid
        yield Payment(self.name, "creditors", paid, "capital")


def test_an_owner_with_debt_is_a_spec_and_a_class() -> None:
    owner = IndebtedOwner("cloud", 100.0, cash=1e6, debt_usd=1000.0, interest_per_tick=0.01, paid_back_per_tick=300.0)
    plain = Hyperscaler("cloud", 100.0, cash=1e6)
    models = []
    for one in (owner, plain):
        models.append(TokenMarket(market_of(people(), seller("p"), one), rng=1))
        models[-1].run_for(TICKS)
    (agent,) = models[0].agents_by_type[IndebtedOwnerAgent]
    assert agent.debt == 0.0
    interest = 0.01 * (1000.0 + 700.0 + 400.0 + 100.0)
    assert models[1].ledger["cloud"] - models[0].ledger["cloud"] == pytest.approx(1000.0 + interest)
    assert models[0].ledger.balance.sum() == pytest.approx(0.0, abs=1e-6), "what one pays another gets"


def test_one_that_has_no_class_is_refused_by_name() -> None:
    owner = replace(Hyperscaler("cloud", 100.0), kind="indebted-ownr")
    with pytest.raises(ValueError, match=r"unknown kind of agent 'indebted-ownr'.*did you mean 'indebted-owner'"):
        TokenMarket(market_of(people(), seller("p"), owner), rng=1)
