"""What individuals want in a tick, and what they can order of it at given prices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.demand.choice import Options
from market.demand.cohort import Wanted

type Floats = NDArray[np.float64]
type Who = NDArray[np.int64] | slice


class Part(NamedTuple):
    """Requests for which the same may be chosen.

    Attributes:
        options: offers to choose from.
        mass: requests of each individual.
        who: the individuals.
        local: whether those with a machine of their own may use it.
    """

    options: Options
    mass: NDArray[Any]
    who: Who
    local: bool = True


@dataclass(frozen=True)
class Plan:
    """What individuals can order at given prices.

    Attributes:
        parts: what may be chosen for requests, how many of each individual, and which individuals.
        quota_used: requests of one user that count towards a quota, by limited offer and individual.
        spent: money by individual [USD]; None without budgets.
        unaffordable: requests beyond budgets.
        induced: requests made because tokens are cheaper than at the start, less those not made for the opposite.
    """

    parts: list[Part]
    quota_used: NDArray[Any] | None
    spent: NDArray[Any] | None
    unaffordable: float
    induced: float = 0.0


@dataclass(frozen=True)
class IndividualsWanted(Wanted):
    """What individuals want in a tick, and what they have left for it; arrays over individuals.

    Attributes:
        mass: requests of all whom an individual stands for.
        spread: part of the requests that came up which is put off, by ticks from the next one on.
        came_up: requests that came up, before any was put off.
        budget_left: money left for the day [USD].
        quota_used: requests of one user that counted towards a quota today, by limited offer.
        growth, intensity: users, and requests of one user, over those at the start.
        machine_quality: worth of what a machine of one's own answers, relative to a perfect answer.
        plans: the last plan made of this, and what it was made for: the same one serves to order and to settle.
    """

    mass: NDArray[Any] = field(kw_only=True)
    spread: Floats = field(kw_only=True)
    came_up: NDArray[Any] = field(kw_only=True)
    budget_left: NDArray[Any] = field(kw_only=True)
    quota_used: NDArray[Any] = field(kw_only=True)
    growth: float = field(kw_only=True)
    intensity: float = field(kw_only=True)
    machine_quality: float = field(kw_only=True)
    plans: dict[tuple[bytes, ...], Plan] = field(default_factory=dict, kw_only=True, repr=False, compare=False)
