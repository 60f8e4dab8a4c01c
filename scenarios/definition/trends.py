"""How many users there are and how much they ask, where that is known by month or users come as Bass has it."""

from __future__ import annotations

import math

from capacity.errors import InputError
from market.demand.bass import Bass
from market.demand.growth import Adoption, KnownPath
from scenarios.parameters.adopting import Adopting
from scenarios.parameters.demand import Demand, Users


def growth_of(users: Users, demand: Demand) -> tuple[float, float]:
    """Factors a year by which users, and what one of them asks, grow."""
    growth, share = demand.growth, demand.users_share
    return growth**share, growth ** (1.0 - share) * users.growth_tilt


def users_path(users: Users, growth: float, share: float, scale: float) -> KnownPath | Bass | None:
    """How many users there are over those at the start, or None: by the trend.

    ``growth``: of users, a year; ``share``: theirs of the growth of demand, in logs.
    """
    come = users.adoption
    if not come.innovation + come.imitation:
        return known_path(users, growth, share)
    if users.by_month:
        raise InputError("by_month has demand as it is known, and adoption.innovation or imitation another: drop one")
    begun = users.users * scale / come.ceiling
    if begun > 1.0:
        raise InputError(
            f"adoption.ceiling is {come.ceiling:g}, but {users.users * scale:g} users are there at the start"
        )
    return Bass(come.innovation, come.imitation, begun)


def known_path(users: Users, growth: float, share: float) -> KnownPath | None:
    """A share of the log of demand where it is known by month, or None; after that it grows by ``growth`` a year."""
    if not users.by_month:
        return None
    years = tuple(k / 12.0 for k in range(len(users.by_month)))
    scale = users.by_month[0]
    return KnownPath(years, tuple(float((one / scale) ** share) for one in users.by_month), growth)


def adoption(come: Adopting) -> Adoption:
    """How users answer to what they get; the ceiling of Bass's curve is in the curve."""
    ceiling = math.inf if come.innovation + come.imitation else come.ceiling
    return Adoption(come.response, ceiling, come.start_days)
