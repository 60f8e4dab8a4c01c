"""Granting: how much of their quotas sellers grant, by how full machines are and by what they are worth to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.kinds import answered
from market.simulation.founded import Founded
from market.simulation.state import Machines, Ordered, Posted, Terms
from market.supply.provider import ProviderAgent

type Floats = NDArray[np.float64]

HOURS_PER_WEEK = 168.0


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
    """The terms with the quotas of this tick: each provider grants a share of those of its limited tiers.

    ``full``: orders over capacity, by pool; ``allowed``: share of the listed quota that may be granted, by offer.
    """
    first = founded.book
    limited = np.isfinite(first.quota) | np.isfinite(first.week_quota)
    if not limited.any():
        return terms
    shares = np.array([terms.granted, terms.granted_week])
    worth = terms.rack_hour_usd.copy()
    for p in founded.providers:
        if not (p.offers.size and p.spec.quotas.cuts):
            continue
        now = rack_hour_worth(p, posted, ordered, machines, float(full[p.pools].max()))
        for k, window_h in enumerate((window_hours(founded, p), HOURS_PER_WEEK)):
            weight = -np.expm1(-founded.hours / window_h) if tick > 1 else 1.0
            worth[p.number, k] += weight * (now - worth[p.number, k])
            shares[k, p.number] = share_granted(
                p, float(shares[k, p.number]), float(full[p.pools].max()), float(worth[p.number, k])
            )
    of_window, of_week = shares[:, first.provider] * allowed
    book = replace(terms.book, quota=part_of(first.quota, of_window), week_quota=part_of(first.week_quota, of_week))
    return Terms(book, shares[0], shares[1], worth)


def share_granted(p: ProviderAgent, granted: float, utilisation: float, rent_usd: float) -> float:
    """What a provider's policy grants of the quotas of a window."""
    policy = p.spec.quotas
    share = policy(granted, utilisation, rent_usd)
    return float(answered(f"provider '{p.name}': quota policy ", policy, share, None, "share of the quota granted [1]"))


def part_of(quota: Floats, share: Floats) -> Floats:
    """A share of the quotas that there are."""
    limited = np.isfinite(quota)
    return np.where(limited, np.where(limited, quota, 0.0) * share, quota)


def window_hours(founded: Founded, p: ProviderAgent) -> float:
    """The shortest window of a provider's quotas [h]; a day where it has none."""
    book = founded.book
    ticks = book.quota_ticks[p.offers][np.isfinite(book.quota[p.offers])]
    return float(ticks.min()) * founded.hours if ticks.size else 24.0


def rack_hour_worth(
    p: ProviderAgent, posted: Posted, ordered: Ordered, machines: Machines, utilisation: float
) -> float:
    """What a rack-hour was worth to a provider in the last tick [USD].

    What one more cost to rent, where it rents by the hour; and where more was ordered than its machines could do, at
    least what tokens that it sells earn on one, since that is what a request of a plan then stands in the way of.
    """
    rent = float(machines.allotment.price) if p.spec.spot else 0.0
    if utilisation <= 1.0:
        return rent
    book = posted.book
    orders = ordered.orders[:, p.offers] * (book.price[p.offers] > 0)
    work = float((orders * book.work[:, p.offers]).sum())
    paid = orders * book.billed[:, p.offers] * (book.price[p.offers] - p.marginal_cost(np.zeros(p.offers.size), 0.0))
    return max(rent, float(paid.sum()) / work) if work > 0 else rent
