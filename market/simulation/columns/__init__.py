"""What is measured: the columns of every frame, with unit and meaning; docs are printed from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from market.records import Column
from market.simulation.columns import books, forward, offers, pools, providers, segments, ticks, vintages, wholesale
from market.simulation.columns.column import ENTITY, WAYS, column

__all__ = [
    "COLUMNS",
    "ENTITY",
    "books",
    "column",
    "forward",
    "offers",
    "pools",
    "providers",
    "segments",
    "ticks",
    "vintages",
    "wholesale",
]

#: Frames by the tick in the order in which they are told.
FRAMES: Final = ("ticks", "offers", "pools", "providers", "segments", "wholesale", "vintages", "forward", "books")


class _Columns(Mapping[str, tuple[Column, ...]]):
    """Columns of each frame, those added by others included."""

    def __getitem__(self, frame: str) -> tuple[Column, ...]:
        return tuple(column for column, _ in WAYS[frame].values())

    def __iter__(self) -> Iterator[str]:
        return iter(FRAMES)

    def __len__(self) -> int:
        return len(FRAMES)


COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = _Columns()
