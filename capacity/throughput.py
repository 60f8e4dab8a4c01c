"""The physics of a batch: rooflines of prefill and decode, and the operating curve that follows.

Symbols as in ``docs/explanation/capacity.md``. A *cycle* takes ``B`` requests from their first input
token to their last output token. Plain functions of numbers or arrays; everything broadcasts.

Source of the equations: Epoch AI, 'Is a compute crunch coming?' (2026), extended by MLA and GQA blocks,
prompt caches, attention windows and state held between calls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capacity.architectures import Architecture
from capacity.calibration import Calibration
from capacity.precision import BYTES
from capacity.workload import Speculation, Workload

type Floats = NDArray[np.float64]

#: The largest batch looked for: no memory holds more requests than this.
LARGEST_BATCH = 2.0**40
#: The search for the largest batch cuts its interval into so many parts, so many times: to 16^-13 of a logarithm.
PARTS, ROUNDS = 16, 13


@dataclass(frozen=True)
class Machine:
    """What a deployment's chips give together, before any efficiency.

    Attributes:
        weight_flops: dense operations per second at weight precision, W [FLOP/s].
        attention_flops: dense operations per second at attention precision, A [FLOP/s].
        bandwidth: memory bandwidth, Q [byte/s].
        memory: memory, H [byte].
        cache_copies: how often each byte of cache is stored and read (ranks that hold a copy).
    """

    weight_flops: float
    attention_flops: float
    bandwidth: float
    memory: float
    cache_copies: float = 1.0


@dataclass(frozen=True)
class Served:
    """What is served: an architecture in given number formats, with or without speculation and overlap."""

    architecture: Architecture
    weight_precision: str
    cache_precision: str
    speculation: Speculation
    overlap: bool = True

    @property
    def weight_bytes(self) -> float:
        """Bytes of all weights, M."""
        return self.architecture.weight_bytes(self.weight_precision)

    @property
    def cache_bytes(self) -> float:
        """KV-cache bytes per token of context, Kv."""
        return (
            self.architecture.attention_layers * self.architecture.attention.cache_width * BYTES[self.cache_precision]
        )


@dataclass(frozen=True)
class Terms:
    """Times of the parts of one cycle at the rates of the data sheet [s]; arrays over batch sizes.

    Named as in the docs: prefill or decode, weights or attention, by compute or by bandwidth. ``steps`` is
    the number of decode steps.
    """

    prefill_weight_compute: Floats
    prefill_weight_bandwidth: Floats
    prefill_attention_compute: Floats
    prefill_attention_bandwidth: Floats
    decode_weight_compute: Floats
    decode_weight_bandwidth: Floats
    decode_attention_compute: Floats
    decode_attention_bandwidth: Floats
    steps: Floats


@dataclass(frozen=True)
class Cycle:
    """One cycle under a calibration [s]; arrays over batch sizes.

    Attributes:
        batch: requests in flight, B.
        total: the cycle's time, T.
        prefill: time of the prefill if it ran alone.
        compute: all computing.
        bandwidth: all memory traffic.
        latency: what the decode steps take beside both.
    """

    batch: Floats
    total: Floats
    prefill: Floats
    compute: Floats
    bandwidth: Floats
    latency: Floats


def weights_read(architecture: Architecture, tokens: ArrayLike) -> Floats:
    """Share of the weights read when ``tokens`` are in flight: f(x) = r(1 - (1 - k/E)^x) + (1 - r)."""
    routed = architecture.routed_share
    x = np.asarray(tokens, dtype=np.float64)
    if architecture.chosen_share >= 1.0:
        return np.ones_like(x)
    return np.asarray(1.0 - routed * np.exp(x * np.log1p(-architecture.chosen_share)))


def terms(served: Served, machine: Machine, workload: Workload, batch: ArrayLike) -> Terms:
    """Times of the parts of a cycle with ``batch`` requests in flight, at the data sheet's rates [s]."""
    B = np.asarray(batch, dtype=np.float64)
    arch, att = served.architecture, served.architecture.attention
    spec = workload.decoding or served.speculation
    t, v = spec.tokens, spec.verified
    i, n, new = workload.input, workload.output, workload.fresh
    steps = n / t
    # Two operations per multiply-add, over layers and heads, for each pair of a token and one it attends to.
    pair = 2.0 * arch.attention_layers * att.heads / machine.attention_flops
    cached_token = served.cache_bytes * machine.cache_copies / machine.bandwidth
    weights = served.weight_bytes / machine.bandwidth
    token = 2.0 * arch.active / machine.weight_flops
    return Terms(
        prefill_weight_compute=token * B * new,
        prefill_weight_bandwidth=weights * weights_read(arch, B * new) if new > 0 else np.zeros_like(B),
        prefill_attention_compute=pair * att.prefill_width * workload.prefill_context * new * B,
        prefill_attention_bandwidth=cached_token * min(i, workload.window) * B,
        decode_weight_compute=token * B * (v / t) * n,
        decode_weight_bandwidth=weights * steps * weights_read(arch, B * v),
        decode_attention_compute=pair * att.decode_width * workload.decode_context * n * (v / t) * B,
        decode_attention_bandwidth=cached_token * workload.decode_context * steps * B,
        steps=np.full_like(B, steps),
    )


