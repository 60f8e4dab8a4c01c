"""Loading scenarios: by name from the library or from TOML files, with changes such as ``supply.growth=5``.

A file says what it ``extends``: a name in the library, or another file beside it. Whatever is wrong is found
before anything runs, and said in one line: file, path of the field, value, what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError, UnknownNameError, nearest
from capacity.reading import check_path, is_there, near
from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS
from scenarios.loading.checking import checked
from scenarios.loading.named_files import with_files
from scenarios.loading.own_files import not_given
from scenarios.loading.toml_files import check_depth, name_of, read_table
from scenarios.parameters.kinds import set_aside
from scenarios.parameters.paths import merge, nest, whole_first
from scenarios.text.toml import parse_value

#: Longest chain of files that extend each other.
LONGEST_CHAIN: Final = 20
#: What a file extends if it does not say.
BASELINE: Final = "baseline-2026"


def load(name_or_file: str | Path, sets: Sequence[str] = (), variant: str = "") -> Scenario:
    """A scenario by name, ``name:variant`` or TOML file, with ``path=value`` changes; checked through."""
    where = str(name_or_file)
    name, named = split_variant(where)
    if variant and named:
        raise InputError(f"'{where}' names a variant already, so --variant {variant} cannot be given as well")
    if named == "*":
        raise InputError(
            f"'{where}' is {name} and all its variants, but one is wanted here; `tokenmarket batch` runs all"
        )
    scenario = named_scenario(name)
    if chosen := variant or named:
        scenario = scenario.variant(chosen)
    if sets:
        scenario = with_sets(scenario, sets)
    return checked(scenario, where)


def of_run(path: Path, about: Mapping[str, Any]) -> Scenario:
    """The scenario that a run kept, with what is said of the run; its own files must have been given if it needs them.

    ``path``: of the TOML file; ``about``: what the run's ``run.json`` says.
    """
    try:
        return load(path)
    except InputError as error:
        if missing := not_given(about.get("own_files", ())):
            raise InputError(f"'{path.parent}': {missing}; without it, {error}") from error
        raise


def named_scenario(name: str) -> Scenario:
    """A scenario of the library by name, or of a TOML file."""
    if is_file_name(name):
        return from_file(Path(name))
    if name not in SCENARIOS:
        raise UnknownNameError(
            f"unknown scenario '{name}'{nearest(name, SCENARIOS)}; known: {', '.join(SCENARIOS)} "
            "(or a file that ends in .toml)"
        )
    return SCENARIOS[name]


def split_variant(text: str) -> tuple[str, str]:
    """Name and variant: ``off-peak:dynamic``, ``mine.toml:cheap``, ``off-peak:*``; no variant is ``""``."""
    head, mark, variant = text.rpartition(":")
    # A file may have a colon in its name, or in that of its folder.
    if not mark or text.endswith(".toml") or (is_file_name(text) and not head.endswith(".toml")):
        return text, ""
    if not head or not variant:
        raise InputError(
            f"'{text}' must look like scenario:variant, for example off-peak:dynamic, or off-peak:* for all"
        )
    return head, variant


def is_file_name(name: str) -> bool:
    """Whether this names a file and not a scenario of the library."""
    return name.endswith(".toml") or "/" in name or "\\" in name


def with_sets(scenario: Scenario, sets: Sequence[str]) -> Scenario:
    """Apply changes in order: each ``path=value``, the value written as in TOML (text may go without quotes).

    What is set whole goes before its parts: ``market.clearing=mine`` does not take back ``market.clearing.off=0.9``,
    and the word is the kind of what these say more of.
    """
    paths = [one.partition("=")[0].strip() for one in sets]
    whole = {path for path in paths if any(other.startswith(path + ".") for other in paths)}
    tables = {one: _table_of(one, is_whole=path in whole) for one, path in zip(sets, paths, strict=True)}
    sets = [sets[place] for place in whole_first(paths)]
    data: Any = scenario.data()
    for one in sets:
        try:
            data = merge(data, tables[one])
        except InputError as error:
            raise InputError(f"--set {one}: {error}") from error
    # Validated one by one, so that the error names the option that made it.
    try:
        made = Scenario.of(data, "--set")
    except InputError:
        so_far: Any = scenario.data()
        for one in sets:
            so_far = merge(so_far, tables[one])
            Scenario.of(so_far, f"--set {one}")
        raise
    for one in sets:
        _refuse_set_aside(made, tables[one], f"--set {one}")
    return made


def _table_of(one: str, *, is_whole: bool) -> dict[str, Any]:
    """The table that an option ``path=value`` lays over a scenario; a file that it names is read.

    ``is_whole``: whether another option sets a part of it, so that a word is its kind.
    """
    path, mark, text = (part.strip() for part in one.partition("="))
    if not mark or not path:
        raise InputError(f"--set {one!r} must look like path=value, for example supply.growth=5")
    try:
        value = with_files({path: parse_value(text)}, Path(), "--set")[path]
        return nest(path, {"kind": value} if is_whole and isinstance(value, str) else value)
    except InputError as error:
        raise InputError(str(error) if str(error).startswith("--set") else f"--set {one}: {error}") from error


def _refuse_set_aside(made: Scenario, given: Mapping[str, Any], where: str) -> None:
    """Say so if a number was set that the kind chosen has no use for."""
    for words in set_aside(made, given):
        raise InputError(f"{where}: {words}")


def from_file(path: Path, above: tuple[Path, ...] = ()) -> Scenario:
    """A scenario from a TOML file."""
    where = str(path)
    data = read_table(path)
    check_depth(data, where)
    data = with_files(data, path.parent, where)
    parent = data.get("extends", BASELINE)
    if not isinstance(parent, str) or not parent:
        raise InputError(f"{where}: extends is {parent!r}, but must be the name of a scenario or of a file, in quotes")
    base = _extended(parent, path, above).data()
    time = data.get("time")
    if isinstance(time, Mapping) and "end" in time and "days" in time:
        raise InputError(f"{where}: time.end is {time['end']}, but time.days is given as well: give one of them")
    if "name" not in data:
        data = {"name": name_of(path), **data}
    base |= {"outcomes": (), "variants": {}}  # another question has other answers
    try:
        made = Scenario.of({**merge(base, data), "extends": parent}, where)
    except InputError as error:
        raise error if str(error).startswith(where) else InputError(f"{where}: {error}") from error
    _refuse_set_aside(made, data, where)
    return made


def _extended(parent: str, path: Path, above: tuple[Path, ...]) -> Scenario:
    if not is_file_name(parent):
        if parent not in SCENARIOS:
            raise UnknownNameError(
                f"{path}: extends is '{parent}', which is no scenario{nearest(parent, SCENARIOS)}; known: "
                f"{', '.join(SCENARIOS)} (or a file that ends in .toml)"
            )
        return SCENARIOS[parent]
    extends = f"{path}: extends is {parent!r}, which"
    check_path(path.parent / parent, extends)
    there = is_there(path.parent / parent, extends)
    # A circle of links has been refused; pathlib would raise what is no OSError.
    target, chain = (path.parent / parent).resolve(), (*above, path.resolve())
    if target in chain:
        names = " -> ".join(one.name for one in (*chain[chain.index(target) :], target))
        raise InputError(f"{path}: extends is '{parent}', which leads back to itself: {names}")
    if len(chain) > LONGEST_CHAIN:
        raise InputError(
            f"{path}: extends is '{parent}', the {len(chain)}th file in a row, but {LONGEST_CHAIN} is enough"
        )
    if target.is_dir():
        raise InputError(f"{path}: extends is '{parent}', which is a folder, but must be a TOML file")
    if not there:
        raise InputError(f"{path}: extends is '{parent}', but there is no such file{near(target)}")
    return from_file(target, chain)
