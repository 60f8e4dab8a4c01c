"""The page: head, contents, parts, and what holds them together."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from scenarios.pictures.svg import dark_variables
from scenarios.reports.html import Child, Html, element, section

#: By this a file is known to be a report.
GENERATOR: Final = "tokenmarket report"
#: A class of a picture's element stands for a style that many share if it is used more often than this.
OFTEN: Final = 3
STYLE: Final = re.compile(r' style="([^"]*)"')


@dataclass(frozen=True)
class Part:
    """A part of the page: its id, its heading, and what is in it."""

    name: str
    title: str
    body: Child


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        title: the question, the one heading of the first level.
        subtitle: lines below it.
        kind: what it is a report of, above the title.
        parts: its parts, in order.
    """

    title: str
    subtitle: Sequence[Child]
    kind: str
    parts: Sequence[Part]

    def html(self) -> str:
        """All of it."""
        links = [element("li", element("a", part.title, href=f"#{part.name}")) for part in self.parts]
        top = element(
            "header",
            element("p", self.kind, class_="kind"),
            element("h1", self.title),
            [element("p", line, class_="subtitle") for line in self.subtitle],
        )
        toggle = element(
            "button", "Dark", type="button", id="theme", aria_pressed="false", hidden=True, aria_label="Dark colours"
        )
        nav = element("nav", element("ul", links), toggle, aria_label="Contents")
        main = element(
            "main", [section(part.name, part.title, part.body) for part in self.parts], id="main", tabindex="-1"
        )
        body = element(
            "body",
            element("a", "Skip to the content", href="#main", class_="skip"),
            top,
            nav,
            main,
            element("div", id="readout", aria_live="polite", hidden=True),
            _script(),
        )
        shared, short = _shared_styles(body)
        head = element("head", self._head(), element("style", Html(_asset("style.css") + dark(body) + shared)))
        return f"<!DOCTYPE html>\n{element('html', head, Html(short), lang='en')}\n"

    def _head(self) -> list[Html]:
        policy = (
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
            f"script-src 'sha256-{_digest(_asset('script.js'))}'"
        )
        return [
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=policy),
            element("meta", name="generator", content=GENERATOR),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("title", f"{self.title} – {self.kind}"),
        ]


@cache
def _asset(name: str) -> str:
    return files("scenarios.reports").joinpath(name).read_text(encoding="utf-8").strip()


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _script() -> Html:
    return Html(f"<script>{_asset('script.js')}</script>")


def dark(page: str) -> str:
    """Rules that turn the charts of the page dark."""
    made = dark_variables([page])
    picture = "filter: invert(1) hue-rotate(180deg)"
    system, chosen = ":root:not([data-theme=light])", ":root[data-theme=dark]"
    return (
        f"\n@media screen and (prefers-color-scheme: dark) {{ {system} {{ {made} }} {system} .chart image "
        f"{{ {picture} }} }}\n@media screen {{ {chosen} {{ {made} }} {chosen} .chart image {{ {picture} }} }}\n"
    )


def _shared_styles(page: str) -> tuple[str, str]:
    """Styles that are written in many elements, as classes: rules, and the page with them. A third of its size."""
    counts: dict[str, int] = {}
    for found in STYLE.finditer(page):
        counts[found[1]] = counts.get(found[1], 0) + 1
    often = [style for style, count in counts.items() if count > OFTEN and "--width" not in style]
    names = {style: f"s{place}" for place, style in enumerate(often)}
    rules = "".join(f".{name}{{{style.replace('&quot;', chr(34))}}}" for style, name in names.items())
    return rules, STYLE.sub(lambda m: f' class="{names[m[1]]}"' if m[1] in names else m[0], page)
