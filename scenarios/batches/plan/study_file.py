"""A study as a TOML file: the question, the scenarios, what varies, and the seeds.

    name = "pricing"
    scenarios = ["off-peak:*"]
    seeds = 32
    [vary]
    "supply.growth" = [2, 3.4]

Names of files in it are relative to it. Unknown fields are refused, with the nearest right name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from capacity.errors import InputError
from scenarios.batches.plan.planning import DEFAULT_SEEDS, DEFAULT_USERS, Plan
from scenarios.batches.plan.sampling import Range
from scenarios.loading.toml_files import name_of, read_table
from scenarios.parameters.complaints import complaint
from scenarios.parameters.fields import Flag, Name, Number, Section, Text, Whole, choice


def _seeds(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str | list):
        raise PydanticCustomError("seeds", "how many, which, or from one to another")
    return value


class Span(Section):
    """From where to where, where more is to be said than low and high."""

    low: Number = Field(..., description="smallest value")
    high: Number = Field(..., description="largest value")
    log: Flag = choice(False, "spread evenly in the logarithm")
    unit: Text = choice("", "unit of low and high, to be checked against the parameter's")


class Sample(Section):
    """Points chosen within ranges."""

    size: Whole = Field(..., ge=1, le=1_000_000, description="points, base points (sobol) or trajectories (morris)")
    method: Text = choice("lhs", "lhs, sobol or morris")
    seed: Whole = Field(1, ge=0, le=2**32 - 1, description="seed of the points, not of the runs")
    ranges: dict[str, Any] = Field(..., description="path = [low, high], or a table with low, high, log, unit")


class StudyFile(Section):
    """What a study file may say."""

    name: Name = choice("", "what the study is called; else as its file")
    question: Text = choice("", "what it asks")
    scenarios: tuple[Text, ...] = Field(..., min_length=1, description="scenarios, as in off-peak:*")
    seeds: Annotated[int | str | list[int], BeforeValidator(_seeds)] = Field(
        DEFAULT_SEEDS, description="how many, a list, or text such as 10-20"
    )
    days: Number = Field(0.0, gt=0, description="length of a run [days]; each scenario's own if nothing is said")
    users: Whole = Field(DEFAULT_USERS, ge=1, description="simulated users")
    keep: tuple[Text, ...] = Field((), description="frames to keep")
    design: Text = choice("", "CSV file of cases")
    set: dict[str, Any] = Field(default_factory=dict, description="path = value, in all cases")
    vary: dict[str, Any] = Field(default_factory=dict, description="path = list of values")
    sample: Sample | None = Field(None, description="points chosen within ranges")


def plan_in(path: Path, given: Mapping[str, Any]) -> Plan:
    """The plan in a study file; what is ``given`` beside it (seeds, days, users, keep, name) goes first."""
    said = _read(path)
    values: dict[str, Any] = {
        "name": said.name or given.get("name") or name_of(path),
        "seeds": said.seeds,
        "days": said.days or None,
        "users": said.users,
        "keep": said.keep,
        **given,
    }
    sample = said.sample
    if sample is not None:
        values |= {
            "sample": sample.size,
            "method": sample.method,
            "design_seed": sample.seed,
            "ranges": list(_ranges(sample.ranges, str(path))),
        }
    try:
        vary = dict(_flat(said.vary))
        return Plan(
            said.scenarios,
            sets=dict(_flat(said.set)),
            vary=vary,
            design=said.design or None,
            folder=path.parent,
            question=said.question,
            **values,
        )
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _read(path: Path) -> StudyFile:
    data = read_table(path, "study")
    try:
        return StudyFile.model_validate(data)
    except ValidationError as error:
        if any(one["loc"][:1] == ("seeds",) for one in error.errors()) and len(error.errors()) <= 3:
            raise InputError(f"{path}: seeds is {data['seeds']!r}, but must be 32, [1, 5, 9] or '10-20'") from error
        raise InputError(f"{path}: {complaint(error, StudyFile)}") from error


def _flat(table: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    """Paths and values; ``supply.growth = 5`` without quotes is a table within a table."""
    for key, value in table.items():
        path = f"{at}.{key}" if at else key
        if isinstance(value, Mapping):
            yield from _flat(value, path)
        else:
            yield path, value


def _ranges(table: Mapping[str, Any], where: str, at: str = "") -> Iterator[tuple[Range, str]]:
    for key, value in table.items():
        path = f"{at}.{key}" if at else key
        if isinstance(value, Mapping) and not {"low", "high"} & set(value):
            yield from _ranges(value, where, path)
            continue
        yield _range(path, value, f"{where}: sample.ranges: {path}")


def _range(path: str, value: Any, where: str) -> tuple[Range, str]:
    if isinstance(value, Mapping):
        try:
            span = Span.model_validate(dict(value))
        except ValidationError as error:
            raise InputError(f"{where}: {complaint(error, Span)}") from error
        return Range(path, span.low, span.high, span.log), span.unit
    if not isinstance(value, list) or len(value) != 2:
        raise InputError(f"{where} is {value!r}, but must be [low, high] or {{low = 2, high = 6, log = true}}")
    return Range(path, value[0], value[1]), ""
