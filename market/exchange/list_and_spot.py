"""Machines at posted list prices beside an auction: who takes which, and what the auction then comes to.

A unit at a list price stays with its buyer; one from the auction is taken back now and then, so that a part ``lost`` of
its work is done again. At an auction price p a buyer to whom a unit is worth v takes the list price L if

    v >= L  and  L - p < lost x v                                                                            (1)

Lists are taken from the cheapest on, in proportion where too little is kept for them. What is left clears in the
auction. With p below all lists, and nothing lost, nobody takes one, and the auction is what it is without lists; where
p passes a list, all that is kept for it is sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.exchange.call_auction import CallAuction, CallOutcome
from market.exchange.elastic_demand import ElasticDemand, clear_with

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Listed:
    """What a seller keeps for its list price.

    Attributes:
        price: the list price.
        seller: number of the ask beside which it stands.
        quantity: most that goes at it.
    """

    price: float
    seller: int
    quantity: float


@dataclass(frozen=True)
class Sold:
    """Who bought what.

    Attributes:
        outcome: of the auction.
        spot: bought in the auction, by bid.
        elastic: bought in the auction, by elastic buyer.
        at_list: bought at list prices, by seller and bid.
        elastic_at_list: bought at list prices, by seller and elastic buyer.
    """

    outcome: CallOutcome
    spot: Floats
    elastic: Floats
    at_list: Floats
    elastic_at_list: Floats


def clear_with_lists(
    auction: CallAuction,
    bid_prices: Floats,
    bid_quantities: Floats,
    ask_prices: Floats,
    ask_quantities: Floats,
    elastic: Sequence[ElasticDemand],
    listed: Sequence[Listed] = (),
    lost: Floats | None = None,
    lost_elastic: Floats | None = None,
) -> Sold:
    """Clear an auction with list prices beside it.

    Args:
        auction: how it clears.
        bid_prices, bid_quantities: what a unit is worth to each bidder, and how many it wants.
        ask_prices, ask_quantities: of each seller.
        elastic: buyers with a budget.
        listed: list prices.
        lost: part of an auctioned unit that each bidder loses when it is taken back.
        lost_elastic: the same, by elastic buyer.
    """
    wanted, left, buyers = bid_quantities.copy(), ask_quantities.copy(), list(elastic)
    at_list, to_elastic = np.zeros((left.size, wanted.size)), np.zeros((left.size, len(buyers)))
    lost = np.zeros(wanted.size) if lost is None else lost
    lost_elastic = np.zeros(len(buyers)) if lost_elastic is None else lost_elastic
    outcome, bought = clear_with(auction, bid_prices, wanted, ask_prices, left, buyers)
    for price in sorted({one.price for one in listed}):
        takes = np.where(_rather(price, outcome.price, lost, bid_prices), wanted, 0.0)
        most = _most(buyers, price, outcome.price, lost_elastic)
        kept = np.zeros(left.size)
        for one in (one for one in listed if one.price == price):
            kept[one.seller] = min(one.quantity, float(left[one.seller]))
        total, there = float(takes.sum() + most.sum()), float(kept.sum())
        if total <= 0.0 or there <= 0.0:
            continue
        part = min(there / total, 1.0)
        by_seller = kept / there
        at_list += np.outer(by_seller, part * takes)
        to_elastic += np.outer(by_seller, part * most)
        wanted = wanted - part * takes
        buyers = [
            buyer.times(1.0 - part) if asked > 0 else buyer for buyer, asked in zip(buyers, most.tolist(), strict=True)
        ]
        left = np.maximum(left - by_seller * part * total, 0.0)
        outcome, bought = clear_with(auction, bid_prices, wanted, ask_prices, left, buyers)
    return Sold(outcome, outcome.bought[: wanted.size], bought, at_list, to_elastic)


def _rather(listed: float, price: float, lost: Floats, worth: Floats) -> NDArray[np.bool_]:
    """Who takes a list price rather than the auction's, equation (1)."""
    return np.asarray((worth >= listed) & (listed - price < lost * worth))


def _most(buyers: Sequence[ElasticDemand], listed: float, price: float, lost: Floats) -> Floats:
    """What elastic buyers would take at a list price: their last unit is worth what they pay for it."""
    return np.array(
        [
            buyer.quantity(listed) if buyer.spending > 0 and listed - price < gone * listed else 0.0
            for buyer, gone in zip(buyers, lost.tolist(), strict=True)
        ],
        dtype=np.float64,
    )
