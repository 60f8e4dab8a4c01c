"""The physics of a batch: rooflines of prefill and decode, and the operating curve that follows.

Symbols as in ``docs/explanation/capacity.md``. A *cycle* takes ``B`` requests from their first input
token to their last output token. Plain functions of numbers or arrays; everything broadcasts.

Source of the equations: Epoch AI, 'Is a compute crunch coming?' (2026), extended by blocks of attention,
prompt caches, attention windows, state held between calls, and traffic between chips.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capacity.architecture import Architecture, token_bytes
from capacity.calibration import Calibration
from capacity.layout import Layout
from capacity.precision import BYTES
from capacity.workload import Speculation, Workload

type Floats = NDArray[np.float64]

ONE_CHIP = Layout()
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
        layout: how the model is spread over the chips.
        link: what one chip sends to the others of its worker, one way [byte/s]; infinite where not known.
        dense_copies: how often the weights outside the routed experts are stored and read.
        latency_share: times beside the work, as a share of a GPU's.
        own_ranks: data ranks that each read the input of their own requests, with their share of the machine.
    """

    weight_flops: float
    attention_flops: float
    bandwidth: float
    memory: float
    cache_copies: float = 1.0
    layout: Layout = ONE_CHIP
    link: float = math.inf
    dense_copies: float = 1.0
    own_ranks: float = 1.0
    latency_share: float = 1.0


@dataclass(frozen=True)
class Served:
    """What is served: an architecture in given number formats, with or without speculation."""

    architecture: Architecture
    weight_precision: str
    cache_precision: str
    speculation: Speculation

    @property
    def weight_bytes(self) -> float:
        """Bytes of all weights, M."""
        return self.architecture.weight_bytes(self.weight_precision)

    @property
    def cache_bytes(self) -> float:
        """KV-cache bytes per token of context, Kv, inside every window."""
        return self.architecture.cache_bytes(self.cache_precision)

    def state_bytes(self, workload: Workload) -> float:
        """Bytes of state that one request holds at its end: the cache inside the windows, and what is fixed."""
        blocks = self.architecture.blocks
        return sum(
            block.count
            * token_bytes(block.attention, self.cache_precision)
            * workload.state_tokens(block.attention.reach)
            + block.count * block.attention.fixed_state_bytes
            for block in blocks
        )

    def stored_bytes(self, machine: Machine) -> float:
        """Bytes of all weights with their copies."""
        return self.weight_bytes * (1.0 + (1.0 - self.architecture.routed_share) * (machine.dense_copies - 1.0))


@dataclass(frozen=True)
class Terms:
    """Times of the parts of one cycle at the rates of the data sheet [s]; arrays over batch sizes.

    Named as in the docs: prefill or decode, weights or attention, by compute or by bandwidth; traffic between
    chips. ``with_experts`` is 1 for a model with experts, else 0. The last five are counts, not times: decode
    steps; steps times layers; steps times layers with experts; steps times layers times doublings of ranks that
    exchange; steps times requests of one rank. On a chip whose steps are quicker than a GPU's they are so many fewer.
    """

    prefill_weight_compute: Floats
    prefill_weight_bandwidth: Floats
    prefill_attention_compute: Floats
    prefill_attention_bandwidth: Floats
    prefill_traffic: Floats
    decode_weight_compute: Floats
    decode_weight_bandwidth: Floats
    decode_attention_compute: Floats
    decode_attention_bandwidth: Floats
    decode_traffic: Floats
    with_experts: Floats
    steps: Floats
    layer_steps: Floats
    expert_layer_steps: Floats
    exchange_steps: Floats
    sequence_steps: Floats


