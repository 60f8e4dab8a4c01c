"""A call auction at one price for all: the wholesale spot market for rack-hours.

Buyers say how much they would take and up to what price, sellers how much they would give and from
what price, and one price clears. The book is two step functions of the price p:

- demand: *wanted* (bids at p or more) and *wanted above* (bids at more than p);
- supply: *offered* (asks at p or less) and *offered below* (asks at less than p).

p clears when nobody who gains at p is left out: wanted above <= offered, and offered below <= wanted.
The prices that clear form an interval, whose ends are quoted prices. Trade at any of them gives the
greatest welfare that the book allows, so the auction is also the linear program it is tested against.

Units: prices [USD per rack-hour], quantities [rack-hours], welfare [USD]; any other will do as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from capacity.errors import require

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.intp]

LARGEST: Final = 1e100
"""Prices and quantities beyond this are refused, so that no product or sum overflows."""

SAME: Final = 1 + 1e-12
"""Demand and supply that agree to this factor are equal: else 0.1 + 0.1 + 0.1 bid for 0.3 offered would leave
5e-17 unserved, and that would set the price."""


@dataclass(frozen=True, eq=False, slots=True)
class CallOutcome:
    """What a call auction decided.

    Attributes:
        price: paid by every buyer and to every seller; at no trade, the price that is reported.
        quantity: traded.
        bought: by each bid, in the order given.
        sold: by each ask, in the order given.
        welfare: worth to the buyers less cost to the sellers of what was traded; never negative.
        price_low: the lowest price that clears: the larger of the last served ask and the best bid of which
            some part is unserved.
        price_high: the highest price that clears: the smaller of the last served bid and the best ask of
            which some part is unsold. Where the interval has no end it stops at the nearest quoted price:
            without asks both ends are the best bid, without bids the lowest ask, in an empty book 0.
        shortage: at ``price_low`` more is wanted (at that price or more) than offered (at that price or
            less). Then all that is offered there is sold, and a bid that was not (wholly) served sets the
            price. It says nothing about asks above the price, which may exist.
        marginal_bid: index of the served bid of lowest price, -1 without trade; of equal ones, the largest.
        marginal_ask: index of the served ask of highest price, -1 without trade; of equal ones, the largest.
    """

    price: float
    quantity: float
    bought: Floats
    sold: Floats
    welfare: float
    price_low: float
    price_high: float
    shortage: bool
    marginal_bid: int
    marginal_ask: int


@dataclass(frozen=True)
class CallAuction:
    """A sealed-bid call auction at a uniform price: the k-double auction with k = ``price_weight``.

    ``price_weight`` says where in the interval of clearing prices the price lies: 0 at the low end, 1 at
    the high end. At the low end (the default) the marginal *unserved* bid sets the price in shortage, and
    the marginal cost otherwise; a buyer who is served in full cannot lower the price by bidding less as
    long as it stays so. At the high end the same holds for sellers.

    Bids and asks at the price are served pro rata where not all of them can be, on both sides, so the order
    of the book does not matter. Trade that gains nothing (a bid equal to an ask) takes place.

    Sources: Chatterjee and Samuelson, 'Bargaining under incomplete information', Operations Research 31
    (1983) 835-851, for one buyer and one seller; Rustichini, Satterthwaite and Williams, 'Convergence to
    efficiency in a simple market with incomplete information', Econometrica 62 (1994) 1041-1063, for many.
    """

    price_weight: float = 0.0

    def __post_init__(self) -> None:
        # 0 is the low end, 1 the high end.
        require("call auction: price_weight", self.price_weight, at_least=0, at_most=1)

    def clear(
        self,
        bid_price: npt.ArrayLike,
        bid_quantity: npt.ArrayLike,
        ask_price: npt.ArrayLike,
        ask_quantity: npt.ArrayLike,
    ) -> CallOutcome:
        """Find the price and who trades how much. Quantities of 0 take no part and set no price."""
        bids = _Side.of("bid", bid_price, bid_quantity, sign=-1.0)
        asks = _Side.of("ask", ask_price, ask_quantity, sign=1.0)
        low, high = _clearing_prices(bids, asks)
        price = min(low + self.price_weight * (high - low), high)

        quantity = float(min(bids.at(price), asks.at(price)))
        bought, gain, marginal_bid = bids.serve(quantity, price)
        sold, profit, marginal_ask = asks.serve(quantity, price)
        return CallOutcome(
            price=price,
            quantity=quantity,
            bought=bought,
            sold=sold,
            welfare=gain + profit,
            price_low=low,
            price_high=high,
            shortage=bool(bids.at(low) > SAME * asks.at(low)),
            marginal_bid=marginal_bid,
            marginal_ask=marginal_ask,
        )


@dataclass(frozen=True, eq=False, slots=True)
class _Side:
    """One side of the book, best first: bids and asks alike, once ``sign`` times price is their *rank*."""

    sign: float
    size: int  # entries given, with those of quantity 0
    index: Indices  # of each sorted entry in the order given
    rank: Floats  # ascending
    quantity: Floats
    total: Floats  # quantity up to each entry, from 0; one longer than the others

    @classmethod
    def of(cls, side: str, price: npt.ArrayLike, quantity: npt.ArrayLike, sign: float) -> _Side:
        prices = _checked(f"{side}_price", price, -LARGEST)
        quantities = _checked(f"{side}_quantity", quantity, 0.0)
        if prices.size != quantities.size:
            raise ValueError(
                f"{side}_price has {prices.size} entries and {side}_quantity {quantities.size}; give as many"
            )
        # Equal prices in order of quantity, so that sums come out the same to the bit in any order given.
        index = np.lexsort((quantities, sign * prices))
        taking_part = quantities[index] > 0
        if not taking_part.all():
            index = index[taking_part]
        quantities = quantities[index]
        total = np.zeros(index.size + 1)
        quantities.cumsum(out=total[1:])
        return cls(sign, prices.size, index, sign * prices[index], quantities, total)

    def at(self, price: float) -> float:
        """Quantity that would trade at ``price``: wanted there or above, offered there or below."""
        return float(self.total[self.rank.searchsorted(self.sign * price, side="right")])

    def steps(self, ranks: Floats) -> tuple[Floats, Floats]:
        """Quantity of strictly better rank than each of ``ranks``, and of this rank or better."""
        return (
            self.total[self.rank.searchsorted(ranks, side="left")],
            self.total[self.rank.searchsorted(ranks, side="right")],
        )

    def serve(self, quantity: float, price: float) -> tuple[Floats, float, int]:
        """Share ``quantity`` out, best first and equals pro rata: what each gets, their gain, the last."""
        before, after = self.steps(self.rank)
        equals = after - before
        # A quantity too small to count beside those before it (equals = 0) is served if they all are.
        share = (quantity > before).astype(np.float64)
        np.divide(np.minimum(np.maximum(quantity - before, 0.0), equals), equals, out=share, where=equals > 0)
        served = self.quantity * share
        shares = np.zeros(self.size)
        shares[self.index] = served
        # Measured from the price, every gain is >= 0: nothing cancels, however high the prices.
        gain = float(served @ np.maximum(self.sign * price - self.rank, 0.0))
        last = int(np.count_nonzero(served)) - 1
        return shares, gain, int(self.index[last]) if last >= 0 else -1


def _clearing_prices(bids: _Side, asks: _Side) -> tuple[float, float]:
    """Ends of the interval of clearing prices, among the prices quoted; (0, 0) in an empty book."""
    quotes = np.concatenate((-bids.rank, asks.rank))
    if quotes.size == 0:
        return 0.0, 0.0
    wanted_above, wanted = bids.steps(-quotes)
    offered_below, offered = asks.steps(quotes)
    low = quotes[wanted_above <= SAME * offered].min()
    high = quotes[offered_below <= SAME * wanted].max()
    return float(low), float(high)


def _checked(name: str, values: npt.ArrayLike, least: float) -> Floats:
    """``values`` as a vector of numbers from ``least`` to ``LARGEST``, or an error that says which is not."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} dimensions; it must be a list or a vector")
    if array.size and not (array.min() >= least and array.max() <= LARGEST):  # also false for nan
        where = int(np.argmin((array >= least) & (array <= LARGEST)))
        raise ValueError(f"{name}[{where}] is {array[where]}; allowed is a number from {least:g} to {LARGEST:g}")
    return array