def combine(parts: Terms, calibration: Calibration, overlap: bool, batch: Floats) -> Cycle:
    """Put the parts of a cycle together: what runs at the same time, and what one after the other.

    Kernels that multiply weights overlap their computing with their reading; attention kernels do the
    same, but run after them. With chunked prefill (``overlap``) the weight kernels of prefill and decode
    are one, so that prefill's computing hides behind decode's reading of the weights.
    """
    ec, eb = calibration.compute_efficiency, calibration.bandwidth_efficiency
    latency = parts.steps * calibration.step_latency
    prefill_attention = np.maximum(parts.prefill_attention_compute / ec, parts.prefill_attention_bandwidth / eb)
    decode_attention = np.maximum(parts.decode_attention_compute / ec, parts.decode_attention_bandwidth / eb)
    weight_compute = (parts.prefill_weight_compute + parts.decode_weight_compute) / ec
    weight_bandwidth = (parts.prefill_weight_bandwidth + parts.decode_weight_bandwidth) / eb
    prefill_weights = np.maximum(parts.prefill_weight_compute / ec, parts.prefill_weight_bandwidth / eb)
    decode_weights = np.maximum(parts.decode_weight_compute / ec, parts.decode_weight_bandwidth / eb)
    weights = np.maximum(weight_compute, weight_bandwidth) if overlap else prefill_weights + decode_weights
    return Cycle(
        batch=batch,
        total=weights + prefill_attention + decode_attention + latency,
        prefill=prefill_weights + prefill_attention,
        compute=weight_compute + (parts.prefill_attention_compute + parts.decode_attention_compute) / ec,
        bandwidth=weight_bandwidth + (parts.prefill_attention_bandwidth + parts.decode_attention_bandwidth) / eb,
        latency=latency,
    )


def cycle(served: Served, machine: Machine, calibration: Calibration, workload: Workload, batch: ArrayLike) -> Cycle:
    """One cycle with ``batch`` requests in flight [s]; an array of batch sizes gives arrays."""
    parts = terms(served, machine, workload, batch)
    return combine(parts, calibration, served.overlap, np.asarray(batch, dtype=np.float64))


def memory_used(served: Served, machine: Machine, workload: Workload, times: Cycle) -> Floats:
    """Bytes of weights and of state, in flight and held between calls.

    By Little's law B/T requests end per second and each leaves its state for ``held`` seconds, so
    B·held/T states are held beside the B in flight.
    """
    state = served.cache_bytes * machine.cache_copies * workload.context
    return served.weight_bytes + state * times.batch * (1.0 + workload.held / times.total)


def keeps(
    served: Served, machine: Machine, calibration: Calibration, workload: Workload, speed: ArrayLike, batch: ArrayLike
) -> NDArray[np.bool_]:
    """Whether ``batch`` requests in flight each see at least ``speed`` [token/s], and fit in memory."""
    times = cycle(served, machine, calibration, workload, batch)
    fast = workload.output / times.total >= np.asarray(speed)
    return np.asarray(fast & (memory_used(served, machine, workload, times) <= machine.memory))


def memory_batch(served: Served, machine: Machine, workload: Workload) -> float:
    """Requests that memory holds if none leaves its state behind: (H - M) / state, at most LARGEST_BATCH."""
    state = served.cache_bytes * machine.cache_copies * workload.context
    room = machine.memory - served.weight_bytes
    return min(room / state, LARGEST_BATCH) if room < state * LARGEST_BATCH else LARGEST_BATCH


def largest_batch(
    served: Served, machine: Machine, calibration: Calibration, workload: Workload, speed: ArrayLike
) -> Floats:
    """The largest batch (a real number) that keeps the promised speed and fits in memory; 0 if none does.

    Speed falls and memory rises with the batch, so the interval that holds it can be narrowed, for all
    speeds at once. Throughput rises with the batch, so it is also the batch of the largest throughput.
    """
    wanted = np.asarray(speed, dtype=np.float64)
    top = np.log(max(memory_batch(served, machine, workload), 1.0))

    def kept(batch: Floats) -> NDArray[np.bool_]:
        return keeps(served, machine, calibration, workload, wanted, batch)

    low, width = np.zeros(wanted.shape), np.full(wanted.shape, top)
    cuts = np.linspace(0.0, 1.0, PARTS + 1)[1:].reshape(-1, *(1 for _ in wanted.shape))
    for _ in range(ROUNDS):  # count how many of the interval's cuts still keep the promise
        passed = np.count_nonzero(kept(np.exp(low + width * cuts)), axis=0)
        low, width = low + width * np.minimum(passed / PARTS, 1.0), np.where(passed < PARTS, width / PARTS, 0.0)
    return np.where(kept(np.ones(wanted.shape)), np.exp(low), 0.0)


def scaled(machine: Machine, **factors: float) -> Machine:
    """Return the machine with named quantities multiplied by factors."""
    changes: dict[str, Any] = {name: getattr(machine, name) * factor for name, factor in factors.items()}
    return replace(machine, **changes)
