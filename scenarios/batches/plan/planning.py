"""From what a person asked for to a study: cases made, labelled, and checked before anything runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError, require, require_whole
from scenarios.batches.plan import design_table
from scenarios.batches.plan.design import Cell, cross, grid, ranges_of, sampled, unit_of
from scenarios.batches.plan.sampling import Range, Sampling
from scenarios.batches.plan.seeds import Seeds, seeds_of
from scenarios.batches.plan.study import Case, Study, plain
from scenarios.definition.economy import check_economy
from scenarios.definition.scenario import Scenario
from scenarios.loading.checking import checked
from scenarios.loading.named_files import with_files
from scenarios.loading.own_files import load_own, read_own_file
from scenarios.loading.scenarios import named_scenario, split_variant, with_sets
from scenarios.parameters.paths import steps
from scenarios.text.values import as_written

#: What a study does if nothing else is said.
DEFAULT_SEEDS: Final = 8
DEFAULT_USERS: Final = 2_000
#: Longest value that is written into a label [characters].
LABEL: Final = 24
#: Distinct values of an input up to which each is checked in an economy; of more, the smallest and the largest.
DISTINCT: Final = 30


@dataclass(frozen=True)
class Plan:
    """What a person asked for, in values.

    Attributes:
        scenarios: names, files, ``name:variant``, ``name:*``, or scenarios.
        sets: changes to all: path=value as on the command line, or path to value.
        vary: path to values, a grid.
        ranges: ranges to sample, with the unit that was written, if any.
        sample: points, base points or trajectories.
        method: how they are chosen.
        design: a DataFrame or a CSV file of cases.
        design_seed: seed of the sample.
        seeds, days, users, keep, name, question: as in Study.
        folder: what the names of files are relative to.
        own_files: files of one's own, which are imported.
    """

    scenarios: Sequence[str | Scenario]
    sets: Sequence[str] | Mapping[str, Any] = ()
    vary: Mapping[str, Sequence[Any]] | None = None
    ranges: Sequence[tuple[Range, str]] = ()
    sample: int | None = None
    method: str = "lhs"
    design: Any = None
    design_seed: int = 1
    seeds: Seeds = DEFAULT_SEEDS
    days: float | None = None
    users: int = DEFAULT_USERS
    keep: Sequence[str] = ()
    name: str = ""
    question: str = ""
    folder: Path = Path()
    own_files: Sequence[Path] = ()


def study_of(
    scenarios: str | Scenario | Sequence[str | Scenario],
    *,
    vary: Mapping[str, Sequence[Any]] | None = None,
    ranges: Mapping[str, Sequence[Any]] | None = None,
    sample: int | None = None,
    method: str = "lhs",
    design: Any = None,
    design_seed: int = 1,
    sets: Mapping[str, Any] | None = None,
    seeds: Seeds = 8,
    days: float | None = None,
    users: int = 2_000,
    keep: Sequence[str] = (),
    name: str = "",
    own_files: Sequence[str | Path] = (),
) -> Study:
    """A study, checked through, from Python values.

    Args:
        scenarios: names ("off-peak", "off-peak:dynamic", "off-peak:*" for it and all its variants), TOML files or
            scenarios; one or several.
        vary: path to values; several paths make a grid.
        ranges: path to (low, high) or (low, high, "log"), for ``sample`` points chosen by ``method``.
        sample: points (lhs), base points (sobol) or trajectories (morris).
        method: lhs, sobol or morris.
        design: a table of cases in place of a sample: a DataFrame or a CSV file, its columns are paths.
        design_seed: seed of the sample; it has nothing to do with ``seeds``.
        sets: path to value, changed in all cases.
        seeds: how many (1 to that), or which.
        days: length of a run [days]; each scenario's own if nothing is said.
        users: simulated users.
        keep: frames to keep beside the summaries, such as "ticks".
        name: what the study is called.
        own_files: Python files of one's own that define what the scenarios name; workers import them too.
    """
    several = [scenarios] if isinstance(scenarios, str | Scenario) else list(scenarios)
    made = [(_range(path, bounds), "") for path, bounds in (ranges or {}).items()]
    plan = Plan(
        several, sets=sets or {}, vary=vary, ranges=made, sample=sample, method=method, design=design,
        design_seed=design_seed, seeds=seeds, days=days, users=users, keep=keep, name=name,
        own_files=[Path(path) for path in own_files],
    )  # fmt: skip
    return build(plan)


def _range(path: str, bounds: Sequence[Any]) -> Range:
    if isinstance(bounds, str) or not isinstance(bounds, Sequence) or len(bounds) not in (2, 3):
        raise InputError(f"range of {path} is {bounds!r}, but must be (low, high) or (low, high, 'log')")
    if len(bounds) == 3 and bounds[2] != "log":
        raise InputError(f"range of {path} ends with {bounds[2]!r}, but only 'log' may stand there")
    return Range(path, bounds[0], bounds[1], log=len(bounds) == 3)


def build(plan: Plan) -> Study:
    """Make the study, and check all of it."""
    own_files = tuple({own.sha256: own for own in map(read_own_file, plan.own_files)}.values())
    for own in own_files:
        load_own(own)
    bases, resolved = _bases(plan)
    first = next(iter(resolved.values()))
    _check_units(plan.ranges, first)
    cells, sampling, notes = _cells(plan, first)
    cases = [_case(*base, cell) for base in bases for cell in cells]
    seeds = seeds_of(plan.seeds)
    days = None if plan.days is None else require("--days", plan.days, above=0)
    users = require_whole("--users", plan.users, at_least=1)
    study = Study(
        plan.name or "+".join(dict.fromkeys(base for base, _ in bases)),
        plan.question or first.question,
        resolved,
        _labelled(cases),
        seeds,
        days,
        users,
        tuple(dict.fromkeys(plan.keep)),
        sampling,
        own_files,
        tuple(notes),
    )
    check(study)
    return study


# ---------------------------------------------------------------------------------------------- scenarios


def _bases(plan: Plan) -> tuple[list[tuple[str, str]], dict[str, Scenario]]:
    """Scenario and variant of each that was asked for, and what they are, with all changes made."""
    if not plan.scenarios:
        raise InputError("a batch needs at least one SCENARIO, for example off-peak or off-peak:*")
    bases: list[tuple[str, str]] = []
    resolved: dict[str, Scenario] = {}
    whole: dict[str, Scenario] = {}
    for one in plan.scenarios:
        scenario, wanted = _chosen(one, plan.folder)
        if whole.setdefault(scenario.name, scenario) != scenario:
            raise InputError(f"two different scenarios are called '{scenario.name}': give one of them another name")
        names = ["", *scenario.variants] if wanted == "*" else [wanted]
        if wanted == "*" and not scenario.variants:
            raise InputError(f"scenario '{scenario.name}' has no variants, so '{one}' is the same as '{scenario.name}'")
        for name in names:
            if (scenario.name, name) in bases:
                again = f"{scenario.name}:{name}" if name else scenario.name
                raise InputError(f"'{again}' is asked for twice: list it once")
            bases.append((scenario.name, name))
            changed = _with(scenario.variant(name) if name else scenario, plan.sets, plan.folder)
            resolved[f"{scenario.name}:{name}" if name else scenario.name] = checked(changed)
    return bases, resolved


def _chosen(one: str | Scenario, folder: Path) -> tuple[Scenario, str]:
    if isinstance(one, Scenario):
        return one, ""
    if not isinstance(one, str):
        raise InputError(f"{one!r} is no scenario: give a name, a TOML file or a Scenario")
    name, variant = split_variant(one)
    if name.endswith(".toml") and folder != Path():
        name = str(folder / name)
    return named_scenario(name), variant


def _with(scenario: Scenario, sets: Sequence[str] | Mapping[str, Any], folder: Path) -> Scenario:
    if not sets:
        return scenario
    if isinstance(sets, Mapping):
        return scenario.with_changes(with_files(sets, folder, "set"))
    return with_sets(scenario, sets)


# ---------------------------------------------------------------------------------------------- cases


def _cells(plan: Plan, scenario: Scenario) -> tuple[list[Cell], Sampling | None, list[str]]:
    vary = {path: _values(path, values, plan.folder) for path, values in (plan.vary or {}).items()}
    if plan.sample is not None and plan.design is not None:
        raise InputError("--sample makes a design and --design reads one: give one of them")
    if plan.sample is None and plan.ranges:
        raise InputError(f"--range {plan.ranges[0][0].path} needs --sample, the number of points to choose")
    sampling: Sampling | None = None
    inner: list[Cell] = [Cell({})]
    notes: list[str] = []
    if plan.sample is not None:
        paths = [one.path for one, _ in plan.ranges]
        _refuse_twice(paths, "--range")
        made = Sampling(
            plan.method, tuple(ranges_of((one for one, _ in plan.ranges), scenario)), plan.sample, plan.design_seed
        )
        sampling, inner, notes = sampled(made)
    elif plan.design is not None:
        inner = [
            replace(cell, changes=with_files(cell.changes, plan.folder, f"--design {cell.mark}"))
            for cell in _table(plan.design, plan.folder)
        ]
    _refuse_twice([*vary, *inner[0].changes], "the designs")
    _refuse_set([*vary, *inner[0].changes], plan.sets)
    return cross(grid(vary), inner), sampling, notes


def _values(path: str, values: Any, folder: Path) -> list[Any]:
    made = with_files({path: plain(values)}, folder, "--vary")[path]
    if not isinstance(made, list) or not made:
        raise InputError(f"--vary {path} needs a list of values, for example [2, 3.4, 5]")
    return made


def _table(design: Any, folder: Path) -> list[Cell]:
    if isinstance(design, str | Path):
        path = folder / design
        cells = design_table.from_file(path)
        design_table.check_count(cells, str(path))
        return cells
    cells = design_table.from_frame(design)
    design_table.check_count(cells, "design")
    return cells


def _refuse_twice(paths: Sequence[str], where: str) -> None:
    for number, path in enumerate(paths):
        if path in paths[:number]:
            raise InputError(f"{where} vary {path} twice: one of them would be lost")


def _refuse_set(paths: Sequence[str], sets: Sequence[str] | Mapping[str, Any]) -> None:
    """Say so if what varies is set for all cases as well."""
    for one in sets:
        path = one.partition("=")[0].strip()
        if steps(path) in [steps(varied) for varied in paths]:
            raise InputError(f"{path} is set for all cases, and varies as well: one of them would be lost")


def _case(base: str, variant: str, cell: Cell) -> tuple[Case, str]:
    """A case, and what tells it from others where its label does not."""
    begin = f"{base}: {variant}" if variant else base
    parts = [] if cell.mark else [f"{path}={_short(value)}" for path, value in cell.changes.items()]
    return Case(", ".join([begin, *parts, *([cell.mark] if cell.mark else [])]), base, variant, cell.changes), begin


def _short(value: Any) -> str:
    if isinstance(value, Mapping) and "load" in value:  # a load that was read from a file is called as the file
        value = value["load"]
    text = f"{value:.6g}" if isinstance(value, float) and math.isfinite(value) else as_written(value).strip("'")
    return text if len(text) <= LABEL else text[: LABEL - 3] + "..."


def _labelled(cases: Iterable[tuple[Case, str]]) -> tuple[Case, ...]:
    """Cases whose labels all differ."""
    made: dict[str, Case] = {}
    number = 0
    for case, begin in cases:
        label = case.label
        while label in made:
            number += 1
            label = f"{case.label if case.changes else begin} ({number + 1})"
        number = 0
        made[label] = case if label == case.label else replace(case, label=label)
    return tuple(made.values())


# ---------------------------------------------------------------------------------------------- checks


def _check_units(ranges: Sequence[tuple[Range, str]], scenario: Scenario) -> None:
    for one, unit in ranges:
        if unit and unit != (known := unit_of(scenario, one.path)):
            raise InputError(
                f"--range {one.path} is given in '{unit}', but the parameter is in '{known or 'no unit'}': "
                "convert the numbers"
            )


def check(study: Study) -> None:
    """Every case gives a valid scenario; those with the extremes of each input can also be made into an economy.

    The first costs about half a millisecond a case, so that 20,000 cases take some ten seconds; the second from two
    to sixty.
    """
    extremes = _extremes(study.cases)
    for number, case in enumerate(study.cases):
        scenario = study.scenario(case)
        if number in extremes:
            check_economy(scenario, f"case '{case.label}'")
            ticks = scenario.calendar().ticks_in(scenario.time.days if study.days is None else study.days)
            if ticks < 1:
                raise InputError(f"case '{case.label}': --days {study.days:g} is less than one tick")


def _extremes(cases: Sequence[Case]) -> set[int]:
    """Cases in which an input takes its smallest or largest value, or, where it takes few, each of them first."""
    found: set[int] = set()
    by_key: dict[str, list[int]] = {}
    for number, case in enumerate(cases):
        by_key.setdefault(case.key, []).append(number)
    for numbers in by_key.values():
        found.add(numbers[0])
        for path in cases[numbers[0]].changes:
            first: dict[str, int] = {}
            for number in numbers:
                first.setdefault(repr(cases[number].changes[path]), number)
            if len(first) <= DISTINCT:
                found.update(first.values())
                continue
            found.update(_ends([(cases[number].changes[path], number) for number in first.values()]))
    return found


def _ends(values: Sequence[tuple[Any, int]]) -> list[int]:
    numbers = [(value, at) for value, at in values if isinstance(value, int | float)]
    words = [at for value, at in values if not isinstance(value, int | float)]
    return [*([min(numbers)[1], max(numbers)[1]] if numbers else []), *words[:DISTINCT]]
