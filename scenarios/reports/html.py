"""HTML as text. Whatever is put into an element is escaped, unless it is HTML already."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

type Child = str | Html | Iterable[Child] | None

#: Elements without an end.
VOID = frozenset({"meta", "br", "hr", "input", "link"})


class Html(str):
    """Text that is HTML, and is not escaped again."""

    __slots__ = ()


def element(name: str, /, *children: Child, **attributes: str | bool | int | float | None) -> Html:
    """An element: ``element("a", "text", href="#top", class_="quiet")``.

    A name's underscores become dashes, one at its end is left out; None and False leave an attribute out.
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    if name in VOID:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{joined(children)}</{name}>")


def joined(children: Child) -> Html:
    """Children one after the other."""
    if children is None:
        return Html()
    if isinstance(children, Html):
        return children
    if isinstance(children, str):
        return Html(escape(children))
    return Html("".join(joined(child) for child in children))


def _attribute(key: str, value: str | bool | float) -> str:
    name = key.removesuffix("_").replace("_", "-")
    if value is True:
        return f" {name}"
    return "" if value is False else f' {name}="{escape(str(value))}"'


def folded(title: Child, *children: Child, open_: bool = False) -> Html:
    """Something that is unfolded on demand."""
    return element("details", element("summary", title), *children, open=open_)


def section(name: str, title: str, *children: Child) -> Html:
    """A part of the page under a heading of the second level; ``name`` is its id."""
    return element(
        "section", element("h2", title, id=f"{name}-title"), *children, id=name, aria_labelledby=f"{name}-title"
    )
