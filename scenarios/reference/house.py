"""The rooms of the house, read from the code: which there are, what each holds, and which others it imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("capacity", "market", "scenarios")

type Rooms = Mapping[str, set[str]]


def rooms() -> dict[str, set[str]]:
    """Every room, and the rooms that it imports, in an order in which none imports a later one."""
    modules = {_module(path): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    found: dict[str, set[str]] = {}
    for module, path in modules.items():
        room = _room(module)
        targets = {_room(name) for name in _imported(path, set(modules))}
        found.setdefault(room, set()).update(targets - {room})
    for front in ("market", "scenarios"):  # their own __init__.py, which only shows what the rooms offer
        found.pop(front, None)
    known = {room: targets & set(found) for room, targets in found.items()}
    order = TopologicalSorter({room: sorted(known[room]) for room in sorted(known)})
    return {room: known[room] for room in order.static_order()}


def floors(found: Rooms) -> list[list[str]]:
    """The rooms floor by floor, from the ground up: each on the lowest floor that is above all that it imports."""
    level: dict[str, int] = {}
    for room, targets in found.items():
        level[room] = 1 + max((level[target] for target in targets), default=-1)
    return [[room for room in found if level[room] == number] for number in range(1 + max(level.values()))]


def needed(found: Rooms) -> list[tuple[str, str]]:
    """Imports from which all others follow: none leads where two or more others lead as well."""
    reach: dict[str, set[str]] = {}
    for room, targets in found.items():
        reach[room] = targets.union(*(reach[target] for target in targets)) if targets else set()
    return [
        (room, target)
        for room, targets in found.items()
        for target in sorted(targets)
        if not any(target in reach[other] for other in targets)
    ]


def about(room: str) -> str:
    """First line of a room's docstring."""
    folder = ROOT / room.replace(".", "/")
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.strip().split("\n", maxsplit=1)[0]


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _room(module: str) -> str:
    """Two steps of a name: a package's folder, or a file at its root."""
    return ".".join(module.split(".")[:2]) if not module.startswith("capacity") else "capacity"


def _imported(path: Path, modules: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if (name := whole if whole in modules else node.module) in modules:
                    yield name
