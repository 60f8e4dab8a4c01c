"""The pictures of docs/explanation/architecture.md, drawn from the code: the map of the house, and the tick.

Run: ``python -m scenarios.reference.architecture_pictures docs/images``. Each picture holds a hash of what it shows, by
which a test sees whether it is still as the code is.
"""

from __future__ import annotations

import hashlib
import json
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.patches import FancyBboxPatch

from market.simulation.tick import MEMORY, PHASES
from scenarios.pictures.style import style
from scenarios.reference import house

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS: Final = {"capacity": "#f2d7a6", "market": "#bfdcef", "scenarios": "#cfe8d8"}
LINES: Final = {"capacity": "#a06a00", "market": "#1f6fa8", "scenarios": "#2e7d55"}
#: Height of a floor and of a room, width of a room and the space beside it, in units of the map.
FLOOR, HIGH, WIDE, APART = 1.0, 0.46, 1.5, 0.22
#: Rooms that a floor has space for, and how bad it is if a line runs behind one [units of the map].
COLUMNS, BEHIND = 5, 20.0
#: What is moved in place, and not made anew.
STREAM: Final = " stream"
IN_PLACE: Final = ("queue", "ledger", *MEMORY, "streams")
#: What every phase may look at, and is no part of the state.
GIVEN: Final = ("founded", "tick")
THIS, BEFORE = "#1f6fa8", "#9a9a9a"
DIGEST: Final = "Description"


def shown_of_house() -> Any:
    """What the map shows."""
    found = house.rooms()
    return {"floors": house.floors(found), "arrows": house.needed(found)}


def shown_of_tick() -> Any:
    """What the figure of the tick shows: phases with what they read, make and move."""
    return [
        [
            phase.name,
            [name for name in phase.reads if name not in GIVEN],
            phase.makes,
            list(dict.fromkeys("streams" if name.endswith(STREAM) else name for name in phase.moves)),
        ]
        for phase in PHASES
    ]


def digest(shown: Any) -> str:
    """A hash of what a picture shows."""
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


# ---------------------------------------------------------------------------------------------- the house


def draw_house() -> Figure:
    """The rooms floor by floor; a line leads from a room down to one that it imports."""
    shown = shown_of_house()
    places = _places(shown["floors"], shown["arrows"])
    left, right = (pick(x for x, _ in places.values()) for pick in (min, max))
    figure, ax = plt.subplots(figsize=(9.0, 0.72 * len(shown["floors"])), layout="constrained")
    for room, target in shown["arrows"]:
        (x, y), (to_x, to_y) = places[room], places[target]
        ax.plot([x, to_x], [y - HIGH / 2, to_y + HIGH / 2], color=LINES[_package(target)], lw=0.8, alpha=0.75, zorder=1)
    for room, (x, y) in places.items():
        package, _, name = room.partition(".")
        box = FancyBboxPatch(
            (x - WIDE / 2, y - HIGH / 2), WIDE, HIGH, boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=COLOURS[package], edgecolor=LINES[package], zorder=2,
        )  # fmt: skip
        ax.add_patch(box)
        ax.text(x, y, name or package, ha="center", va="center", fontsize=9, zorder=3)
    height = FLOOR * len(shown["floors"])
    for number, package in enumerate(reversed(house.PACKAGES)):
        at = left - WIDE / 2 + number * 1.3
        ax.text(at, height - 0.45, f"{package}/", color=LINES[package], fontsize=11, fontweight="bold")
    ax.set(xlim=(left - WIDE / 2 - 0.1, right + WIDE / 2 + 0.1), ylim=(-0.4, height - 0.2))
    ax.set_axis_off()
    return figure


def _package(room: str) -> str:
    return room.partition(".")[0]


type Places = dict[str, tuple[float, float]]
type Arrows = list[tuple[str, str]]


def _places(floors: list[list[str]], arrows: Arrows) -> Places:
    """Where the middle of each room is, so that few lines run behind a room: moved one by one until none is better."""
    slots = [WIDE / 2 + place * (WIDE + APART) / 2 for place in range(2 * COLUMNS - 1)]
    places = {
        room: (slots[(COLUMNS - len(rooms)) + 2 * place], number * FLOOR)
        for number, rooms in enumerate(floors)
        for place, room in enumerate(rooms)
    }
    least, better = _cost(places, arrows), True
    while better:
        better = False
        for room, slot in product(list(places), slots):
            x, y = places[room]
            if any(other != room and at[1] == y and abs(at[0] - slot) < WIDE for other, at in places.items()):
                continue
            places[room] = (slot, y)
            cost = _cost(places, arrows)
            if cost < least - 1e-9:
                least, better = cost, True
            else:
                places[room] = (x, y)
    return places


