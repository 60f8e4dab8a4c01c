"""Chosen: on which of the terms that their tiers may choose offers are sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from market.exchange.books import Book
    from market.simulation.founded import Founded


def terms_chosen(founded: Founded, book: Book) -> NDArray[np.int64]:
    """Number of the terms on which each offer is sold among those that its tier may choose, from 1; 0: as listed."""
    number = np.zeros(book.offers, dtype=np.int64)
    for j, tier in founded.may_choose:
        if book.listings[j].terms != tier.terms:
            number[j] = tier.may_choose.index(book.listings[j].terms) + 1
    return number
