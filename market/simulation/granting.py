"""Granting: how much of their quotas sellers grant, by how full machines are and by what they are worth to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.calendar import DAYS_PER_WEEK
from market.demand.subscriptions import DAYS_PER_MONTH
from market.kinds import answered
from market.simulation.founded import Founded
from market.simulation.state import Machines, Ordered, Posted, Terms
from market.supply.provider import ProviderAgent
from market.supply.quotas import Standing

type Floats = NDArray[np.float64]

HOURS_PER_WEEK = 24.0 * DAYS_PER_WEEK
#: Orders over capacity above which machines are full: an auction fills them to rounding, and its rents tell.
FULL = 1.0 + 1e-6


def grant_quotas(
    founded: Founded,
    tick: int,
    terms: Terms,
    posted: Posted,
    ordered: Ordered,
    machines: Machines,
    full: Floats,
    allowed: Floats,
) -> Terms:
    """The terms with the quotas of this tick: each provider grants a share of those of its limited offers.

    ``full``: orders over capacity, by pool; ``allowed``: share of the listed quota that may be granted, by offer.
    """
    first = founded.book
    limits = np.array([first.quota, first.week_quota])
    if not np.isfinite(limits).any():
        return terms
    windows_a_day = founded.calendar.ticks_per_day / first.quota_ticks
    per_day = limits * np.array([windows_a_day, np.full(first.offers, 1.0 / DAYS_PER_WEEK)])
    granted, worth, usual = terms.granted.copy(), terms.rack_hour_usd.copy(), terms.requests.copy()
    for p in founded.providers:
        if not (p.offers.size and p.spec.quotas.cuts):
            continue
        utilisation = float(full[p.pools].max())
        now, ordered_now = rack_hour_worth(p, posted, ordered, machines, utilisation), requests_of(p, posted, ordered)
        for k, window_h in enumerate((window_hours(founded, p), HOURS_PER_WEEK)):
            weight = -np.expm1(-founded.hours / window_h)
            worth[k, p.number] += (weight if tick > 1 else 1.0) * (now - worth[k, p.number])
            before = usual[k][:, p.offers]
            usual[k][:, p.offers] += weight * (np.where(np.isnan(ordered_now), before, ordered_now) - before)
            for j, standing in standings(founded, p, posted, per_day[k], usual[k]):
                whole = standing._replace(granted=granted[k, j], utilisation=utilisation, rent_usd=worth[k, p.number])
                granted[k, j] = share_granted(p, whole)
    quota, week_quota = (part_of(limit, share) for limit, share in zip(limits, granted * allowed, strict=True))
    return Terms(replace(terms.book, quota=quota, week_quota=week_quota), granted, worth, usual)


def standings(
    founded: Founded, p: ProviderAgent, posted: Posted, per_day: Floats, usual: Floats
) -> Iterator[tuple[int, Standing]]:
    """Each own offer with a quota: what a user who takes all of it takes, pays and brings in a day.

    ``per_day``: requests of the listed quota a day, by offer; ``usual``: what a request takes and is billed for.
    """
    brings = (founded.fee + founded.user_worth) / DAYS_PER_MONTH
    left = posted.book.price[p.offers] - p.marginal_cost(np.zeros(p.offers.size), 0.0)
    for k, j in enumerate(p.offers):
        if np.isfinite(per_day[j]):
            rack_hours, billed = (float(per_day[j] * each) for each in usual[:, j])
            yield int(j), Standing(rack_hours=rack_hours, pays_usd=billed * float(left[k]), brings_usd=float(brings[j]))


def share_granted(p: ProviderAgent, standing: Standing) -> float:
    """What a provider's policy grants of a quota."""
    policy = p.spec.quotas
    share = policy(standing)
    return float(answered(f"provider '{p.name}': quota policy ", policy, share, None, "share of the quota granted [1]"))


def part_of(quota: Floats, share: Floats) -> Floats:
    """A share of the quotas that there are."""
    limited = np.isfinite(quota)
    return np.where(limited, np.where(limited, quota, 0.0) * share, quota)


def requests_of(p: ProviderAgent, posted: Posted, ordered: Ordered) -> Floats:
    """Rack-hours, and million tokens billed, of a request of each own offer in the last tick; NaN where none was."""
    book, orders = posted.book, ordered.orders[:, p.offers]
    requests, each = orders.sum(axis=0), (book.work[:, p.offers], book.billed[:, p.offers])
    total = np.array([(orders * of_one).sum(axis=0) for of_one in each])
    return np.asarray(np.divide(total, requests, out=np.full(total.shape, np.nan), where=requests > 0))


def window_hours(founded: Founded, p: ProviderAgent) -> float:
    """The shortest window of a provider's quotas [h]; a day where it has none."""
    book = founded.book
    ticks = book.quota_ticks[p.offers][np.isfinite(book.quota[p.offers])]
    return float(ticks.min()) * founded.hours if ticks.size else 24.0


def rack_hour_worth(
    p: ProviderAgent, posted: Posted, ordered: Ordered, machines: Machines, utilisation: float
) -> float:
    """What a rack-hour was worth to a provider in the last tick [USD].

    What one cost on the spot market, where it rents there or under contract: so much it could do without, or would have
    to pay for more; at least what an auction charges for scarce ones. Where more was ordered than its machines could
    do, at least what tokens that it sells earn on one, since that is what a request of a plan stands in the way of.
    """
    rents = p.spec.spot or machines.contracted_racks[p.number] > 0
    scarce = float(ordered.cleared.rents[p.pools].max())
    rent = max(float(machines.allotment.price) if rents else 0.0, scarce)
    if utilisation <= FULL:
        return rent
    book = posted.book
    orders = ordered.orders[:, p.offers] * (book.price[p.offers] > 0)
    work = float((orders * book.work[:, p.offers]).sum())
    paid = orders * book.billed[:, p.offers] * (book.price[p.offers] - p.marginal_cost(np.zeros(p.offers.size), 0.0))
    return max(rent, float(paid.sum()) / work) if work > 0 else rent
