"""What was trained, over what keeps up with the clock, and how far ahead of it models are by that."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from market.supply.term_market import HOURS_A_YEAR

if TYPE_CHECKING:
    from market.simulation.founded import Founded
    from market.simulation.state import Known, Machines
    from market.supply.research import ResearchAgent
    from market.supply.wholesale import Allotment

type Floats = NDArray[np.float64]


def choosing(founded: Founded) -> list[ResearchAgent]:
    """Research that rents what pays, and whose models are as good as what was trained."""
    return [one for one in founded.researchers if one.spec.policy.chooses]


def trained_lately(founded: Founded, tick: int, before: Floats, allotment: Allotment, again: Floats) -> Floats:
    """Racks that trained over those that keep up with the clock, running mean, by budget.

    ``again``: rack-hours that went into work lost with machines taken back, by budget.
    """
    some = choosing(founded)
    if not some:
        return before
    made, years, hours = before.copy(), founded.calendar.years(tick), founded.hours
    passed = hours / HOURS_A_YEAR / founded.calendar.simulated_share
    racks = (allotment.research + allotment.research_at_list.sum(axis=0) - again) / hours
    for one in some:
        now = float(racks[one.number]) / one.spec.keeps_up(years)
        made[one.number] = now + (float(before[one.number]) - now) * math.exp(-passed / one.spec.policy.lag_years)
    return made


def worth_of_training(founded: Founded, tick: int, machines: Machines, known: Known) -> Floats:
    """What a rack-hour more of training brings [USD], by provider; 0 before it knows, and where nobody chooses."""
    worth = np.zeros(len(founded.providers))
    for one in choosing(founded):
        stake, trained = float(known.year_ahead_usd[one.number]), float(machines.trained[one.number])
        keeps_up = one.spec.keeps_up(founded.calendar.years(tick))
        worth[founded.number_of[one.spec.funder]] = one.spec.policy.worth(stake, keeps_up, trained)
    return worth


def years_ahead(founded: Founded, trained: Floats) -> Floats:
    """Years by which models are ahead of their paths, by provider."""
    ahead = np.zeros(len(founded.providers))
    for one in choosing(founded):
        ahead[founded.number_of[one.spec.funder]] = one.spec.policy.years_ahead(float(trained[one.number]))
    return ahead
