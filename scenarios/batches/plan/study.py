"""A study: what is run, as a plan in values. Cases times seeds; nothing here runs anything.

study = study_of("off-peak:*", vary={"supply.growth": [2, 3.4]}, seeds=8, days=7, users=500)
study.runs[0]                      # Run(number=0, case=Case('off-peak, supply.growth=2', ...), seed=1)
study.scenario(study.cases[0])     # the resolved scenario
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, overload

from capacity.errors import InputError, UnknownNameError, nearest, require, require_whole
from scenarios.batches.plan.sampling import Sampling
from scenarios.definition.scenario import Scenario
from scenarios.loading.own_files import OwnSource
from scenarios.results.frames import ALL_COLUMNS
from scenarios.runs.settings import MOST_DAYS, MOST_USERS
from scenarios.text import toml

#: Of the record of a study, and the first columns of its table of cases.
FORMAT: Final = 1
COLUMNS: Final = ("label", "scenario", "variant")
#: Largest seed of a run.
LARGEST_SEED: Final = 2**62


@dataclass(frozen=True)
class Case:
    """One cell of a design: what is run, but for its seed.

    Attributes:
        label: unique and readable, such as "off-peak: dynamic, supply.growth=3.4".
        base: name of the scenario.
        variant: name of one of its variants, or nothing.
        changes: path to value, the inputs that vary.
    """

    label: str
    base: str
    variant: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", {path: plain(value) for path, value in self.changes.items()})

    @property
    def key(self) -> str:
        """Which of the study's scenarios it starts from."""
        return f"{self.base}:{self.variant}" if self.variant else self.base


@dataclass(frozen=True)
class Run:
    """One run of a study: its place in the order, what is run, and the seed."""

    number: int
    case: Case
    seed: int


