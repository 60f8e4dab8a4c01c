"""The page and the picture of the docs that ``bench_scenarios.py`` makes of what it measured."""

from __future__ import annotations

import itertools
import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import mesa
import numpy as np
from measured import HEAD, PLAIN, Measured, row

from scenarios.pictures.style import BLUE, BROWN, GREEN, GREY, INK, ORANGE, PURPLE, RED, SKY, VIOLET, save, style

#: Written down before anything was made faster (issue 19): scenario, users, what, the goal, and whether more is better.
GOALS = (
    ("baseline-2026", 100_000, "over plain Mesa", lambda one: one.over_plain, 100.0, True),
    ("compute-crunch", 100_000, "over plain Mesa", lambda one: one.over_plain, 40.0, True),
    ("baseline-2026", 100, "over plain Mesa", lambda one: one.over_plain, 1.0, True),
    ("baseline-2026", 1_000_000, "over the exponentials", lambda one: one.over_exponentials, 6.0, False),
    ("compute-crunch", 1_000_000, "over the exponentials", lambda one: one.over_exponentials, 12.0, False),
    ("by-the-token grouped", 100_000, "over plain Mesa", lambda one: one.over_plain, 1_000.0, True),
    ("baseline-2026", 10_000, "ms of an empty tick", lambda one: one.empty, 1.5, False),
)

#: A curve a scenario: told apart by colour and by marker, since several lie on each other.
LOOKS = tuple(zip((BLUE, RED, GREEN, ORANGE, VIOLET, BROWN, SKY, PURPLE), "os^DvPX*", strict=True))

TOP = """# Speed

What a tick costs in the scenarios that people run, on one core. The page is printed, and its picture drawn, by
`make speed`, which runs `benchmarks/bench_scenarios.py`: times hang on the machine, ratios less so, since all that is
compared takes turns, a tick each. Measured with {where}.

- **a tick** is the mean tick of a week: 167 usual ones and one in which sellers look at their lists, which stands
  beside it.
  Where a day of usual ticks took too long, the hours that were timed stand beside it: hours differ in what they
  cost, by a lot in `hindcast`, so such a row is left out of the picture and of the goals.
- **empty** is a usual tick of the same market with hardly any users: what it costs before anybody chooses.
- **over plain Mesa**: the same users as objects, who choose once a tick among the same offers, at the same prices and
  waits, within the same quotas and plans (`benchmarks/plain_mesa.py`); it is checked to order the same. Its sellers set
  no prices and ask nobody, and it keeps no records: ours do all of that in the time that is compared. Measured with
  {plain} users at most, and taken in proportion.
- **over exponentials**: how many times as long as `exp` of users times the offers open to their segment.
- **by-the-token** is the baseline without plans, quotas and ties to a provider, in which users may be
  [grouped](../how-to/group-users.md): weighted cells, as many whatever the number of users that they are held against.

"""


def page(found: Sequence[Measured]) -> str:
    """The page, in Markdown."""
    cpu = f"{os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}, Mesa {mesa.__version__}"
    parts = [TOP.format(where=cpu, plain=PLAIN), table(HEAD, [row(one) for one in found])]
    parts.append("\n![Time of a tick by users, one curve a scenario, beside plain Mesa](../images/speed.png)\n")
    parts.append("\n## Goals\n\nSet before anything was made faster.\n\n")
    parts.append(table(("scenario", "users", "what", "goal", "measured", ""), goals(found)))
    parts.append(
        "\n## Where the time goes\n\nUsual ticks by phase [ms], by the clock on the wall: on a busy machine they"
    )
    parts.append("\nadd up to more than the table above.\n\n")
    parts.append(phases(found))
    parts.append(
        "\nHow a change moved this, `.ci/speed` prints in CI: the same ticks with the code of the commit it started "
        "from, in turn;\nwhat got slower by more than a fifth is marked. Any other commit: "
        "`python benchmarks/bench_scenarios.py --against COMMIT`.\n"
    )
    return "".join(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, numbers to the right."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(cells) + " |" for cells in rows]) + "\n"


def goals(found: Sequence[Measured]) -> list[tuple[str, ...]]:
    """Goals, what was measured, and hit or missed; of what was measured."""
    rows = []
    for scenario, users, what, of, goal, more in GOALS:
        for one in found:
            if (one.scenario, one.users) == (scenario, users) and one.is_whole:
                value = of(one)
                hit = value >= goal if more else value <= goal
                word = "at least" if more else "at most"
                rows.append(
                    (scenario, f"{users:,}", what, f"{word} {goal:g}", f"{value:.3g}", "hit" if hit else "missed")
                )
    return rows


def phases(found: Sequence[Measured]) -> str:
    """Phases of a usual tick, for the fewest users, 10,000, and the most, of the first scenario."""
    first = [one for one in found if one.scenario == found[0].scenario]
    shown = [one for one in first if one.users in (first[0].users, 10_000, first[-1].users)]
    names = list(dict.fromkeys(name for one in shown for name in one.phases))
    head = (first[0].scenario, *(f"{one.users:,} users" for one in shown))
    return table(head, [(name, *(f"{one.phases.get(name, 0.0):.2f}" for one in shown)) for name in names])


def draw(found: Sequence[Measured], path: Path) -> None:
    """Time of a tick by users, one curve a scenario, beside plain Mesa and the exponentials of the first."""
    found = [one for one in found if one.is_whole]
    names = list(dict.fromkeys(one.scenario for one in found))
    with style():
        figure, axes = plt.subplots(figsize=(9.0, 5.6), layout="constrained")
        for name, (colour, marker) in zip(names, itertools.cycle(LOOKS), strict=False):
            rows = [one for one in found if one.scenario == name]
            look = {"color": colour, "marker": marker, "markersize": 7, "markerfacecolor": "none", "linewidth": 1.5}
            _curve(axes, rows, lambda one: one.week, label=name, **look)
        first = [one for one in found if one.scenario == names[0]]
        _curve(axes, first, lambda one: one.plain, label=f"plain Mesa, choices of {names[0]}", color=INK, ls="--")
        _curve(axes, first, lambda one: one.exponentials, label="its exponentials alone", color=GREY, ls=":")
        axes.set(xscale="log", yscale="log", xlabel="simulated users", ylabel="CPU time of a tick [ms]")
        axes.set_title("What a tick costs, by scenario and users")
        figure.legend(frameon=False, loc="outside right center")
        save(figure, path)
        plt.close(figure)


def _curve(axes: Any, rows: Sequence[Measured], of: Callable[[Any], float], **look: Any) -> None:
    axes.plot([one.users for one in rows], [of(one) for one in rows], **look)
