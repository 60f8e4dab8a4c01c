"""Overflowing: a request for which there are no machines in this hour goes at once to who has some.

Users order by the waits that they have seen, all of them the same ones, and between sellers of one model hardly
anything but the wait tells. So all would run in an hour to whom the hour before had room, and wait there while others
stand idle. Real requests do not: who is turned away (HTTP 429 or 529), or whose router is, asks the next one within
seconds.

What a pool cannot do of a tick's orders looks again: each takes what it would like best, if nobody had to wait, of all
that has room; or stays and waits if it would rather do without. Where more come than
there is room, those for whom there is none look once more. Requests are neither made nor lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.demand.contexts import may_follow
from market.demand.nests import Nests
from market.demand.second_choices import second_choices
from market.exchange.books import Book
from market.exchange.clearing.base import Response
from market.simulation.founded import Founded

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

#: Less than this of a tick's orders need not look again [relative].
NEXT_TO_NOTHING = 1e-9


@dataclass(frozen=True)
class Places:
    """What is free in a tick.

    Attributes:
        too_many: share of an offer's new orders that its pool cannot do in this tick, by offer.
        room: work that can be done beside what is ordered and waits [rack-h], by pool.
    """

    too_many: Floats
    room: Floats


def places(book: Book, orders: Floats, waiting_work: Floats, capacity: Floats) -> Places:
    """What is free: higher ranks are served first, and within a rank who came first.

    ``waiting_work``: by offer; ``capacity``: by pool [rack-h].
    """
    shape = (book.pools, book.ranks)
    place = book.pool * book.ranks + book.rank

    def by_rank(work: Floats) -> Floats:
        return np.bincount(place, weights=work, minlength=book.pools * book.ranks).reshape(shape)

    new, old = by_rank((orders * book.work).sum(axis=0)), by_rank(waiting_work)
    upto = np.cumsum(new + old, axis=1)
    fits = np.minimum(np.maximum(capacity[:, None] - (upto - new), 0.0), new)
    too_many = np.divide(new - fits, new, out=np.zeros(shape), where=new > 0)
    # Who orders what is done when there is time has agreed to wait for it.
    return Places(np.where(book.spare, 0.0, too_many[book.pool, book.rank]), np.maximum(capacity - upto[:, -1], 0.0))


def overflow(
    founded: Founded, book: Book, orders: Floats, found: Places, no_wait: Response, alive: Flags
) -> tuple[Floats, Floats]:
    """Requests that leave each offer at once and those that come to it, by segment and offer.

    ``no_wait``: what users would order if nobody had to wait.
    """
    looking, room = orders * found.too_many, found.room
    if founded.economy.whole:
        looking = np.floor(looking)
    gone, come = np.zeros(orders.shape), np.zeros(orders.shape)
    likes, least = _Likes(founded, no_wait, alive & (founded.fee == 0)), NEXT_TO_NOTHING * float(orders.sum())
    while float(looking.sum()) > least and room.any():
        chances = [likes.of(s, (room > 0)[book.pool]) for s in range(book.segments)]
        asked = np.zeros(book.pools)
        for s, chance in enumerate(chances):
            asked += np.bincount(book.pool, weights=(looking[s] @ chance) * book.work[s], minlength=book.pools)
        part = np.minimum(np.divide(room, asked, out=np.ones_like(room), where=asked > 0), 1.0)[book.pool]
        for s, chance in enumerate(chances):
            taken, looking[s] = _taken(founded, looking[s], chance, part)
            gone[s] += taken.sum(axis=1)
            come[s] += taken.sum(axis=0)
        room = np.where(asked >= room, 0.0, room - asked)
    return gone, come


def _taken(founded: Founded, looking: Floats, chance: Floats, part: Floats) -> tuple[Floats, Floats]:
    """Requests of a segment that go from offer j to offer k, and those that have to look once more, by offer.

    ``chance``: to like k best; ``part``: of those that do, for whom there is room, by k.
    """
    if not founded.economy.whole:
        wants = looking[:, None] * chance
        return wants * part, wants @ (1.0 - part)
    taken, again = np.zeros(chance.shape), np.zeros(looking.shape)
    rng = founded.streams.stream("overflow")
    for j in np.flatnonzero(looking):
        short = float(chance[j] @ (1.0 - part))
        parts = np.append(chance[j] * part, [short, max(1.0 - float(chance[j].sum()), 0.0)])
        drawn = rng.multinomial(int(looking[j]), parts / parts.sum())
        taken[j], again[j] = drawn[:-2], drawn[-2]
    return taken, again


class _Likes:
    """What users of each segment would take in place of an offer."""

    def __init__(self, founded: Founded, no_wait: Response, may_come: Flags) -> None:
        """``may_come``: whether an offer is open to who comes from another, by offer: plans are to members alone."""
        cohorts = founded.cohorts
        self.no_wait, self.may_come, self.follows = no_wait, may_come, may_follow(founded.contexts)
        self.nests: Sequence[Nests | None] = [c.nests(founded.offer_names, founded.offer_kinds) for c in cohorts]

    def of(self, segment: int, free: Flags) -> Floats:
        """Chance that who would have taken j takes k, of those that are free, by offer j and k."""
        chosen, nothing = self.no_wait.requests[segment], max(float(self.no_wait.nothing[segment]), 0.0)
        return second_choices(chosen, nothing, self.nests[segment], free & self.may_come) * self.follows
