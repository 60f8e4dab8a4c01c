"""How far real machines stay behind their data sheets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from capacity.engine import Engine, engine_name
from capacity.errors import Catalogue, InputError, require, require_kinds

#: The fields that are times of a step [s].
LATENCIES: Final = (
    "step_latency",
    "layer_latency",
    "expert_layer_latency",
    "exchange_latency",
    "sequence_latency",
)


class Counts(Protocol):
    """What latency is counted by: see ``throughput.Terms``."""

    @property
    def steps(self) -> NDArray[np.float64]:
        """Decode steps."""

    @property
    def layer_steps(self) -> NDArray[np.float64]:
        """Steps times layers."""

    @property
    def expert_layer_steps(self) -> NDArray[np.float64]:
        """Steps times layers with experts."""

    @property
    def exchange_steps(self) -> NDArray[np.float64]:
        """Steps times layers times doublings of the ranks that exchange."""

    @property
    def sequence_steps(self) -> NDArray[np.float64]:
        """Steps times requests of one rank."""


@dataclass(frozen=True)
class Calibration:
    """What stands between the data sheet and the machine room.

    Attributes:
        compute_efficiency: share of the data sheet's FLOP/s that kernels reach, ec.
        bandwidth_efficiency: share of the memory bandwidth that they reach, eb.
        step_latency: time of a decode step that nothing else explains, l [s].
        expert_efficiency: share of the FLOP/s that the weight kernels of a model with experts reach (many small
            products in place of a large one); None takes ``compute_efficiency``.
        layer_latency: time that a layer takes in each decode step beside work (kernels to start) [s].
        expert_layer_latency: the same, more, for a layer with experts (routing, sorting, gathering) [s].
        exchange_latency: time of an exchange between chips, per doubling of the chips that take part [s].
        sequence_latency: time that each request of a rank adds to a step (scheduling, sampling) [s].
        link_efficiency: share of the links' rate that exchanges reach; None leaves their traffic out.
        overlap: share of the prefill that runs in one with decode and hides behind its reading of weights.
        first_token_steps: decode steps of the others that a prefill waits for, chunk by chunk, where nothing is
            known of the serving program; see ``Engine``.
        company: share of the other requests that come at the same moment, in a benchmark; see ``Engine``.
        engines: the same two of serving programs that are known.
        name: what it is called on the command line.
        source: where the figures come from.
    """

    compute_efficiency: float
    bandwidth_efficiency: float
    step_latency: float
    expert_efficiency: float | None = None
    layer_latency: float = 0.0
    expert_layer_latency: float = 0.0
    exchange_latency: float = 0.0
    sequence_latency: float = 0.0
    link_efficiency: float | None = None
    overlap: float = 1.0
    first_token_steps: float = 0.0
    company: float = 0.5
    engines: tuple[Engine, ...] = ()
    name: str = "custom"
    source: str = ""

    def __post_init__(self) -> None:
        for name in ("compute_efficiency", "bandwidth_efficiency", "expert_efficiency", "link_efficiency"):
            value = getattr(self, name)
            if value is not None or not name.startswith(("expert", "link")):
                require(f"calibration: {name}", value, above=0, at_most=1)
        for name in LATENCIES:
            require(f"calibration: {name}", getattr(self, name), at_least=0)
        require("calibration: overlap", self.overlap, at_least=0, at_most=1)
        require("calibration: first_token_steps", self.first_token_steps, at_least=0)
        require("calibration: company", self.company, at_least=0, at_most=1)
        require_kinds("calibration: engines", self.engines, Engine)
        names = [engine.name for engine in self.engines]
        for number, name in enumerate(names):
            if not name or name in names[:number]:
                raise InputError(f"calibration: engines[{number}] is called '{name}', but each needs a name of its own")

    def engine(self, name: str = "") -> Engine:
        """A serving program by name; the typical one where the name is not known."""
        typical = Engine("", self.first_token_steps, self.company)
        return next((engine for engine in self.engines if engine.name == name), typical)

    def running(self, name: str) -> Calibration:
        """The calibration of machines that run this serving program."""
        if not self.engines:
            knowing = ", ".join(name for name, one in CALIBRATIONS.items() if one.engines)
            raise InputError(f"calibration '{self.name}' knows no serving programs; {knowing} do")
        catalogue = Catalogue("serving program", self.engines)
        found = catalogue[engine_name(name)]
        return replace(self, first_token_steps=found.first_token_steps, company=found.company)

    def latency(self, counts: Counts) -> NDArray[np.float64]:
        """Time of a cycle's decode steps beside their work [s]; one number where it does not depend on the batch."""
        named = (
            counts.steps,
            counts.layer_steps,
            counts.expert_layer_steps,
            counts.exchange_steps,
            counts.sequence_steps,
        )
        each = (getattr(self, name) for name in LATENCIES)
        total = np.asarray(0.0)
        for count, seconds in zip(named, each, strict=True):
            if seconds:
                total = total + count * seconds
        return np.asarray(total)

    @property
    def traffic_factor(self) -> float:
        """Time of traffic between chips over its time at the links' full rate."""
        return 0.0 if self.link_efficiency is None else 1.0 / self.link_efficiency


