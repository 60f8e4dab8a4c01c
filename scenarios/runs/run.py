"""Running a scenario: from its name, a seed and a number of users to a result."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError, require
from market import TokenMarket
from market.economy import Economy
from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS
from scenarios.results.run_folder import FORMAT, RunResult, frames_of

__all__ = ["RunResult", "Settings", "advance", "progress_bar", "run", "start"]

DEFAULT_SCENARIO: Final = "baseline-2026"
MOST_DAYS: Final = 3_660
MOST_USERS: Final = 5_000_000
REPORTED: Final = ("tokenmarket", "mesa", "numpy", "pandas", "pyarrow", "scipy", "seaborn", "matplotlib")

type Progress = Callable[[int], None]


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

    @property
    def days(self) -> float:
        """Length [days]."""
        return self.scenario.time.days if self.length_days is None else self.length_days

    @property
    def folder(self) -> Path:
        """Where the result goes if nothing else is said."""
        return Path("results") / f"{self.scenario.name.replace(' - ', '-')}-seed{self.seed}"


def start(settings: Settings) -> TokenMarket:
    """The model of a scenario, before its first tick."""
    return TokenMarket(settings.scenario.economy(settings.users), rng=settings.seed)


def ticks_in(settings: Settings, economy: Economy) -> int:
    """Ticks in the days that were asked for."""
    ticks = economy.calendar.ticks_in(settings.days)
    if ticks < 1:
        hours = economy.calendar.tick_hours
        raise InputError(f"--days is {settings.days:g}, which is less than one tick of {hours:g} hours")
    return ticks


def advance(model: TokenMarket, ticks: int, progress: Progress | None = None) -> None:
    """Run so many ticks, and tell ``progress`` after each how many are done."""
    for done in range(1, ticks + 1):
        model.step()
        if progress is not None:
            progress(done)


def run(settings: Settings, progress: Progress | None = None, command: str = "") -> RunResult:
    """Run a scenario from the first tick to the last."""
    begin, made_by = time.perf_counter(), code()
    model = start(settings)
    ticks = ticks_in(settings, model.economy)
    advance(model, ticks, progress)
    return result_so_far(settings, model, time.perf_counter() - begin, command, made_by)


def result_so_far(
    settings: Settings, model: TokenMarket, seconds: float, command: str = "", made_by: dict[str, Any] | None = None
) -> RunResult:
    """All that a model has measured in the ticks it has run, and how it was made; it may run on afterwards.

    ``seconds``: time that it took. ``made_by``: what ``code()`` said when it was started.
    """
    calendar, ticks = model.calendar, model.tick + 1
    whole = ticks == ticks_in(settings, model.economy)
    begin, end = calendar.moment(0), calendar.moment(ticks - 1) + timedelta(hours=calendar.tick_hours)
    about = {
        "format": FORMAT,
        "scenario": settings.scenario.name,
        "question": settings.scenario.question,
        "digest": settings.scenario.digest,
        "seed": settings.seed,
        "users": settings.users,
        "real_users": float(sum(getattr(segment, "users", 0.0) for segment in model.economy.segments)),
        "days": settings.days if whole else (end - begin).total_seconds() / 86_400.0,
        "ticks": ticks,
        "tick_hours": calendar.tick_hours,
        "begin": begin.isoformat(),
        "end": end.isoformat(),
        "command": command or f"{Path(sys.argv[0]).name} {' '.join(sys.argv[1:])}".strip(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_time_s": round(seconds, 3),
        "code": made_by or code(),
        "versions": versions(),
    }
    return RunResult(frames_of(model), about, settings.scenario.to_toml())


@contextmanager
def progress_bar(label: str, ticks: int, *, quiet: bool = False) -> Iterator[Progress | None]:
    """A bar on stderr with the day and the time left; nothing if quiet."""
    if quiet:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("ticks"), TimeElapsedColumn(),
        TextColumn("left"), Left(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=ticks)
        yield lambda done: bar.update(task, completed=done)


def code() -> dict[str, Any]:
    """Which code ran: a hash of all of it, and the commit where there is a repository."""
    import capacity
    import market
    import scenarios

    digest = hashlib.sha256()
    root = Path(capacity.__file__).parent.parent
    for package in (capacity, market, scenarios):
        home = Path(str(package.__file__)).parent
        for path in sorted(p for p in home.rglob("*") if p.suffix in (".py", ".csv", ".toml", ".json") and p.is_file()):
            digest.update(path.relative_to(home.parent).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return {"hash": digest.hexdigest()[:16], "commit": _commit(root)}


def _commit(root: Path) -> str | None:
    if not (root / ".git").exists():
        return None
    try:
        found = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"],
            capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None


def versions() -> dict[str, str]:
    """Versions of what the numbers and pictures depend on."""
    found = {"python": platform.python_version()}
    for name in REPORTED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
