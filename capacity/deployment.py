"""A deployment: an architecture on a number of scale-up systems, and what it can promise.

>>> from capacity import ARCHITECTURES, CHIPS, Deployment, Workload
>>> rack = Deployment(CHIPS["gb200-nvl72"], ARCHITECTURES["kimi-k2"])
>>> round(float(rack.throughput(Workload(8_000, 1_000), speed=35)), -3)
401000.0
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from capacity import precision
from capacity.architecture import Architecture
from capacity.calibration import PUBLISHED, Calibration
from capacity.chips import Chip
from capacity.costs import RENTED, Costs
from capacity.errors import InputError, require, require_kind
from capacity.layout import Layout
from capacity.operating import CannotServeError, Kept, Latency, OperatingCurve, OperatingPoint
from capacity.throughput import (
    Cycle,
    Floats,
    Machine,
    Served,
    cycle,
    first_token,
    keeps,
    largest_batch,
    memory_batch,
    memory_used,
    scaled,
)
from capacity.units import GIGA, MILLION, SECONDS_PER_HOUR
from capacity.workload import SPECULATIVE, Speculation, Workload

#: What can bind at a point of a curve.
BINDING = np.array(["compute", "bandwidth", "latency", "memory"])


def numbers(name: str, values: ArrayLike) -> Floats:
    """An array of numbers, or one line on why it is none."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} is {values!r}, but must be a number, or an array of numbers") from None