@dataclass(frozen=True)
class Cycle:
    """One cycle under a calibration [s]; arrays over batch sizes.

    Attributes:
        batch: requests in flight, B.
        total: the cycle's time, T.
        prefill: time of the prefill if it ran alone.
        compute: all computing.
        bandwidth: all memory traffic.
        latency: what the decode steps and the traffic between chips take beside both.
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


def exchanges(architecture: Architecture, layout: Layout) -> tuple[float, float]:
    """What the ranks of one layer send each other: bytes per token and chip, and doublings of ranks a layer.

    Attention is split over the tensor ranks, which add up their results (an all-reduce: twice (N-1)/N of a
    token's 16-bit numbers through every chip, each data rank having its own tokens). The layer's second half
    does the same over all ranks, or, where data ranks have requests of their own, sends each token to the
    chips of its experts in 8 bits and back in 16 (two all-to-alls). A collective takes time with the
    logarithm of its ranks [Thakur et al., 2005].
    """
    tensor, ranks, data = layout.tensor, layout.ranks, layout.data
    width = architecture.token_width

    def reduced(group: float) -> float:
        return 2.0 * (1.0 - 1.0 / group) * 2.0 * width

    attention = reduced(tensor) / data
    if architecture.experts is not None and data > 1:
        second = min(architecture.experts.chosen, ranks) * 3.0 * width * (1.0 - 1.0 / ranks) / ranks
    else:
        second = reduced(ranks) / data
    return architecture.layers * (attention + second), math.log2(tensor) / 2.0 + math.log2(ranks) / 2.0


def attention_terms(
    served: Served, machine: Machine, workload: Workload, batch: Floats, steps: float, per_token: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Compute and bandwidth of attention in prefill and in decode, over all blocks [s]."""
    arch, B = served.architecture, batch
    i, n, new = workload.input, workload.output, workload.fresh
    sums = [0.0, 0.0, 0.0, 0.0]  # seconds per request of the batch
    for block in arch.blocks:
        att, index = block.attention, block.attention.indexer
        kept = att.reach  # what the cache keeps; of that at most ``chosen`` are attended to
        seen = min(kept, att.chosen)
        # Two operations per multiply-add, over layers and heads, for each pair of a token and one it attends to.
        pair = 2.0 * block.count * att.heads / machine.attention_flops
        width = block.count * att.cache_width * BYTES[served.cache_precision]
        cached_token = width * machine.cache_copies / machine.bandwidth
        sums[0] += pair * att.prefill_width * workload.mean_prefill_context(seen) * new
        sums[1] += cached_token * min(i, workload.window, kept)
        sums[2] += pair * att.decode_width * min(workload.decode_context, seen) * n * per_token
        sums[3] += cached_token * min(workload.decode_context, seen) * steps
        if index is not None:  # one multiply-add a head and number of the key, for every token of the context
            scored = 2.0 * block.count * index.heads * index.width / machine.attention_flops
            key = block.count * index.width * BYTES[served.cache_precision] * machine.cache_copies / machine.bandwidth
            sums[0] += scored * workload.prefill_context * new
            sums[1] += key * min(i, workload.window)
            sums[2] += scored * workload.decode_context * n * per_token
            sums[3] += key * workload.decode_context * steps
        if att.fixed_state_bytes:
            moved = 2.0 * block.count * att.fixed_state_bytes / machine.bandwidth  # read and written
            worked = 2.0 * block.count * att.token_work / machine.attention_flops
            sums[0] += worked * new
            sums[1] += moved
            sums[2] += worked * n * per_token
            sums[3] += moved * steps
    return sums[0] * B, sums[1] * B, sums[2] * B, sums[3] * B


def terms(served: Served, machine: Machine, workload: Workload, batch: ArrayLike) -> Terms:
    """Times of the parts of a cycle with ``batch`` requests in flight, at the data sheet's rates [s]."""
    B = np.asarray(batch, dtype=np.float64)
    arch, layout = served.architecture, machine.layout
    spec = workload.decoding or served.speculation
    t, v = spec.tokens, spec.verified
    n, new = workload.output, workload.fresh
    steps = n / t
    late = steps * machine.latency_share
    weights = served.weight_bytes / machine.bandwidth
    copied = (1.0 - arch.routed_share) * (machine.dense_copies - 1.0)
    token = 2.0 * arch.active / machine.weight_flops
    sent, doublings = exchanges(arch, layout)
    attention = attention_terms(served, machine, workload, B, steps, v / t)
    with_experts = arch.layers if arch.experts is not None else 0
    return Terms(
        prefill_weight_compute=token * B * new,
        prefill_weight_bandwidth=weights * (weights_read(arch, B * new) + copied) if new > 0 else np.zeros_like(B),
        prefill_attention_compute=attention[0],
        prefill_attention_bandwidth=attention[1],
        prefill_traffic=sent / machine.link * B * new,
        decode_weight_compute=token * B * (v / t) * n,
        decode_weight_bandwidth=weights * steps * (weights_read(arch, B * v) + copied),
        decode_attention_compute=attention[2],
        decode_attention_bandwidth=attention[3],
        decode_traffic=sent / machine.link * B * (v / t) * n,
        with_experts=np.asarray(arch.experts is not None, dtype=np.float64),
        steps=np.asarray(late),
        layer_steps=np.asarray(late * arch.layers),
        expert_layer_steps=np.asarray(late * with_experts),
        exchange_steps=np.asarray(late * arch.layers * doublings),
        sequence_steps=late * np.maximum(B / layout.data, 1.0),
    )


class Prefill(NamedTuple):
    """Times of a prefill that runs alone [s]: its weight kernels, its attention, and its traffic between chips."""

    weights: Floats
    attention: Floats
    traffic: Floats | float

    @property
    def total(self) -> Floats:
        """All of it, one after the other."""
        return self.weights + self.attention + self.traffic


def _weights_efficiency(parts: Terms, calibration: Calibration) -> Floats | float:
    """Share of the FLOP/s that weight kernels reach, by row where models differ in it."""
    ec, apart = calibration.compute_efficiency, calibration.expert_efficiency
    return ec if apart is None or apart == ec else np.where(parts.with_experts > 0, apart, ec)


def prefill(parts: Terms, calibration: Calibration) -> Prefill:
    """What the prefill takes if it runs alone."""
    ec, eb = calibration.compute_efficiency, calibration.bandwidth_efficiency
    ew = _weights_efficiency(parts, calibration)
    counted = calibration.link_efficiency is not None
    return Prefill(
        weights=np.maximum(parts.prefill_weight_compute / ew, parts.prefill_weight_bandwidth / eb),
        attention=np.maximum(parts.prefill_attention_compute / ec, parts.prefill_attention_bandwidth / eb),
        traffic=parts.prefill_traffic * calibration.traffic_factor if counted else 0.0,
    )


def combine(parts: Terms, calibration: Calibration, batch: Floats) -> Cycle:
    """Put the parts of a cycle together: what runs at the same time, and what one after the other.

    Kernels that multiply weights overlap their computing with their reading; attention kernels do the
    same, but run after them. Of the prefill's weight kernels a share ``overlap`` runs as one with those of
    decode, so that its computing hides behind decode's reading of the weights; the rest runs for itself.
    """
    ec, eb, together = calibration.compute_efficiency, calibration.bandwidth_efficiency, calibration.overlap
    ew, reading = _weights_efficiency(parts, calibration), prefill(parts, calibration)
    latency = calibration.latency(parts)
    counted = calibration.link_efficiency is not None
    decode_traffic = parts.decode_traffic * calibration.traffic_factor if counted else 0.0
    decode_attention = np.maximum(parts.decode_attention_compute / ec, parts.decode_attention_bandwidth / eb)
    weight_compute = (parts.prefill_weight_compute + parts.decode_weight_compute) / ew
    weight_bandwidth = (parts.prefill_weight_bandwidth + parts.decode_weight_bandwidth) / eb
    if together == 1.0:
        weights = np.maximum(weight_compute, weight_bandwidth)
    else:
        decode_weights = np.maximum(parts.decode_weight_compute / ew, parts.decode_weight_bandwidth / eb)
        joined = together * np.maximum(weight_compute, weight_bandwidth) if together else 0.0
        weights = (1.0 - together) * (reading.weights + decode_weights) + joined
    return Cycle(
        batch=batch,
        total=weights + reading.attention + decode_attention + latency + reading.traffic + decode_traffic,
        prefill=reading.total,
        compute=weight_compute + (parts.prefill_attention_compute + parts.decode_attention_compute) / ec,
        bandwidth=weight_bandwidth + (parts.prefill_attention_bandwidth + parts.decode_attention_bandwidth) / eb,
        latency=latency + reading.traffic + decode_traffic,
    )


def cycle(served: Served, machine: Machine, calibration: Calibration, workload: Workload, batch: ArrayLike) -> Cycle:
    """One cycle with ``batch`` requests in flight [s]; an array of batch sizes gives arrays."""
    parts = terms(served, machine, workload, batch)
    return combine(parts, calibration, np.asarray(batch, dtype=np.float64))


def first_token(
    served: Served,
    machine: Machine,
    calibration: Calibration,
    workload: Workload,
    times: Cycle,
    rate: ArrayLike | None = None,
) -> Floats:
    """Time to the first token [s] of requests that come at random, at ``rate`` a second (B/T if None).

    The prefill is a queue: the machine's share for prefills is busy for the load r = rate·prefill/B, and a
    prefill of own length s takes s/(1 - r) when the machine is shared among those that are there
    [processor sharing; Kleinrock, 1976, section 4.4]. A data rank works on its own requests with its own
    share of the machine. Chunks of the prefill go between the decode steps of the others.
    """
    per_second = times.batch / times.total if rate is None else np.asarray(rate)
    alone = cycle(served, machine, calibration, workload, np.ones_like(times.batch))
    load = np.minimum(per_second * times.prefill / times.batch, 0.999)
    own = alone.prefill * machine.own_ranks
    spec = workload.decoding or served.speculation
    step = np.maximum(times.total - times.prefill, 0.0) * spec.tokens / workload.output
    waited = calibration.step_latency + calibration.first_token_steps * step
    return np.asarray(np.minimum(own / (1.0 - load) + waited, times.total))


def memory_used(served: Served, machine: Machine, workload: Workload, times: Cycle) -> Floats:
    """Bytes of weights and of state, in flight and held between calls.

    By Little's law B/T requests end per second and each leaves its state for ``held`` seconds, so
    B·held/T states are held beside the B in flight.
    """
    state = served.state_bytes(workload) * machine.cache_copies
    return served.stored_bytes(machine) + state * times.batch * (1.0 + workload.held / times.total)


def keeps(
    served: Served, machine: Machine, calibration: Calibration, workload: Workload, speed: ArrayLike, batch: ArrayLike
) -> NDArray[np.bool_]:
    """Whether ``batch`` requests in flight see at least ``speed`` [token/s] and the promised first token, and fit."""
    times = cycle(served, machine, calibration, workload, batch)
    fast = workload.output / times.total >= np.asarray(speed)
    if math.isfinite(workload.first_token):
        fast = fast & (first_token(served, machine, calibration, workload, times) <= workload.first_token)
    return np.asarray(fast & (memory_used(served, machine, workload, times) <= machine.memory))


def memory_batch(served: Served, machine: Machine, workload: Workload) -> float:
    """Requests that memory holds if none leaves its state behind: (H - M) / state, at most LARGEST_BATCH."""
    state = served.state_bytes(workload) * machine.cache_copies
    room = machine.memory - served.stored_bytes(machine)
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
