"""What the command's options say, as values: ``--vary supply.growth=2,3.4``, ``--range supply.growth=2:6:log``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from capacity.errors import InputError, require
from scenarios.batches.plan.planning import Plan, build
from scenarios.batches.plan.sampling import Range
from scenarios.batches.plan.seeds import Seeds
from scenarios.batches.plan.study import Study
from scenarios.batches.plan.study_file import plan_in
from scenarios.text.toml import parse_value


def study_from(
    scenarios: Sequence[str] = (),
    *,
    sets: Sequence[str] = (),
    vary: Sequence[str] = (),
    sample: int | None = None,
    method: str | None = None,
    ranges: Sequence[str] = (),
    design: str | Path | None = None,
    design_seed: int | None = None,
    study_file: str | Path | None = None,
    seeds: Seeds | None = None,
    days: float | None = None,
    users: int | None = None,
    keep: Sequence[str] | None = None,
    name: str = "",
    own_files: Sequence[Path] = (),
) -> Study:
    """A study from the options of the command as they were written; None where nothing was said.

    With a study file the options for seeds, days, users and frames to keep go before what it says; files of one's own
    are imported before it is read.
    """
    said = {"seeds": seeds, "days": days, "users": users, "keep": keep}
    given: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    given |= {"name": name} if name else {}
    given["own_files"] = tuple(own_files)
    designed = {
        "SCENARIO": scenarios,
        "--set": sets,
        "--vary": vary,
        "--sample": sample,
        "--method": method,
        "--range": ranges,
        "--design": design,
        "--design-seed": design_seed,
    }
    if study_file is not None:
        for option, value in designed.items():
            if value not in (None, (), []):
                raise InputError(f"{option} cannot be given beside the study file '{study_file}': write it there")
        return _built(Path(study_file), given)
    if sample is None and (method is not None or design_seed is not None):
        option = "--method" if method is not None else "--design-seed"
        raise InputError(f"{option} says how to sample, so it needs --sample and --range")
    plan = Plan(
        tuple(scenarios), tuple(sets), vary_of(vary), tuple(range_of(one) for one in ranges), sample, method or "lhs",
        design, 1 if design_seed is None else design_seed, **given,
    )  # fmt: skip
    return build(plan)


def _built(path: Path, given: Mapping[str, Any]) -> Study:
    """The study of a file; what is wrong in it is said with its name, what is wrong with an option without."""
    plan = plan_in(path, given)
    try:
        return build(plan)
    except InputError as error:
        raise error if str(error).startswith("--") else InputError(f"study '{path}': {error}") from error


def vary_of(options: Sequence[str]) -> dict[str, list[Any]]:
    """Path to values from ``path=1,2,3``."""
    made: dict[str, list[Any]] = {}
    for one in options:
        path, mark, text = (part.strip() for part in one.partition("="))
        if not mark or not path or not text:
            raise InputError(f"--vary '{one}' must look like path=value,value, for example supply.growth=2,3.4,5")
        if path in made:
            raise InputError(f"--vary {path} is given twice: list its values in one")
        parts = _parts(text, one)
        if "" in parts:
            raise InputError(f"--vary '{one}' has an empty value between its commas")
        made[path] = [parse_value(part) for part in parts]
    return made


def _parts(text: str, option: str) -> list[str]:
    """Cut at commas that are not within brackets or quotes."""
    made, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "[{":
            depth += 1
        elif letter in "]}":
            depth -= 1
        if letter == "," and not depth and not quote:
            made.append("")
        else:
            made[-1] += letter
    if depth or quote:
        raise InputError(f"--vary '{option}' has a bracket or quote that is not closed")
    return [part.strip() for part in made]


def range_of(option: str) -> tuple[Range, str]:
    """A range and the unit that it names, from ``path=low:high``, ``path=low:high:log``, ``path=low:high USD/kWh``."""
    path, _, text = (part.strip() for part in option.partition("="))
    found = re.fullmatch(r"([^:\s]+):([^:\s]+)(:log)?(?:\s+(\S.*))?", text)
    if not path or found is None:
        raise InputError(
            f"--range '{option}' must look like path=low:high, for example supply.growth=2:6; :log after it spreads "
            "the points evenly in the logarithm, and a unit may follow"
        )
    low, high = (require(f"--range '{option}': {end}", _number(found[k])) for k, end in ((1, "low"), (2, "high")))
    return Range(path, low, high, log=found[3] is not None), (found[4] or "").strip()


def _number(text: str) -> Any:
    value = parse_value(text)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value
