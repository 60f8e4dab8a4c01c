"""What individuals want in a tick, and what they can order of it at given prices."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.demand.choice import Choice
from market.demand.cohort import Wanted

type Floats = NDArray[np.float64]
type Who = NDArray[np.int64] | slice


class Part(NamedTuple):
    """Requests for which the same may be chosen.

    Attributes:
        choice: these individuals before what is open to them.
        mass: requests of each individual.
        who: the individuals.
    """

    choice: Choice
    mass: NDArray[Any]
    who: Who

    def blurred(self, noise: float) -> Part:
        """The same with tastes of this scale, in full precision."""
        c = self.choice
        choice = Choice(replace(c.options, noise=noise), c.inverse_worth, np.float64, c.traits, c.local)
        return Part(choice, self.mass.astype(np.float64), self.who)


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


def at_most_all(left: NDArray[Any], asked: NDArray[Any]) -> NDArray[Any]:
    """Share of what is asked that is left; all where nothing is asked."""
    left = np.maximum(left, 0)  # what is spent to the last may be rounded below nothing
    return np.asarray(np.divide(left, asked, out=np.ones_like(asked), where=left < asked))


def within_limits(
    each: NDArray[Any], shares: NDArray[Any], limited: NDArray[np.bool_], left: NDArray[Any], machine: float | None
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Share of each individual's requests for which limited offers and its own machine are left; quotas used.

    Args:
        each: requests of one user, by individual.
        shares: by individual and option.
        limited: whether an offer has a quota.
        left: requests that are left of these, by limited offer and individual.
        machine: requests that a machine of one's own can do, which is the last option; None for no limit.
    """
    asked = (shares[:, : limited.size][:, limited] * each[:, None]).T
    within = at_most_all(left, asked).min(axis=0, initial=1)
    if machine is not None:
        at_home = shares[:, -1] * each
        within = np.minimum(within, at_most_all(np.full_like(at_home, machine), at_home))
    return within, asked * within
