"""Stakes: what better models would bring who sells them: a pure question about the market as it stands."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.calendar import HOURS_PER_MONTH
from market.exchange.books import Book
from market.quality import QualityPath
from market.simulation.asking import Asking, answer_hours, writing_hours
from market.simulation.founded import Founded
from market.simulation.posting import window_used
from market.simulation.state import Expected, Firms, Known, Machines, Posted
from market.simulation.trained import choosing, years_ahead
from market.simulation.visitors import visitors_of
from market.supply.provider import ProviderAgent

type Floats = NDArray[np.float64]


def learn_stakes(
    founded: Founded,
    tick: int,
    machines: Machines,
    posted: Posted,
    firms: Firms,
    expected: Expected,
    known: Known,
) -> Floats:
    """What models better by a year would bring [USD/h], by budget: asked once a day of a tick of mean load."""
    calendar, made = founded.calendar, known.year_ahead_usd
    some = choosing(founded)
    if not some or not (calendar.period(tick) == 0 or tick == 0):
        return made
    made, book = made.copy(), posted.book
    delay = answer_hours(book, known.chance_wait_h + expected.backlog_wait_h, writing_hours(book, known.load))
    wanted = tuple(cohort.would_usually_want(tick) for cohort in founded.cohorts)
    asking = Asking(founded, wanted, book, firms.alive, delay)
    rented = window_used(book, known, tick)
    ahead, years = years_ahead(founded, machines.trained), calendar.years(tick)
    for one in some:
        p, step = founded.providers[founded.number_of[one.spec.funder]], one.spec.policy.looks_years
        up, down = (
            margin(replace(asking, book=with_models(founded, book, p, years, float(ahead[p.number]) + by)), p, rented)
            for by in (step, -step)
        )
        now = (up - down) / (2.0 * step) / founded.hours
        old = float(made[one.number])
        made[one.number] = now if math.isnan(old) else one.spec.lately(old, now, 24.0)
    return made


def with_models(founded: Founded, book: Book, p: ProviderAgent, years: float, ahead: float) -> Book:
    """The offers, had a provider's models been so many years ahead of their paths."""
    quality = book.quality.copy()
    for j, offer in zip(p.offers, p.spec.offers, strict=True):
        if isinstance(offer.quality, QualityPath):
            quality[:, j] = [offer.quality.ahead(s.name, years, ahead) for s in founded.economy.segments]
    return replace(book, quality=quality)


def margin(asking: Asking, p: ProviderAgent, rented: Floats) -> float:
    """What a provider's sales of a tick leave over what they cost [USD], once subscriptions are what users want then.

    ``rented``: share of an offer's work for which machines have to be rented, by offer.
    """
    founded, book = asking.founded, asking.book
    prices = book.request_prices()
    wanted = tuple(
        cohort.would_subscribe(asking.wanted[s], asking.scene(s), prices[s]) for s, cohort in enumerate(founded.cohorts)
    )
    requests = replace(asking, wanted=wanted)(prices).requests
    members = np.array(
        [cohort.members(book.offers, then) for cohort, then in zip(founded.cohorts, wanted, strict=True)]
    ).reshape(requests.shape)
    fees = members * founded.fee + visitors_of(founded, requests, members) * founded.user_worth
    own = requests[:, p.own]
    left = np.where(own > 0, own * (prices[:, p.own] - p.cost_of_requests(book, rented[p.own])), 0.0)
    return float(left.sum() + fees[:, p.own].sum() * (founded.hours / HOURS_PER_MONTH))