PUBLISHED: Final = Calibration(
    0.65,
    0.30,
    0.005,
    name="published",
    source="Epoch AI, 'Is a compute crunch coming?' (2026), fitted to InferenceX",
)
_FIT = "least mean |log error| over capacity/data/silicon.csv, the time per token first; `tokenmarket calibrate`"
_END = "of 100 resamples of clusters (model x system, engines inside), the one under which the published fleet serves"
FITTED: Final = Calibration(
    0.699, 0.911, 0.0, expert_efficiency=0.190, layer_latency=52.2e-6, expert_layer_latency=44.8e-6,
    exchange_latency=5.53e-6, sequence_latency=37.6e-6, link_efficiency=0.654, overlap=0.0,
    first_token_steps=18.0, company=0.0370,
    engines=(Engine("sglang", 20.7, 0.359), Engine("trtllm", 18.5, 0.0332), Engine("vllm", 8.79, 0.0459)),
    name="fit", source=_FIT,
)  # fmt: skip
FITTED_LOW: Final = Calibration(
    0.575, 0.915, 0.0, expert_efficiency=0.131, layer_latency=48.3e-6, expert_layer_latency=47.7e-6,
    exchange_latency=6.03e-6, sequence_latency=47.7e-6, link_efficiency=0.637, overlap=0.0,
    first_token_steps=18.4, company=0.0414,
    engines=(Engine("sglang", 22.8, 0.152), Engine("trtllm", 15.0, 0.0234), Engine("vllm", 9.86, 0.0338)),
    name="fit-low", source=f"{_END} least but for 5 %; {_FIT}",
)  # fmt: skip
FITTED_HIGH: Final = Calibration(
    0.645, 0.911, 0.0, expert_efficiency=0.243, layer_latency=51.1e-6, expert_layer_latency=31.9e-6,
    exchange_latency=5.61e-6, sequence_latency=45.3e-6, link_efficiency=0.783, overlap=0.0,
    first_token_steps=18.2, company=0.0239,
    engines=(Engine("sglang", 23.8, 0.273), Engine("trtllm", 20.2, 0.0202), Engine("vllm", 5.14, 0.0575)),
    name="fit-high", source=f"{_END} most but for 5 %; {_FIT}",
)  # fmt: skip
IDEAL: Final = Calibration(1.0, 1.0, 0.0, name="ideal", source="the data sheets as they stand")

CALIBRATIONS: Final[Catalogue[Calibration]] = Catalogue(
    "calibration", [PUBLISHED, FITTED, FITTED_LOW, FITTED_HIGH, IDEAL]
)
