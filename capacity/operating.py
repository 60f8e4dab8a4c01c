"""What a deployment does at a point or along a curve, and what it says where it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from capacity.errors import InputError
from capacity.throughput import Floats


class CannotServeError(InputError):
    """A model that does not fit, or a speed that no batch reaches."""


@dataclass(frozen=True)
class OperatingCurve:
    """Throughput against speed per user, over batch size; arrays of one length.

    Attributes:
        batch: requests in flight.
        throughput: output tokens per second of the deployment.
        speed: output tokens per second that one user sees.
        cost_usd_per_mtok: running cost of a million output tokens.
        fits: whether memory holds the batch.
        binding: 'compute', 'bandwidth', 'latency' (the largest part of the cycle) or 'memory' (does not fit).
    """

    batch: Floats
    throughput: Floats
    speed: Floats
    cost_usd_per_mtok: Floats
    fits: np.ndarray
    binding: np.ndarray


class Kept(NamedTuple):
    """What a deployment does while it keeps a promised speed, in the words of ``OperatingPoint``."""

    throughput_tok_s: float
    batch: int
    speed_tok_s: float


@dataclass(frozen=True)
class OperatingPoint:
    """What a deployment does for one workload at one promised speed.

    Attributes:
        throughput_tok_s: output tokens per second of the deployment.
        batch: requests in flight.
        speed_tok_s: speed that a user gets at that batch [token/s].
        binding: what would raise the throughput most if there were 1 % more of it.
        elasticities: per cent of throughput for 1 % more compute, bandwidth, memory, or patience ('speed').
        first_token_s: time to the first token at that batch, with the queue at the prefill.
        work_rack_s: system-seconds that one request takes.
        cost_usd_per_mtok: running cost of a million output tokens.
        memory_share: share of the memory in use.
    """

    throughput_tok_s: float
    batch: int
    speed_tok_s: float
    binding: str
    elasticities: dict[str, float]
    first_token_s: float
    work_rack_s: float
    cost_usd_per_mtok: float
    memory_share: float


@dataclass(frozen=True)
class Latency:
    """Times that users see at a load [s]; arrays over loads, infinite where the load cannot be carried.

    Attributes:
        first_token_s: time to the first token, without waiting for a place in the batch.
        per_token_s: time per output token after it.
        request_s: time of the whole request: first_token_s + n·per_token_s.
        batch: mean number of requests in flight: the load times request_s (Little's law).
    """

    first_token_s: Floats
    per_token_s: Floats
    request_s: Floats
    batch: Floats
