"""A chart as SVG for a page: small, text as text, and colours that follow the page into its dark mode.

A picture is drawn once, for white paper. Every colour becomes a CSS variable that falls back on itself:
``fill: var(--chart-fill-d55e00, #d55e00)``. ``dark_variables`` gives the values for dark paper.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Final, Literal

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_hex, to_rgb

from scenarios.pictures.panel import ON_COLOUR
from scenarios.pictures.style import DARK_PAPER, contrast, luminance

if TYPE_CHECKING:
    from matplotlib.figure import Figure

type Theme = Literal["css", "light", "dark"]

#: Lightness of white paper and of black ink in the dark [0 to 1].
DARK_RANGE: Final = (0.10, 0.93)
TAG: Final = re.compile(r"<(\w+)\b[^>]*>")
COLOUR: Final = re.compile(r"\b(fill|stroke): (#[0-9a-f]{6})")
NUMBER: Final = re.compile(r"-?\d+\.\d{2,}")
FONT: Final = re.compile(r"(font: [^';]*?[\d.]+px) '[^;\"]*")
VARIABLE: Final = re.compile(r"var\((--chart-(text|fill)-([0-9a-f]{6})),")


def svg(figure: Figure, name: str, alt: str, theme: Theme = "css") -> str:
    """Write a figure as an ``<svg>`` element to be put into a page.

    Args:
        figure: the figure; its background is left out.
        name: put before every id, so that several pictures may share a page.
        alt: what a screen reader says.
        theme: 'css' for colours as CSS variables, 'light' or 'dark' for colours as they are.
    """
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        _lay_out_once(figure)
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"\b(id=\"|url\(#|xlink:href=\"#)", rf"\g<1>{name}-", text)
    text = FONT.sub(r"\1 var(--chart-font, sans-serif)", text)
    text = TAG.sub(lambda tag: _recolour(tag[0], "text" if tag[1] in ("text", "tspan") else "fill", theme), text)
    text = re.sub(r"\b(d|points)=\"[^\"]*\"", lambda path: NUMBER.sub(_short, path[0]), text)
    text = re.sub(r"\n\s*", "\n", text)
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text)
    assert size is not None, "matplotlib always writes a viewBox"
    head = (
        f'<svg class="chart" role="img" aria-label="{escape(alt)}" viewBox="0 0 {size[1]} {size[2]}" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    return head + text[text.index(">") + 1 :].strip()


def _lay_out_once(figure: Figure) -> None:
    """Place the parts now, at the 72 dots an inch of SVG; ``savefig`` would draw once more to find their places."""
    if (engine := figure.get_layout_engine()) is not None:
        canvas, dots = figure.canvas, figure.dpi
        FigureCanvasSVG(figure)
        figure.set_dpi(FigureCanvasSVG.fixed_dpi)
        engine.execute(figure)
        figure.set_layout_engine("none")
        figure.set_canvas(canvas)
        figure.set_dpi(dots)


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _recolour(tag: str, role: str, theme: Theme) -> str:
    if theme == "light":
        return tag
    if theme == "dark":
        if role == "fill" and tag.startswith("<image"):
            return tag.replace("<image", '<image style="filter: invert(1) hue-rotate(180deg)"', 1)
        return COLOUR.sub(lambda m: f"{m[1]}: {in_the_dark(m[2], role)}", tag)
    return COLOUR.sub(lambda m: f"{m[1]}: var(--chart-{role}-{m[2][1:]}, {m[2]})", tag)


def in_the_dark(colour: str, role: str) -> str:
    """The colour of a text or of anything else on dark paper that stands for this one on white paper."""
    if role == "text" and colour in ON_COLOUR:
        return colour
    red, green, blue = to_rgb(colour)
    if max(red, green, blue) - min(red, green, blue) < 0.06:
        low, high = DARK_RANGE
        grey = high - (high - low) * (red + green + blue) / 3.0
        return to_hex((grey, grey, grey))
    share = 0.0 if role == "text" else 0.45 * max(0.0, 1.0 - luminance(colour) / 0.18)
    made = (red, green, blue)
    while True:
        made = (red + share * (1 - red), green + share * (1 - green), blue + share * (1 - blue))
        if role != "text" or contrast(made, DARK_PAPER) >= 5.0:
            return to_hex(made)
        share += 0.05


def dark_variables(pictures: Iterable[str]) -> str:
    """CSS declarations that turn these pictures dark, for a rule of the page: ``--chart-text-555555: #b2b2b2; ...``."""
    found = sorted({match.groups() for picture in pictures for match in VARIABLE.finditer(picture)})
    return " ".join(f"{name}: {in_the_dark(f'#{colour}', role)};" for name, role, colour in found)
