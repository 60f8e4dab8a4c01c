"""Columns of the tables of a batch: the index of runs, their summaries, and what they took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from scenarios.batches.store.parts import Part
from scenarios.text import toml

if TYPE_CHECKING:
    from scenarios.batches.plan.study import Run, Study

#: What says which run a row is about; the inputs that vary come behind.
KEYS: Final = ("run", "label", "scenario", "variant", "seed")


def index_schema(study: Study) -> pa.Schema:
    """The index: which run, its inputs, and how it went."""
    keys = [(name, pa.int64() if name in ("run", "seed") else pa.string()) for name in KEYS]
    inputs = [(path, _kind(study, path)) for path in study.inputs]
    ends = [(name, pa.string()) for name in ("status", "error", "traceback", "digest", "code")]
    return pa.schema([*keys, *inputs, *ends])


def timing_schema() -> pa.Schema:
    """What a run took: seconds, megabytes, which worker, which versions."""
    words = [(name, pa.string()) for name in ("worker", "versions")]
    return pa.schema([("run", pa.int64()), ("wall_s", pa.float64()), ("peak_mb", pa.float64()), *words])


def summary_schema(measures: Iterable[str]) -> pa.Schema:
    """One column a measure."""
    return pa.schema([("run", pa.int64()), *((name, pa.float64()) for name in measures)])


def _kind(study: Study, path: str) -> pa.DataType:
    kinds = {type(case.changes[path]) for case in study.cases if path in case.changes}
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int} and all(abs(case.changes.get(path, 0)) < 2**63 for case in study.cases):
        return pa.int64()
    return pa.float64() if kinds <= {int, float} else pa.string()


def inputs_of(study: Study, run: Run, schema: pa.Schema) -> dict[str, Any]:
    """The key and the inputs of a run."""
    found: dict[str, Any] = {
        "run": run.number,
        "label": run.case.label,
        "scenario": run.case.base,
        "variant": run.case.variant,
        "seed": run.seed,
    }
    for path in study.inputs:
        value = run.case.changes.get(path)
        kind = schema.field(path).type
        if value is not None and kind == pa.string():
            value = value if isinstance(value, str) else toml.value(value)
        elif value is not None and kind == pa.float64():
            value = float(value)
        found[path] = value
    return found


def index_row(study: Study, run: Run, schema: pa.Schema, part: Part, code: str) -> dict[str, Any]:
    """The row of a run in the index."""
    return inputs_of(study, run, schema) | {
        "status": part.status,
        "error": part.error,
        "traceback": part.traceback,
        "digest": part.digest,
        "code": code,
    }


def timing_row(part: Part) -> dict[str, Any]:
    """The row of a run in the table of what runs took."""
    return dict.fromkeys(timing_schema().names) | {"run": part.run} | dict(part.timing)


def summary_row(part: Part) -> Mapping[str, Any]:
    """The row of a run among the summaries."""
    return {"run": part.run} | dict(part.summary)
