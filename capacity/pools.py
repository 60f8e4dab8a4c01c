"""Two pools: machines that read inputs, and machines that write outputs, with the cache sent between them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from capacity.architecture import Architecture
from capacity.calibration import Calibration
from capacity.chips import Chip
from capacity.deployment import Deployment
from capacity.errors import InputError, require, require_kind
from capacity.layout import Layout
from capacity.operating import CannotServeError
from capacity.workload import SPECULATIVE, Speculation, Workload

#: Load of the prefill pool where no first token is promised: room for waits [declared].
USUAL_LOAD = 0.8


def transfer_seconds(reader: Deployment, writer: Deployment, workload: Workload) -> float:
    """Time in which a request's state goes from one pool to the other [s].

    Every chip of a worker sends its part at once, through the network; the smaller worker sets the pace. No
    efficiency is counted here, and the layers that are ready could leave earlier: the two partly cancel.
    """
    state = reader.served.state_bytes(Workload(workload.input, 1.0))
    chips = min(reader.chips, writer.chips)
    network = min(reader.chip.network, writer.chip.network)
    return state / (network * chips)


@dataclass(frozen=True)
class PoolsPoint:
    """What two pools do for one workload at one promise.

    Attributes:
        throughput_tok_s: output tokens per second of both together.
        batch: requests in flight on one writer.
        speed_tok_s: speed that a user sees after the first token [token/s].
        first_token_s: reading, its queue, the transfer, and the first step.
        per_token_s: time per output token.
        reader_load: share of the readers' time that is in use.
        chips: chips of both pools.
        binding: 'prefill' or 'decode': the pool that holds the other back.
    """

    throughput_tok_s: float
    batch: int
    speed_tok_s: float
    first_token_s: float
    per_token_s: float
    reader_load: float
    chips: float
    binding: str


@dataclass(frozen=True)
class Pools:
    """So many workers that read, and so many that write.

    Attributes:
        reader: one worker of the prefill pool, with its own chips and layout.
        writer: one worker of the decode pool.
        readers: workers of the prefill pool.
        writers: workers of the decode pool.
    """

    reader: Deployment
    writer: Deployment
    readers: float = 1.0
    writers: float = 1.0

    def __post_init__(self) -> None:
        require_kind("pools: reader", self.reader, Deployment)
        require_kind("pools: writer", self.writer, Deployment)
        require("pools: readers", self.readers, above=0)
        require("pools: writers", self.writers, above=0)
        if self.reader.architecture != self.writer.architecture:
            raise InputError(
                f"pools: the reader serves {self.reader.architecture.name}, the writer "
                f"{self.writer.architecture.name}; both must serve one model"
            )

    @property
    def chips(self) -> float:
        """Chips of both pools."""
        return self.readers * self.reader.chips + self.writers * self.writer.chips

    def operate(self, workload: Workload, speed: float | None = None) -> PoolsPoint:
        """The most that both pools serve within the promises, or an error that says why they cannot."""
        promised = require("speed", workload.speed if speed is None else speed, above=0)
        arriving = writing(workload)
        batch = float(self.writer.batch(arriving, promised))
        if batch < 1:
            self.writer.operate(arriving, promised)  # says why not
        alone, each = reading_seconds(self.reader, workload)
        sent = transfer_seconds(self.reader, self.writer, workload)
        total = float(self.writer.cycle(arriving, batch).total)
        step = total * (workload.decoding or self.writer.speculation).tokens / workload.output
        allowed = allowed_load(workload.first_token - sent - step, alone)
        if allowed <= 0:
            raise CannotServeError(
                f"no split keeps a first token in {workload.first_token:g} s: reading the input takes {alone:.3g} s, "
                f"sending its cache {sent:.3g} s, a step {step:.3g} s"
            )
        most_read = self.readers * allowed / each if each > 0 else math.inf
        most_written = self.writers * batch / total
        rate = min(most_read, most_written)
        if most_read < most_written:  # writers wait for inputs: by Little's law fewer requests are in flight
            times = self.writer.latency(arriving, rate / self.writers)
            batch, total = float(times.batch), float(times.request_s)
            step = total * (workload.decoding or self.writer.speculation).tokens / workload.output
        load = rate * each / self.readers
        return PoolsPoint(
            throughput_tok_s=rate * workload.output,
            batch=max(int(batch), 1),
            speed_tok_s=workload.output / total,
            first_token_s=alone / (1.0 - load) + sent + step,
            per_token_s=total / workload.output,
            reader_load=load,
            chips=self.chips,
            binding="prefill" if most_read < most_written else "decode",
        )


def writing(workload: Workload) -> Workload:
    """The request as a writer sees it: its whole input arrives as cache, and no first token is its own affair."""
    return replace(workload, cached=1.0, first_token=math.inf)


def reading_seconds(reader: Deployment, workload: Workload) -> tuple[float, float]:
    """Time that one request's input takes alone, and the reader's time per request when each rank has one [s]."""
    read = replace(workload, output=1.0)
    ranks = reader.machine.own_ranks
    alone = float(reader.cycle(read, 1.0).prefill) * ranks
    return alone, float(reader.cycle(read, ranks).prefill) / ranks


def allowed_load(seconds: float, alone: float) -> float:
    """Load at which a queue of inputs, each ``alone`` s long, is through in ``seconds``: s/(1 - r) = seconds."""
    if seconds == math.inf:
        return USUAL_LOAD
    return min(1.0 - alone / seconds, 0.99) if seconds > alone else 0.0


def layouts(architecture: Architecture, most: float) -> list[Layout]:
    """Layouts of a worker that are worth a look: powers of two up to ``most`` chips, and ``most`` itself.

    Tensor ranks up to eight; data ranks where the model has experts to spread over them.
    """
    sizes = sorted({2**k for k in range(int(math.log2(most)) + 1)} | ({int(most)} if most == int(most) else set()))
    found = [Layout(tensor=size) for size in sizes if size <= 8]
    if architecture.experts is not None:
        found += [
            Layout(tensor=tensor, data=size // tensor)
            for tensor in (1, 2, 4, 8)
            for size in sizes
            if size > tensor and size % tensor == 0
        ]
    return found


def workers(
    chip: Chip,
    architecture: Architecture,
    calibration: Calibration,
    speculation: Speculation = SPECULATIVE,
    most_chips: float | None = None,
    shapes: Iterable[Layout] | None = None,
) -> list[Deployment]:
    """Workers of one chip that hold the model: one for each layout that fits, up to one system's chips."""
    tried = shapes or layouts(architecture, most_chips or chip.chips_per_system)
    found = []
    for layout in tried:
        try:
            found.append(
                Deployment(
                    chip, architecture, calibration, layout.chips / chip.chips_per_system, speculation, layout=layout
                )
            )
        except CannotServeError:
            continue
    return found


