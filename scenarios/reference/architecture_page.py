"""Prints docs/explanation/architecture.md from the code: the map of the house, the tick, and where each edit is made.

Run: ``python -m scenarios.reference.architecture_page > docs/explanation/architecture.md``
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

from market.simulation.tick import PHASES

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("capacity", "market", "scenarios")
#: Where an edit is made, and the page or file to read first.
EDITS: Final = (
    ("a chip", "`capacity/chips.py`, or a TOML file of one's own", "../how-to/add-a-chip.md"),
    ("an architecture", "`capacity/architectures.py`, or a TOML file", "../how-to/add-an-architecture.md"),
    ("a pricing policy", "a file in `market/supply/pricing/`", "../../market/supply/pricing/cost_plus.py"),
    ("a quota policy", "a class in `market/supply/quotas.py`", "../../market/supply/quotas.py"),
    ("a rationing rule", "a file in `market/exchange/rationing/`", "../../market/exchange/rationing/pro_rata.py"),
    ("a clearing mechanism", "a file in `market/exchange/clearing/`", "../../market/exchange/clearing/posted.py"),
    ("a tariff component", "a class in `market/exchange/tariff.py`", "../../market/exchange/tariff.py"),
    ("a record column", "a function in `market/simulation/columns/`", "../../market/simulation/columns/pools.py"),
    ("a phase of the tick", "a file in `market/simulation/`, a line in `PHASES`", "../../market/simulation/tick.py"),
    ("a kind of agent", "a subclass of an agent with its `kind`", "../../market/supply/provider.py"),
    ("a scenario", "a file in `scenarios/library/`, or TOML", "../../scenarios/library/off_peak.py"),
    ("a measure", "a line in `scenarios/results/measures/`", "../../scenarios/results/measures/service.py"),
    ("a command", "a file in `scenarios/cli/`", "../../scenarios/cli/explain.py"),
)
HEAD: Final = """# How the house is built

Three packages stand on each other: `capacity/` (what machines can serve), `market/` (who trades, and how), `scenarios/`
(what we ask of it). Imports only point down, and never in a circle, not even in functions or for annotations;
`tests/test_imports.py` holds that for every room below. This page is printed from the code by
`python -m scenarios.reference.architecture_page`.

## The rooms

A room may import the rooms that stand above it in this table; what it does import is in the last column.
"""
TICK: Final = """
## The tick

The state of a market is a few parts (`market/simulation/state.py`), and a tick is thirteen phases in this order
(`market/simulation/tick.py`). A phase is a function whose arguments are the parts that it reads, and whose result
takes the place of the one part that it makes. What it reads of a part that is made further down is that of the tick
before. `tests/laws` hold that a phase writes nothing else, and that to ask users what they would order changes nothing.
Two things are moved in place: the queue, by the phase that serves, and the ledger, by the phase that pays.
`TokenMarket(economy, timed=True).timings` has the seconds of each.
"""
EDIT: Final = """
## Where an edit is made

Behaviours say once what they are called and what their numbers mean (`market/kinds.py`); parameters of scenarios,
`--set`, help and the app are made from that.
"""


def rooms() -> dict[str, set[str]]:
    """Every room, and the rooms that it imports."""
    modules = {_module(path): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    found: dict[str, set[str]] = {}
    for module, path in modules.items():
        room = _room(module)
        targets = {_room(name) for name in _imported(path, set(modules))}
        found.setdefault(room, set()).update(targets - {room})
    return {room: {target for target in targets if target in found} for room, targets in found.items()}


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


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(row) + " |" for row in (heads, ["---"] * len(heads), *rows)]
    return "\n".join(lines) + "\n"


def _named(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _about(room: str) -> str:
    """First line of a room's docstring."""
    folder = ROOT / room.replace(".", "/")
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.strip().split("\n", maxsplit=1)[0]


def page() -> str:
    """The page as text."""
    found = rooms()
    found.pop("market", None)
    found.pop("scenarios", None)
    order = TopologicalSorter({room: sorted(targets & set(found)) for room, targets in sorted(found.items())})
    listed = [[f"`{room}`", _about(room), _named(found[room] & set(found))] for room in order.static_order()]
    phases = [
        [
            str(number),
            phase.name,
            ", ".join(f"`{name}`" for name in phase.reads if name not in ("founded", "tick")),
            f"`{phase.makes}`",
            f"`{phase.run.__module__.rpartition('.')[2]}.py`",
        ]
        for number, phase in enumerate(PHASES, 1)
    ]
    edits = [[what, where, f"[{Path(link).name}]({link})"] for what, where, link in EDITS]
    return "\n".join(
        (
            HEAD,
            table(["room", "what it holds", "imports"], listed),
            TICK.strip() + "\n",
            table(["", "phase", "reads", "makes", "file"], phases),
            EDIT.strip() + "\n",
            table(["to add", "edit", "read first"], edits),
        )
    )


if __name__ == "__main__":
    sys.stdout.write(page())
