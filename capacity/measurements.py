"""Measurements of real machines: reading a file of them, and what the physics predicts for each row.

The file has the columns model, system, precision, mode, input_tokens, output_tokens, concurrency, tp,
ttft_ms, tpot_ms, and may have pp, attention_dp, moe_ep and backend. The one shipped as
``capacity/data/silicon.csv`` holds 1,100 public serving benchmarks of four models on three systems
(InferenceX-style: so many requests in flight, time to first token, time per output token).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from capacity import precision
from capacity.architectures import ARCHITECTURES, Architecture
from capacity.calibration import Calibration
from capacity.chips import CHIPS, Chip
from capacity.deployment import Deployment
from capacity.errors import InputError, UnknownNameError, nearest
from capacity.throughput import Floats, Terms, combine, terms
from capacity.units import KILO
from capacity.workload import PLAIN, Workload

REQUIRED = (
    "model", "system", "precision", "mode", "input_tokens", "output_tokens", "concurrency", "tp", "ttft_ms", "tpot_ms",
)  # fmt: skip
OPTIONAL = {"pp": 1.0, "attention_dp": 1.0, "moe_ep": 1.0}
#: Columns that count ranks.
WHOLE = ("tp", "pp", "attention_dp", "moe_ep")
#: Engines keep the cache in 16 bits, and attend in 16 bits, unless told otherwise.
CACHE_PRECISION = "bf16"
TERM_NAMES = tuple(field.name for field in fields(Terms))


@dataclass(frozen=True)
class Layout:
    """How a model is spread: chips, and the ranks that each hold a copy of a part of the cache."""

    chips: int
    cache_copies: float
    doubled: bool = False
    """Whether the row's columns count the expert ranks twice; see ``layout``."""


def layout(tp: int, pp: int, attention_dp: int, moe_ep: int, cache_heads: int) -> Layout:
    """Read a tensor / pipeline / attention-data / expert parallel layout.

    A model on tp·attention_dp·pp chips; attention is split over tp ranks, of which as many as exceed
    the cache's heads hold copies (a latent cache is copied to every rank). Expert parallelism spreads
    the experts over the same chips. Some rows of public files count the expert ranks twice: 'tp 64, ep 8'
    has to the digit the times of 'tp 8, ep 8', and 'tp 4, dp 4, ep 16' those of 'tp 4, ep 4' to a few per
    cent. So tp·dp = ep², and tp = dp with tp·dp = ep, are read as the one node that they are.
    """
    ranks = tp * attention_dp
    doubled = moe_ep > 1 and (ranks == moe_ep**2 or (ranks == moe_ep and tp == attention_dp and tp > 1))
    if doubled:
        ranks = math.isqrt(ranks)
        tp = 1 if tp == 1 else ranks // (attention_dp if attention_dp < ranks else 1)
    return Layout(ranks * pp, max(1.0, tp / cache_heads), doubled)


@dataclass(frozen=True)
class Unread:
    """A kind of row that could not be understood: which column, which value, why, and how many rows."""

    column: str
    value: str
    reason: str
    rows: int


@dataclass(frozen=True)
class Measurements:
    """Rows that were understood, as arrays of terms, and a list of those that were not.

    ``frame`` has the file's columns with our names beside them: chip, architecture, weights, chips,
    cache_copies, in_flight (the concurrency, or what memory holds if that is less). ``copies`` counts the
    lines that repeat another to the last digit; they are left out.
    """

    frame: pd.DataFrame
    unread: tuple[Unread, ...]
    doubled_layouts: int = 0
    copies: int = 0

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def numbers(self) -> dict[str, Floats]:
        """The numeric columns as arrays; a fit asks for them a thousand times."""
        return {str(name): self.frame[name].to_numpy(np.float64) for name in self.frame.select_dtypes("number")}

    @cached_property
    def terms(self) -> dict[str, Terms]:
        """Terms of each row's cycle, and ('own_') of one of its requests alone."""
        return {prefix: Terms(**{name: self.numbers[prefix + name] for name in TERM_NAMES}) for prefix in ("", "own_")}

    def select(self, keep: np.ndarray) -> Measurements:
        """Return the rows for which ``keep`` is true, or the rows of those numbers."""
        return Measurements(self.frame[keep] if keep.dtype == bool else self.frame.iloc[keep], ())


def shipped() -> Path:
    """Path of the measurements that come with the package."""
    return Path(str(resources.files("capacity").joinpath("data", "silicon.csv")))


def read(path: Path | str) -> Measurements:
    """Read a measurement file; unknown models, systems and formats are listed by name in ``unread``."""
    table = _table(Path(path))
    once = table.drop_duplicates()
    return _understand(once.reset_index(drop=True), len(table) - len(once))


