"""Asking: what users would order at prices and delays. A pure question: nothing is changed by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.demand.cohort import Reply, Wanted
from market.demand.scene import Scene
from market.exchange.books import Book
from market.exchange.clearing.base import Response
from market.exchange.technology import LOADS
from market.simulation.founded import Founded

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

#: Orders of a segment below this share of all its orders are chances that nobody ever takes.
NEVER_TAKEN = 1e-13


@dataclass(frozen=True)
class Asking:
    """Users, and the market as they see it: call it with prices to hear what they would order.

    Attributes:
        founded: who there is.
        wanted: what each segment wants.
        book: the offers.
        alive: whether an offer's provider sells.
        delay_h: wait and time of writing that users expect [h], by segment and offer.
        ready: whether an offer has machines, so that brokers send there; None for all that sells.
    """

    founded: Founded
    wanted: Sequence[Wanted]
    book: Book
    alive: Flags
    delay_h: Floats
    ready: Flags | None = None

    def scene(self, segment: int, blur_usd: float = 0.0, *, slopes: bool = False) -> Scene:
        """What a segment sees."""
        book = self.book
        return Scene(
            self.founded.offer_names,
            book.provider,
            self.founded.offer_kinds,
            book.quality[segment],
            self.delay_h[segment],
            book.open[segment] & self.alive,
            book.quota,
            book.quota_ticks,
            book.week_quota,
            self.founded.fee,
            slopes,
            blur_usd,
        )

    def reply(self, segment: int, prices: Floats, blur_usd: float = 0.0, *, slopes: bool = False) -> Reply:
        """What a segment would order at these prices of a request [USD], by offer."""
        cohort = self.founded.cohorts[segment]
        return cohort.reply(self.wanted[segment], self.scene(segment, blur_usd, slopes=slopes), prices)

    def __call__(self, prices: Floats, blur_usd: float | Floats = 0.0, *, slopes: bool = False) -> Response:
        """What users would order at these prices of a request [USD], by segment and offer.

        ``blur_usd``: width within which ties are shared (see ``demand.scene.Scene``), of all or by segment; 0 for what
        users really do. ``slopes``: whether derivatives by price are wanted.
        """
        many = range(len(self.wanted))
        widths = [blur_usd] * len(many) if isinstance(blur_usd, float) else blur_usd.tolist()
        replies = [self.reply(s, prices[s], widths[s], slopes=slopes) for s in many]
        shape = self.book.work.shape
        return Response(
            ever_taken(np.array([r.requests for r in replies]).reshape(shape)),
            np.array([r.nothing for r in replies]),
            np.array([r.local for r in replies]),
            np.array([r.unaffordable for r in replies]),
            np.array([r.surplus for r in replies]),
            np.array([r.own for r in replies]).reshape(shape),
            np.array([r.cross for r in replies]).reshape(*shape, self.book.offers),
            np.array([r.not_asked for r in replies]),
        )


def ever_taken(requests: Floats) -> Floats:
    """Orders of segments by offer, without chances that nobody ever takes."""
    never = requests < NEVER_TAKEN * requests.sum(axis=-1, keepdims=True)
    return np.where(never, 0.0, requests) if never.any() else requests


def answer_hours(book: Book, wait_h: Floats, writing_h: Floats) -> Floats:
    """Time from the order to the answer [h], by segment and offer: wait and writing, or what the tier says at least."""
    return np.asarray(np.maximum(wait_h + writing_h, book.least_h))


def writing_hours(book: Book, load: Floats) -> Floats:
    """Time of writing an answer [h] at these loads of the pools, by segment and offer."""
    position = np.minimum(np.maximum(load, 0.0), 1.0)[book.pool] * (LOADS.size - 1)
    low = np.minimum(position.astype(np.int64), LOADS.size - 2)
    part = position - low
    index = np.arange(book.offers)
    below = book.hours[:, index, low]
    return np.asarray(below + part * (book.hours[:, index, low + 1] - below))
