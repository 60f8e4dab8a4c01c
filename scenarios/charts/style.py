"""One look for every picture: a colour-blind-safe palette, the same colour for the same actor everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import seaborn as sns
from matplotlib.ticker import FuncFormatter

from capacity.errors import InputError
from scenarios.charts.numbers import short_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito (2008), told apart with every common kind of colour blindness.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, GREY, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#B79F00", "#8A8A8A", "#222222",
)  # fmt: skip

ACTORS: Final[Mapping[str, str]] = {
    "hyperscaler": BLUE,
    "frontier": RED,
    "open": GREEN,
    "broker": PURPLE,
    "local": YELLOW,
    "coders": SKY,
    "casual": ORANGE,
    "agentic": BLACK,
    "nothing": GREY,
}


@dataclass(frozen=True)
class Look:
    """How one thing is drawn: by more than its colour, so that it is told apart without."""

    colour: str
    line: str = "-"
    marker: str = "o"
    width: float = 2.2


WORKLOAD_LOOKS: Final[Mapping[str, Look]] = {
    "general": Look(ORANGE, "-", "o", 3.4),
    "coding": Look(SKY, "-.", "s"),
    "agentic": Look(BLACK, "-", "^"),
    "agentic-cached": Look(GREEN, "-", "D", 3.4),
    "batch": Look(BLUE, ":", "v"),
    "video": Look(PURPLE, "-", "P"),
    "persistent-agent": Look(RED, "--", "X"),
}


@contextmanager
def style() -> Iterator[None]:
    """Draw inside this: fonts, grid and colours of the project, without touching the caller's settings."""
    settings = sns.axes_style("whitegrid") | sns.plotting_context("notebook", font_scale=0.9)
    settings |= {
        "figure.constrained_layout.use": True,
        "savefig.dpi": 150,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "grid.alpha": 0.5,
    }
    with mpl.rc_context(settings):
        yield


def readable_axis(axes: Axes, which: str = "y") -> None:
    """Write the axis' numbers as people read them."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: short_number(value)))


def save(figure: Figure, path: Path) -> None:
    """Write the picture; the same picture gives the same bytes."""
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower())
    try:
        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "tokenmarket"}):
            figure.savefig(path, metadata=metadata)
    except OSError as error:
        raise InputError(f"picture '{path}' cannot be written: {error.strerror or error}") from error
