"""A study on disk: ``study.toml``, one TOML file a resolved scenario, ``cases.csv``, and copies of files of one's own.

    pandas.read_csv("cases.csv")     # label, scenario, variant and the inputs that vary

It reads back exactly as it was, whatever the library of scenarios has become since. Files of one's own are imported
when it is read: they define what its scenarios name.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError
from capacity.reading import read_toml
from scenarios.batches.plan.sampling import Sampling
from scenarios.batches.plan.study import COLUMNS, FORMAT, Case, Study
from scenarios.definition.scenario import Scenario
from scenarios.loading.own_files import OwnSource, load_own
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
    for number, own in enumerate(study.own_files, start=1):
        copy = _copy(folder, number, own.name)
        copy.parent.mkdir()
        copy.write_bytes(own.text)


def read(folder: Path) -> Study:
    """Read a study from a folder."""
    try:
        plan = read_toml(folder / PLAN, f"'{folder / PLAN}'")
        _check_format(folder / PLAN, plan["format"])
        own_files = own_files_of(folder, plan)
        for own in own_files:
            load_own(own)
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
            own_files,
        )
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"the study in '{folder}' cannot be read: {' '.join(str(error).split())}") from error


def own_hashes(folder: Path) -> dict[str, str]:
    """Name to sha256 of the files of one's own that a study needs, as its plan says."""
    try:
        plan = read_toml(folder / PLAN, f"'{folder / PLAN}'")
        return {str(one["name"]): str(one["sha256"]) for one in plan.get("own_files", ())}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"'{folder / PLAN}' cannot be read: {' '.join(str(error).split())}") from error


def own_files_of(folder: Path, plan: Mapping[str, Any]) -> tuple[OwnSource, ...]:
    """The copies of files of one's own, each the one that the study was made with."""
    return tuple(
        _own_file(_copy(folder, number, one["name"]), one["sha256"])
        for number, one in enumerate(plan.get("own_files", ()), start=1)
    )


def _own_file(copy: Path, sha256: str) -> OwnSource:
    as_it_was = f"put the file back whose sha256 begins with {sha256[:12]}"
    try:
        own = OwnSource(copy, copy.name, copy.read_bytes())
    except OSError as error:
        raise InputError(f"'{copy}', which the batch needs, cannot be read: {error.strerror}; {as_it_was}") from error
    if own.sha256 != sha256:
        raise InputError(f"'{copy}' is not the file that the batch was begun with; {as_it_was}")
    return own


def _copy(folder: Path, number: int, name: str) -> Path:
    """Where the copy of a file of one's own is; two may have the same name."""
    return folder / f"own-{number}" / Path(name).name


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
