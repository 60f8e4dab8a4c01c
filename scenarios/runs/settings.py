"""What a run is asked for: a scenario, a length, a seed and a number of users. Light: it imports no model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from capacity.errors import InputError, require
from market.economy import Economy
from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS

DEFAULT_SCENARIO: Final = "baseline-2026"
MOST_DAYS: Final = 3_660
MOST_USERS: Final = 5_000_000


@dataclass(frozen=True)
class Settings:
    """What a run is asked for.

    Attributes:
        scenario: the resolved scenario.
        length_days: length [days]; None for the scenario's own.
        seed: seed of every random stream.
        users: simulated individuals.
    """

    scenario: Scenario = SCENARIOS[DEFAULT_SCENARIO]
    length_days: float | None = None
    seed: int = 1
    users: int = 10_000

    def __post_init__(self) -> None:
        if self.length_days is not None:
            require("--days", self.length_days, above=0, at_most=MOST_DAYS)
        require("--seed", self.seed, at_least=0, at_most=2**63 - 1)
        require("--users", self.users, at_least=1, at_most=MOST_USERS)
        for name, users in self.scenario.demand.segments():
            if round(self.users * users.individuals_share) < 1:
                least = math.floor(0.5 / users.individuals_share) + 1
                raise InputError(
                    f"--users is {self.users}, but then segment '{name}' has nobody, since its individuals_share is "
                    f"{users.individuals_share:g}: at least {least} are needed"
                )

    @property
    def days(self) -> float:
        """Length [days]."""
        return self.scenario.time.days if self.length_days is None else self.length_days

    @property
    def folder(self) -> Path:
        """Where the result goes if nothing else is said."""
        return Path("results") / f"{self.scenario.name.replace(' - ', '-')}-seed{self.seed}"


def ticks_in(settings: Settings, economy: Economy) -> int:
    """Ticks in the days that were asked for."""
    ticks = economy.calendar.ticks_in(settings.days)
    if ticks < 1:
        hours = economy.calendar.tick_hours
        raise InputError(f"--days is {settings.days:g}, which is less than one tick of {hours:g} hours")
    return ticks