def _cost(places: Places, arrows: Arrows) -> float:
    """Rooms that lines run behind count most, then how far lines lead sideways."""
    cost = 0.0
    for room, target in arrows:
        (x, y), (to_x, to_y) = places[room], places[target]
        cost += abs(x - to_x)
        for at_x, at_y in places.values():
            if to_y < at_y < y:
                slope = (to_x - x) / (y - to_y)
                middle, reach = x + slope * (y - at_y), abs(slope) * HIGH / 2 + WIDE / 2 + APART / 4
                cost += BEHIND * (abs(middle - at_x) < reach)
    return cost


# ---------------------------------------------------------------------------------------------- the tick


def draw_tick() -> Figure:
    """Phases from top to bottom, parts of the state from left to right: who makes a part, and who reads it when."""
    shown = shown_of_tick()
    made = [makes for _, _, makes, _ in shown]
    columns = [*made, *IN_PLACE]
    figure, ax = plt.subplots(figsize=(10.2, 5.6), layout="constrained")
    for x, part in enumerate(columns):
        readers = [row for row, (_, reads, _, _) in enumerate(shown) if part in reads]
        if part in made:
            _draw_column(ax, x, made.index(part), readers, len(shown))
        else:
            _draw_moved(ax, x, readers, [row for row, (*_, moves) in enumerate(shown) if part in moves])
    ax.set_xticks(range(len(columns)), columns, rotation=40, ha="left")
    ax.set_yticks(range(len(shown)), [f"{name}  {number}" for number, (name, *_) in enumerate(shown, 1)])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.grid(visible=True, axis="y", color="#ececec")
    ax.grid(visible=False, axis="x")
    ax.set(xlim=(-0.6, len(columns) - 0.4), ylim=(len(shown) - 0.4, -0.6))
    for side in ax.spines.values():
        side.set_visible(False)
    _key(ax)
    return figure


def _draw_moved(ax: Axes, x: int, readers: list[int], movers: list[int]) -> None:
    """What is moved in place: diamonds where it is moved, dots where a phase reads nothing else of it."""
    only = [row for row in readers if row not in movers]
    ax.plot([x] * len(only), only, "o", color=BEFORE, mfc="white", mew=1.6, ms=7)
    ax.plot([x] * len(movers), movers, "D", color=LINES["capacity"], ms=8)


def _draw_column(ax: Axes, x: int, born: int, readers: list[int], rows: int) -> None:
    """A part of the state: a square where it is made, dots where it is read."""
    ax.plot([x, x], [born, rows - 1], color=THIS, lw=1.0, alpha=0.45)
    ax.plot([x, x], [0, born], color=BEFORE, lw=1.0, ls=":")
    ax.plot(x, born, "s", color=THIS, ms=11)
    after = [row for row in readers if row > born]
    before = [row for row in readers if row <= born]
    ax.plot([x] * len(after), after, "o", color=THIS, ms=7)
    free = [row for row in before if row < born]
    ax.plot([x] * len(free), free, "o", color=BEFORE, mfc="white", mew=1.6, ms=7)
    if born in before:  # it makes the part out of what it was
        ax.plot(x, born, "o", color="white", ms=4.5)


def _key(ax: Axes) -> None:
    signs = (
        ("s", THIS, THIS, "made"),
        ("o", THIS, THIS, "read, as made in this tick"),
        ("o", BEFORE, "white", "read, as the tick before left it (also: white in a square)"),
        ("D", LINES["capacity"], LINES["capacity"], "moved in place: queue, money, memory, random numbers"),
    )
    handles = [
        mpl.lines.Line2D([], [], ls="", marker=marker, color=colour, mfc=fill, mew=1.4, ms=7, label=text)
        for marker, colour, fill, text in signs
    ]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.42, -0.01), ncols=2, frameon=False, fontsize=9)


#: Pictures by the name of their file: what each shows, and what draws it.
PICTURES: Final = {"house.png": (shown_of_house, draw_house), "tick.png": (shown_of_tick, draw_tick)}


def write(folder: Path) -> None:
    """Draw all pictures into a folder."""
    mpl.use("Agg")
    for name, (shown, draw) in PICTURES.items():
        with style():
            figure = draw()
            figure.savefig(folder / name, dpi=150, metadata={DIGEST: digest(shown()), "Software": None})
            plt.close(figure)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
