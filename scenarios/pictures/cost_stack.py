"""The price list of a machine in a picture: the stack of factors, and the costs by length and by speed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib import pyplot as plt

from capacity.price_list import PriceList
from scenarios.pictures.style import BLUE, GREEN, GREY, ORANGE, RED, readable_axis, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: One line a kind of token: the key in the rows, what it is called, and how it is drawn.
KINDS = (
    ("output_usd_per_mtok", "output", BLUE, "o"),
    ("input_usd_per_mtok", "input", ORANGE, "s"),
    ("cached_usd_per_mtok", "cached input", GREEN, "D"),
)


def cost_stack(found: PriceList, title: str) -> Figure:
    """Three panels: from physics to the list, by context, by speed."""
    with style():
        figure, (stack, context, speed) = plt.subplots(1, 3, figsize=(14.4, 4.8), width_ratios=(1.7, 1.0, 1.0))
        _draw_stack(stack, found)
        _draw_lines(context, list(found.by_context), "input_tokens", "input of a request [tokens]")
        _draw_lines(speed, list(found.by_speed), "speed", "promised speed [token/s]")
        context.set_title("By length")
        speed.set_title("By speed")
        speed.legend(title="a million tokens of", loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


def _draw_stack(ax: Axes, found: PriceList) -> None:
    """A bar a factor, from the cost before it to the cost after it; the first and last stand on the ground."""
    last = len(found.stack) - 1
    before = 0.0
    for number, line in enumerate(found.stack):
        after = line.usd_per_mtok
        if number == 0:
            ax.barh(number, after, color=GREY, height=0.62)
        else:
            colour = RED if after >= before else GREEN
            ax.barh(number, after - before, left=before, color=colour, height=0.62)
        label = f"${after:,.2f}" if number == 0 else f"x {line.factor:.2f}  →  ${after:,.2f}"
        ax.annotate(label, (max(after, before), number), xytext=(6, 0), textcoords="offset points", va="center")
        before = after
    ax.set_yticks(range(last + 1), [line.name for line in found.stack])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    most = max(line.usd_per_mtok for line in found.stack)
    ax.set_xlim(0, 1.6 * most)
    ax.set_xlabel("USD per million output tokens, with their input")
    ax.set_title("From physics to the list")


def _draw_lines(ax: Axes, rows: list[dict[str, Any]], key: str, label: str) -> None:
    for kind, name, colour, marker in KINDS:
        shown = [row for row in rows if math.isfinite(row[kind]) and row[kind] > 0]
        along, costs = [row[key] for row in shown], [row[kind] for row in shown]
        ax.plot(along, costs, marker=marker, color=colour, linewidth=2.2, label=name)
    ax.set(xscale="log", yscale="log", xlabel=label, ylabel="USD per million tokens")
    ticks: list[float] = []
    for row in rows:  # the numbers that have room beside the last one
        if not ticks or row[key] > 1.6 * ticks[-1]:
            ticks.append(row[key])
    ax.set_xticks(ticks)
    ax.minorticks_off()
    readable_axis(ax, "x")
    readable_axis(ax, "y")
