"""Runs of the hindcast: a seed each, with values of what is not known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from capacity.errors import InputError
from scenarios.definition.scenario import Scenario
from scenarios.studies.hindcast.doubt import doubtful, drawn, with_values
from scenarios.studies.hindcast.running import run

#: Months that can be compared begin here; a run has to go beyond it.
EARLIEST: Final = "2024-11"


@dataclass(frozen=True)
class Task:
    """What is run.

    Attributes:
        scenario: where draws begin.
        until: last month, as in 2025-12.
        seeds: a run each.
        users: simulated users.
        sets: values by path, of which each seed takes one in turn; none to draw them between their bounds.
    """

    scenario: Scenario
    until: str
    seeds: tuple[int, ...]
    users: int
    sets: tuple[Mapping[str, float], ...] = ()

    @property
    def ticks(self) -> int:
        """Ticks until the end of the last month."""
        year, month = (int(part) for part in self.until.split("-"))
        end = date(year + month // 12, month % 12 + 1, 1)
        return self.scenario.calendar().ticks_in(float((end - self.scenario.time.start).days))

    def values(self, seed: int) -> Mapping[str, float]:
        """Values of what is not known, by path."""
        return self.sets[(seed - 1) % len(self.sets)] if self.sets else drawn(seed, doubtful())

    @property
    def keys(self) -> dict[int, str]:
        """For each run a name that no other has."""
        return {seed: self._key(seed) for seed in self.seeds}

    def _key(self, seed: int) -> str:
        about = [self.scenario.digest, self.until, seed, self.users, self.values(seed)]
        return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]

    def __call__(self, seed: int) -> dict[str, Any]:
        """A run, with the values that it had."""
        values = dict(self.values(seed))
        return {"seed": seed, "values": values, **run(with_values(self.scenario, values), seed, self.users, self.ticks)}


def task_of(
    scenario: Scenario, until: str, seeds: Sequence[int], users: int, sets: Sequence[Mapping[str, float]]
) -> Task:
    """A task, if its last month can be run to."""
    checked_month(until)
    return Task(scenario, until, tuple(seeds), users, tuple(sets))


def checked_month(until: str) -> None:
    """Say so if it is no month, or one before anything can be compared."""
    try:
        date.fromisoformat(f"{until}-01")
    except ValueError:
        raise InputError(f"--until is '{until}', but must be a month, like 2025-12") from None
    if not EARLIEST <= until <= "2059-12":
        raise InputError(f"--until is {until}, but must be between {EARLIEST} and 2059-12")
