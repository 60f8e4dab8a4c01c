"""One look for every picture: a colour-blind-safe palette, the same colour for the same actor everywhere."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.colors import to_rgb
from matplotlib.ticker import FuncFormatter

from capacity.errors import InputError
from scenarios.text.files import write_whole
from scenarios.text.numbers import short_number, told_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito (2008), told apart with every common kind of colour blindness; without its
#: yellow, which is too pale on white, and with three more, chosen by the distances in tests/scenarios/test_palette.py.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BLACK = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#222222",
)
VIOLET, BROWN, GREY = "#6A3DB8", "#8C5A2B", "#6E6E6E"

#: One colour a kind of actor, in every picture.
ACTORS: Final[Mapping[str, str]] = {
    "hyperscaler": BLUE,
    "frontier": RED,
    "open": GREEN,
    "broker": PURPLE,
    "local": VIOLET,
    "coders": SKY,
    "casual": ORANGE,
    "agentic": BLACK,
    "video": BROWN,
    "nothing": GREY,
}
INK: Final = "#222222"
PALE: Final = "#555555"
PAPER: Final = "#ffffff"
DARK_PAPER: Final = "#16181d"


def actor(kind: str) -> str:
    """The colour of a kind of actor; grey for one that only a scenario of one's own knows."""
    return ACTORS.get(kind, GREY)


def luminance(colour: Any) -> float:
    """How bright a colour is, from 0 (black) to 1 (white) [WCAG 2.1, relative luminance]."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Any, other: Any) -> float:
    """Contrast of two colours, from 1 to 21 [WCAG 2.1]; text is readable from 4.5 on."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


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


#: Seaborn's "whitegrid" in its "notebook" sizes, written out: who draws no chart of seaborn's own need not wait for
#: it to load. One font that comes with matplotlib, so that a picture is the same on every machine.
STYLE: Final[Any] = {
    "figure.constrained_layout.use": True,
    "savefig.dpi": 150,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    **dict.fromkeys(("font.size", "axes.titlesize", "axes.labelsize", "legend.title_fontsize"), 10.8),
    **dict.fromkeys(("xtick.labelsize", "ytick.labelsize", "legend.fontsize"), 9.9),
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    **dict.fromkeys(("axes.spines.top", "axes.spines.right", "xtick.bottom", "ytick.left"), False),
    "axes.axisbelow": True,
    "axes.edgecolor": ".8",
    "axes.grid": True,
    "axes.linewidth": 1.25,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "grid.alpha": 0.5,
    "grid.color": ".8",
    "grid.linewidth": 1.0,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "w",
    "patch.force_edgecolor": True,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw inside this: fonts, grid and colours of the project, without touching the caller's settings."""
    with mpl.rc_context(STYLE):
        yield


class Readable(FuncFormatter):
    """Numbers on an axis as people read them; neighbours never look the same."""

    def __init__(self) -> None:
        super().__init__(lambda value, _: short_number(value))

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """All numbers of an axis."""
        return [text.replace("-", "−") for text in told_apart([float(value) for value in values])]


def readable_axis(axes: Axes, which: str = "y") -> None:
    """Write the axis' numbers as people read them."""
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_formatter(Readable())


def _lay_out_once(figure: Figure) -> None:
    """Place the parts now; ``savefig`` would draw the figure a second time to find their places."""
    if (engine := figure.get_layout_engine()) is not None:
        dots = mpl.rcParams["savefig.dpi"]
        figure.set_dpi(figure.dpi if dots == "figure" else dots)  # letters are wider or narrower at other dots an inch
        for axes in figure.axes:
            for spine in axes.spines.values():  # within what the axes take; to measure each places all ticks anew
                spine.set_in_layout(False)
        engine.execute(figure)
        figure.set_layout_engine("none")


def save(figure: Figure, path: Path) -> None:
    """Write the picture; the same picture gives the same bytes."""
    _lay_out_once(figure)
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower())
    try:
        drawn, kind = io.BytesIO(), path.suffix.lower().removeprefix(".")
        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "tokenmarket"}):
            figure.savefig(drawn, format=kind, metadata=metadata)
        write_whole(path, drawn.getvalue())
    except OSError as error:
        raise InputError(f"picture '{path}' cannot be written: {error.strerror or error}") from error
