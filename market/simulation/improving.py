"""Improving: models get better; quotas and the best models are kept short while machines are full."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.events.effects import Effects
from market.exchange.books import Book
from market.quality import QualityPath
from market.simulation.founded import Founded
from market.simulation.granting import grant_quotas
from market.simulation.state import Machines, Ordered, Posted, Terms
from market.simulation.trained import years_ahead

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]


def improve(
    founded: Founded,
    tick: int,
    terms: Terms,
    posted: Posted,
    ordered: Ordered,
    machines: Machines,
    effects: Effects,
) -> Terms:
    """The terms of this tick, from those of the last."""
    book = posted.book
    if founded.calendar.period(tick) == 0 or tick == 0:
        book = improve_models(founded, book, founded.calendar.years(tick), years_ahead(founded, machines.trained))
    full = orders_over_capacity(book, ordered.orders, machines.capacity)
    is_open = keep_best_models(founded, full[book.pool], book.open, effects.there)
    now = replace(terms, book=book if is_open is book.open else replace(book, open=is_open))
    return grant_quotas(founded, tick, now, posted, ordered, machines, full, effects.quota)


def improve_models(founded: Founded, book: Book, years: float, ahead: Floats) -> Book:
    """Qualities follow their paths and better algorithms take less work, once a day.

    ``ahead``: years by which a provider's models are ahead of theirs, by provider.
    """
    quality, work = book.quality.copy(), book.work.copy()
    for p in founded.providers:
        for j, offer in zip(p.offers, p.spec.offers, strict=True):
            if isinstance(offer.quality, QualityPath):
                by = float(ahead[p.number])
                quality[:, j] = [offer.quality.ahead(s.name, years, by) for s in founded.economy.segments]
            if offer.efficiency_growth != 1.0:
                work[:, j] = founded.book.work[:, j] / offer.efficiency_growth**years
    return replace(book, quality=quality, work=work)


def orders_over_capacity(book: Book, orders: Floats, capacity: Floats) -> Floats:
    """Work ordered over work that could be done, by pool; 0 where nothing could."""
    ordered = np.bincount(book.pool, weights=(orders * book.work).sum(axis=0), minlength=book.pools)
    return np.divide(ordered, capacity, out=np.zeros(capacity.shape), where=capacity > 0)


def keep_best_models(founded: Founded, full: Floats, is_open: Flags, there: Flags) -> Flags:
    """Offers that are kept for some segments when the machines are full are closed to the others.

    ``there``: offers that are sold at all.
    """
    if not (founded.kept_for.any() or founded.economy.events):
        return is_open
    closed = (full > founded.kept_above) & founded.kept_for.any(axis=0)
    return founded.book.open & there & (founded.kept_for | ~closed)
