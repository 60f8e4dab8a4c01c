"""Operating curves: throughput of a system against the speed that each user sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from matplotlib.ticker import LogLocator

from capacity import Deployment, Workload
from capacity.errors import InputError
from scenarios.pictures.chart import CAPACITY_CHARTS, chart
from scenarios.pictures.chart_data import ChartData, Column, Panel
from scenarios.pictures.style import BLACK, GREY, WORKLOAD_LOOKS, Look, readable_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def curve_frame(deployment: Deployment, workloads: Iterable[Workload]) -> pd.DataFrame:
    """Tidy operating curves: workload, title, batch, speed [token/s per user], throughput [token/s], binding."""
    frames = []
    for workload in workloads:
        curve = deployment.curve(workload)
        columns = {
            "batch": curve.batch,
            "speed": curve.speed,
            "throughput": curve.throughput,
            "binding": curve.binding,
        }
        frames.append(pd.DataFrame(columns).assign(workload=workload.name, title=workload.title)[curve.fits])
    return pd.concat(frames, ignore_index=True)


def promise_frame(deployment: Deployment, workloads: Iterable[Workload], speed: float | None = None) -> pd.DataFrame:
    """Where each promise is kept: workload, promised speed, speed reached, throughput; no row where it cannot be."""
    rows = []
    for workload in workloads:
        promised = workload.speed if speed is None else speed
        batch = float(deployment.batch(workload, promised))
        if batch >= 1:
            reached = workload.output / float(deployment.cycle(workload, batch).total)
            rows.append((workload.name, promised, reached, batch * reached))
    return pd.DataFrame(rows, columns=["workload", "promised", "speed", "throughput"])


CURVES: Final = (
    Column("workload", "", "kind of request"),
    Column("title", "", "kind of request, with its input and output"),
    Column("batch", "requests", "requests at once"),
    Column("speed", "token/s", "speed that one user sees"),
    Column("throughput", "output token/s", "throughput of the system"),
    Column("binding", "", "what limits the speed"),
)
PROMISES: Final = (
    Column("workload", "", "kind of request"),
    Column("promised", "token/s", "speed that is promised"),
    Column("speed", "token/s", "speed that is reached where the promise is kept; none where it cannot be"),
    Column("throughput", "output token/s", "throughput of the system there"),
)


@chart("Operating curves", size=(9.6, 5.2), register=CAPACITY_CHARTS)
def operating_curves(deployment: Deployment, *, workloads: Iterable[Workload], speed: float | None = None) -> ChartData:
    """Throughput of a rack against the speed that each user sees.

    One curve a workload; a dashed line is a promised speed (``speed``, or that of each workload), a mark is where its
    workload keeps it. The mark lies right of its promise where memory is full before the promise is used up. Video is
    left out: it is made in parallel, and its speed is another world.
    """
    shown = [w for w in workloads if w.decoding is None]
    if not shown:
        raise InputError("there is no workload to draw: video is made in parallel, its speed is not one of reading")
    frame = curve_frame(deployment, shown)
    if frame.empty:
        raise InputError(f"there is no curve to draw: not one request fits in the memory of {deployment.chip.name}")
    columns = [
        *CURVES[:4],
        replace(CURVES[4], meaning=f"throughput of {_system(deployment)}"),
        CURVES[5],
    ]
    frame = frame[[column.name for column in columns]]
    promised = pd.DataFrame(
        [(w.name, w.speed if speed is None else speed) for w in shown], columns=["workload", "promised"]
    )
    kept = promise_frame(deployment, shown, speed)[["workload", "speed", "throughput"]]
    marks = Panel(promised.merge(kept, how="left"), PROMISES, "throughput", names="workload")
    chip = deployment.chip.title
    title = f"{deployment.architecture.title} on {chip} ({deployment.calibration.name} calibration)"
    return ChartData((Panel(frame, tuple(columns), "throughput", "speed", names="workload"), marks), title=title)


def _system(deployment: Deployment) -> str:
    """What the throughput is of."""
    system, number = "rack" if deployment.chip.chips_per_system > 16 else "machine", deployment.systems
    return f"one {system}" if number == 1 else f"{number:g} {system}s as one"


@operating_curves.drawn_by
def _draw_curves(data: ChartData, ax: Axes) -> None:
    curves, marks = data.panels
    ax.set(xscale="log", yscale="log")
    highest = curves.frame.groupby("workload", sort=False)["throughput"].max()
    for workload in highest.index[np.argsort(-highest.to_numpy(), kind="stable")]:
        curve, kept = (panel.frame[panel.frame["workload"] == workload] for panel in (curves, marks))
        _draw(ax, str(workload), curve, kept.dropna())
    for promised in sorted(set(marks.frame["promised"])):
        _draw_promise(ax, promised)
    for axis, name in ((ax.xaxis, "x"), (ax.yaxis, "y")):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=20))
        readable_axis(ax, name)
    ax.minorticks_off()
    ax.set(xlabel=curves.column("speed").label, ylabel=curves.label)
    ax.set_title(data.title, pad=36)
    ax.legend(title="workload (input:output)", loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)


def _draw(ax: Axes, workload: str, curve: pd.DataFrame, kept: pd.DataFrame) -> None:
    look = WORKLOAD_LOOKS.get(workload, Look(BLACK))
    above = 3 if look.line != "-" else 2  # broken lines lie on whole ones, so that equal curves both show
    ax.plot(curve["speed"], curve["throughput"], look.line, color=look.colour, linewidth=look.width, zorder=above)
    ax.plot(
        kept["speed"],
        kept["throughput"],
        look.marker,
        color=look.colour,
        markersize=8,
        markeredgecolor="white",
        zorder=5,
    )
    ax.plot(
        [],
        [],
        look.line,
        marker=look.marker,
        color=look.colour,
        linewidth=look.width,
        markersize=8,
        markeredgecolor="white",
        label=curve["title"].iloc[0],
    )


def _draw_promise(ax: Axes, promised: float) -> None:
    ax.axvline(promised, color=GREY, linestyle=(0, (5, 3)), linewidth=1, zorder=1)
    ax.annotate(
        f"promised\n{promised:g} token/s",
        (promised, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize="small",
        color="#555555",
        linespacing=1.1,
    )
