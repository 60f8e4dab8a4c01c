"""The individuals who stand for a segment's users: what each asks, what it is worth to each, where each lives.

Requests of individual i have z_i times the tokens of the segment's, log-normal, of mean 1 over all requests. Its bill
and its machine time are z_i times those of one of mean size, and its worth is z_i^e times (e: ``worth_of_size``).
Prices, books, queues and the ledger have one size of request a segment, so individual i is held as one who makes z_i
requests of mean size for each of its own,

    requests = z_i m_i,   worth of one = w_i z_i^(e - 1),                                                      (1)

which gives the same tokens, machine time, payments and surplus, exactly, since all of these add up over tokens. So
large requests are priced out first where e < 1. Counted in requests of mean size are also quotas, what a machine of
one's own can do, costs of putting off, and arrivals in whole requests; an answer takes the time of writing of one of
mean size. Machine time in proportion to tokens is exact for payments and 3 % low for a chat of twice the tokens, but
27 % for a coder's and 64 % for an agent's, whose long contexts take more than their share: where that matters, segments
of their own with other requests have it exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.haste import bounded, shares_lost_per_hour
from market.demand.segment import Segment
from market.randomness import Streams

type Values = NDArray[Any]


@dataclass(frozen=True)
class Population:
    """Individuals as arrays; they are drawn once and stay as they are.

    Attributes:
        weight: real users that one individual stands for, at the start.
        worth: worth of a request of mean size [USD].
        inverse_worth: one over it [1/USD].
        requests_per_tick: requests of all whom an individual stands for in a mean tick, at the start [of mean size].
        zone: number of the time zone.
        budget_per_day: money of all whom an individual stands for [USD/day].
        haste: share of its worth that it loses per hour of delay [1/h]; None where that is all the segment's.
        refusing: row of the table of what is refused (see ``demand.traits``): a bit for each kind of seller; or None.
        owns_machine: whether it has a machine of its own at the start.
    """

    weight: float
    worth: Values
    inverse_worth: Values
    requests_per_tick: Values
    zone: NDArray[np.int8]
    budget_per_day: Values
    owns_machine: NDArray[np.bool_]
    refusing: NDArray[np.int16] | None = None
    haste: Values | None = None


def draw_population(segment: Segment, tick_hours: float, streams: Streams) -> Population:
    """Draw the individuals of a segment, each of their traits from a stream of its own."""
    s, count, dtype = segment, int(segment.individuals), np.dtype(segment.dtype)
    weight = s.users / count

    def draw(what: str) -> np.random.Generator:
        return streams.stream("population", s.name, what)

    worth = s.worth_usd * bounded(np.exp(s.worth_spread * draw("worth").standard_normal(count)), s.worth_cap)
    if s.worths_usd is not None:
        worth = np.array(s.worths_usd, dtype=np.float64)
    size = np.exp(s.size_spread * draw("size").standard_normal(count))
    of_request = worth
    if s.request_spread > 0:
        tokens = np.exp(s.request_spread * draw("tokens").standard_normal(count))
        tokens *= size.sum() / (size @ tokens)
        of_request = worth * tokens**s.worth_of_size
        size, worth = size * tokens, of_request / tokens  # equation (1)
    size *= s.requests_per_day / size.mean()  # the mean is the segment's, whatever was drawn
    haste: Values | None = None
    if s.time_values.differ or s.background.share > 0:
        haste = shares_lost_per_hour(s.time_value, s.time_values, of_request / s.worth_usd, draw("time"))
        unattended = draw("background").random(count) < s.background.share
        haste = np.where(unattended, s.background.time_value, haste).astype(dtype)
        worth = np.where(unattended, s.background.worth * worth, worth)
    shares = np.cumsum([zone.share for zone in s.zones])
    zone = np.searchsorted(shares / shares[-1], draw("zone").random(count), "right").astype(np.int8)
    budget = s.budget_usd_per_day * weight * np.exp(s.size_spread * draw("budget").standard_normal(count))
    refusing = np.zeros(count, dtype=np.int16)
    for bit, refusal in enumerate(s.refusals):
        refusing |= np.int16(1 << bit) * (draw(f"refuses {refusal.kind}").random(count) < refusal.share)
    return Population(
        refusing=refusing if s.refusals else None,
        haste=haste,
        weight=weight,
        worth=worth.astype(dtype),
        inverse_worth=(1.0 / worth).astype(dtype),
        requests_per_tick=(size * weight * tick_hours / 24.0).astype(dtype),
        zone=zone,
        budget_per_day=budget.astype(dtype),
        owns_machine=draw("local").random(count) < (s.local.owners if s.local else 0.0),
    )
