"""A result on the page: its frames, its pictures, and what can be downloaded of it."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenarios import results
from scenarios.app.asked import Asked
from scenarios.results import ABOUT, RunResult

#: Matplotlib keeps one state for all threads, and every tab has a thread of its own.
_drawing = threading.Lock()
#: Dots per inch of a picture: sharp on a screen of double density at the width of a column.
DPI = 160


@dataclass
class Shown:
    """A result as long as it is on the page.

    Attributes:
        number: which run of this tab it is of, from 1; the steps of a run share it.
        asked: what was asked for.
        result: frames, and how they were made.
        toml: the resolved scenario.
    """

    number: int
    asked: Asked
    result: RunResult
    toml: str
    pictures: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, number: int, asked: Asked, folder: Path) -> Shown:
        """From the folder that the run has written."""
        return cls(number, asked, results.read(folder), (folder / "scenario.toml").read_text(encoding="utf-8"))

    @property
    def about(self) -> Any:
        """How it was made."""
        return self.result.about

    @property
    def file_name(self) -> str:
        """A name for its files, without an ending."""
        return f"{self.asked.scenario.replace(':', '-')}-seed{self.asked.seed}"

    def picture(self, name: str) -> bytes:
        """A chart of the registry as PNG; drawn once."""
        if name not in self.pictures:
            self.pictures[name] = draw(name, self.result.frames)
        return self.pictures[name]

    def zipped(self) -> bytes:
        """All frames as Parquet and as CSV, the scenario, and how it was made."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            archive.writestr(ABOUT, json.dumps(dict(self.about), indent=2, allow_nan=False) + "\n")
            archive.writestr("scenario.toml", self.toml)
            for name, frame in self.result.frames.items():
                table = io.BytesIO()
                frame.to_parquet(table, compression="zstd", index=False)
                archive.writestr(f"{name}.parquet", table.getvalue(), compress_type=zipfile.ZIP_STORED)
                archive.writestr(f"csv/{name}.csv", frame.to_csv(index=False))
        return out.getvalue()


def draw(name: str, frames: results.Frames) -> bytes:
    """A chart of the registry as PNG."""
    from scenarios.charts.chart import SIZE
    from scenarios.charts.registry import CHARTS
    from scenarios.charts.style import style

    with _drawing, style():
        from matplotlib import pyplot as plt

        axes = plt.subplots(figsize=SIZE)[1]
        return _png(CHARTS[name].draw(frames, axes))


def draw_together(this: Shown, last: Shown) -> bytes:
    """Two runs in the same panels, as PNG."""
    from scenarios.app.together import together

    with _drawing:
        return _png(together(this.result.frames, last.result.frames)[0])


def _png(axes: Any) -> bytes:
    from matplotlib import pyplot as plt

    out = io.BytesIO()
    axes.figure.savefig(out, format="png", dpi=DPI)
    plt.close(axes.figure)
    return out.getvalue()
