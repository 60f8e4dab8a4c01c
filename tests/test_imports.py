"""Imports only point down the house: the import graph is the information structure of the economy."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("capacity", "market", "scenarios")
#: The floors from the ground up. A room may import rooms on lower floors, and itself; rooms that share a
#: floor do not know of each other, so supply and demand meet only in the exchange. A new room gets a line here.
FLOORS = (
    {"capacity"},
    {"market.calendar", "market.kinds", "market.quality", "market.randomness"},
    {"market.exchange"},
    {"market.supply", "market.demand"},
    {"market.records", "market.economy"},
    {"market.simulation"},
    {"market"},  # market/__init__.py, which shows what the rooms offer
    {"scenarios"},
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def module_of(path, root):
    """'market/exchange/books.py' -> 'market.exchange.books'; a package's own file is the package."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module):
    """'market.supply.lab' is in 'market.supply'; None for a room without a floor."""
    parts = module.split(".")
    room = ".".join(parts[:2]) if parts[0] == "market" else parts[0]
    return room if room in FLOOR_OF else None


def imported(tree, module, is_package, modules):
    """Every module of ours that a file imports, wherever in the file, relative imports resolved."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = module.split(".") if is_package else module.split(".")[:-1]
                here = here[: len(here) - node.level + 1]
                base = ".".join([*here, base] if base else here)
            for alias in node.names:  # 'from market import records' imports a room, not the package's front
                whole = f"{base}.{alias.name}"
                yield (whole if whole in modules else base), node.lineno


def wrong_imports(root):
    """Sentences about every import that does not point down, and every room without a floor."""
    files = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    modules = {module_of(path, root) for path in files}
    found = []
    for path in files:
        module = module_of(path, root)
        room = room_of(module)
        if room is None:
            found.append(f"{module} has no floor: add its room to FLOORS in tests/test_imports.py")
            continue
        for target, line in imported(ast.parse(path.read_text()), module, path.name == "__init__.py", modules):
            if target.split(".")[0] not in PACKAGES:
                continue
            other = room_of(target)
            if other is not None and other != room and FLOOR_OF[other] >= FLOOR_OF[room]:
                found.append(f"{path.relative_to(root)}:{line}: {room} imports {target}")
    return found


def test_imports_only_point_down():
    assert wrong_imports(ROOT) == []


@pytest.mark.parametrize(
    ("where", "text", "sentence"),
    [
        ("capacity/chips.py", "from market.exchange import books", "capacity imports market.exchange.books"),
        ("market/supply/lab.py", "import market.demand.segment", "market.supply imports market.demand.segment"),
        (
            "market/demand/cohort.py",
            "def f():\n    from market.supply import lab",
            "market.demand imports market.supply",
        ),
        ("market/exchange/books.py", "from ..records import x", "market.exchange imports market.records"),
        ("market/exchange/__init__.py", "from .. import simulation", "market.exchange imports market.simulation"),
        ("market/supply/lab.py", "from market import Market", "market.supply imports market"),
        ("market/simulation.py", "import scenarios.cli", "market.simulation imports scenarios.cli"),
        ("market/kitchen.py", "x = 1", "market.kitchen has no floor"),
    ],
)
def test_a_wrong_import_is_caught(tmp_path, where, text, sentence):
    house = (
        "capacity/chips.py", "market/__init__.py", "market/supply/__init__.py", "market/supply/lab.py",
        "market/demand/cohort.py", "market/demand/segment.py", "market/exchange/__init__.py",
        "market/exchange/books.py", "market/records.py", "market/simulation.py", "scenarios/cli.py",
    )  # fmt: skip
    for name in (*house, where):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    new = [] if where in house else ["market.kitchen has no floor: add its room to FLOORS in tests/test_imports.py"]
    assert wrong_imports(tmp_path) == new
    (tmp_path / where).write_text(text)
    (found,) = wrong_imports(tmp_path)
    assert sentence in found


def test_right_imports_are_not_caught(tmp_path):
    for name, text in {
        "capacity/chips.py": "from capacity.errors import require\nimport numpy",
        "capacity/errors.py": "",
        "market/supply/lab.py": "from market.exchange.books import x\nfrom . import pricing",
        "market/supply/pricing.py": "import capacity",
        "market/exchange/books.py": "from market.randomness import stream",
        "market/randomness.py": "",
        "scenarios/cli.py": "from market import simulation\nfrom capacity import CHIPS",
        "market/simulation.py": "from market.supply import lab\nfrom market.records import x",
        "market/records.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert wrong_imports(tmp_path) == []
