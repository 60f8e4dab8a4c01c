"""What is asked of the app: a scenario, changes, a length, users and a seed; and the command that asks the same."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from capacity.errors import InputError
from scenarios.definition.scenario import Scenario
from scenarios.loading.scenarios import load
from scenarios.runs.changes import changes_of
from scenarios.runs.settings import Settings
from scenarios.text.toml import value as toml_value

#: Lines of the box for any parameter; and characters of a line.
MOST_LINES: Final = 50
LONGEST_LINE: Final = 2_000
#: Characters of what somebody typed that are said again.
MOST_SAID: Final = 40


@dataclass(frozen=True)
class RunRequest:
    """A run that somebody wishes for.

    Attributes:
        scenario: name in the library, or ``name:variant``.
        sets: changes, each ``path=value`` as for ``tokenmarket run --set``, in order.
        days: length [days].
        users: simulated users.
        seed: seed of every random stream.
    """

    scenario: str
    sets: tuple[str, ...]
    days: float
    users: int
    seed: int

    def settings(self) -> Settings:
        """The validated settings; what is wrong is an ``InputError``, the same as on the command line.

        The first call takes a second or two: it imports the model.
        """
        return Settings(_loaded(self.scenario, self.sets), self.days, self.seed, self.users)

    @property
    def changes(self) -> dict[str, Any]:
        """Paths that differ from the scenario of the library, with their values."""
        return changes_of(self.settings().scenario)

    @property
    def command(self) -> str:
        """The command that makes the same run, number for number."""
        return self.command_for(self.days)

    def command_for(self, days: float) -> str:
        """The same for another length: for a run that was stopped, or is stepped."""
        words = ["tokenmarket", "run", self.scenario, "--days", f"{days:.10g}", "--users", str(self.users)]
        words += ["--seed", str(self.seed)]
        for one in self.sets:
            words += ["--set", one]
        return shlex.join(words)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**vars(self), "sets": list(self.sets)}

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> RunRequest:
        """From plain values."""
        return cls(**{**data, "sets": tuple(data["sets"])})


@lru_cache(maxsize=64)
def _loaded(scenario: str, sets: tuple[str, ...]) -> Scenario:
    return load(scenario, sets)


def number(name: str, text: str) -> float:
    """A number that somebody typed; what is too small or too large for a run, ``RunRequest.settings`` says."""
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{name} is {_quoted(text)}, but must be a number, written like 7 or 0.5") from None


def whole_number(name: str, text: str) -> int:
    """The same for a whole number."""
    try:
        return int(text)
    except ValueError:
        raise InputError(f"{name} is {_quoted(text)}, but must be a whole number, written like 2000") from None


def _quoted(text: str) -> str:
    return f"'{text if len(text) <= MOST_SAID else text[:MOST_SAID] + '...'}'" if text else "empty"


def sets_of(changes: Mapping[str, Any]) -> tuple[str, ...]:
    """Changes by path as ``path=value``, the values written as in TOML."""
    return tuple(f"{path}={toml_value(value)}" for path, value in changes.items())


def sets_of_lines(text: str) -> tuple[str, ...]:
    """The box: one ``path=value`` a line; empty lines and lines that begin with # do not count."""
    lines = [line.strip() for line in text.splitlines()]
    kept = [line.removeprefix("--set ").strip() for line in lines if line and not line.startswith("#")]
    if len(kept) > MOST_LINES:
        raise InputError(f"there are {len(kept)} lines, but at most {MOST_LINES}: write a TOML file and run that")
    for line in kept:
        if len(line) > LONGEST_LINE:
            raise InputError(f"the line '{line[:40]}...' has {len(line):,} characters, but at most {LONGEST_LINE:,}")
    return tuple(kept)
