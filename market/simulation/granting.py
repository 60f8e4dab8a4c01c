"""Granting: how much of their quotas sellers grant, by how full machines are and by what they are worth to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError
from market.demand.subscriptions import DAYS_PER_MONTH
from market.kinds import answered
from market.simulation.founded import Founded
from market.simulation.state import Machines, Ordered, Posted, Terms
from market.supply.provider import ProviderAgent
from market.supply.quotas import Standing

type Floats = NDArray[np.float64]

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

    ``full``: orders over capacity, by pool; ``allowed``: what events leave of what policies grant, by offer.
    """
    limits = founded.quota_limits
    if not np.isfinite(limits).any():
        return terms
    granted, worth = terms.granted.copy(), terms.rack_hour_usd.copy()
    usual = usual_requests(founded, terms.requests, posted, ordered)
    loads, rents, shares = full.tolist(), ordered.cleared.rents.tolist(), granted.tolist()
    takes, pays = taken_and_paid(founded, posted, usual)
    brings = ((founded.fee + founded.user_worth) / DAYS_PER_MONTH).tolist()
    for p in founded.providers:
        if not founded.cuts_quotas[p.number]:
            continue
        utilisation, scarce = (max(values[pool] for pool in p.pools) for values in (loads, rents))
        now = rack_hour_worth(p, posted, ordered, machines, utilisation, scarce)
        for k, weight in enumerate(founded.quota_pace[:, p.number].tolist()):
            rent = float(worth[k, p.number])
            rent += (weight if tick > 1 else 1.0) * (now - rent)
            worth[k, p.number] = rent
            for j in founded.limited_offers[k][p.number]:
                standing = Standing(shares[k][j], utilisation, rent, takes[k][j], pays[k][j], brings[j])
                granted[k, j] = share_granted(p, standing)
    quota, week_quota = part_of(limits, granted * allowed)
    return Terms(replace(terms.book, quota=quota, week_quota=week_quota), granted, worth, usual)


def usual_requests(founded: Founded, before: Floats, posted: Posted, ordered: Ordered) -> Floats:
    """What a request takes and is billed for, running means, by kind of window, and offer.

    That is rack-hours, and million tokens billed. A tick in which an offer was not ordered says nothing.
    """
    book, orders = posted.book, ordered.orders
    requests = orders.sum(axis=0)
    total = np.array([(orders * book.work).sum(axis=0), (orders * book.billed).sum(axis=0)])
    now = np.divide(total, requests, out=before.copy(), where=requests > 0)
    weight = np.where(founded.cuts_quotas, founded.quota_pace, 0.0)[:, book.provider]
    return np.asarray(before + weight[:, None, :] * (now - before))


def taken_and_paid(founded: Founded, posted: Posted, usual: Floats) -> tuple[list[list[float]], list[list[float]]]:
    """What a user who takes all of a listed quota takes [rack-h] and pays [USD] a day, by kind of window and offer.

    ``usual``: what a request takes and is billed for.
    """
    per_day = np.where(np.isfinite(founded.quota_limits), founded.quota_limits * founded.windows_a_day, 0.0)
    left = posted.book.price - founded.upkeep
    return (per_day * usual[:, 0]).tolist(), (per_day * usual[:, 1] * left).tolist()


def share_granted(p: ProviderAgent, standing: Standing) -> float:
    """What a provider's policy grants of a quota."""
    policy = p.spec.quotas
    what = "share of the quota granted [1]"
    try:
        return float(answered("quota policy", policy, policy(standing), None, what, low=0.0, high=policy.most_granted))
    except InputError as error:
        raise InputError(f"provider '{p.name}': {error}") from error


def part_of(quota: Floats, share: Floats) -> Floats:
    """A share of the quotas that there are."""
    limited = np.isfinite(quota)
    return np.where(limited, np.where(limited, quota, 0.0) * share, quota)


def rack_hour_worth(
    p: ProviderAgent, posted: Posted, ordered: Ordered, machines: Machines, utilisation: float, scarce: float
) -> float:
    """What a rack-hour was worth to a provider in the last tick [USD].

    What one cost on the spot market, where it rents there or under contract: so much it could do without, or would have
    to pay for more; at least what an auction charges for scarce ones (``scarce``). Where more was ordered than its
    machines could do, at least what tokens that it sells earn on one, since that is what a request of a plan stands in
    the way of.
    """
    rents = p.spec.spot or machines.contracted_racks[p.number] > 0
    rent = max(float(machines.allotment.price) if rents else 0.0, scarce)
    if utilisation <= FULL:
        return rent
    book = posted.book
    orders = ordered.orders[:, p.offers] * (book.price[p.offers] > 0)
    work = float((orders * book.work[:, p.offers]).sum())
    paid = orders * book.billed[:, p.offers] * (book.price[p.offers] - p.marginal_cost(np.zeros(p.offers.size), 0.0))
    return max(rent, float(paid.sum()) / work) if work > 0 else rent