@dataclass(frozen=True)
class Split:
    """Pools with what they do."""

    pools: Pools
    point: PoolsPoint


def best_split(
    readers: list[Deployment], writers: list[Deployment], workload: Workload, chips: float, speed: float | None = None
) -> Split:
    """The pools of at most ``chips`` chips that serve most within the promises.

    Every pair of workers is tried with every number of writers that leaves room for a reader; of readers there
    are then as many as fit.
    """
    best: tuple[float, Pools] | None = None
    promised = require("speed", workload.speed if speed is None else speed, above=0)
    full = [(writer, float(writer.batch(writing(workload), promised))) for writer in writers]
    for writer, batch in full:
        if batch < 1:
            continue
        total = float(writer.cycle(writing(workload), batch).total)
        step = total * (workload.decoding or writer.speculation).tokens / workload.output
        for reader in readers:
            alone, each = reading_seconds(reader, workload)
            allowed = allowed_load(workload.first_token - transfer_seconds(reader, writer, workload) - step, alone)
            number = np.arange(1.0, math.floor((chips - reader.chips) / writer.chips) + 1.0)
            if allowed <= 0 or not len(number):
                continue
            left = np.floor((chips - number * writer.chips) / reader.chips)
            rate = np.minimum(left * allowed / max(each, 1e-12), number * batch / total)
            most = int(np.argmax(rate))
            if best is None or rate[most] > best[0]:
                best = float(rate[most]), Pools(reader, writer, float(left[most]), float(number[most]))
    if best is None:
        for writer, batch in full[:1]:  # one pair says why not
            if batch < 1:
                writer.operate(writing(workload), promised)
        raise CannotServeError(
            f"no two pools of {chips:g} chips hold the model twice and keep {promised:g} token/s"
            + (f" and a first token in {workload.first_token:g} s" if math.isfinite(workload.first_token) else "")
        )
    return Split(best[1], best[1].operate(workload, promised))
