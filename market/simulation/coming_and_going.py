"""Coming and going: once a day, who has neither cash nor credit fails or is bought, and who sees a margin comes.

What does not earn the machines that one replica of it takes is sold no longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.events.effects import Effects
from market.exchange.books import Book
from market.exchange.ledger import Payment
from market.simulation.contracting import backlog_before
from market.simulation.founded import Founded
from market.simulation.rents_seen import mean_spot_price
from market.simulation.selling_firms import Appraisal
from market.simulation.state import Contracts, Firms, Fleets, Lately, Machines, Paid, Posted, Served, Terms
from market.supply.provider import ProviderAgent

type Floats = NDArray[np.float64]


def come_and_go(
    founded: Founded,
    tick: int,
    fleets: Fleets,
    terms: Terms,
    posted: Posted,
    machines: Machines,
    served: Served,
    firms: Firms,
    paid: Paid,
    contracts: Contracts,
    effects: Effects,
) -> Firms:
    """Who is there in this tick."""
    if any(np.isfinite(p.spec.drops_after_days) for p in founded.providers):
        firms = with_sales(founded, tick, machines, served, paid, effects, firms)
    if not (founded.calendar.period(tick) == 0 or tick == 0):
        return replace(firms, opening={}, payments=()) if firms.opening or firms.payments else firms
    spot = mean_spot_price(founded, machines)
    day = _Day(founded, tick, firms, paid.lately, Appraisal(founded, tick, paid, contracts, spot))
    for payment in fleets.payments:
        day.foresee(payment)
    for p in founded.providers:
        if day.active[p.number] and day.parent[p.number] is not None:
            day.settle_with_parent(p)
        elif day.active[p.number]:
            day.ask_investors(p)
            if p.spec.leaves and day.cash[p.name] < -p.spec.credit:
                day.sell_or_close(p)
        elif not day.active[p.number] and p.spec.enters and not day.left[p.number] and tick > 0 and looks(founded, p):
            day.enter(p, terms.book, day.prices(posted.book.price), spot)
    if any(h.spec.borrowing for h in founded.owners):
        day.close_books(backlog_before(founded, tick, contracts), effects)
    if not np.array_equal(day.active, firms.active):
        founded.economy.check_best_prices([p.name for p in founded.providers if day.active[p.number]])
    return day.firms()


class _Day:
    """The firms while a day's decisions are made one after the other."""

    def __init__(self, founded: Founded, tick: int, firms: Firms, lately: Lately, appraisal: Appraisal) -> None:
        self.founded, self.tick, self.lately, self.appraisal = founded, tick, lately, appraisal
        self.raised_at = firms.raised_at.copy()
        self.active, self.left, self.parent = firms.active.copy(), firms.left.copy(), list(firms.parent)
        self.dropped, self.sales = firms.dropped, firms.sales
        self.failed, self.taken = firms.failed.copy(), firms.taken.copy()
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
        """A provider that owes too much is bought by whom it is worth most to, or closes, and creditors lose its debt.

        What the price leaves of the debt creditors lose, and what it leaves over goes to investors. Contracts of a firm
        that closes are void, so that the machines are let anew; who belonged to it goes on by itself.
        """
        debt = -self.cash[p.name]
        free = {q.name: bool(self.active[q.number]) and self.parent[q.number] is None for q in self.founded.providers}
        sale = self.founded.economy.sale.sold(self.appraisal.bids(p, debt, self.cash, free), debt)
        if sale is None:
            self.pay(Payment("creditors", p.name, debt, "written off"))
            self.active[p.number], self.left[p.number] = False, True
            self.parent = [None if parent == p.name else parent for parent in self.parent]
            return
        buyer, price = sale
        self.pay(Payment(buyer, p.name, price, "acquisition"))
        self.parent[p.number] = buyer
        if price < debt:
            self.pay(Payment("creditors", p.name, debt - price, "written off"))
        elif price > debt:
            self.pay(Payment("funding", p.name, debt - price, "funding"))

    def close_books(self, backlog: Mapping[str, float], effects: Effects) -> None:
        """Owners of machines who owe more than creditors lend have failed: these have them run until they are paid.

        Where a firm's machines are worth less than what it owes, they take them for what they are worth and lose the
        rest; what the machines bring from then on is theirs. ``backlog``: to come under contracts [USD], by name.
        """
        for h in (h for h in self.founded.owners if h.spec.borrowing):
            if self.taken[h.number]:
                self.pay(Payment(h.name, "creditors", self.cash[h.name], "parent"))
                continue
            terms, debt = h.spec.borrowing, -self.cash[h.name]
            assert terms is not None
            over = debt > terms.line(backlog.get(h.name, 0.0))
            self.failed[h.number] = over or (self.failed[h.number] and debt > 0.0)
            if not self.failed[h.number] or self.tick == 0:  # what machines earn is not known before the first tick
                continue
            worth = self.appraisal.machines_of(h, float(effects.power[h.number]))
            if worth < debt:
                self.pay(Payment("creditors", h.name, worth, "acquisition"))
                self.pay(Payment("creditors", h.name, debt - worth, "written off"))
                self.taken[h.number] = True

    def prices(self, price: Floats) -> Floats:
        """List prices with those of the newcomers so far."""
        return self.firms().with_openings(price)

    def enter(self, p: ProviderAgent, book: Book, price: Floats, rack_hour_usd: float) -> None:
        """A provider comes when the lowest price of its kind pays its cost and the margin that it wants.

        Where its offers name models that others sell, the lowest price of the same model.
        """
        rivals = [r for r in self.founded.providers if self.active[r.number] and r.kind == p.kind and r.offers.size]
        if not rivals or not p.offers.size:
            return
        own = p.offers
        work = book.work[:, own].sum(axis=0) / book.billed[:, own].sum(axis=0)
        cost = p.marginal_cost(work, rack_hour_usd)
        lowest = self.lowest_prices(p, rivals, price)
        if (lowest >= cost * (1.0 + p.spec.enter_margin)).any():
            self.active[p.number] = True
            self.opening |= dict(zip(own.tolist(), np.maximum(lowest, cost).tolist(), strict=True))

    def lowest_prices(self, p: ProviderAgent, rivals: list[ProviderAgent], price: Floats) -> Floats:
        """The lowest price of rivals for the same model, or where they do not sell it for anything, by own offer."""
        there = np.concatenate([r.offers for r in rivals])
        there = there[~self.dropped[there]]
        models = self.founded.offer_models
        lowest = np.full(p.offers.size, float(price[there].min(initial=np.inf)))
        for k, j in enumerate(p.offers):
            same = there[(models[there] == models[j]) & (models[j] != "")]
            if same.size:
                lowest[k] = float(price[same].min())
        return np.where(np.isfinite(lowest), lowest, price[p.offers])

    def firms(self) -> Firms:
        """What was decided."""
        alive = np.ones(self.founded.book.offers, dtype=bool)
        for p in self.founded.providers:
            alive[p.offers] = self.active[p.number]
        return Firms(
            self.active.copy(),
            self.left.copy(),
            tuple(self.parent),
            alive & ~self.dropped,
            dict(self.opening),
            tuple(self.payments),
            self.raised_at,
            self.dropped,
            self.sales,
            self.failed,
            self.taken,
        )


