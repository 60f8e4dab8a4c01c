"""A study on disk: ``study.toml``, one TOML file a resolved scenario, and ``cases.csv``.

    pandas.read_csv("cases.csv")     # label, scenario, variant and the inputs that vary

It reads back exactly as it was, whatever the library of scenarios has become since.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError
from capacity.reading import read_toml
from scenarios.batches.plan.sampling import Sampling
from scenarios.batches.plan.study import COLUMNS, FORMAT, Case, Study
from scenarios.definition.scenario import Scenario
from scenarios.text import toml
from scenarios.text.toml import parse_value

PLAN: Final = "study.toml"
CASES: Final = "cases.csv"


def write(study: Study, folder: Path) -> None:
    """Write a study into a folder, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, (key, scenario) in enumerate(study.scenarios.items(), start=1):
        name = f"scenario-{number}-{re.sub(r'[^A-Za-z0-9]+', '-', key)[:60].strip('-')}.toml"
        (folder / name).write_text(scenario.to_toml(), encoding="utf-8", newline="")
        files.append({"key": key, "file": name})
    text = toml.write({**study.record(), "scenarios": files})
    (folder / PLAN).write_text(text, encoding="utf-8", newline="")
    (folder / CASES).write_text(study.cases_text(), encoding="utf-8", newline="")


def read(folder: Path) -> Study:
    """Read a study from a folder."""
    try:
        plan = read_toml(folder / PLAN, f"'{folder / PLAN}'")
        _check_format(folder / PLAN, plan["format"])
        scenarios = {one["key"]: _scenario(folder / one["file"]) for one in plan["scenarios"]}
        sampling = Sampling.of_record(plan["sampling"]) if "sampling" in plan else None
        return Study(
            plan["name"],
            plan["question"],
            scenarios,
            _cases(folder / CASES),
            tuple(plan["seeds"]),
            plan.get("days"),
            plan["users"],
            tuple(plan["keep"]),
            sampling,
        )
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"the study in '{folder}' cannot be read: {' '.join(str(error).split())}") from error


def _check_format(path: Path, written: object) -> None:
    if written != FORMAT:
        raise InputError(f"'{path}' is of format {written}, but this version reads {FORMAT}")


def _scenario(path: Path) -> Scenario:
    return Scenario.of(read_toml(path, f"'{path}'"), str(path))


def _cases(path: Path) -> Any:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, strict=True)
        header = next(rows, [])
        if tuple(header[: len(COLUMNS)]) != COLUMNS:
            raise InputError(f"'{path}' does not begin with the columns {', '.join(COLUMNS)}")
        inputs, made = header[len(COLUMNS) :], []
        for row in rows:
            if len(row) != len(header):
                raise InputError(
                    f"'{path}' line {rows.line_num} has {len(row)} cells, but the header has {len(header)}"
                )
            label, base, variant, *cells = row
            changes = {at: parse_value(cell) for at, cell in zip(inputs, cells, strict=True) if cell}
            made.append(Case(label, base, variant, changes))
    return tuple(made)
