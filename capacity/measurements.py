"""Measurements of real machines: reading a file of them, and laying every row out for the physics.

The file has the columns model, system, precision, mode, input_tokens, output_tokens, concurrency, tp,
ttft_ms, tpot_ms, and may have more (``OPTIONAL``). The one shipped as ``capacity/data/silicon.csv`` holds
1,100 public serving benchmarks of four models on three systems (InferenceX-style: so many requests in
flight, time to first token, time per output token).
"""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity import precision
from capacity.architecture import Architecture
from capacity.architectures import ARCHITECTURES
from capacity.chips import CHIPS, Chip
from capacity.deployment import Deployment
from capacity.engine import engine_name
from capacity.errors import InputError, UnknownNameError, nearest
from capacity.layout import Layout
from capacity.pools import transfer_seconds
from capacity.reading import LARGEST_TABLE_BYTES, csv_rows, read_text
from capacity.throughput import Floats, Terms, terms
from capacity.workload import Speculation, Workload

REQUIRED: Final = (
    "model",
    "system",
    "precision",
    "mode",
    "input_tokens",
    "output_tokens",
    "concurrency",
    "tp",
    "ttft_ms",
    "tpot_ms",
)
#: Columns that may be missing, and what they then are. The prefill pool's are read where the mode is disagg;
#: no workers there means that the file does not say, and that the pool is as large as the load asks for.
OPTIONAL: Final = {
    "pp": 1.0,
    "attention_dp": 1.0,
    "moe_ep": 1.0,
    "cached": 0.0,
    "speculation_tokens": 1.0,
    "speculation_verified": 1.0,
    "decode_workers": 1.0,
    "prefill_workers": 0.0,
    "prefill_tp": 0.0,
    "prefill_pp": 1.0,
    "prefill_attention_dp": 1.0,
    "prefill_moe_ep": 1.0,
}
#: The column that names the serving program; where it is missing or empty the typical one is taken.
BACKEND: Final = "backend"
#: Columns that count ranks of a worker, and of one that only reads inputs.
RANKS: Final = ("tp", "pp", "attention_dp", "moe_ep")
PREFILL_RANKS: Final = tuple(f"prefill_{name}" for name in RANKS)
WHOLE: Final = (*RANKS, *PREFILL_RANKS, "decode_workers", "prefill_workers")
#: Columns that may be 0.
FROM_ZERO: Final = ("cached", "prefill_workers", "prefill_tp")
#: How prefill and decode are placed: together in one pool, or in two.
MODES: Final = {
    "agg": False,
    "aggregated": False,
    "aggregate": False,
    "ifb": False,
    "static": False,
    "disagg": True,
    "disaggregated": True,
}
#: Engines keep the cache in 16 bits, and attend in 16 bits, unless told otherwise.
CACHE_PRECISION: Final = "bf16"
TERM_NAMES: Final = tuple(field.name for field in fields(Terms))


@dataclass(frozen=True)
class Placement:
    """How a row's model is spread.

    Attributes:
        layout: the ranks.
        cache_copies: ranks that hold a copy of each byte of the cache.
        doubled: whether the row's columns count the expert ranks twice; see ``layout``.
    """

    layout: Layout
    cache_copies: float
    doubled: bool = False

    @property
    def chips(self) -> float:
        """Chips of the worker."""
        return self.layout.chips


def layout(tp: int, pp: int, attention_dp: int, moe_ep: int, cache_heads: int) -> Placement:
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
    spread = Layout(tp, pp, ranks / tp)
    return Placement(spread, spread.cache_copies(cache_heads), doubled)


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

    ``frame`` has the file's columns with our names beside them: chip, architecture, weights, engine, chips,
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

    @cached_property
    def engines(self) -> tuple[tuple[str, ...], NDArray[np.intp]]:
        """Names of the serving programs, and for each row which of them it ran."""
        codes, names = pd.factorize(self.frame["engine"], sort=True)
        return tuple(str(name) for name in names), codes

    def select(self, keep: np.ndarray) -> Measurements:
        """Return the rows for which ``keep`` is true, or the rows of those numbers."""
        return Measurements(self.frame[keep] if keep.dtype == bool else self.frame.iloc[keep], ())


def shipped() -> Path:
    """Path of the measurements that come with the package."""
    return Path(str(resources.files("capacity").joinpath("data", "silicon.csv")))


def read(
    path: Path | str,
    chips: Mapping[str, Chip] = CHIPS,
    architectures: Mapping[str, Architecture] = ARCHITECTURES,
) -> Measurements:
    """Read a measurement file; unknown models, systems, modes and formats are listed by name in ``unread``."""
    table = _table(Path(path))
    once = table.drop_duplicates()
    return _understand(once.reset_index(drop=True), len(table) - len(once), chips, architectures)