def _table(path: Path) -> pd.DataFrame:
    """Read the file with every needed column there and every number a number, or say which line is wrong."""
    if not path.is_file():
        raise InputError(f"measurement file '{path}' does not exist")
    try:
        table = pd.read_csv(path, keep_default_na=False, skipinitialspace=True, skip_blank_lines=False)
    except OSError as error:
        raise InputError(f"measurement file '{path}' cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(f"measurement file '{path}' is not a CSV table: {' '.join(str(error).split())}") from error
    table = table[(table.notna() & (table != "")).any(axis="columns")]  # blank lines; the index keeps the line
    for column in REQUIRED:
        if column not in table:
            raise InputError(
                f"measurement file '{path}' has no column '{column}'{nearest(column, table.columns)}; "
                f"it needs {', '.join(REQUIRED)}"
            )
    for column, usual in OPTIONAL.items():
        table[column] = table[column].replace("", usual) if column in table else usual
    for column in (*OPTIONAL, *REQUIRED[4:]):
        numbers = pd.to_numeric(table[column], errors="coerce").astype(float)
        bad = ~((numbers > 0) & np.isfinite(numbers))
        if column in WHOLE:
            bad |= numbers % 1 != 0
        for row in table.index[bad][:1]:
            wanted = "a whole number above 0" if column in WHOLE else "a number above 0"
            raise InputError(
                f"measurement file '{path}', line {row + 2}: {column} is '{table[column][row]}', but must be {wanted}"
            )
        table[column] = numbers
    return table


def _chip(name: str) -> Chip:
    known = {alias.lower(): chip for chip in CHIPS.values() for alias in (*chip.aliases, chip.name)}
    if name.lower() not in known:
        raise UnknownNameError(f"no chip has this name{nearest(name, known)}")
    return known[name.lower()]


def _architecture(name: str) -> Architecture:
    known = {alias.lower(): arch for arch in ARCHITECTURES.values() for alias in (*arch.aliases, arch.name)}
    if name.lower() not in known:
        raise UnknownNameError(f"no architecture has this name{nearest(name, known)}")
    return known[name.lower()]


def _understand(table: pd.DataFrame, copies: int) -> Measurements:
    kept: list[dict[str, Any]] = []
    unread: Counter[tuple[str, str, str]] = Counter()
    doubled = 0
    for row in table.to_dict("records"):
        column = "system"
        try:
            chip = _chip(str(row["system"]))
            column = "model"
            architecture = _architecture(str(row["model"]))
            column = "precision"
            weights = precision.resolve(str(row["precision"]))
            column = "tp"
            place, facts = _place(row, chip, architecture, weights)
        except InputError as error:
            value = row[column]
            unread[column, f"{value:g}" if isinstance(value, float) else str(value), str(error)] += 1
            continue
        doubled += place.doubled
        kept.append({**row, "chip": chip.name, "architecture": architecture.name, "weights": weights, **facts})
    listed = tuple(Unread(*key, rows) for key, rows in sorted(unread.items()))
    return Measurements(pd.DataFrame(kept), listed, doubled, copies)


def _place(
    row: Mapping[Any, Any], chip: Chip, architecture: Architecture, weights: str
) -> tuple[Layout, dict[str, float]]:
    """Lay a row's model out on its chips; give what the prediction needs: the terms, and the request's own."""
    tp, pp, attention_dp, moe_ep = (int(row[name]) for name in WHOLE)
    place = layout(tp, pp, attention_dp, moe_ep, architecture.attention.cache_heads)
    deployment = Deployment(
        chip, architecture, systems=place.chips / chip.chips_per_system, speculation=PLAIN,
        weight_precision=weights, cache_precision=CACHE_PRECISION, cache_copies=place.cache_copies,
    )  # fmt: skip
    workload = Workload(row["input_tokens"], row["output_tokens"])
    state = deployment.served.cache_bytes * place.cache_copies * workload.context
    held = (deployment.machine.memory - deployment.served.weight_bytes) // state
    in_flight = min(row["concurrency"], max(held, 1.0))
    facts = {"chips": float(place.chips), "cache_copies": place.cache_copies, "in_flight": in_flight}
    for prefix, batch in (("", in_flight), ("own_", 1.0)):
        parts = terms(deployment.served, deployment.machine, workload, batch)
        facts |= {prefix + name: float(getattr(parts, name)) for name in TERM_NAMES}
    return place, facts


@dataclass(frozen=True)
class Predictions:
    """Predicted times and rates, one for each measured row.

    Attributes:
        first_token_s: time to first token, with the wait for a place where memory holds fewer than ask.
        per_token_s: time per output token.
        throughput_tok_s: output tokens per second of the machine.
    """

    first_token_s: Floats
    per_token_s: Floats
    throughput_tok_s: Floats


def predict(rows: Measurements, calibration: Calibration) -> Predictions:
    """What the physics predicts for each row under a calibration.

    A request in flight takes a whole cycle; what memory cannot hold waits for a place (Little's law, in a
    closed loop). Requests of one length that keep each other company end together and start together, so
    the first token comes after half of all prefills on average. That is a rough account of it: engines'
    own overheads, which dominate at small loads, are not in it.
    """
    output, flight, asked = (rows.numbers[name] for name in ("output_tokens", "in_flight", "concurrency"))
    together, alone = (combine(rows.terms[prefix], calibration, True, flight) for prefix in ("", "own_"))
    total, own = together.total, np.minimum(alone.prefill, together.total)
    waiting = np.maximum(asked / flight - 1.0, 0.0) * total
    first = np.minimum(own * (flight + 1.0) / 2.0, total)
    return Predictions(first + waiting, (total - own) / output, flight * output / total)


def measured_throughput(rows: Measurements) -> Floats:
    """Output tokens per second in a closed loop: in flight over the time of one request [token/s]."""
    f = rows.frame
    whole = (f["ttft_ms"] + f["tpot_ms"] * (f["output_tokens"] - 1)) / KILO
    return np.asarray(f["concurrency"] * f["output_tokens"] / whole, dtype=np.float64)
