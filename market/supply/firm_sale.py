"""The sale of a firm that cannot pay what it owes: to whom it is worth most, and at which price.

With a debt D, of which creditors want at least a share r, and the two highest bids b_1 >= b_2 (0 where one bids alone)

    sold if b_1 >= r D,   to who bids b_1,   for f + x (b_1 - f),   f = max(b_2, r D)                       (1)

With x = 0 this is the second-price auction with a reserve [Vickrey 1961]; with x above it the seller bargains with the
highest bidder over what it gains beyond the next best [Nash 1950]. The price pays what is owed, and creditors lose the
rest, or what is left goes to those who gave the firm its money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capacity.errors import require


@dataclass(frozen=True)
class Bid:
    """The most that somebody pays for a firm.

    Attributes:
        name: who bids.
        most: what the firm is worth to it, and no more than it has [USD].
    """

    name: str
    most: float


@dataclass(frozen=True)
class FirmSale:
    """How a firm is sold.

    Attributes:
        seller_share: share of what the highest bidder gains over the next best that it pays.
        least: share of the debt below which creditors rather close the firm.
    """

    seller_share: float = 0.0
    least: float = 1.0

    def __post_init__(self) -> None:
        require("firm sale: seller_share", self.seller_share, at_least=0, at_most=1)
        require("firm sale: least", self.least, at_least=0, at_most=1)

    def sold(self, bids: Sequence[Bid], debt: float) -> tuple[str, float] | None:
        """Who gets the firm, and what for [USD], equation (1), or None; of equal bids the first wins.

        >>> bids = [Bid("lab", 50.0), Bid("cloud", 30.0)]
        >>> FirmSale().sold(bids, 10.0), FirmSale().sold(bids, 40.0), FirmSale(0.5, 0.0).sold(bids, 80.0)
        (('lab', 30.0), ('lab', 40.0), ('lab', 40.0))
        >>> FirmSale().sold(bids, 60.0) is None
        True
        """
        reserve = self.least * debt
        able = sorted((bid for bid in bids if bid.most >= reserve and bid.most > 0.0), key=lambda bid: -bid.most)
        if not able:
            return None
        floor = max(reserve, able[1].most if len(able) > 1 else 0.0)
        return able[0].name, floor + self.seller_share * (able[0].most - floor)