def _table(path: Path) -> pd.DataFrame:
    """Read the file with every needed column there and every number a number, or say which line is wrong."""
    where = f"measurement file '{path}'"
    text = read_text(path, where, "a CSV table", LARGEST_TABLE_BYTES)
    for _ in csv_rows(text, where):
        pass  # only looked at: pandas would take the first cells of a line that is too long for its name
    try:
        table = pd.read_csv(io.StringIO(text), keep_default_na=False, skipinitialspace=True, skip_blank_lines=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(f"{where} is not a CSV table: {' '.join(str(error).split())}") from error
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
        bad = ~(((numbers >= 0) if column in FROM_ZERO else (numbers > 0)) & np.isfinite(numbers))
        if column in WHOLE:
            bad |= numbers % 1 != 0
        for row in table.index[bad][:1]:
            wanted = ("a whole number" if column in WHOLE else "a number") + (
                " of at least 0" if column in FROM_ZERO else " above 0"
            )
            raise InputError(
                f"measurement file '{path}', line {row + 2}: {column} is '{table[column][row]}', but must be {wanted}"
            )
        table[column] = numbers
    return table


class Aliased(Protocol):
    """Something with a name and other names."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """What measurement files call it."""


def _named[Entry: Aliased](kind: str, name: str, entries: Mapping[str, Entry]) -> Entry:
    known = {alias.lower(): entry for entry in entries.values() for alias in (*entry.aliases, entry.name)}
    if name.lower() not in known:
        raise UnknownNameError(f"no {kind} has this name{nearest(name, known)}")
    return known[name.lower()]


#: What the ends of a model's name say that other columns say better: its tuning and its number format.
ENDINGS: Final = ("-instruct", "-chat", "-fp8", "-fp4", "-nvfp4", "-mxfp4", "-bf16")


def _model(name: str) -> str:
    """The model's own name, without who made it ('openai/') and what other columns say."""
    own = name.strip().rsplit("/", 1)[-1]
    for ending in (*ENDINGS, *ENDINGS):  # two at most: '-Instruct-FP8'
        if own.lower().endswith(ending):
            own = own[: -len(ending)]
    return own


def _split_pools(mode: str) -> bool:
    key = mode.strip().lower()
    if key not in MODES:
        raise InputError(f"a mode is one of {', '.join(MODES)}{nearest(key, MODES)}")
    return MODES[key]


def _understand(
    table: pd.DataFrame, copies: int, chips: Mapping[str, Chip], architectures: Mapping[str, Architecture]
) -> Measurements:
    kept: list[dict[str, Any]] = []
    unread: Counter[tuple[str, str, str]] = Counter()
    doubled = 0
    row: Any
    for row in table.to_dict("records"):
        column = "system"
        try:
            chip = _named("chip", str(row["system"]), chips)
            column = "model"
            architecture = _named("architecture", _model(str(row["model"])), architectures)
            column = "precision"
            weights = precision.resolve(str(row["precision"]))
            column = "mode"
            split = _split_pools(str(row["mode"]))
            column = "input_tokens"
            architecture.require_context(row["input_tokens"] + row["output_tokens"])
            column = "tp"
            row_of = Row(row, chip, architecture, weights, split)
            facts = row_of.facts()
        except InputError as error:
            value = row[column]
            unread[column, f"{value:g}" if isinstance(value, float) else str(value), str(error)] += 1
            continue
        doubled += row_of.place.doubled
        named = {"chip": chip.name, "architecture": architecture.name, "weights": weights}
        kept.append({**row, **named, "engine": engine_name(str(row.get(BACKEND, ""))), **facts})
    listed = tuple(Unread(*key, rows) for key, rows in sorted(unread.items()))
    return Measurements(pd.DataFrame(kept), listed, doubled, copies)


@dataclass(frozen=True)
class Row:
    """One row, laid out on its chips."""

    row: Mapping[Any, Any]
    chip: Chip
    architecture: Architecture
    weights: str
    split: bool

    def _place(self, names: tuple[str, ...]) -> Placement:
        tp, pp, attention_dp, moe_ep = (int(self.row[name]) for name in names)
        return layout(tp, pp, attention_dp, moe_ep, self.architecture.attention.cache_heads)

    @cached_property
    def place(self) -> Placement:
        """Where it decodes (and reads inputs, unless that is done in a pool of its own)."""
        return self._place(RANKS)

    @cached_property
    def reading(self) -> Placement:
        """Where it reads inputs."""
        return self._place(PREFILL_RANKS) if self.split and self.row["prefill_tp"] else self.place

    def _deployment(self, place: Placement) -> Deployment:
        return Deployment(
            self.chip,
            self.architecture,
            systems=place.chips / self.chip.chips_per_system,
            speculation=Speculation(self.row["speculation_tokens"], self.row["speculation_verified"]),
            weight_precision=self.weights,
            cache_precision=CACHE_PRECISION,
            layout=place.layout,
        )

    def facts(self) -> dict[str, float]:
        """What the prediction needs: the terms of the batch ('') and of one request read alone ('own_')."""
        row, decode, reader = self.row, self._deployment(self.place), self._deployment(self.reading)
        request = Workload(row["input_tokens"], row["output_tokens"], row["cached"])
        # Where inputs are read elsewhere, only their cache arrives: all of the input counts as cached.
        here = Workload(request.input, request.output, 1.0) if self.split else request
        served, machine = decode.served, decode.machine
        state = served.state_bytes(here) * self.place.cache_copies
        held = (machine.memory - served.stored_bytes(machine)) // state if state else math.inf
        asked = max(row["concurrency"] / row["decode_workers"], 1.0)
        in_flight = min(asked, max(held, 1.0))
        facts = {
            "chips": float(self.place.chips),
            "cache_copies": self.place.cache_copies,
            "in_flight": in_flight,
            "asked": asked,
            "split": float(self.split),
            "data_ranks": self.reading.layout.data,
            "transfer_s": transfer_seconds(reader, decode, request) if self.split else 0.0,
        }
        parts = terms(served, machine, here, in_flight)
        own = terms(reader.served, reader.machine, request, 1.0)
        for prefix, found in (("", parts), ("own_", own)):
            facts |= {prefix + name: float(getattr(found, name)) for name in TERM_NAMES}
        return facts