def looks(founded: Founded, p: ProviderAgent) -> bool:
    """Whether a seller that waits outside looks today whether to come."""
    chance = p.spec.enter_per_day
    return chance >= 1.0 or bool(founded.streams.stream("entry", p.name).random() < chance)


#: A model that comes out is thought to earn so many times what its replica costs, until it is known what it does earn.
GRACE = 2.0


def with_sales(
    founded: Founded, tick: int, machines: Machines, served: Served, paid: Paid, effects: Effects, firms: Firms
) -> Firms:
    """What offers have sold lately; once a day those that do not earn their replica are dropped."""
    sales, dropped = firms.sales.copy(), firms.dropped.copy()
    taken = paid.for_tokens.sum(axis=0) * 24.0 / founded.hours
    spot = mean_spot_price(founded, machines)
    for p in (p for p in founded.providers if np.isfinite(p.spec.drops_after_days) and firms.active[p.number]):
        own = p.offers[effects.there[p.offers]]
        have = float(machines.capacity[p.pools].sum())
        load = min(float(served.round.used[p.pools].sum()) / have, 1.0) if have > 0 else 0.0
        rack_day = 24.0 * spot * (load if any(p.racks) else 1.0)  # one's own machines cost nothing while they idle
        replica = np.array([p.spec.offers[k].replica_racks for k in np.flatnonzero(effects.there[p.offers])])
        before = np.where(np.isnan(sales[own]), GRACE * replica * rack_day, sales[own])
        pace = min(founded.hours / (24.0 * p.spec.drops_after_days), 1.0)
        sales[own] = before + pace * (taken[own] - before)
        if founded.calendar.period(tick) == 0:
            dropped[own] |= sales[own] < replica * rack_day
    return replace(firms, sales=sales, dropped=dropped, alive=firms.alive & ~dropped)
