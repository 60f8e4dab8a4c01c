"""Coming and going: once a day, who has neither cash nor credit fails or is bought, and who sees a margin comes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.exchange.books import Book
from market.exchange.ledger import Payment
from market.simulation.contracting import mean_spot_price
from market.simulation.founded import Founded
from market.simulation.state import Firms, Fleets, Lately, Machines, Paid, Posted, Terms
from market.supply.provider import ProviderAgent
from market.supply.rounds import DAYS_A_YEAR

type Floats = NDArray[np.float64]


def come_and_go(
    founded: Founded,
    tick: int,
    fleets: Fleets,
    terms: Terms,
    posted: Posted,
    machines: Machines,
    firms: Firms,
    paid: Paid,
) -> Firms:
    """Who is there in this tick."""
    if not (founded.calendar.period(tick) == 0 or tick == 0):
        return replace(firms, opening={}, payments=()) if firms.opening or firms.payments else firms
    day = _Day(founded, tick, firms, paid.lately)
    for payment in fleets.payments:
        day.foresee(payment)
    for p in founded.providers:
        if day.active[p.number] and day.parent[p.number] is not None:
            day.settle_with_parent(p)
        elif day.active[p.number]:
            day.ask_investors(p)
            if p.spec.leaves and day.cash[p.name] < -p.spec.credit:
                day.sell_or_close(p)
        elif not day.active[p.number] and p.spec.enters and not day.left[p.number] and tick > 0:
            day.enter(p, terms.book, day.prices(posted.book.price), mean_spot_price(founded, machines))
    if not np.array_equal(day.active, firms.active):
        founded.economy.check_best_prices([p.name for p in founded.providers if day.active[p.number]])
    return day.firms()


class _Day:
    """The firms while a day's decisions are made one after the other."""

    def __init__(self, founded: Founded, tick: int, firms: Firms, lately: Lately) -> None:
        self.founded, self.tick, self.lately = founded, tick, lately
        self.raised_at = firms.raised_at.copy()
        self.active, self.left, self.parent = firms.active.copy(), firms.left.copy(), list(firms.parent)
        self.opening: dict[int, float] = {}
        self.payments: list[Payment] = []
        self.cash = {p.name: p.cash for p in founded.providers} | {h.name: h.cash for h in founded.owners}

    def foresee(self, payment: Payment) -> None:
        """Take a payment of this tick into account, which is made later."""
        for name, amount in ((payment.payer, -payment.amount), (payment.receiver, payment.amount)):
            if name in self.cash:
                self.cash[name] += amount

    def pay(self, payment: Payment) -> None:
        """Have a payment made, and take it into account."""
        self.payments.append(payment)
        self.foresee(payment)

    def settle_with_parent(self, p: ProviderAgent) -> None:
        """A parent takes the profit and covers the loss."""
        parent = self.parent[p.number]
        assert parent is not None
        self.pay(Payment(p.name, parent, self.cash[p.name], "parent"))

    def ask_investors(self, p: ProviderAgent) -> None:
        """A provider whose money runs out raises more, if investors give it."""
        if p.spec.rounds is None:
            return
        lately, k, calendar = self.lately, p.number, self.founded.calendar
        since = (self.tick - self.raised_at[k]) * self.founded.hours / 24.0 / calendar.simulated_share
        # Where weeks are left out, so is their part of all money.
        given = calendar.simulated_share * p.spec.rounds.given(
            self.cash[p.name] / calendar.simulated_share, -float(lately.net[k]), float(lately.sold[k]),
            float(lately.sold_quarter[k]), float(since),
        )  # fmt: skip
        if given > 0.0:
            self.pay(Payment("funding", p.name, given, "funding"))
            self.raised_at[k] = self.tick

    def sell_or_close(self, p: ProviderAgent) -> None:
        """A provider that owes too much is bought by who pays its debt, or it closes and its creditors lose that.

        Who buys has more cash than the debt, and pays no more than some years of what the firm has earned lately: the
        owner with the most cash of those. Contracts of a firm that closes are void, so that the machines are let anew.
        """
        debt = -self.cash[p.name]
        earned = float(self.lately.earned[p.number]) * DAYS_A_YEAR * self.founded.calendar.simulated_share
        able = [h for h in self.founded.owners if h.spec.acquires and self.cash[h.name] > debt]
        buyers = [h for h in able if math.isinf(h.spec.pays_years) or debt <= h.spec.pays_years * earned]
        if buyers:
            buyer = max(buyers, key=lambda h: self.cash[h.name])
            self.pay(Payment(buyer.name, p.name, debt, "acquisition"))
            self.parent[p.number] = buyer.name
        else:
            self.pay(Payment("creditors", p.name, debt, "written off"))
            self.active[p.number], self.left[p.number] = False, True

    def prices(self, price: Floats) -> Floats:
        """List prices with those of the newcomers so far."""
        return self.firms().with_openings(price)

    def enter(self, p: ProviderAgent, book: Book, price: Floats, rack_hour_usd: float) -> None:
        """A provider comes when the lowest price of its kind pays its cost and the margin that it wants."""
        rivals = [r for r in self.founded.providers if self.active[r.number] and r.kind == p.kind and r.offers.size]
        if not rivals or not p.offers.size:
            return
        own = p.offers
        work = book.work[:, own].sum(axis=0) / book.billed[:, own].sum(axis=0)
        cost = np.array([o.cost for o in p.spec.offers]) + rack_hour_usd * work
        lowest = min(float(price[r.offers].min()) for r in rivals)
        if lowest >= float(cost.min()) * (1.0 + p.spec.enter_margin):
            self.active[p.number] = True
            self.opening |= dict(zip(own.tolist(), np.maximum(lowest, cost).tolist(), strict=True))

    def firms(self) -> Firms:
        """What was decided."""
        alive = np.ones(self.founded.book.offers, dtype=bool)
        for p in self.founded.providers:
            alive[p.offers] = self.active[p.number]
        return Firms(
            self.active.copy(),
            self.left.copy(),
            tuple(self.parent),
            alive,
            dict(self.opening),
            tuple(self.payments),
            self.raised_at,
        )
