"""Machine time of one more token of each kind, on a machine that is full."""

from __future__ import annotations

from dataclasses import dataclass, replace

from capacity.deployment import Deployment
from capacity.workload import Workload

#: Relative change by which the derivative is found as a difference.
STEP = 0.001
#: Least change [tokens].
LEAST_STEP = 0.5


@dataclass(frozen=True)
class TokenTimes:
    """Time of all machines of a worker that one more token takes [s], by kind of token."""

    output: float
    fresh: float
    cached: float

    def of_request(self, workload: Workload) -> float:
        """The same over all tokens of a request [s]."""
        cached = workload.input - workload.fresh
        return self.output * workload.output + self.fresh * workload.fresh + self.cached * cached


def token_times(worker: Deployment, workload: Workload, batch: float) -> TokenTimes:
    """What one more token of each kind adds to a cycle with so many requests in flight, over these requests."""

    def total(fresh: float, cached: float, output: float) -> float:
        whole = fresh + cached
        at = replace(workload, input=whole, cached=cached / whole if whole else 0.0, output=output)
        return float(worker.cycle(at, batch).total)

    fresh, cached, output = workload.fresh, workload.input - workload.fresh, workload.output
    base = total(fresh, cached, output)
    more_fresh, more_cached = max(STEP * fresh, LEAST_STEP), max(STEP * max(cached, fresh), LEAST_STEP)
    more_output = STEP * output
    return TokenTimes(
        output=max(total(fresh, cached, output + more_output) - base, 0.0) / more_output / batch,
        fresh=max(total(fresh + more_fresh, cached, output) - base, 0.0) / more_fresh / batch,
        cached=max(total(fresh, cached + more_cached, output) - base, 0.0) / more_cached / batch,
    )
