"""Imports only point down the house, and nowhere in a circle: the import graph is the information structure of it.

All imports count: those at the top of a file, in functions, and under TYPE_CHECKING.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("capacity", "market", "scenarios", "tokenmarket")
#: The floors from the ground up. A room may import rooms on lower floors, and itself; rooms that share a
#: floor do not know of each other, so supply and demand meet only in the exchange. A new room gets a line here.
FLOORS = (
    {"capacity"},
    {"market.calendar", "market.kinds", "market.quality", "market.randomness"},
    {"market.exchange"},
    {"market.supply", "market.demand", "market.events"},
    {"market.records", "market.economy"},
    {"market.simulation"},
    {"market"},  # market/__init__.py, which shows what the rooms offer
    {"scenarios.text"},
    {"scenarios.parameters", "scenarios.verification"},
    {"scenarios.laws"},
    {"scenarios.results"},
    {"scenarios.definition"},
    {"scenarios.library"},
    {"scenarios.loading"},
    {"scenarios.runs"},
    {"scenarios.batches.optional"},
    {"scenarios.batches.plan"},
    {"scenarios.batches.analysis"},
    {"scenarios.batches.store"},
    {"scenarios.batches.work", "scenarios.batches.comparison"},
    {"scenarios.batches"},  # scenarios/batches/__init__.py, which shows what the rooms offer
    {"scenarios.pictures"},
    {"scenarios.reports", "scenarios.studies"},
    {"scenarios.reference", "scenarios.app"},
    {"scenarios.cli"},
    {"scenarios"},  # scenarios/__init__.py, which holds nothing
    {"tokenmarket"},  # python -m tokenmarket
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
#: Rooms that have rooms in them: only their own __init__.py is on their floor.
FRONTS = {room for room in FLOOR_OF if any(other.startswith(f"{room}.") for other in FLOOR_OF)}
#: Where imports may wait in functions: commands, so that --help answers at once.
MAY_WAIT = "scenarios.cli"
#: Fronts that fetch what they show when it is asked for: who reads results does not wait for Mesa, nor a run for SciPy.
FETCHES = ("market", "capacity.solvers")


@dataclass(frozen=True)
class Import:
    """An import of one of our modules by another."""

    module: str
    target: str
    file: str
    line: int


def module_of(path, root):
    """'market/exchange/books.py' -> 'market.exchange.books'; a package's own file is the package."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module):
    """'market.supply.lab' is in 'market.supply'; None for a module without a floor."""
    parts = module.split(".")
    names = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return next((name for name in names if name in FLOOR_OF and (name == module or name not in FRONTS)), None)


def is_in(module, room):
    return module == room or module.startswith(f"{room}.")


