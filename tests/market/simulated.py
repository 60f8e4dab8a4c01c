"""Stations simulated request by request, customer for customer as Ciw does it (a test holds it), in far less time."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Requests:
    """Requests in order of arrival, what they need, and where they have been served: when each began and left.

    Attributes:
        arrived: when each came.
        service: how long each is served.
        rank: class of each; lower ones are served first.
        began: when each was first served; never if it gave up.
        left: when each was done, or gave up.
    """

    arrived: Floats
    service: Floats
    rank: NDArray[np.int64]
    began: Floats
    left: Floats

    @cached_property
    def gaps(self) -> Floats:
        return np.diff(self.arrived, prepend=self.arrived[0])

    @cached_property
    def waits(self) -> Floats:
        """Until it began or gave up."""
        return np.where(np.isnan(self.began), self.left, self.began) - self.arrived

    @cached_property
    def stays(self) -> Floats:
        return self.left - self.arrived

    def of(self, chosen: NDArray[np.bool_] | slice) -> "Requests":
        """Some of them."""
        return Requests(*(getattr(self, name)[chosen] for name in ("arrived", "service", "rank", "began", "left")))

    @property
    def settled(self) -> "Requests":
        """Without the first, which found an empty station."""
        return self.of(slice(self.arrived.size // 50, None))


def requests(gaps: Floats, service: Floats, rank: Sequence[int] | NDArray[np.int64] | None = None) -> Requests:
    """Requests that come after such gaps, and have not been served yet."""
    none, ranks = np.full(gaps.size, np.nan), np.zeros(gaps.size, dtype=np.int64) if rank is None else np.array(rank)
    return Requests(np.cumsum(gaps), service, ranks, none, none)


def queued(come: Requests, servers: int, *, preemptive: bool = False, patience: Floats | None = None) -> Requests:
    """Serve by rank, then in order of arrival.

    ``preemptive``: who comes takes the server of the highest rank above its own that began last, who goes on later
    where it was. ``patience``: how long each waits to begin.
    """
    arrived, todo, rank = come.arrived.tolist(), come.service.tolist(), come.rank.tolist()
    gives_up = [np.inf] * len(arrived) if patience is None else (come.arrived + patience).tolist()
    began, left = come.began.copy(), come.left.copy()
    waiting: list[tuple[int, int]] = []
    serving: list[tuple[float, int, float]] = []  # until when, whom, since when

    def begin(one: int, now: float) -> None:
        if began[one] != began[one]:
            began[one] = now
        heapq.heappush(serving, (now + todo[one], one, now))

    def finish(until: float) -> None:
        while serving and serving[0][0] <= until:
            now, done, _ = heapq.heappop(serving)
            left[done] = now
            while waiting:
                _, one = heapq.heappop(waiting)
                if gives_up[one] > now:
                    begin(one, now)
                    break
                left[one] = gives_up[one]

    for one, now in enumerate(arrived):
        finish(now)
        if len(serving) < servers:
            begin(one, now)
            continue
        last = max(serving, key=lambda served: (rank[served[1]], served[2])) if preemptive else None
        if last is None or rank[last[1]] <= rank[one]:
            heapq.heappush(waiting, (rank[one], one))
            continue
        serving.remove(last)
        heapq.heapify(serving)
        todo[last[1]] = last[0] - now
        heapq.heappush(waiting, (rank[last[1]], last[1]))
        begin(one, now)
    finish(np.inf)
    return replace(come, began=began, left=left)


def shared(come: Requests, servers: int) -> Requests:
    """Serve all at once, each by a server of its own or by its part of all of them."""
    service, left = come.service.tolist(), come.left.copy()
    now = had = 0.0  # how much service has had who was there from the beginning
    here: list[tuple[float, int]] = []  # had how much when it is done, and whom
    for one, at in enumerate([*come.arrived.tolist(), np.inf]):
        while here:
            speed = min(1.0, servers / len(here))
            done = now + (here[0][0] - had) / speed
            if done > at:
                had += (at - now) * speed
                break
            had, gone = heapq.heappop(here)
            left[gone] = now = done
        now = at
        if one < len(service):
            heapq.heappush(here, (had + service[one], one))
    return replace(come, began=come.arrived, left=left)
