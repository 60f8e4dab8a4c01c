"""Overflowing: a request for which there are no machines in this hour goes at once to who has some.

Users order by the waits that they have seen, all of them the same ones, and between sellers of one model hardly
anything but the wait tells. So all would run in an hour to whom the hour before had room, and wait there while others
stand idle. Real requests do not: who is turned away (HTTP 429 or 529), or whose router is, asks the next one within
seconds.

What a pool cannot do of a tick's orders looks again: each takes what it would like best, if nobody had to wait, of all
that has room; or stays and waits if it would rather do without. Where more come than
there is room, those for whom there is none look once more. Requests are neither made nor lost.

Tastes decide who of a segment looks elsewhere. Where users have none, they differ in worth alone: what is cheap goes to
those to whom a request is worth most [efficient rationing: Levitan and Shubik 1972; Kreps and Scheinkman 1983].
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from market.demand.second_choices import second_choices
from market.demand.segment import Segment
from market.exchange.books import Book
from market.simulation.asking import Asking, ever_taken
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


def overflow(asking: Asking, prices: Floats, orders: Floats, found: Places) -> tuple[Floats, Floats]:
    """Requests that leave each offer at once and those that come to it, by segment and offer.

    ``asking``: users who look elsewhere, as if nobody had to wait; ``prices``: of a request [USD].
    """
    founded, book = asking.founded, asking.book
    looking, room = orders * found.too_many, found.room
    if founded.economy.whole:
        looking = np.floor(looking)
    gone, come = np.zeros(orders.shape), np.zeros(orders.shape)
    likes, least = _Likes(asking, prices), NEXT_TO_NOTHING * float(orders.sum())
    while float(looking.sum()) > least and room.any():
        free = (room > 0)[book.pool]
        chances = {s: likes.of(s, free, float(looking[s].sum())) for s in looking.any(axis=1).nonzero()[0].tolist()}
        asked = np.zeros(book.pools)
        for s, chance in chances.items():
            asked += np.bincount(book.pool, weights=(looking[s] @ chance) * book.work[s], minlength=book.pools)
        part = np.minimum(np.divide(room, asked, out=np.ones_like(room), where=asked > 0), 1.0)[book.pool]
        for s, chance in chances.items():
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
    """What users of each segment would take in place of an offer; those of whom nobody looks are not asked."""

    def __init__(self, asking: Asking, prices: Floats) -> None:
        """``prices``: of a request [USD], by segment and offer."""
        founded = asking.founded
        self.asking, self.prices = asking, prices
        self.may_come = asking.alive & (founded.fee == 0)  # plans are open to members alone
        self.follows = founded.follows
        self._no_wait: dict[int, tuple[Floats, float]] = {}

    def _chosen(self, segment: int) -> tuple[Floats, float]:
        """How often users would choose each offer, and nothing, if nobody had to wait."""
        if segment not in self._no_wait:
            reply = self.asking.reply(segment, self.prices[segment])
            self._no_wait[segment] = ever_taken(reply.requests), max(float(reply.nothing), 0.0)
        return self._no_wait[segment]

    def of(self, segment: int, free: Flags, looking: float) -> Floats:
        """Chance that who would have taken j takes k, of those that are free, by offer j and k.

        ``looking``: requests of the segment that look elsewhere.
        """
        may = free & self.may_come
        if without_tastes(self.asking.founded, segment):
            return self._of_the_least_worth(segment, may, looking) * self.follows
        nests = self.asking.founded.nests[segment]
        return second_choices(*self._chosen(segment), nests, may) * self.follows

    def _of_the_least_worth(self, segment: int, may: Flags, looking: float) -> Floats:
        """The same of users without tastes: of those who would take what is free, the first were served before."""
        asking, (chosen, _) = self.asking, self._chosen(segment)
        scene = asking.scene(segment)
        scene = replace(scene, open=scene.open & may)
        reply = asking.founded.cohorts[segment].reply(asking.wanted[segment], scene, self.prices[segment])
        moved = np.where(may, np.maximum(reply.requests - chosen, 0.0), 0.0)
        total, before = float(moved.sum()), max(float(chosen[~may].sum()) - looking, 0.0)
        if looking <= 0.0 or total <= before:
            return np.zeros((may.size, may.size))
        chance = np.tile(moved / total * min((total - before) / looking, 1.0), (may.size, 1))
        np.fill_diagonal(chance, 0.0)
        return chance


def without_tastes(founded: Founded, segment: int) -> bool:
    """Whether users of a segment take what is best without fail."""
    users = founded.economy.segments[segment]
    return not isinstance(users, Segment) or users.taste_noise == 0.0
