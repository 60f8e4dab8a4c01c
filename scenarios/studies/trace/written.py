"""A log as a scenario: the baseline with requests, loads and burstiness of segments as the log has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError, UnknownNameError, nearest, require
from capacity.reading import check_path
from scenarios.library import SCENARIOS
from scenarios.loading.checking import checked
from scenarios.parameters.fields import SEGMENTS
from scenarios.studies.trace.profile import Profile, profile
from scenarios.studies.trace.trace import Trace
from scenarios.text import toml
from scenarios.text.files import write_whole

BASELINE: Final = "baseline-2026"
#: The widest spread of lengths that a workload may have.
MOST_SPREAD: Final = 5.0


@dataclass(frozen=True)
class Target:
    """Where a log goes.

    Attributes:
        path: the TOML file; loads are written beside it.
        segments: segment of each class; several classes may be of one.
        users: how many people a segment's requests in the log are from, where that is known.
        force: whether files that are there may be replaced.
    """

    path: Path
    segments: Mapping[str, str]
    users: Mapping[str, float] = field(default_factory=dict)
    force: bool = False

    def __post_init__(self) -> None:
        check_path(self.path, f"--out {self.path}")
        if not self.segments:
            raise InputError(f"--out {self.path} needs --class, for example --class coding=coders")
        for option, given in (("class", set(self.segments.values())), ("users", set(self.users))):
            for segment in sorted(given):
                if segment not in SEGMENTS:
                    near = nearest(segment, SEGMENTS)
                    raise UnknownNameError(
                        f"--{option} names the segment '{segment}', but must name one of {', '.join(SEGMENTS)}{near}"
                    )
        for segment, users in self.users.items():
            require(f"--users {segment}", users, above=0, at_most=1e11)
            if segment not in self.segments.values():
                raise InputError(f"--users names {segment}, but no --class is of that segment")
        if self.path.suffix != ".toml":
            raise InputError(f"--out {self.path}: the name must end in .toml")
        if not self.path.resolve().parent.is_dir():
            raise InputError(f"--out {self.path}: the folder '{self.path.parent}' does not exist")
        for path in (self.path, *map(self.load_path, self.segments.values())):
            if path.is_dir() or (path.exists() and not self.force):
                raise InputError(f"--out: '{path}' is there already: replace it with --force, or choose another")

    def load_path(self, segment: str) -> Path:
        """Where a segment's load goes."""
        return self.path.with_name(f"{self.path.stem}-{segment}.csv")


def write(trace: Trace, target: Target) -> Iterator[Path]:
    """Write the scenario and its loads, all of which has been checked; yields each file."""
    for name in target.segments:
        if name not in trace.tallies:
            known = ", ".join(trace.tallies)
            raise UnknownNameError(
                f"--class names '{name}', but classes in {trace.path} are {known}{nearest(name, trace.tallies)}"
            )
    found = {
        segment: _of_segment(trace, target, segment) for segment in SEGMENTS if segment in target.segments.values()
    }
    tables = {segment: _table(one, target.users.get(segment)) for segment, one in found.items()}
    about = {
        "question": f"What becomes of the market with the requests of {trace.path.name}?",
        "source": _source(trace),
    }
    _check(target, about, tables, found)
    for segment, one in found.items():
        if one.weekday:
            path = target.load_path(segment)
            tables[segment] = {"shape": path.name, **tables[segment]}
            write_whole(path, _load(one).encode())
            yield path
    write_whole(target.path, toml.write({"extends": BASELINE, **about, "demand": tables}).encode())
    yield target.path


def _of_segment(trace: Trace, target: Target, segment: str) -> Profile:
    tallies = [trace.tallies[name] for name, of in target.segments.items() if of == segment]
    return profile(trace, reduce(add, tallies))


def _table(one: Profile, users: float | None) -> dict[str, Any]:
    """Parameters of a segment."""
    spread = min(one.size_spread, MOST_SPREAD)
    request = {"input": one.input, "cached": one.cached, "output": one.output, "spread": spread}
    table: dict[str, Any] = {}
    if users is not None:
        table["requests_per_day"] = _rounded(one.requests_per_day / users)
    if one.burstiness == one.burstiness:  # it can be told
        table["burstiness"] = _rounded(max(one.burstiness, 1.0))
    return {**table, "request": {name: _rounded(value) for name, value in request.items()}}


def _rounded(value: float) -> float:
    """Six digits: more than a log knows."""
    return float(f"{value:.6g}")


def _check(
    target: Target, about: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]], found: Mapping[str, Profile]
) -> None:
    """Say so before anything is written if the market cannot be: a request longer than any model takes, say."""
    changes: dict[str, Any] = {"name": target.path.stem, **about}
    for segment, table in tables.items():
        at = f"demand.{segment}"
        changes |= {f"{at}.request.{name}": value for name, value in table["request"].items()}
        changes |= {f"{at}.{name}": value for name, value in table.items() if name != "request"}
        if one := found[segment].weekday:
            loads = {"weekday": list(one), "weekend": list(found[segment].weekend)}
            changes[f"{at}.shape"] = {"load": target.load_path(segment).name, **loads}
    checked(SCENARIOS[BASELINE].with_changes(changes, f"{target.path}"), f"{target.path}")


def _load(one: Profile) -> str:
    rows = zip(range(24), one.weekday, one.weekend, strict=True)
    return "hour,weekday,weekend\n" + "".join(f"{hour},{day:.6g},{end:.6g}\n" for hour, day, end in rows)


def _source(trace: Trace) -> str:
    first, last = (datetime.fromtimestamp(one, UTC).isoformat(timespec="minutes") for one in (trace.first, trace.last))
    return f"{trace.requests:,} requests from {first} to {last} in {trace.path.name}, sha256 {trace.sha256}"
