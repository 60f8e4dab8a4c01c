"""Machines that a seller of tokens holds for a term."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.errors import require, require_whole


@dataclass(frozen=True)
class Term:
    """Machines held in every hour of a term, and paid whether used or not.

    At its end a seller takes as many as the busiest tick of the term called for, and a headroom.

    Attributes:
        rack_hour_usd: what a rack costs an hour [USD per rack-h].
        ticks: length of a term [ticks].
        headroom: share by which it takes more than were called for.
    """

    rack_hour_usd: float
    ticks: int
    headroom: float = 0.0

    def __post_init__(self) -> None:
        require("term: rack_hour_usd", self.rack_hour_usd, at_least=0)
        require_whole("term: ticks", self.ticks, at_least=1)
        require("term: headroom", self.headroom, at_least=0)
