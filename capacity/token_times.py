"""Machine time of one more token of each kind, on a machine that is full."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from capacity.deployment import Deployment
from capacity.throughput import Floats
from capacity.workload import Workload

#: Relative change by which the derivative is found as a difference.
STEP = 0.001
#: Least change [tokens].
LEAST_STEP = 0.5


@dataclass(frozen=True)
class TokenTimes:
    """Time of all machines of a worker that one more token takes [s], by kind of token; arrays over batch sizes."""

    output: Floats
    fresh: Floats
    cached: Floats

    def of_request(self, workload: Workload) -> Floats:
        """The same over all tokens of a request [s]."""
        cached = workload.input - workload.fresh
        return self.output * workload.output + self.fresh * workload.fresh + self.cached * cached


def token_times(worker: Deployment, workload: Workload, batch: ArrayLike) -> TokenTimes:
    """What one more token of each kind adds to a cycle with so many requests in flight, over these requests."""
    flight = np.asarray(batch, dtype=np.float64)

    def total(fresh: float, cached: float, output: float) -> Floats:
        whole = fresh + cached
        at = replace(workload, input=whole, cached=cached / whole if whole else 0.0, output=output)
        return worker.cycle(at, flight).total

    fresh, cached, output = workload.fresh, workload.input - workload.fresh, workload.output
    base = total(fresh, cached, output)
    more_fresh, more_cached = max(STEP * fresh, LEAST_STEP), max(STEP * max(cached, fresh), LEAST_STEP)
    more_output = STEP * output

    def each(more: Floats, tokens: float) -> Floats:
        return np.asarray(np.maximum(more - base, 0.0) / tokens / flight)

    return TokenTimes(
        output=each(total(fresh, cached, output + more_output), more_output),
        fresh=each(total(fresh + more_fresh, cached, output), more_fresh),
        cached=each(total(fresh, cached + more_cached, output), more_cached),
    )