@dataclass(frozen=True)
class Deployment:
    """An architecture served on ``systems`` scale-up systems of one chip.

    Attributes:
        chip: the chip and its system.
        architecture: the model.
        calibration: how far the machine stays behind its data sheet.
        systems: systems joined as one; 1 is a rack (or a node, or a machine at home).
        speculation: tokens emitted and positions verified per decode step.
        weight_precision: number format of the weights; None takes the architecture's.
        cache_precision: number format of the KV cache, and of attention's arithmetic.
        layout: ranks that the model is spread over. None is the published equations' own pool: every chip's
            rate counts for everything, and each byte of weights and cache is held once; exchanges between
            chips are then those of wide expert parallelism, or of tensor parallelism for a dense model.
        cache_copies: ranks that hold a copy of each byte of the cache; None takes what the layout asks for.
    """

    chip: Chip
    architecture: Architecture
    calibration: Calibration = PUBLISHED
    systems: float = 1
    speculation: Speculation = SPECULATIVE
    weight_precision: str | None = None
    cache_precision: str = "fp8"
    layout: Layout | None = None
    cache_copies: float | None = None

    def __post_init__(self) -> None:
        require_kind("deployment: chip", self.chip, Chip)
        require_kind("deployment: architecture", self.architecture, Architecture)
        require_kind("deployment: calibration", self.calibration, Calibration)
        require_kind("deployment: speculation", self.speculation, Speculation)
        require("systems", self.systems, above=0)
        if self.cache_copies is not None:
            require("cache_copies", self.cache_copies, at_least=1)
        precision.resolve(self.cache_precision)
        if self.layout is not None:
            require_kind("deployment: layout", self.layout, Layout)
            if not math.isclose(self.layout.chips, self.chips):
                raise InputError(
                    f"layout {self.layout} is for {self.layout.chips:g} chips, but {self.systems:g} x "
                    f"{self.chip.name} has {self.chips:g}"
                )
        if self.served.stored_bytes(self.machine) > self.machine.memory:
            raise CannotServeError(
                f"{self.architecture.name} does not fit: "
                f"{self.served.stored_bytes(self.machine) / GIGA:,.0f} GB of weights, "
                f"{self.machine.memory / GIGA:,.0f} GB of memory in {self.systems:g} x {self.chip.name}; "
                f"it needs at least {self.systems_needed} systems"
            )

    @classmethod
    def smallest(cls, chip: Chip, architecture: Architecture, calibration: Calibration = PUBLISHED) -> Deployment:
        """Fewest whole systems that hold the weights twice over, so that half the memory is left for state."""
        require_kind("deployment: chip", chip, Chip)
        require_kind("deployment: architecture", architecture, Architecture)
        needed = 2.0 * architecture.weight_bytes(architecture.precision) / (chip.memory * chip.chips_per_system)
        return cls(chip, architecture, calibration, systems=max(1, math.ceil(needed)))

    @property
    def systems_needed(self) -> int:
        """Fewest whole systems whose memory holds the weights."""
        return math.ceil(self.served.weight_bytes / (self.chip.memory * self.chip.chips_per_system))

    @cached_property
    def served(self) -> Served:
        """The architecture in its number formats."""
        weights = precision.resolve(self.weight_precision or self.architecture.precision)
        return Served(
            self.architecture,
            weights,
            precision.resolve(self.cache_precision),
            self.speculation,
        )

    @cached_property
    def machine(self) -> Machine:
        """All chips together."""
        chips = self.chips
        return Machine(
            weight_flops=self.chip.compute(self.served.weight_precision) * chips,
            attention_flops=self.chip.compute(self.served.cache_precision) * chips,
            bandwidth=self.chip.bandwidth * chips,
            memory=self.chip.memory * chips,
            cache_copies=self._cache_copies,
            layout=self.spread,
            link=self.chip.exchange_rate(chips),
            dense_copies=1.0 if self.layout is None else self.layout.data,
            latency_share=self.chip.latency_share,
            own_ranks=1.0 if self.layout is None else self.layout.data,
        )

    @property
    def spread(self) -> Layout:
        """The layout, or what stands for it in exchanges between chips where none is given."""
        if self.layout is not None:
            return self.layout
        chips = max(self.chips, 1.0)
        return Layout(tensor=chips) if self.architecture.experts is None else Layout(data=chips)

    @property
    def _cache_copies(self) -> float:
        if self.cache_copies is not None:
            return self.cache_copies
        return 1.0 if self.layout is None else self.layout.cache_copies(self.architecture.attention.cache_heads)

    @property
    def chips(self) -> float:
        """Chips of the deployment."""
        return self.chip.chips_per_system * self.systems

    def cycle(self, workload: Workload, batch: ArrayLike) -> Cycle:
        """Times of a cycle with ``batch`` requests in flight [s]."""
        require_kind("workload", workload, Workload)
        return cycle(self.served, self.machine, self.calibration, workload, batch)

    def curve(self, workload: Workload, batch: ArrayLike | None = None, costs: Costs = RENTED) -> OperatingCurve:
        """The operating curve over ``batch``; by default 400 sizes from 1 to what memory holds."""
        if batch is None:
            batch = np.geomspace(1.0, self._most(workload), 400)
        times = self.cycle(workload, batch)
        fits = np.asarray(memory_used(self.served, self.machine, workload, times) <= self.machine.memory)
        largest = np.where(times.compute >= times.bandwidth, 0, 1)
        largest[times.latency > np.maximum(times.compute, times.bandwidth)] = 2
        largest[~fits] = 3
        rate = times.batch * workload.output / times.total
        return OperatingCurve(
            batch=times.batch,
            throughput=rate,
            speed=workload.output / times.total,
            cost_usd_per_mtok=MILLION * self._usd_per_second(costs) / rate,
            fits=fits,
            binding=BINDING[largest],
        )

    def batch(self, workload: Workload, speed: ArrayLike | None = None) -> Floats:
        """Largest whole batch that keeps the promised speed [token/s] within memory; 0 where none does."""
        wanted = self._promised(workload, speed)
        whole = np.floor(self._largest_batch(workload, wanted))
        # The search can end a rounding error below a whole number that is allowed.
        more = (whole > 0) & keeps(self.served, self.machine, self.calibration, workload, wanted, whole + 1.0)
        return np.asarray(whole + more)

    def _promised(self, workload: Workload, speed: ArrayLike | None) -> Floats:
        require_kind("workload", workload, Workload)
        wanted = numbers("speed", workload.speed if speed is None else speed)
        for bad in wanted[~((wanted > 0) & np.isfinite(wanted))].flat:
            raise InputError(f"speed is {bad:g}, but must be above 0 token/s and finite")
        return wanted

    def _largest_batch(self, workload: Workload, speed: ArrayLike, machine: Machine | None = None) -> Floats:
        return largest_batch(self.served, machine or self.machine, self.calibration, workload, speed)

    def _most(self, workload: Workload) -> float:
        """The batch that memory holds, whatever the speed (a real number, at least 1)."""
        require_kind("workload", workload, Workload)
        held = workload.held > 0
        most = self._largest_batch(workload, 0.0) if held else memory_batch(self.served, self.machine, workload)
        return max(float(most) * (1.0 - 1e-12), 1.0)  # both may end a rounding error above what memory holds

    def throughput(self, workload: Workload, speed: ArrayLike | None = None) -> Floats:
        """Output tokens per second at the promised speed [token/s]; 0 where no batch keeps it.

        Array of speeds in, array out; the workload's own expected speed by default.
        """
        batch = self.batch(workload, speed)
        rate = batch * workload.output / self.cycle(workload, np.maximum(batch, 1.0)).total
        return np.asarray(np.where(batch > 0, rate, 0.0))

    def work(self, workload: Workload, speed: ArrayLike | None = None) -> Floats:
        """System-seconds that one request takes at the promised speed: systems·n / throughput [s].

        Infinite where no batch keeps the speed.
        """
        rate = self.throughput(workload, speed)
        with np.errstate(divide="ignore"):
            return np.asarray(self.systems * workload.output / rate)

    def cost_usd_per_mtok(self, workload: Workload, speed: ArrayLike | None = None, costs: Costs = RENTED) -> Floats:
        """Running cost of a million output tokens [USD]; infinite where no batch keeps the speed."""
        with np.errstate(divide="ignore"):
            return np.asarray(MILLION * self._usd_per_second(costs) / self.throughput(workload, speed))

    def _usd_per_second(self, costs: Costs) -> float:
        return costs.usd_per_chip_hour(self.chip) * self.chips / SECONDS_PER_HOUR

    def operate(self, workload: Workload, speed: float | None = None, costs: Costs = RENTED) -> OperatingPoint:
        """Everything about one workload at one promised speed, or an error that says why it cannot be."""
        require_kind("workload", workload, Workload)
        promised = require("speed", workload.speed if speed is None else speed, above=0)
        kept = self.keep(workload, promised)
        times = self.cycle(workload, float(kept.batch))
        rate = kept.throughput_tok_s
        elasticities = self._elasticities(workload, promised)
        return OperatingPoint(
            throughput_tok_s=rate,
            batch=kept.batch,
            speed_tok_s=kept.speed_tok_s,
            binding=max(elasticities, key=elasticities.__getitem__),
            elasticities=elasticities,
            first_token_s=float(first_token(self.served, self.machine, self.calibration, workload, times)),
            work_rack_s=self.systems * workload.output / rate,
            cost_usd_per_mtok=MILLION * self._usd_per_second(costs) / rate,
            memory_share=float(memory_used(self.served, self.machine, workload, times)) / self.machine.memory,
        )

    def keep(self, workload: Workload, speed: float | None = None) -> Kept:
        """What one workload at one promised speed comes to, or an error that says why it cannot be."""
        promised = require("speed", workload.speed if speed is None else speed, above=0)
        batch = float(self.batch(workload, promised))
        if batch < 1:
            raise CannotServeError(self._why_not(workload, promised))
        reached = workload.output / float(self.cycle(workload, batch).total)
        return Kept(batch * reached, int(batch), reached)

    def _why_not(self, workload: Workload, promised: float) -> str:
        one = self.cycle(workload, 1.0)
        needed = float(memory_used(self.served, self.machine, workload, one))
        what = f"{self.architecture.name} on {self.systems:g} x {self.chip.name}"
        if needed > self.machine.memory:
            return (
                f"not one request fits in memory: {what} needs {needed / GIGA:,.0f} GB "
                f"for {workload.context:,.0f} tokens of context and has {self.machine.memory / GIGA:,.0f} GB"
            )
        best = workload.output / float(one.total)
        first = float(first_token(self.served, self.machine, self.calibration, workload, one))
        if best >= promised and first > workload.first_token:
            return (
                f"no batch keeps a first token in {workload.first_token:g} s: "
                f"{what} gives one request alone {first:.3g} s"
            )
        return f"no batch reaches {promised:g} token/s: {what} gives one request alone {best:.1f} token/s"

    def _elasticities(self, workload: Workload, speed: float, step: float = 1e-3) -> dict[str, float]:
        def log_rate(machine: Machine, at_speed: ArrayLike) -> Floats:
            batch = np.maximum(self._largest_batch(workload, at_speed, machine), 1.0)
            total = cycle(self.served, machine, self.calibration, workload, batch).total
            return np.asarray(np.log(batch / total))

        more = 1.0 + step
        base, slower = log_rate(self.machine, [speed, speed / more]).tolist()
        trials = {
            "compute": float(log_rate(scaled(self.machine, weight_flops=more, attention_flops=more), speed)),
            "bandwidth": float(log_rate(scaled(self.machine, bandwidth=more), speed)),
            "memory": float(log_rate(scaled(self.machine, memory=more), speed)),
            "speed": slower,
        }
        return {name: max((trial - base) / math.log(more), 0.0) for name, trial in trials.items()}

    def critical_batch(self, workload: Workload) -> float:
        """Batch at which a cycle's computing takes as long as its memory traffic; infinite if it never does."""

        def excess(batch: float) -> float:
            times = self.cycle(workload, batch)
            return float(times.compute - times.bandwidth)

        low, high = 1.0, 1.0
        if excess(low) >= 0:
            return low
        while excess(high) < 0:
            low, high = high, high * 2.0
            if high > 1e12:
                return math.inf
        for _ in range(200):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if excess(middle) >= 0 else (middle, high)
        return high

    def latency(self, workload: Workload, load: ArrayLike) -> Latency:
        """Times at ``load`` requests per second, by Little's law: the batch is the load times the cycle.

        Infinite where the load is above what the batch that memory holds can do. The first token waits for the
        prefill's queue (``throughput.first_token``). Waiting for a place in the batch is not in here; that
        is the market's queue.
        """
        rate = numbers("load", load)
        for bad in rate[~(rate >= 0)].flat:
            raise InputError(f"load is {bad:g}, but must be at least 0 requests per second")
        low, high = np.zeros(rate.shape), np.full(rate.shape, math.log(self._most(workload)))
        for _ in range(60):  # B/T(B) rises with B
            middle = 0.5 * (low + high)
            below = np.exp(middle) / self.cycle(workload, np.exp(middle)).total < rate
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        times = self.cycle(workload, np.exp(high))
        room = memory_used(self.served, self.machine, workload, times) <= self.machine.memory * (1 + 1e-9)
        possible = room & (rate <= times.batch / times.total * (1 + 1e-9))
        first = first_token(self.served, self.machine, self.calibration, workload, times, rate)
        per_token = (times.total - first) / workload.output
        # Below one request in flight each runs alone; the mean number in flight is then less than one.
        out = [np.where(possible, x, np.inf) for x in (first, per_token, times.total, rate * times.total)]
        return Latency(*out)
