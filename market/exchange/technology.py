"""Technologies: the work that a request takes, and the speed it gets when the machines are busy."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity import Deployment, Workload
from capacity.errors import require, require_or_inf
from capacity.token_times import TokenTimes, token_times
from capacity.units import MILLION, SECONDS_PER_HOUR

type Floats = NDArray[np.float64]

#: Loads at which the speed is tabulated; between them it is linear.
LOADS = np.linspace(0.0, 1.0, 33)


class Technology(ABC):
    """How requests turn into work on a provider's machines."""

    @abstractmethod
    def work(self, workload: Workload, speed: float) -> float:
        """Rack-hours that one request takes at the promised speed [rack-h]."""

    @abstractmethod
    def speeds(self, workload: Workload, speed: float) -> Floats:
        """Speed that a user gets at each of ``LOADS`` [token/s]; the promised one at full load."""

    @abstractmethod
    def slots(self, workload: Workload, speed: float) -> float:
        """Requests that one rack has in flight at full load."""

    @property
    def context(self) -> float:
        """Tokens of a request, input and output, that it can attend to at most; infinite if there is no limit."""
        return math.inf

    def token_work(self, workload: Workload, speed: float) -> Floats:
        """Work of a million output, input and cached tokens [rack-h]; over all tokens of a request it is its work.

        Where nothing more is known every token takes the same.
        """
        return np.full(3, self.work(workload, speed) / (workload.input + workload.output) * MILLION)


@dataclass(frozen=True)
class FixedWork(Technology):
    """Every request takes the same work, whatever it asks and however fast: a textbook's good.

    ``seconds`` is the time a request takes on an idle machine; ``slots_per_rack`` how many a rack takes at once;
    ``longest`` the tokens of the longest request that it serves, where the economy minds them (``Economy.contexts``).
    """

    rack_hours: float = 1.0
    seconds: float = 0.0
    slots_per_rack: float = 1.0
    longest: float = math.inf

    def __post_init__(self) -> None:
        require_or_inf("fixed work: longest", self.longest, at_least=1)
        require("fixed work: rack_hours", self.rack_hours, above=0)
        require("fixed work: seconds", self.seconds, at_least=0)
        require("fixed work: slots_per_rack", self.slots_per_rack, above=0)

    @property
    def context(self) -> float:
        """Tokens of the longest request."""
        return self.longest

    def work(self, workload: Workload, speed: float) -> float:  # noqa: ARG002
        """Rack-hours that one request takes [rack-h]."""
        return self.rack_hours

    def speeds(self, workload: Workload, speed: float) -> Floats:  # noqa: ARG002
        """One speed at every load [token/s]."""
        return np.full(LOADS.shape, workload.output / self.seconds if self.seconds > 0 else np.inf)

    def slots(self, workload: Workload, speed: float) -> float:  # noqa: ARG002
        """Requests that one rack has in flight."""
        return self.slots_per_rack


class Operation(NamedTuple):
    """What a deployment does with one kind of request at one promised speed.

    Attributes:
        requests_s: requests that it ends in a second at full load.
        batch: requests in flight at full load.
        speeds: speed that a user gets at each of ``LOADS`` [token/s].
        token_times: machine time of one more token of each kind.
    """

    requests_s: float
    batch: int
    speeds: Floats
    token_times: TokenTimes


@lru_cache(maxsize=2**13)
def operation(deployment: Deployment, workload: Workload, speed: float) -> Operation:
    """Work it out, once in a process: sellers of one model on one kind of rack share it, and so do markets."""
    kept = deployment.keep(workload, speed)  # raises in words where it cannot be
    full = kept.throughput_tok_s / workload.output
    # At zero load the curve's end: one request alone.
    loads = np.maximum(LOADS * full, 1e-12 * full)
    request_s = deployment.latency(workload, loads).request_s
    alone = workload.output / float(deployment.cycle(workload, 1.0).total)
    curve = np.minimum(workload.output / request_s, alone)
    curve[~np.isfinite(curve)] = kept.speed_tok_s
    speeds = np.maximum(curve, kept.speed_tok_s)
    speeds.flags.writeable = False  # many look at it
    return Operation(full, kept.batch, speeds, token_times(deployment, workload, kept.batch))


@dataclass(frozen=True)
class AtFullLoad:
    """A deployment at full load at a promised speed, the same whatever a request takes of its time.

    Attributes:
        racks: racks of the deployment.
        requests_s: requests a second.
        speeds: speed that a user gets at each of ``LOADS`` [token/s].
        slots: requests in flight, by rack.
        token_times: what one more output, input and cached token adds to a cycle, over that of a request.
    """

    racks: float
    requests_s: float
    speeds: Floats
    slots: float
    token_times: tuple[Floats, float]


@dataclass(frozen=True)
class Inference(Technology):
    """A real deployment: work and speed follow from its operating curve.

    Under load the batch grows along the curve, so that everybody gets slower, down to the promised speed;
    work is counted at that promised speed, so a rack-hour of capacity is used up just when it is reached.

    Attributes:
        deployment: architecture on chips.
        reference_chips: chips of the *rack* in which capacity is counted (72 for a GB200 NVL72).
        efficiency: work per token relative to the deployment's; falls as algorithms improve.
    """

    deployment: Deployment
    reference_chips: float = 72.0
    efficiency: float = 1.0

    @property
    def context(self) -> float:
        """Tokens that the model can attend to at most."""
        return self.deployment.architecture.context

    def _operation(self, workload: Workload, speed: float) -> Operation:
        return operation(self.deployment, workload, speed)

    @property
    def _racks(self) -> float:
        return self.deployment.chips / self.reference_chips

    def work(self, workload: Workload, speed: float) -> float:
        """Rack-hours that one request takes at the promised speed [rack-h]."""
        return self.efficiency * self._racks / self._operation(workload, speed).requests_s / SECONDS_PER_HOUR

    def speeds(self, workload: Workload, speed: float) -> Floats:
        """Speed that a user gets at each of ``LOADS`` [token/s]."""
        return self._operation(workload, speed).speeds

    def slots(self, workload: Workload, speed: float) -> float:
        """Requests that one rack has in flight at full load."""
        return self._operation(workload, speed).batch / self._racks

    def token_work(self, workload: Workload, speed: float) -> Floats:
        """Work of a million tokens of each kind, by what one more adds to a cycle of the full machine [rack-h]."""
        times = self._operation(workload, speed).token_times
        scale = MILLION * self.work(workload, speed) / times.of_request(workload)
        return np.asarray(scale * np.stack([times.output, times.fresh, times.cached]))


__all__ = ["LOADS", "FixedWork", "Inference", "Technology"]
