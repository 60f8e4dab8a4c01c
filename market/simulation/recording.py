"""Writing a tick into the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from market.simulation.model import TokenMarket


def record(model: TokenMarket) -> None:
    """Write the tick that just ended into every table."""
    _segments(model)
    _offers(model)
    _pools(model)
    _providers(model)
    _ticks(model)
    model.records.ticks = model.tick + 1
    model.datacollector.collect(model)
    model.records.flows.append(
        {
            "ordered": model.orders.copy(),
            "served": model.round.served,
            "paid": model.paid,
            "prices": model.cleared.prices,
        }
    )


def _segments(model: TokenMarket) -> None:
    book, rnd, cohorts, response = model.book, model.round, model.cohorts, model.cleared.response
    ordered = model.orders.sum(axis=1)
    local, nothing, unaffordable = response.local, response.nothing, response.unaffordable
    moved = model.joined.sum(axis=1)
    gone = (rnd.left_late + rnd.left_impatient).sum(axis=1) - moved
    served = rnd.served.sum(axis=1)
    model.records.tables["segments"].row(
        model.tick,
        users=np.array([getattr(c, "users", 0.0) for c in cohorts]),
        owners=np.array([getattr(c, "owners", 0.0) for c in cohorts]),
        asked=ordered + local + nothing + unaffordable,
        ordered=ordered, local=local, nothing=nothing, unaffordable=unaffordable,
        put_off=np.array([c.wanted.put_off for c in cohorts]), pending=np.array([c.put_off for c in cohorts]),
        served=served, waiting=model.queue.length.sum(axis=1), turned_away=gone, moved=moved,
        tokens=served * book.tokens, paid=model.paid.sum(axis=1), surplus=model.cleared.response.surplus,
    )  # fmt: skip


def _offers(model: TokenMarket) -> None:
    book, rnd = model.book, model.round
    served = rnd.served.sum(axis=0)
    billed = (rnd.served * book.billed).sum(axis=0)
    paid = model.paid.sum(axis=0)
    writing = (rnd.served * model.writing_h).sum(axis=0)
    written = (rnd.served * model.output_tokens[:, None]).sum(axis=0) / 3600.0
    model.records.tables["offers"].row(
        model.tick,
        price=book.price,
        paid_price=np.divide(paid, billed, out=book.price.copy(), where=billed > 0),
        ordered=model.orders.sum(axis=0), joined=model.joined.sum(axis=0), served=served,
        waiting=model.queue.length.sum(axis=0), late=rnd.left_late.sum(axis=0),
        impatient=rnd.left_impatient.sum(axis=0), wait_h=model.wait_h,
        served_wait_h=rnd.served_wait_h.sum(axis=0), left_wait_h=rnd.left_wait_h.sum(axis=0),
        speed=np.divide(written, writing, out=np.zeros_like(served), where=writing > 0),
        tokens=(rnd.served * book.tokens[:, None]).sum(axis=0), revenue=paid, members=model.members.sum(axis=0),
        work=(rnd.served * book.work).sum(axis=0),
    )  # fmt: skip


def _pools(model: TokenMarket) -> None:
    book = model.book
    ordered = np.bincount(book.pool, weights=(model.orders * book.work).sum(axis=0), minlength=book.pools)
    backlog = np.bincount(book.pool, weights=model.queue.backlog(book.work), minlength=book.pools)
    model.records.tables["pools"].row(
        model.tick, capacity=model.capacity, used=model.used, ordered=ordered, backlog=backlog,
        utilisation=np.divide(model.used, model.capacity, out=np.zeros_like(model.used), where=model.capacity > 0),
        rent=model.rents,
    )  # fmt: skip


SPENT = ("power", "upkeep", "capital", "routed tokens", "home machines")
"""Kinds of payments of a provider beside rent."""


def _providers(model: TokenMarket) -> None:
    ledger, providers = model.ledger, model.providers
    into: dict[tuple[str, str], float] = {}
    out: dict[tuple[str, str], float] = {}
    for (payer, receiver, kind), amount in ledger.flows.items():
        into[receiver, kind] = into.get((receiver, kind), 0.0) + amount
        out[payer, kind] = out.get((payer, kind), 0.0) + amount
    names = [p.name for p in providers]
    subscriptions = np.array([into.get((n, "subscriptions"), 0.0) for n in names])
    revenue = np.array([into.get((n, "tokens"), 0.0) + into.get((n, "routed tokens"), 0.0) for n in names])
    revenue = revenue + subscriptions
    rent = np.array([out.get((n, "contract"), 0.0) + out.get((n, "spot"), 0.0) for n in names])
    running = np.array([sum(out.get((n, k), 0.0) for k in SPENT) for n in names])
    hours = model.calendar.tick_hours
    model.records.tables["providers"].row(
        model.tick, cash=np.array([p.cash for p in providers]), revenue=revenue, subscriptions=subscriptions,
        rent_paid=rent, running_cost=running,
        profit=revenue - rent - running, burn=np.array([out.get((n, "burn"), 0.0) for n in names]),
        funding=np.array([into.get((n, "funding"), 0.0) for n in names]),
        owned=np.array([p.own_racks for p in providers]) * hours,
        contracted=np.array([p.contracted_racks for p in providers]) * hours,
        spot=np.array([p.spot_racks for p in providers]) * hours,
        homes=np.array([p.home_racks for p in providers]) * hours,
        used=np.array([model.used[p.pools].sum() for p in providers]),
        active=np.array([float(p.active) for p in providers]),
        acquired=np.array([float(p.parent is not None) for p in providers]),
        granted=np.array([p.granted for p in providers]),
    )  # fmt: skip
    model.records.tables["wholesale"].row(
        model.tick, racks=np.array([h.racks for h in model.hyperscalers]), owned=model.allotment.owned,
        first_party=model.allotment.first_party, contracted=model.allotment.contracted, short=model.allotment.short,
        sold_spot=model.allotment.sold_spot, idle=model.allotment.idle,
        income=np.array(
            [into.get((h.name, "contract"), 0.0) + into.get((h.name, "spot"), 0.0) for h in model.hyperscalers]
        ),
        running_cost=np.array([out.get((h.name, "power"), 0.0) for h in model.hyperscalers]),
        capital=np.array([out.get((h.name, "capital"), 0.0) for h in model.hyperscalers]),
        cash=np.array([h.cash for h in model.hyperscalers]),
    )  # fmt: skip


def _ticks(model: TokenMarket) -> None:
    tick = model.tick
    segments = {name: values[tick].sum() for name, values in model.records.tables["segments"].data.items()}
    model.records.tables["ticks"].row(
        tick,
        **{name: segments[name] for name in (
            "asked", "ordered", "local", "nothing", "unaffordable", "served", "waiting", "turned_away", "moved",
            "put_off", "pending", "tokens", "paid", "surplus",
        )},
        capacity=model.capacity.sum(), used=model.used.sum(), spot_price=model.allotment.price,
        gap=model.cleared.gap, evaluations=model.cleared.evaluations,
    )  # fmt: skip
