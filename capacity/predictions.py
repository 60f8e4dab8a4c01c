"""What the physics predicts for measured rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.calibration import Calibration
from capacity.errors import require_kind
from capacity.measurements import Measurements
from capacity.throughput import Floats, combine, prefill
from capacity.units import KILO

#: Load of a prefill pool whose size a file does not give: as large as the load asks for, with room for waits.
USUAL_PREFILL_LOAD = 0.8


@dataclass(frozen=True)
class Predictions:
    """Predicted times and rates, one for each measured row.

    Attributes:
        first_token_s: time to first token, with the wait for a place where memory holds fewer than ask.
        per_token_s: time per output token.
        throughput_tok_s: output tokens per second of the machine (of the decode pool, where there are two).
    """

    first_token_s: Floats
    per_token_s: Floats
    throughput_tok_s: Floats


@dataclass(frozen=True)
class Pace:
    """What the times of a row are made of, whatever its first token waits for [s].

    Attributes:
        cycle: of a request in flight.
        prefill: of its own prefill, at most the cycle where that is part of it.
        per_token_s: per output token.
    """

    cycle: Floats
    prefill: Floats
    per_token_s: Floats


def pace(rows: Measurements, calibration: Calibration) -> Pace:
    """Times of each row's cycle.

    In one pool a request in flight takes a whole cycle, of which its own prefill comes before the first token.
    In two pools the decode pool's cycle holds no prefill.
    """
    require_kind("calibration", calibration, Calibration)
    numbers, terms = rows.numbers, rows.terms
    total = combine(terms[""], calibration, numbers["in_flight"]).total
    alone, two_pools = prefill(terms["own_"], calibration).total, numbers["split"] > 0
    own = np.where(two_pools, alone, np.minimum(alone, total))
    return Pace(total, own, np.where(two_pools, total, total - own) / numbers["output_tokens"])


def predict(rows: Measurements, calibration: Calibration, at: Pace | None = None) -> Predictions:
    """What the physics predicts for each row under a calibration.

    What memory cannot hold waits for a place (Little's law, in a closed loop).

    The first token comes after the request's own prefill (on the share of the machine that its data rank is),
    after that of those who came with it, and after some decode steps of the others: how many, is a matter of the
    serving program. In two pools the prefill is
    a queue of its own (Kleinrock, as in ``throughput.first_token``), and the cache has to be sent.

    ``at``: the pace, where it is known already.
    """
    output, flight, asked, split, ranks = (
        rows.numbers[name] for name in ("output_tokens", "in_flight", "asked", "split", "data_ranks")
    )
    at = pace(rows, calibration) if at is None else at
    total, per_token = at.cycle, at.per_token_s
    waiting = np.maximum(asked / flight - 1.0, 0.0) * total
    step = per_token * rows.numbers["speculation_tokens"]
    own = at.prefill * ranks
    names, which = rows.engines
    engines = [calibration.engine(name) for name in names]
    company = np.array([engine.company for engine in engines])[which]
    chunks = np.array([engine.first_token_steps for engine in engines])[which]
    others = company * np.maximum(flight / ranks - 1.0, 0.0)
    joined = np.minimum(own * (1.0 + others) + chunks * step, total)
    workers, asking = rows.numbers["prefill_workers"], rows.numbers["decode_workers"]
    load = np.minimum(asking * flight / total * at.prefill / np.maximum(workers, 1.0), 0.95)
    queued = own / (1.0 - np.where(workers > 0, load, USUAL_PREFILL_LOAD)) + rows.numbers["transfer_s"] + step
    first = np.where(split > 0, queued, joined)
    return Predictions(first + waiting, per_token, asking * flight * output / total)


def measured_throughput(rows: Measurements) -> Floats:
    """Output tokens per second in a closed loop: in flight over the time of one request [token/s]."""
    f = rows.frame
    whole = (f["ttft_ms"] + f["tpot_ms"] * (f["output_tokens"] - 1)) / KILO
    return np.asarray(f["concurrency"] * f["output_tokens"] / whole, dtype=np.float64)