def names_in(node, module, is_package, modules):
    """Every module of ours that an import statement names; relative imports resolved."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        here = module.split(".") if is_package else module.split(".")[:-1]
        here = here[: len(here) - node.level + 1]
        base = ".".join([*here, base] if base else here)
    # 'from market import records' imports a room, not the package's front
    return [whole if (whole := f"{base}.{alias.name}") in modules else base for alias in node.names]


def statements(tree):
    return (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))


class House:
    """All files below a root, read once."""

    def __init__(self, root):
        self.root = root
        files = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
        self.files = {module_of(path, root): path for path in files}
        self.trees = {module: ast.parse(path.read_text()) for module, path in self.files.items()}

    def imports(self) -> Iterator[Import]:
        for module, path in self.files.items():
            file, is_package = path.relative_to(self.root).as_posix(), path.name == "__init__.py"
            for node in statements(self.trees[module]):
                for target in names_in(node, module, is_package, self.files):
                    if target.split(".")[0] in PACKAGES:
                        yield Import(module, target, file, node.lineno)

    def upward(self):
        """Sentences about every import that does not point down, and every room without a floor."""
        homeless = [module for module in self.files if room_of(module) is None]
        found = [f"{module} has no floor: add its room to FLOORS in tests/test_imports.py" for module in homeless]
        for one in self.imports():
            room, other = room_of(one.module), room_of(one.target)
            if room and other and other != room and FLOOR_OF[other] >= FLOOR_OF[room]:
                found.append(f"{one.file}:{one.line}: {room} imports {one.target}")
        return found

    def circle(self):
        """Modules that import each other, in order; none if there is no circle."""
        graph = {module: set() for module in self.files}
        for one in self.imports():
            if one.target in graph and one.target != one.module:
                graph[one.module].add(one.target)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            return list(reversed(error.args[1]))
        return []

    def waiting(self, but=()):
        """Sentences about every import, of whatever library, that waits inside a function outside of the commands."""
        found = []
        for module, tree in self.trees.items():
            if is_in(module, MAY_WAIT) or module in but:
                continue
            functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
            lines = sorted({node.lineno for function in functions for node in statements(function)})
            path = self.files[module].relative_to(self.root).as_posix()
            found += [f"{path}:{line}: an import inside a function" for line in lines]
        return found

    def loose(self):
        """Files that lie about at the root of scenarios/."""
        return [path.name for path in sorted((self.root / "scenarios").glob("*.py")) if path.name != "__init__.py"]


@pytest.fixture(scope="module")
def house():
    return House(ROOT)


def test_imports_only_point_down(house):
    assert house.upward() == []


def test_no_file_imports_itself_by_way_of_others(house):
    assert house.circle() == []


def test_imports_are_at_the_top_of_files(house):
    assert house.waiting(but=FETCHES) == []


@pytest.mark.parametrize("folder", ["benchmarks", "docs/studies"])
def test_scripts_import_in_no_circle_and_at_the_top(folder):
    """Scripts beside the packages, which import each other by their plain names."""
    trees = {path.stem: ast.parse(path.read_text()) for path in (ROOT / folder).glob("*.py")}
    nested = [
        f"{name}.py:{node.lineno}"
        for name, tree in trees.items()
        for node in statements(tree)
        if node.col_offset > 0 and set(names_in(node, name, False, trees)) & set(trees)
    ]
    assert nested == []
    graph = {
        name: {m for node in statements(tree) for m in names_in(node, name, False, trees)} & set(trees)
        for name, tree in trees.items()
    }
    TopologicalSorter(graph).prepare()  # raises CycleError


def test_nothing_lies_about_at_the_root_of_scenarios(house):
    assert house.loose() == []


# ---------------------------------------------------------------------------------------- that the tests can fail

HOUSE = (
    "capacity/chips.py",
    "market/__init__.py",
    "market/supply/__init__.py",
    "market/supply/lab.py",
    "market/demand/cohort.py",
    "market/demand/segment.py",
    "market/exchange/__init__.py",
    "market/exchange/books.py",
    "market/records.py",
    "market/simulation.py",
    "scenarios/__init__.py",
    "scenarios/text/numbers.py",
    "scenarios/results/frames.py",
    "scenarios/batches/__init__.py",
    "scenarios/batches/plan/study.py",
    "scenarios/batches/plan/design.py",
    "scenarios/batches/store/parts.py",
    "scenarios/pictures/chart.py",
    "scenarios/cli/main.py",
)


def built(root, files):
    """A house of empty files, but for some."""
    for name in (*HOUSE, *files):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(files.get(name, ""))
    return House(root)


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
        ("market/simulation.py", "import scenarios.cli.main", "market.simulation imports scenarios.cli.main"),
        ("market/kitchen.py", "x = 1", "market.kitchen has no floor"),
        ("scenarios/kitchen/stove.py", "x = 1", "scenarios.kitchen.stove has no floor"),
        ("scenarios/batches/kitchen.py", "x = 1", "scenarios.batches.kitchen has no floor"),
        ("scenarios/results/frames.py", "from scenarios.pictures import chart", "scenarios.results imports scenarios."),
        (
            "scenarios/batches/plan/study.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from scenarios.batches.store.parts import Part",
            "scenarios.batches.plan imports scenarios.batches.store.parts",
        ),
        ("scenarios/batches/plan/study.py", "from scenarios.batches import Study", "scenarios.batches.plan imports"),
        ("scenarios/pictures/chart.py", "import scenarios.cli.main", "scenarios.pictures imports scenarios.cli.main"),
    ],
)
def test_a_wrong_import_is_caught(tmp_path, where, text, sentence):
    (found,) = built(tmp_path, {where: text}).upward()
    assert sentence in found


def test_right_imports_are_not_caught(tmp_path):
    files = {
        "capacity/chips.py": "from capacity.errors import require\nimport numpy",
        "capacity/errors.py": "",
        "market/supply/lab.py": "from market.exchange.books import x\nfrom . import pricing",
        "market/supply/pricing.py": "import capacity",
        "market/exchange/books.py": "from market.randomness import stream",
        "market/randomness.py": "",
        "market/simulation.py": "from market.supply import lab\nfrom market.records import x",
        "scenarios/batches/plan/study.py": "from scenarios.batches.plan.design import y\nimport market.simulation",
        "scenarios/batches/__init__.py": "from scenarios.batches.plan.study import x",
        "scenarios/pictures/chart.py": "from scenarios.batches import x\nfrom scenarios.text.numbers import y",
        "scenarios/cli/main.py": "def f():\n    from market import simulation\n    from capacity import CHIPS",
    }
    house = built(tmp_path, files)
    assert house.upward() == house.circle() == house.waiting() == house.loose() == []


@pytest.mark.parametrize(
    "back",
    [
        "from scenarios.batches.plan.study import x",
        "def f():\n    import scenarios.batches.plan.study",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .study import x",
    ],
)
def test_a_circle_is_caught(tmp_path, back):
    files = {
        "scenarios/batches/plan/study.py": "from scenarios.batches.plan import design",
        "scenarios/batches/plan/design.py": back,
    }
    house = built(tmp_path, files)
    assert set(house.circle()) == {"scenarios.batches.plan.study", "scenarios.batches.plan.design"}


def test_an_import_that_waits_is_caught(tmp_path):
    files = {"market/records.py": "class A:\n    def f(self):\n        import numpy"}
    house = built(tmp_path, files)
    assert house.waiting() == ["market/records.py:3: an import inside a function"]
    assert house.waiting(but=("market.records",)) == []


def test_a_loose_file_is_caught(tmp_path):
    assert built(tmp_path, {"scenarios/results.py": ""}).loose() == ["results.py"]
