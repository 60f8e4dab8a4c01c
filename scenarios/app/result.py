"""A result on the page: its frames, its pictures, and what can be downloaded of it."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt

from scenarios.app.run_request import RunRequest
from scenarios.pictures.registry import CHARTS
from scenarios.pictures.style import style
from scenarios.pictures.svg import svg
from scenarios.pictures.two_runs import together
from scenarios.reports.chart_cards import COLUMN, MOST
from scenarios.results import run_folder
from scenarios.results.frames import Frames
from scenarios.results.run_folder import PARAMETERS, RunResult, files_of
from scenarios.results.summary_tables import checks

if TYPE_CHECKING:
    from scenarios.pictures.svg import Theme

#: File in the zip that says what the others are.
README: Final = "README.txt"
READ_ME: Final = """{broken}A result of tokenmarket, as its app made it.

*.parquet, csv/   every table, twice: docs/reference/results.md says what the columns mean
run.json          how it was made: the command, versions, seed, users, length
scenario.toml     the scenario with all changes

This makes the same result:

    {command}

So does this, in this folder:

    {of_scenario}

Without --days the scenario runs for the days that it says in [time] itself; this result is of {days}.
"""

#: Matplotlib keeps one state for all threads, and every tab has a thread of its own.
_drawing = threading.Lock()


@dataclass
class ShownResult:
    """A result as long as it is on the page.

    Attributes:
        number: which run of this tab it is of, from 1; the steps of a run share it.
        asked: what was asked for.
        result: frames, and how they were made.
    """

    number: int
    asked: RunRequest
    result: RunResult
    pictures: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, number: int, asked: RunRequest, folder: Path) -> ShownResult:
        """From the folder that the run has written."""
        return cls(number, asked, run_folder.read(folder))

    @property
    def about(self) -> Any:
        """How it was made."""
        return self.result.about

    @property
    def file_name(self) -> str:
        """A name for its files, without an ending."""
        return f"{self.asked.scenario.replace(':', '-')}-seed{self.asked.seed}"

    @cached_property
    def broken(self) -> list[str]:
        """Sums that must add up in any run, but do not in this one."""
        return [check.name for check in checks(self.result.frames) if not check.kept]

    def picture(self, name: str, theme: Theme) -> str:
        """A chart of the registry as SVG; drawn once."""
        return self._kept(f"{name} {theme}", lambda: draw(name, self.result.frames, theme))

    def picture_with(self, last: ShownResult, theme: Theme) -> str:
        """This run and another in the same panels, as SVG; drawn once."""
        key = f"with {last.number} {last.about['ticks']} {theme}"
        return self._kept(key, lambda: draw_together(self, last, theme))

    def _kept(self, key: str, make: Callable[[], str]) -> str:
        if key not in self.pictures:
            self.pictures[key] = make()
        return self.pictures[key]

    def command_for(self, file: str) -> str:
        """The command that makes this result of its scenario as TOML, which does not say length, users and seed."""
        about = self.about
        return f"tokenmarket run {file} --days {about['days']:.10g} --users {about['users']} --seed {about['seed']}"

    @property
    def readme(self) -> str:
        """What is in the folder, and how to make it again."""
        return READ_ME.format(
            command=self.about["command"],
            of_scenario=self.command_for(PARAMETERS),
            days=f"{self.about['days']:.10g}",
            broken=f"{do_not_trust(self.broken)}\n\n" if self.broken else "",
        )

    def zipped(self) -> bytes:
        """A folder with all frames as Parquet and as CSV, the scenario, how it was made, and how to make it again."""
        out, folder = io.BytesIO(), self.file_name
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            archive.writestr(f"{folder}/{README}", self.readme)
            for file, data in files_of(self.result).items():
                packed = zipfile.ZIP_STORED if file.endswith(".parquet") else zipfile.ZIP_DEFLATED
                archive.writestr(f"{folder}/{file}", data, compress_type=packed)
            for name, frame in self.result.frames.items():
                archive.writestr(f"{folder}/csv/{name}.csv", frame.to_csv(index=False))
        return out.getvalue()


def do_not_trust(broken: list[str]) -> str:
    """What is said of a run whose sums do not add up."""
    return f"Do not trust this run: {'; '.join(broken)} does not hold."


def size_of(name: str) -> tuple[float, float]:
    """Width and height of a chart [inch]: its own; one that is a little too wide is made as wide as in a report."""
    wide, high = CHARTS[name].size
    return (COLUMN if COLUMN < wide < MOST else wide), high


def draw(name: str, frames: Frames, theme: Theme) -> str:
    """A chart of the registry as SVG."""
    with _drawing, style():
        return _svg(CHARTS[name].draw(frames, pyplot().subplots(figsize=size_of(name))[1]), name, theme)


def draw_together(this: ShownResult, last: ShownResult, theme: Theme) -> str:
    """Two runs in the same panels, as SVG."""
    with _drawing:
        return _svg(together(this.result.frames, last.result.frames)[0], "together", theme)


def pyplot() -> Any:
    """Matplotlib without a screen."""
    mpl.use("Agg")
    return plt


def _svg(axes: Any, name: str, theme: Theme) -> str:
    made = svg(axes.figure, name, name, theme)
    pyplot().close(axes.figure)
    return made
