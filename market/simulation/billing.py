"""Billing: what a provider sees of its own bills when it sets prices of input, cached and long tokens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from market.exchange.books import Book
from market.simulation.research import HOURS_PER_WEEK, Research
from market.supply.bills import PARTS, Bills, Requests
from market.supply.provider import ProviderAgent, sold_to

type Floats = NDArray[np.float64]


def bills_of(
    research: Research, p: ProviderAgent, book: Book, level: Floats, orders: Floats, window_used: Floats
) -> Bills:
    """A provider's bills by kind of token, and who would buy in a tick of mean load at other ones.

    ``level``: list prices before the hour's factor; ``orders``: of last tick, by segment and offer; ``window_used``: as
    in ``posting.Sight``.
    """
    own, begin = p.own, research.founded.calendar.moment(research.tick)
    tariffs = book.tariffs[own]
    present = np.array([[np.nan if ratio is None else ratio for ratio in tariff.ratios] for tariff in tariffs])
    bare = [tariff.with_ratios(0.0, 0.0).with_surcharge(0.0, 0.0, 0.0) for tariff in tariffs]
    full = np.array([[tariff.billed(w) for tariff in bare] for w in book.workloads])
    units = np.eye(PARTS)
    amounts = [
        [[tariff.with_ratios(*one[:2]).with_surcharge(*one[2:]).billed(w) for one in units] for tariff in tariffs]
        for w in book.workloads
    ]
    asking = research.usually(book)

    def ask(bills: Floats) -> Requests:
        trial = book.request_prices()
        trial[:, own] = bills
        response = asking(trial, slopes=True)
        return Requests(response.requests[:, own], response.own[:, own], response.cross[:, own, own])

    return Bills(
        level[own] * [tariff.factor(begin, HOURS_PER_WEEK) for tariff in tariffs],
        full,
        np.array(amounts) - full[:, :, None],
        np.nan_to_num(present),
        ~np.isnan(present),
        p.machines_of_requests(book, window_used[own]),
        p.running_cost,
        book.token_work[:, own],
        sold_to(book, own, orders[:, own]).astype(np.float64),
        ask,
    )
