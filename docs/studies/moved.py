"""One thing moved at a time: runs of each, two at once, and what comes out of them as panels."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from scenarios.text.progress_bar import late_bar

WORKERS = 2
GREY, PALE = "#888888", "#E6E6E6"


def table_of[Job](tried: Callable[[Job], dict[str, Any]], jobs: Sequence[Job]) -> pd.DataFrame:
    """A row a run, in the order of the jobs, with a bar."""
    made = []
    with ProcessPoolExecutor(WORKERS) as pool, late_bar("runs") as bar:
        for done, one in enumerate(pool.map(tried, jobs), 1):
            made.append(one)
            bar(done, len(jobs))
    return pd.DataFrame(made)


def draw(
    table: pd.DataFrame,
    outcomes: Mapping[str, str],
    moved: Mapping[str, tuple[str, Sequence[float]]],
    now: Mapping[str, float],
    title: str,
    colour: str,
    picture: Path,
) -> None:
    """Mean and range of each outcome against each of what is moved.

    Args:
        table: columns ``what``, ``value`` and the outcomes, a row a run.
        outcomes: name of each on its axis, by column.
        moved: unit and values, by what is moved.
        now: where the rest of the panels has it; nothing for what is nowhere else.
        title: above all.
        colour: of the actor.
        picture: where it goes.
    """
    figure = Figure(figsize=(2.3 * len(moved), 2.5 * len(outcomes)), layout="constrained")
    axes: Any = figure.subplots(len(outcomes), len(moved), sharex="col", sharey="row")
    for (row, (column, name)), (place, (what, (unit, values))) in itertools.product(
        enumerate(outcomes.items()), enumerate(moved.items())
    ):
        ax, part = axes[row, place], table[table["what"] == what]
        known = part.groupby("value")[column].agg(["mean", "min", "max"]).dropna()
        ax.fill_between(known.index, known["min"], known["max"], color=colour, alpha=0.25, linewidth=0)
        ax.plot(known.index, known["mean"], "o-", color=colour, markersize=4)
        if what in now:
            ax.axvline(now[what], color=GREY, linewidth=0.8, linestyle=":")
        ax.axhline(1.0, color=GREY, linewidth=0.8)
        ax.grid(visible=True, color=PALE, linewidth=0.6)
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_xlim(min(values), max(values))
        if row == 0:
            ax.set_title(what, fontsize=10)
        if row == len(outcomes) - 1:
            ax.set_xlabel(unit, fontsize=9)
        if place == 0:
            ax.set_ylabel(name, fontsize=9)
    figure.suptitle(title, fontsize=10)
    figure.savefig(picture, dpi=110)