@dataclass(frozen=True)
class Runs(Sequence[Run]):
    """All runs of a study, made when they are looked at.

    Every case with the first seed, then every case with the second: a batch that stops early has whole comparisons.
    """

    cases: tuple[Case, ...]
    seeds: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.cases) * len(self.seeds)

    @overload
    def __getitem__(self, number: int) -> Run: ...
    @overload
    def __getitem__(self, number: slice) -> list[Run]: ...
    def __getitem__(self, number: int | slice) -> Run | list[Run]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        at = number + len(self) if number < 0 else number
        if not 0 <= at < len(self):
            raise IndexError(f"run {number} of {len(self)}")
        return Run(at, self.cases[at % len(self.cases)], self.seeds[at // len(self.cases)])


@dataclass(frozen=True)
class Study:
    """A plan of runs.

    Attributes:
        name: what it is called.
        question: what it asks.
        scenarios: what the cases start from, resolved, with all that --set changed: by "off-peak", and a variant by
            "off-peak:dynamic" (``Case.key``).
        cases: what is compared.
        seeds: every case is run with every one of them: common random numbers.
        days: length of a run [days]; None for each scenario's own.
        users: simulated users.
        keep: frames that are kept on disk, beside the summaries.
        sampling: how the cases were sampled, where they were.
        own_files: files of one's own that define what the scenarios name; every worker imports them.
        notes: what was decided on the way, such as a size that was rounded up; no part of what the study is.
    """

    name: str
    question: str
    scenarios: Mapping[str, Scenario]
    cases: tuple[Case, ...]
    seeds: tuple[int, ...]
    days: float | None = None
    users: int = 2_000
    keep: tuple[str, ...] = ()
    sampling: Sampling | None = None
    own_files: tuple[OwnSource, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.cases:
            raise InputError("a study needs at least one case")
        _check_seeds(self.seeds)
        _check_cases(self.cases, self.scenarios)
        _check_size(self.days, self.users, self.keep)

    # -------------------------------------------------------------------------------- what is run

    @property
    def runs(self) -> Runs:
        """Every run in a fixed order, made when it is looked at."""
        return Runs(self.cases, self.seeds)

    @property
    def inputs(self) -> list[str]:
        """Paths that vary."""
        return list(dict.fromkeys(path for case in self.cases for path in case.changes))

    def scenario(self, case: Case) -> Scenario:
        """What a case runs: resolved, with its variant and its changes."""
        base = self.scenarios[case.key]
        return base.with_changes(case.changes, f"case '{case.label}'") if case.changes else base

    # -------------------------------------------------------------------------------- what it is

    def record(self) -> dict[str, Any]:
        """All but scenarios and cases as plain values."""
        made: dict[str, Any] = {
            "format": FORMAT,
            "name": self.name,
            "question": self.question,
            "seeds": list(self.seeds),
            "users": self.users,
            "keep": list(self.keep),
        }
        if self.days is not None:
            made["days"] = self.days
        if self.sampling is not None:
            made["sampling"] = self.sampling.record()
        if self.own_files:
            made["own_files"] = [{"name": own.name, "sha256": own.sha256} for own in self.own_files]
        return made

    def cases_text(self) -> str:
        """The cases as CSV; values as in TOML, so that 5 and 5.0, "5" and true stay what they are."""
        inputs, text = self.inputs, io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*COLUMNS, *inputs])
        for case in self.cases:
            cells = [_cell(case.changes[path]) if path in case.changes else "" for path in inputs]
            writer.writerow([case.label, case.base, case.variant, *cells])
        return text.getvalue()

    @property
    def digest(self) -> str:
        """A hash of all of it, the same on every machine."""
        digests = {key: scenario.digest for key, scenario in self.scenarios.items()}
        record = json.dumps([self.record(), digests], sort_keys=True)
        return hashlib.sha256(f"{record}\n{self.cases_text()}".encode()).hexdigest()


def _cell(value: Any) -> str:
    if isinstance(value, str):
        bare = value == value.strip() and value != "" and value.isprintable() and toml.parse_value(value) == value
        return value if bare else toml.value(value)
    return toml.value(value)


def plain(value: Any) -> Any:
    """A value as TOML knows it: numpy's numbers as Python's, tuples and arrays as lists."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if not isinstance(value, bool | int | float | str | date):
        raise InputError(f"{value!r} cannot be the value of a parameter: use a number, text, true, false or a list")
    return value


def _check_seeds(seeds: tuple[int, ...]) -> None:
    if not seeds:
        raise InputError("--seeds names no seed, but a study needs at least one")
    seen = set()
    for seed in seeds:
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
            raise InputError(f"--seeds names {seed!r}, but a seed is a whole number from 0 to {LARGEST_SEED}")
        if seed in seen:
            raise InputError(f"--seeds names {seed} twice: the same run again says nothing new")
        seen.add(seed)


def _check_cases(cases: tuple[Case, ...], scenarios: Mapping[str, Scenario]) -> None:
    labels: set[str] = set()
    cells: dict[str, str] = {}
    for case in cases:
        if case.key not in scenarios:
            raise UnknownNameError(f"case '{case.label}' starts from '{case.key}'{nearest(case.key, scenarios)}")
        if case.label in labels:
            raise InputError(f"label '{case.label}' is listed twice")
        if not case.label.isprintable() or not case.label:
            raise InputError(f"label {case.label!r} cannot be printed: a scenario or variant needs another name")
        labels.add(case.label)
        cell = repr((case.key, [(path, _number(case.changes[path])) for path in sorted(case.changes)]))
        if cell in cells:
            raise InputError(f"case '{case.label}' is the same as case '{cells[cell]}': list it once")
        cells[cell] = case.label


def _number(value: Any) -> Any:
    # 5 and 5.0 are the same case.
    if isinstance(value, list):
        return [_number(one) for one in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53 else value


def _check_size(days: float | None, users: int, keep: tuple[str, ...]) -> None:
    if days is not None:
        require("--days", days, above=0, at_most=MOST_DAYS)
    require_whole("--users", users, at_least=1, at_most=MOST_USERS)
    for name in keep:
        if name not in ALL_COLUMNS:
            known = ", ".join(ALL_COLUMNS)
            raise UnknownNameError(f"--keep is '{name}'{nearest(name, ALL_COLUMNS)}, but frames are {known}")
