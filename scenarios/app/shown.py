"""A result on the page: its frames, its pictures, and what can be downloaded of it."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios import results
from scenarios.app.asked import Asked
from scenarios.results import ABOUT, PARAMETERS, RunResult

if TYPE_CHECKING:
    from scenarios.charts.svg import Theme

#: Matplotlib keeps one state for all threads, and every tab has a thread of its own.
_drawing = threading.Lock()


@dataclass
class Shown:
    """A result as long as it is on the page.

    Attributes:
        number: which run of this tab it is of, from 1; the steps of a run share it.
        asked: what was asked for.
        result: frames, and how they were made.
    """

    number: int
    asked: Asked
    result: RunResult
    pictures: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, number: int, asked: Asked, folder: Path) -> Shown:
        """From the folder that the run has written."""
        return cls(number, asked, results.read(folder))

    @property
    def about(self) -> Any:
        """How it was made."""
        return self.result.about

    @property
    def file_name(self) -> str:
        """A name for its files, without an ending."""
        return f"{self.asked.scenario.replace(':', '-')}-seed{self.asked.seed}"

    def picture(self, name: str, theme: Theme) -> str:
        """A chart of the registry as SVG; drawn once."""
        return self._kept(f"{name} {theme}", lambda: draw(name, self.result.frames, theme))

    def picture_with(self, last: Shown, theme: Theme) -> str:
        """This run and another in the same panels, as SVG; drawn once."""
        key = f"with {last.number} {last.about['ticks']} {theme}"
        return self._kept(key, lambda: draw_together(self, last, theme))

    def _kept(self, key: str, make: Callable[[], str]) -> str:
        if key not in self.pictures:
            self.pictures[key] = make()
        return self.pictures[key]

    def zipped(self) -> bytes:
        """All frames as Parquet and as CSV, the scenario, and how it was made."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            archive.writestr(ABOUT, json.dumps(dict(self.about), indent=2, allow_nan=False) + "\n")
            archive.writestr(PARAMETERS, self.result.parameters)
            for name, frame in self.result.frames.items():
                table = io.BytesIO()
                frame.to_parquet(table, compression="zstd", index=False)
                archive.writestr(f"{name}.parquet", table.getvalue(), compress_type=zipfile.ZIP_STORED)
                archive.writestr(f"csv/{name}.csv", frame.to_csv(index=False))
        return out.getvalue()


def draw(name: str, frames: results.Frames, theme: Theme) -> str:
    """A chart of the registry as SVG."""
    from scenarios.charts.chart import SIZE
    from scenarios.charts.registry import CHARTS
    from scenarios.charts.style import style

    with _drawing, style():
        return _svg(CHARTS[name].draw(frames, pyplot().subplots(figsize=SIZE)[1]), name, theme)


def draw_together(this: Shown, last: Shown, theme: Theme) -> str:
    """Two runs in the same panels, as SVG."""
    from scenarios.app.together import together

    with _drawing:
        return _svg(together(this.result.frames, last.result.frames)[0], "together", theme)


def pyplot() -> Any:
    """Matplotlib without a screen."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    return plt


def _svg(axes: Any, name: str, theme: Theme) -> str:
    from scenarios.charts.svg import svg

    made = svg(axes.figure, name, name, theme)
    pyplot().close(axes.figure)
    return made
