"""Columns of the frames: name, unit, meaning, and how each is worked out when a tick has ended.

A column of one's own takes three lines, here or in a file of one's own:

    @column("providers", "margin", "1", "profit over revenue")
    def margin(moment):
        return moment.written["providers"]["profit"] / moment.written["providers"]["revenue"]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from capacity.errors import InputError, UnknownNameError, nearest
from market.records import Column

if TYPE_CHECKING:
    from market.simulation.moment import Moment

type Way = Callable[[Moment], Any]

#: Frames by the tick, in the order in which they are written, and what a row of each is about.
ENTITY: Final[Mapping[str, str]] = {
    "segments": "segment",
    "offers": "offer",
    "pools": "pool",
    "providers": "provider",
    "wholesale": "hyperscaler",
    "vintages": "machines",
    "forward": "ahead",
    "books": "firm",
    "ticks": "",
}
WAYS: Final[dict[str, dict[str, tuple[Column, Way]]]] = {frame: {} for frame in ENTITY}


def column(frame: str, name: str, unit: str, meaning: str) -> Callable[[Way], Way]:
    """Add a column to a frame; the function gives a value for each of the frame's entities."""
    if frame not in WAYS:
        raise UnknownNameError(
            f"column '{name}': unknown frame '{frame}'{nearest(frame, WAYS)}; known: {', '.join(WAYS)}"
        )
    if name in WAYS[frame]:
        raise InputError(f"column '{name}' of frame '{frame}' is there already")

    def add(way: Way) -> Way:
        WAYS[frame][name] = (Column(name, unit, meaning), way)
        return way

    return add
