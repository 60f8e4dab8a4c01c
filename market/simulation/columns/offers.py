"""What was sold of each offer, at what price and wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from capacity.units import SECONDS_PER_HOUR
from market.simulation.chosen import terms_chosen
from market.simulation.columns.column import column

if TYPE_CHECKING:
    from market.simulation.moment import Moment


@column("offers", "price", "USD per million output-equivalent tokens", "list price")
def price(moment: Moment) -> Any:
    return moment.state.posted.book.price


@column("offers", "input_price", "USD per million input tokens", "list price of a token read for the first time")
def input_price(moment: Moment) -> Any:
    book = moment.state.posted.book
    return book.price * [tariff.quoted.input for tariff in book.tariffs]


@column("offers", "cached_price", "USD per million cached tokens", "list price of a token read from the prompt cache")
def cached_price(moment: Moment) -> Any:
    book = moment.state.posted.book
    return book.price * [tariff.quoted.cached for tariff in book.tariffs]


@column("offers", "paid_price", "USD per million output-equivalent tokens", "mean price paid, scarcity rent included")
def paid_price(moment: Moment) -> Any:
    book = moment.state.posted.book
    billed = (moment.state.served.round.served * book.billed).sum(axis=0)
    return np.divide(moment.paid, billed, out=book.price.copy(), where=billed > 0)


@column("offers", "ordered", "requests", "ordered in the tick")
def ordered(moment: Moment) -> Any:
    return moment.state.ordered.orders.sum(axis=0)


@column(
    "offers", "sent_on", "requests", "of those for which it had no machines in the tick, that went at once to others"
)
def sent_on(moment: Moment) -> Any:
    return moment.state.ordered.sent_on


@column("offers", "taken_in", "requests", "part of what is ordered: came at once from others, who had no machines")
def taken_in(moment: Moment) -> Any:
    return moment.state.ordered.taken_in


@column("offers", "joined", "requests", "joined from another offer's queue in the tick")
def joined(moment: Moment) -> Any:
    return moment.state.served.joined.sum(axis=0)


@column("offers", "served", "requests", "served in the tick")
def served(moment: Moment) -> Any:
    return moment.served


@column("offers", "waiting", "requests", "waiting at the end of the tick")
def waiting(moment: Moment) -> Any:
    return moment.state.served.waiting.sum(axis=0)


@column("offers", "late", "requests", "turned away at the deadline")
def late(moment: Moment) -> Any:
    return moment.state.served.round.left_late.sum(axis=0)


@column("offers", "impatient", "requests", "lost patience, and left for another offer or for good")
def impatient(moment: Moment) -> Any:
    return moment.state.served.round.left_impatient.sum(axis=0)


@column("offers", "wait_h", "h", "expected wait of a request that comes in the tick")
def wait_h(moment: Moment) -> Any:
    return moment.state.served.wait_h


@column("offers", "served_wait_h", "request-h", "waiting time of those served, summed")
def served_wait_h(moment: Moment) -> Any:
    return moment.state.served.round.served_wait_h.sum(axis=0)


@column("offers", "left_wait_h", "request-h", "waiting time of those who left, summed")
def left_wait_h(moment: Moment) -> Any:
    return moment.state.served.round.left_wait_h.sum(axis=0)


@column("offers", "speed", "token/s", "speed that users got, mean over segments by requests served")
def speed(moment: Moment) -> Any:
    served = moment.state.served.round.served
    writing = (served * moment.state.expected.writing_h).sum(axis=0)
    written = (served * moment.founded.output_tokens[:, None]).sum(axis=0) / SECONDS_PER_HOUR
    return np.divide(written, writing, out=np.zeros(writing.shape), where=writing > 0)


@column("offers", "tokens", "million tokens", "served, input and output")
def tokens(moment: Moment) -> Any:
    return (moment.state.served.round.served * moment.state.posted.book.tokens[:, None]).sum(axis=0)


@column("offers", "revenue", "USD", "paid by users for tokens")
def revenue(moment: Moment) -> Any:
    return moment.paid


@column("offers", "fees", "USD", "paid by those who subscribe to it, for the tick's part of the month")
def fees(moment: Moment) -> Any:
    return moment.state.paid.for_plans.sum(axis=0)


@column("offers", "members", "people", "users who subscribe to it")
def members(moment: Moment) -> Any:
    return moment.state.known.members.sum(axis=0)


@column("offers", "granted", "1", "share of its listed quota that is granted, events included; 1 where there is none")
def granted(moment: Moment) -> Any:
    terms, limits = moment.state.terms, moment.founded.quota_limits
    left = np.where(np.isfinite(limits), moment.state.effects.quota, 1.0)
    of_window, of_week = terms.granted * left
    return np.where(np.isfinite(moment.founded.book.quota), of_window, of_week)


@column("offers", "terms", "1", "on which of the terms that its tier may choose it is sold, from 1; 0: as listed")
def terms(moment: Moment) -> Any:
    return terms_chosen(moment.founded, moment.state.posted.book)


@column("offers", "work", "rack-h", "work done")
def work(moment: Moment) -> Any:
    return moment.state.served.round.work.sum(axis=0)
