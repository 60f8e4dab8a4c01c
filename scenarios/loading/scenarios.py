"""Loading scenarios: by name from the library or from TOML files, with changes such as ``supply.growth=5``.

A file says what it ``extends``: a name in the library, or another file beside it. Whatever is wrong is found
before anything runs, and said in one line: file, path of the field, value, what is allowed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError, UnknownNameError, nearest
from scenarios.definition.scenario import Scenario
from scenarios.parameters.paths import DEEPEST, merge, nest

#: Scenario files larger than this are something else.
LARGEST_BYTES: Final = 2_000_000
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
    return scenario.check(where)


def named_scenario(name: str) -> Scenario:
    """A scenario of the library by name, or of a TOML file."""
    if is_file_name(name):
        return from_file(Path(name))
    from scenarios.library import SCENARIOS

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
    """Apply changes in order: each ``path=value``, the value written as in TOML (text may go without quotes)."""
    data: Any = scenario.data()
    for one in sets:
        path, mark, text = one.partition("=")
        if not mark or not path.strip():
            raise InputError(f"--set {one!r} must look like path=value, for example supply.growth=5")
        value = parse_value(text.strip())
        try:
            data = merge(data, nest(path.strip(), value))
        except InputError as error:
            raise InputError(f"--set {one}: {error}") from error
    # Validated one by one, so that the error names the option that made it.
    try:
        return Scenario.of(data, "--set")
    except InputError:
        so_far: Any = scenario.data()
        for one in sets:
            path, _, text = one.partition("=")
            so_far = merge(so_far, nest(path.strip(), parse_value(text.strip())))
            Scenario.of(so_far, f"--set {one}")
        raise


def parse_value(text: str) -> Any:
    """A value as in TOML: 5, 2.5, inf, true, 2026-01-05, [1, 2], "text"; anything else is text."""
    if len(text) <= 10_000 and "\n" not in text:
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except (ValueError, RecursionError):
            pass
    return text


def from_file(path: Path, above: tuple[Path, ...] = ()) -> Scenario:
    """A scenario from a TOML file."""
    data = read_table(path)
    where = str(path)
    _check_depth(data, where)
    parent = data.get("extends", BASELINE)
    if not isinstance(parent, str) or not parent:
        raise InputError(f"{where}: extends is {parent!r}, but must be the name of a scenario or of a file, in quotes")
    base = _extended(parent, path, above).data()
    time = data.get("time")
    if isinstance(time, Mapping) and "end" in time and "days" in time:
        raise InputError(f"{where}: time.end is {time['end']}, but time.days is given as well: give one of them")
    if "name" not in data:
        data = {"name": path.stem, **data}
    base |= {"outcomes": (), "variants": {}}  # another question has other answers
    try:
        return Scenario.of({**merge(base, data), "extends": parent}, where)
    except InputError as error:
        raise error if str(error).startswith(where) else InputError(f"{where}: {error}") from error


def _extended(parent: str, path: Path, above: tuple[Path, ...]) -> Scenario:
    from scenarios.library import SCENARIOS

    if not is_file_name(parent):
        if parent not in SCENARIOS:
            raise UnknownNameError(
                f"{path}: extends is '{parent}', which is no scenario{nearest(parent, SCENARIOS)}; known: "
                f"{', '.join(SCENARIOS)} (or a file that ends in .toml)"
            )
        return SCENARIOS[parent]
    target = (path.parent / parent).resolve()
    chain = (*above, path.resolve())
    if target in chain:
        names = " -> ".join(one.name for one in (*chain[chain.index(target) :], target))
        raise InputError(f"{path}: extends is '{parent}', which leads back to itself: {names}")
    if len(chain) > LONGEST_CHAIN:
        raise InputError(
            f"{path}: extends is '{parent}', the {len(chain)}th file in a row, but {LONGEST_CHAIN} is enough"
        )
    if target.is_dir():
        raise InputError(f"{path}: extends is '{parent}', which is a folder, but must be a TOML file")
    if not target.exists():
        near = nearest(
            target.name, [one.name for one in target.parent.glob("*.toml")] if target.parent.is_dir() else []
        )
        raise InputError(f"{path}: extends is '{parent}', but there is no such file{near}")
    return from_file(target, chain)


def read_table(path: Path) -> dict[str, Any]:
    """The table in a TOML file."""
    if path.is_dir():
        raise InputError(f"{path} is a folder, but must be a TOML file")
    if not path.exists():
        near = nearest(path.name, [one.name for one in path.parent.glob("*.toml")] if path.parent.is_dir() else [])
        raise InputError(
            f"{path} is not there{near}; a scenario is a name (see `tokenmarket scenarios`) or a TOML file"
        )
    try:
        raw = path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    if raw is None:
        raise InputError(f"{path} is larger than {LARGEST_BYTES:,} bytes, so it is no scenario")
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: byte {error.start} is {raw[error.start]:#04x}") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not TOML: {' '.join(str(error).split())}") from error
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())
        raise InputError(f"{path} is not TOML that can be read: {reason}") from error
    if not data:
        raise InputError(f"{path} is empty, but a scenario says at least what it changes, e.g. question = '...'")
    return data


def _check_depth(value: Any, where: str, at: str = "", depth: int = 0) -> None:
    if depth > DEEPEST:
        raise InputError(f"{where}: {at[:60]}... is nested deeper than {DEEPEST} tables, but no parameter is")
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        step = f"[{key}]" if isinstance(key, int) else f".{key}" if at else str(key)
        _check_depth(part, where, at + step, depth + 1)
