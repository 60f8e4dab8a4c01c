"""Borrowing against contracts: how much creditors lend to an owner of machines, and when it has failed.

Creditors lend up to a line L. With the payments B still to come under its contracts, all that is promised counted,

    L = credit + advance x B                                                                                (1)

so that the line is shortened as contracts run off and lengthened when they are renewed. An owner orders no more racks
than it can pay for within L, of which it keeps a part free. If it owes more than L on a morning, it has failed: its
creditors have its machines run and let as before, but order no more, and what these bring goes to them until they have
what they are owed. Where its machines are worth less than that they are theirs, and creditors lose the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from capacity.errors import require


@dataclass(frozen=True)
class Borrowing:
    """On what terms creditors lend.

    Attributes:
        credit: what they lend whatever its contracts are [USD].
        advance: what they lend for each dollar to come under contracts [1].
        kept: share of its line that an owner keeps free when it orders racks, for interest and bad months.
    """

    credit: float = 0.0
    advance: float = 0.0
    kept: float = 0.2

    def __post_init__(self) -> None:
        require("borrowing: credit", self.credit, at_least=0)
        require("borrowing: advance", self.advance, at_least=0)
        require("borrowing: kept", self.kept, at_least=0, at_most=1)

    def line(self, backlog: float) -> float:
        """What they lend with so much to come under contracts, equation (1) [USD].

        >>> Borrowing(credit=100.0, advance=0.3).line(1_000.0)
        400.0
        """
        return self.credit + self.advance * backlog

    def most_racks(self, cash: float, backlog: float, rack_price: float) -> float:
        """Racks that it can pay for within its line; ``cash``: below 0 where it owes.

        >>> Borrowing(credit=100.0, kept=0.2).most_racks(-40.0, 0.0, 20.0)
        2.0
        """
        if rack_price == 0.0:
            return math.inf
        return max(cash + self.line(backlog) * (1.0 - self.kept), 0.0) / rack_price
