"""Operating curves: throughput of a system against the speed that each user sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd
import seaborn as sns
from matplotlib import pyplot as plt

from capacity import Deployment, Workload
from capacity.errors import InputError
from scenarios.charts.style import GREY, WORKLOAD_COLOURS, readable_axis, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def curve_frame(deployment: Deployment, workloads: Iterable[Workload]) -> pd.DataFrame:
    """Tidy operating curves: workload, batch, speed [token/s per user], throughput [token/s], binding."""
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


def operating_curves(
    deployment: Deployment,
    workloads: Iterable[Workload],
    speed: float | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw one curve a workload; a dot and a dashed line mark the promised speed.

    Workloads made in parallel (video) are left out where their speed is another world.
    """
    shown = [w for w in workloads if w.decoding is None]
    if not shown:
        raise InputError(
            "there is no workload to draw: video is made in parallel, its speed is not one of reading"
        )
    frame = curve_frame(deployment, shown)
    palette = {w.title: WORKLOAD_COLOURS.get(w.name, WORKLOAD_COLOURS["general"]) for w in shown}
    with style():
        axes = axes or plt.subplots(figsize=(8.4, 5.2))[1]
        sns.lineplot(
            frame, x="speed", y="throughput", hue="title", palette=palette, linewidth=2.2, ax=axes, sort=False,
            errorbar=None, estimator=None,
        )  # fmt: skip
        axes.set(xscale="log", yscale="log")
        for workload in shown:
            promised = workload.speed if speed is None else speed
            rate = float(deployment.throughput(workload, promised))
            if rate > 0:
                axes.plot(
                    promised, rate, "o", color=palette[workload.title], markersize=7, markeredgecolor="white"
                )
        for promised in sorted({workload.speed if speed is None else speed for workload in shown}):
            axes.axvline(promised, color=GREY, linestyle="--", linewidth=1, zorder=0)
            axes.annotate(
                f"promised {promised:g} token/s", (promised, 1.0), xycoords=("data", "axes fraction"),
                xytext=(4, -4), textcoords="offset points", va="top", fontsize="small", color="#555555", rotation=90,
            )  # fmt: skip
        readable_axis(axes, "x")
        readable_axis(axes, "y")
        system = "rack" if deployment.chip.chips_per_system > 16 else "system"
        number = "one " + system if deployment.systems == 1 else f"{deployment.systems:g} {system}s"
        axes.set(
            xlabel="speed that one user sees [token/s]",
            ylabel=f"throughput of {number} [output token/s]",
            title=f"{deployment.architecture.title} on {deployment.chip.title}, {deployment.calibration.name} calibration",
        )
        sns.move_legend(axes, "lower left", title="workload (input:output)", frameon=True)
    return axes
