"""Whole requests on machines whose hours do not come out even: what a tick cannot finish, it begins.

Work done on unfinished requests is kept by segment and offer, and only while such requests wait; machines without
work store nothing. So the backlog, net of what has been begun, is Lindley's recursion whatever the rule: what comes,
less what the machines can do, and never below nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims

type Floats = NDArray[np.float64]

#: Work that differs by this share of a request is equal.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Asked:
    """Whole requests that wait at one pool, an entry for each segment, offer and age.

    Attributes:
        kind: number of the segment and offer; the entries of a kind follow each other, the oldest last.
        count: requests.
        work: of one request [rack-h].
        priority, arrived: as in ``Claims``.
    """

    kind: NDArray[np.int64]
    count: Floats
    work: Floats
    priority: Floats
    arrived: Floats


def finish(
    asked: Asked, begun: Floats, capacity: float, rule: Rationing, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Requests finished by entry, and work done on others by entry [rack-h], in a tick that cannot finish all.

    A request that is too large for the tick gets what the rule would give it if it could be cut. The rule shares out
    the rest in whole requests, and what then finishes none is done on those that wait.

    Args:
        asked: the requests.
        begun: work done on one request of each entry before [rack-h]; above 0 only at the oldest of a kind.
        capacity: work that can be done in this tick [rack-h].
        rule: who is served first.
        rng: for rules that draw lots.
    """
    entries = np.arange(asked.count.size)
    some = np.flatnonzero(begun > 0)
    place = np.concatenate([entries, some])  # what has been begun is a claim of its own, for what it still needs
    size = np.concatenate([asked.work, (asked.work - begun)[some]])
    work = np.concatenate([(asked.count - (begun > 0)) * asked.work, size[entries.size :]])
    priority, arrived = asked.priority[place], asked.arrived[place]

    def as_if_cut(left: Floats, room: float) -> Floats:
        return rule.divide(Claims(left, priority, arrived, np.zeros(left.shape)), max(room, 0.0), rng)

    large = size > capacity * (1.0 + ROUNDING)
    held = np.where(large, as_if_cut(work, capacity), 0.0) if large.any() else np.zeros(work.shape)
    fits = np.flatnonzero(~large)
    given = np.zeros(work.shape)
    claims = Claims(work[fits], priority[fits], arrived[fits], size[fits])
    given[fits] = rule.share(claims, max(capacity - float(held.sum()), 0.0), rng)
    rest, left = capacity - float(held.sum()) - float(given.sum()), work - given - held
    small = np.where(large | (left < 0.5 * size), 0.0, left)  # the rest of their part is theirs, if any wait
    part = held + as_if_cut(small if small.any() else left, rest)
    # Of no claims at all bincount makes whole numbers.
    finished = np.bincount(place, weights=np.rint(given / size), minlength=entries.size).astype(np.float64)
    done = np.bincount(place, weights=part, minlength=entries.size).astype(np.float64)
    done[some] += np.where(given[entries.size :] > 0, 0.0, begun[some])
    return _of_kind(asked, finished, done)


def _of_kind(asked: Asked, finished: Floats, done: Floats) -> tuple[Floats, Floats]:
    """Put the work done on unfinished requests of a kind together, on its oldest; a request's worth finishes it."""
    kind = asked.kind
    of_kind = np.bincount(kind, weights=done).astype(np.float64)
    left = asked.count - finished
    last = np.full(of_kind.size, -1, dtype=np.int64)
    waiting = np.flatnonzero(left > 0.5)
    last[kind[waiting]] = waiting  # later entries are older, and overwrite
    oldest = last[last >= 0]
    done = np.zeros(done.size)
    done[oldest] = of_kind[kind[oldest]]
    ready = done >= asked.work * (1.0 - ROUNDING)
    finished = finished + ready
    return finished, np.where(ready, np.maximum(done - asked.work, 0.0), done)
