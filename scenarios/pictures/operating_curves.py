"""Operating curves: throughput of a system against the speed that each user sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.ticker import LogLocator

from capacity import Deployment, Workload
from capacity.errors import InputError
from scenarios.pictures.style import BLACK, GREY, WORKLOAD_LOOKS, Look, readable_axis, style

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


def operating_curves(
    deployment: Deployment,
    workloads: Iterable[Workload],
    speed: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one curve a workload; a dashed line is a promised speed, a mark is where its workload keeps it.

    The mark lies right of its promise where memory is full before the promise is used up. Video is left
    out: it is made in parallel, and its speed is another world.
    """
    shown = [w for w in workloads if w.decoding is None]
    if not shown:
        raise InputError("there is no workload to draw: video is made in parallel, its speed is not one of reading")
    frame = curve_frame(deployment, shown)
    if frame.empty:
        raise InputError(f"there is no curve to draw: not one request fits in the memory of {deployment.chip.name}")
    promises = promise_frame(deployment, shown, speed)
    with style():
        ax = ax or plt.subplots(figsize=(9.6, 5.2))[1]
        ax.set(xscale="log", yscale="log")
        highest = frame.groupby("workload")["throughput"].max()
        ordered = sorted((w for w in shown if w.name in highest), key=lambda w: -highest[w.name])
        for workload in ordered:
            _draw(ax, workload, frame, promises)
        for promised in sorted({w.speed if speed is None else speed for w in shown}):
            _draw_promise(ax, promised)
        _name_axes(ax, deployment)
        ax.legend(title="workload (input:output)", loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
    return ax


def _draw(ax: Axes, workload: Workload, frame: pd.DataFrame, promises: pd.DataFrame) -> None:
    look = WORKLOAD_LOOKS.get(workload.name, Look(BLACK))
    curve = frame[frame["workload"] == workload.name]
    kept = promises[promises["workload"] == workload.name]
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
        [], [], look.line, marker=look.marker, color=look.colour, linewidth=look.width, markersize=8,
        markeredgecolor="white", label=workload.title,
    )  # fmt: skip


def _draw_promise(ax: Axes, promised: float) -> None:
    ax.axvline(promised, color=GREY, linestyle=(0, (5, 3)), linewidth=1, zorder=1)
    ax.annotate(
        f"promised\n{promised:g} token/s", (promised, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
        textcoords="offset points", ha="center", va="bottom", fontsize="small", color="#555555", linespacing=1.1,
    )  # fmt: skip


def _name_axes(ax: Axes, deployment: Deployment) -> None:
    for axis, name in ((ax.xaxis, "x"), (ax.yaxis, "y")):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=20))
        readable_axis(ax, name)
    ax.minorticks_off()
    chip, number = deployment.chip, deployment.systems
    system = "rack" if chip.chips_per_system > 16 else "machine"
    what = f"one {system}" if number == 1 else f"{number:g} {system}s as one"
    ax.set(
        xlabel="speed that one user sees [token/s]",
        ylabel=f"throughput of {what} [output token/s]",
    )
    ax.set_title(f"{deployment.architecture.title} on {chip.title} ({deployment.calibration.name} calibration)", pad=36)
