"""The gallery in the docs: every chart with a picture from a real run, what it shows, and how it is called.

python -m scenarios.reference.gallery docs/gallery.md       # the page, and its pictures in images/gallery beside it
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from PIL import Image

from capacity import ARCHITECTURES, CHIPS, WORKLOADS, Deployment
from scenarios.batches import run_batch
from scenarios.batches.plan.planning import study_of
from scenarios.definition.ceilings import ceilings
from scenarios.library import SCENARIOS
from scenarios.pictures.chart import Chart
from scenarios.pictures.chart_data import Column
from scenarios.pictures.charts import batches
from scenarios.pictures.charts.operating_curves import operating_curves
from scenarios.pictures.registry import BATCH_CHARTS, CHARTS
from scenarios.pictures.style import style
from scenarios.results.frames import Frames
from scenarios.runs.efficient import efficient
from scenarios.runs.run import run
from scenarios.runs.settings import Settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from scenarios.batches import Batch

IMAGES: Final = "images/gallery"
#: Points an inch of the pictures: readable, and small.
DPI: Final = 90
#: Pixels from which a colour is that of an area, and is kept.
AREA: Final = 200
#: How far other colours may move, and how far in a picture that has too many for a palette all the same [of 255].
STEPS, WITHOUT_PALETTE = (1, 2, 4, 8), 4
#: Most colours that a picture may list.
PALETTE: Final = 256
OPERATING: Final = operating_curves.name
#: What the chart of paths is drawn of.
SPOT_PRICE: Final = Column("spot_price", "USD per rack-h", "spot price")

HEAD: Final = """# Gallery: every chart

Each chart is one function on the tidy frames of a run. It first makes what it shows, a tidy frame with the unit and
the meaning of each column, and then draws that: into the Axes that it is given, or into its own, which it returns:

```python
from scenarios.pictures.registry import CHARTS
from scenarios.runs.run import Settings, run
frames = run(Settings(length_days=2, users=100)).frames
axes = CHARTS["price-paths"].draw(frames)
axes.figure.savefig("prices.png")
data = CHARTS["price-paths"].data(frames)
data.frame.to_csv("prices.csv", index=False)
for column in data.panel.columns:
    print(column.name, column.unit, column.meaning)
```

`CHARTS` lists the charts of a run, `BATCH_CHARTS` those of a batch. A chart is added by one file with the decorator
`chart`: see `scenarios/pictures/chart.py`. A colour stands for the same kind of actor in all
of them. A chart that has nothing to show says why. For a page, a chart becomes SVG that follows it into dark mode:

```python
from scenarios.pictures.svg import dark_variables, svg
picture = svg(axes.figure, "prices", "prices of tokens over time")
dark = dark_variables([picture])
```

`tokenmarket dashboard DIR` draws a page of them, for the folder of a run or of a batch.

