"""The individuals, or cells, who stand for a segment's users: what each asks and what it is worth to each, and where.

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

from market.demand.contexts import UNLIMITED, too_long
from market.demand.draws import Cells, Draws, Individuals
from market.demand.haste import bounded, shares_lost_per_hour
from market.demand.segment import Segment
from market.demand.traits import Barred, numbered
from market.randomness import Streams

type Values = NDArray[Any]


@dataclass(frozen=True)
class Population:
    """Individuals, or cells, as arrays; they are drawn once and stay as they are.

    Attributes:
        weight: real users that one individual stands for on average, at the start.
        relative: those over the mean, by individual, or one number for all.
        worth: worth of a request of mean size [USD].
        inverse_worth: one over it [1/USD].
        requests_per_tick: requests of all whom an individual stands for in a mean tick, at the start [of mean size].
        zone: number of the time zone.
        of_zones: share of the users who live in each zone, where all are in every cell; None where each lives in one.
        budget_per_day: money of all whom an individual stands for [USD/day].
        haste: share of its worth that it loses per hour of delay [1/h]; None where that is all the segment's.
        too_long: offers whose model cannot attend to requests of some; None where it can to all.
        refusing: row of the table of what is no option (see ``demand.traits``): a bit for each kind of seller, and how
            many contexts its requests pass; or None.
        owns_machine: whether it has a machine of its own at the start.
    """

    weight: float
    relative: Values | float
    worth: Values
    inverse_worth: Values
    requests_per_tick: Values
    zone: NDArray[np.int8]
    budget_per_day: Values
    owns_machine: NDArray[np.bool_]
    of_zones: Values | None = None
    refusing: NDArray[np.integer[Any]] | None = None
    haste: Values | None = None
    too_long: Barred | None = None


def draw_population(segment: Segment, tick_hours: float, streams: Streams, contexts: Values = UNLIMITED) -> Population:
    """The individuals of a segment, or its cells.

    ``contexts``: tokens that an offer's model can attend to at most, by offer; none where that limits nobody.
    """
    draws: Draws = Cells(segment) if segment.cells else Individuals(segment, streams)
    s, count, dtype = segment, draws.count, np.dtype(segment.dtype)
    weight, relative = s.users / count, draws.relative
    if s.worths_usd is not None:
        worth = draws.of_listed("worth", s.worths_usd)
    else:
        worth = s.worth_usd * bounded(np.exp(s.worth_spread * draws.normal("worth")), s.worth_cap)
    size = np.exp(s.size_spread * draws.normal("size"))
    of_request, tokens = worth, np.ones(count)
    if s.request_spread > 0:
        tokens = np.exp(s.request_spread * draws.normal("tokens"))
        tokens *= (relative * size).sum() / ((relative * size) @ tokens)
        of_request = worth * tokens**s.worth_of_size
        size, worth = size * tokens, of_request / tokens  # equation (1)
    size *= s.requests_per_day / (relative * size).mean()  # the mean is the segment's, whatever was drawn
    haste: Values | None = None
    if s.time_values.differ or s.background.share > 0:
        haste = shares_lost_per_hour(s.time_value, s.time_values, of_request / s.worth_usd, draws.normal("time"))
        unattended = draws.chosen("background", s.background.share)
        haste = np.where(unattended, s.background.time_value, haste).astype(dtype)
        worth = np.where(unattended, s.background.worth * worth, worth)
    budget = s.budget_usd_per_day * weight * np.exp(s.size_spread * draws.normal("budget"))
    refusing = np.zeros(count, dtype=np.int16)
    for bit, refusal in enumerate(s.refusals):
        refusing |= np.int16(1 << bit) * draws.chosen(f"refuses {refusal.kind}", refusal.share)
    refused, barred = refusing if s.refusals else None, too_long(s.workload.context * tokens, contexts)
    shares = [zone.share for zone in s.zones]
    return Population(
        refusing=refused if barred is None else numbered(refused, barred),
        haste=haste,
        weight=weight,
        relative=relative,
        worth=worth.astype(dtype),
        inverse_worth=(1.0 / worth).astype(dtype),
        requests_per_tick=(size * relative * weight * tick_hours / 24.0).astype(dtype),
        zone=draws.place("zone", shares),
        of_zones=np.array(shares) if draws.merged else None,
        budget_per_day=budget.astype(dtype),
        owns_machine=draws.chosen("local", s.local.owners if s.local else 0.0),
        too_long=barred,
    )


def sum_by_zone(values: Values, zone: Values, of_zones: Values | None, zones: int) -> Values:
    """Sums of values by zone, of individuals who live in one each, or of cells that hold users of all."""
    if of_zones is None:
        return np.bincount(zone, weights=values, minlength=zones)
    return np.asarray(of_zones * values.sum())