This page is printed by `python -m scenarios.reference.gallery docs/gallery.md`, from real runs.
"""


@cache
def run_frames(name: str, days: float | None, users: int, best: bool = False) -> Frames:
    """Frames of a run, or of its efficient companion; made once."""
    scenario = SCENARIOS[name]
    return run(Settings(efficient(scenario) if best else scenario, days, seed=1, users=users)).frames


def later(frames: Frames, tick: int) -> Frames:
    """Frames from a tick on."""
    return {name: frame[frame["tick"] >= tick] if "tick" in frame else frame for name, frame in frames.items()}


@cache
def batch_of(folder: Path, cases: str) -> Batch:
    """A small batch: the ways to price the peak, or a grid of sizes."""
    if cases == "prices":
        study = study_of("off-peak:*", seeds=6, days=7, users=300, keep=("ticks",))
    else:
        grid: dict[str, list[Any]] = {"supply.scale": [0.7, 1, 1.4], "demand.scale": [0.7, 1, 1.5, 2]}
        study = study_of("baseline-2026", vary=grid, seeds=2, days=7, users=300)
    return run_batch(study, folder / cases, quiet=True)


#: Charts that say more of another run than the baseline: the scenario, its days, and what it is.
OTHER_RUNS: Final[dict[str, tuple[str, float | None, str]]] = {
    "rentals": (
        "rack-market",
        182.0,
        "half a year of rack-market with 2,000 users, of each month a week, without the first two",
    ),
    "supply-demand": ("dram-ceiling", None, "two years of dram-ceiling"),
    "cash": ("compute-crunch", None, "three years of compute-crunch"),
    "margins": ("compute-crunch", None, "three years of compute-crunch"),
}
USERS: Final = 300
#: Charts of markets whose price a few users of 300 would make, and ticks that are left out: lists are set for a month
#: by the first, dear hours.
MANY_USERS: Final = {"rentals": 2_000}
LATER: Final = {"rentals": 336}


def pictures(folder: Path) -> Iterator[tuple[Chart, str, str, Axes]]:
    """Every chart: itself, its call, what it is drawn from, and drawn."""
    for name, chart in CHARTS.items():
        scenario, days, said = OTHER_RUNS.get(name, ("baseline-2026", 28.0, "four weeks of the baseline"))
        options: dict[str, Any] = {}
        told = ""
        if name == "supply-demand":
            options, told = {"ceilings": ceilings(SCENARIOS[scenario])}, ", ceilings=ceilings(scenario)"
        if name == "welfare-split":
            days, said = 7.0, "a week of the baseline, and its efficient companion"
            options = {"efficient": run_frames(scenario, days, USERS, best=True)}
            told = ", efficient=frames_of_companion"
        frames = later(run_frames(scenario, days, MANY_USERS.get(name, USERS)), LATER.get(name, 0))
        yield chart, f'CHARTS["{name}"].draw(frames{told})', said, chart.draw(frames, **options)
    yield from _of_batches(folder)
    rack = Deployment(CHIPS["gb200-nvl72"], ARCHITECTURES["kimi-k2"])
    yield (
        operating_curves,
        "operating_curves.draw(deployment, workloads=WORKLOADS.values())",
        "the physics of capacity",
        operating_curves.draw(rack, workloads=WORKLOADS.values()),
    )


def _of_batches(folder: Path) -> Iterator[tuple[Chart, str, str, Axes]]:
    prices, grid = batch_of(folder, "prices"), batch_of(folder, "sizes")
    ticks = prices.frame("ticks").merge(prices.runs[["run", "label", "seed"]], on="run")
    ends = batches.ends_of_inputs(grid.summaries, "spot-price")
    told: dict[str, tuple[Any, str, dict[str, Any]]] = {
        "case-comparison": (prices.summaries, "batch.summaries", {}),
        "time-paths": (ticks, "ticks", {"value": SPOT_PRICE}),
        "heat-map": (
            grid.summaries,
            "batch.summaries",
            {"x": "supply.scale", "y": "demand.scale", "measure": "spot-price"},
        ),
        "tornado": (ends, 'ends_of_inputs(batch.summaries, "spot-price")', {"measure": "spot-price"}),
    }
    for name, chart in BATCH_CHARTS.items():
        data, called, options = told[name]
        said = (
            "six seeds of off-peak and its variants"
            if data is ticks or data is prices.summaries
            else ("a batch over the sizes of supply and demand")
        )
        given = "".join(f", {key}={_written(value)}" for key, value in options.items())
        yield chart, f'BATCH_CHARTS["{name}"].draw({called}{given})', said, chart.draw(data, **options)


def _written(value: str | Column) -> str:
    """An option as it is written in a call."""
    return f'"{value}"' if isinstance(value, str) else f'Column("{value.name}", "{value.unit}", "{value.meaning}")'


def write_picture(axes: Axes, target: Path) -> None:
    """A small PNG, the same each time."""
    plt.sca(axes)
    with style():
        plt.savefig(target, dpi=DPI, metadata={"Software": None})
    plt.close("all")
    shrink(target)


def shrink(picture: Path) -> None:
    """Fewer colours, a third of the size: areas keep theirs, edges of lines and letters get one a few steps off.

    As few steps as give a palette; where even the most give none, the picture goes without.
    """
    pixels = np.asarray(Image.open(picture).convert("RGB"))
    colours, places, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    for steps in (*STEPS, WITHOUT_PALETTE):
        near = np.minimum((colours.astype(np.int64) + steps) // (2 * steps) * (2 * steps), 255)
        kept = np.where((counts >= AREA)[:, None], colours, near).astype(np.uint8)
        few, found = np.unique(kept, axis=0, return_inverse=True)
        if len(few) <= PALETTE:
            break
    shown = found.ravel()[places.ravel()].reshape(pixels.shape[:2])
    if len(few) > PALETTE:
        small = Image.fromarray(few[shown])
    else:
        small = Image.fromarray(shown.astype(np.uint8))
        small.putpalette(few.tobytes())
    small.save(picture, optimize=True)


def entry(chart: Chart, call: str, said: str) -> str:
    """A chart's part of the page."""
    hint = f"\nHow to read it: {chart.hint}.\n" if chart.hint else ""
    return (
        f"\n## {chart.name}\n\n**{chart.title}.** {chart.shows}\n{hint}\n"
        f"![{chart.title}: {chart.shows}]({IMAGES}/{chart.name}.png)\n\n    {call}\n\nDrawn from {said}.\n"
    )


def write(page: Path) -> None:
    """Write the page and its pictures."""
    mpl.use("Agg")
    images = page.parent / IMAGES
    images.mkdir(parents=True, exist_ok=True)
    for old in images.glob("*.png"):
        old.unlink()
    text = HEAD
    with tempfile.TemporaryDirectory() as folder:
        for chart, call, said, axes in pictures(Path(folder)):
            write_picture(axes, images / f"{chart.name}.png")
            text += entry(chart, call, said)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
