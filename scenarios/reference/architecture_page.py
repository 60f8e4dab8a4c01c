"""Prints docs/explanation/architecture.md from the code: the map of the house, the tick, and where each edit is made.

Run: ``python -m scenarios.reference.architecture_page > docs/explanation/architecture.md``
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from market.simulation.tick import PHASES
from scenarios.reference import house

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
    ("a kind of event", "a class in `market/events/`", "../../market/events/machines.py"),
    ("a phase of the tick", "a file in `market/simulation/`, a line in `PHASES`", "../../market/simulation/tick.py"),
    (
        "a kind of agent",
        "a subclass of an agent with a `kind`: `supply.agent`",
        "../../market/supply/provider.py",
    ),
    ("a load by hour", "a CSV file that a scenario names", "../how-to/use-your-own-load.md"),
    ("a segment", "a table in a scenario's `demand.others`, or a file of one's own", "../how-to/use-your-own-file.md"),
    ("a scenario", "a file in `scenarios/library/`, or TOML", "../../scenarios/library/off_peak.py"),
    ("a measure", "a line in `scenarios/results/measures/`", "../../scenarios/results/measures/service.py"),
    ("a chart", "a function in `scenarios/pictures/charts/`", "../../scenarios/pictures/charts/shares.py"),
    ("any of these without touching the project", "a file of one's own", "../how-to/use-your-own-file.md"),
    ("a command", "a file in `scenarios/cli/`", "../../scenarios/cli/explain.py"),
)
HEAD: Final = """# How the house is built

Three packages stand on each other: `capacity/` (what machines can serve), `market/` (who trades, and how), `scenarios/`
(what we ask of it). Imports only point down, and never in a circle, not even in functions or for annotations;
`tests/test_imports.py` holds that for every room below. This page is printed from the code by
`python -m scenarios.reference.architecture_page`, and its pictures are drawn from the code by
`python -m scenarios.reference.architecture_pictures docs/images`; `make docs-figures` does both.

## The rooms

![Map of the house: rooms floor by floor, with lines from each down to what it imports](../images/house.png)

Each room stands on the lowest floor that is above all that it imports. A line leads down to a room that is imported;
imports that follow from others are left out. The table has them all in its last column; a room may import those that
stand above it there.
"""
TICK: Final = """
## The tick

The state of a market is a few parts (`market/simulation/state.py`), and a tick is sixteen phases in this order
(`market/simulation/tick.py`). A phase is a function whose arguments are the parts that it reads, and whose result
takes the place of the one part that it makes. What it reads of a part that is made further down is that of the tick
before. Some things are moved in place, each by one phase alone, which says so (`Phase.moves`): the queue, the ledger,
what users remember, and each stream of random numbers. Any phase may look at who there is (`founded`). Laws hold
that a phase writes nothing but what it makes and moves, and that to ask users what they would order changes nothing.
`TokenMarket(economy, timed=True).timings` has the seconds of each, and `tokenmarket run --timings` prints them.

![The tick: phases from top to bottom, parts of the state beside each other, who makes what](../images/tick.png)
"""
RULES: Final = """
## What tests hold

- `tests/test_imports.py`: imports point down the floors, nowhere in a circle, and wait in functions only in commands.
- `tests/test_length.py`: functions have at most 50 lines and files 400, and names say something.
- `tests/laws/`: a phase writes nothing but what it makes, and what it says that it moves; to ask changes nothing;
  every behaviour keeps the laws of its kind, whoever wrote it.
- `tests/golden/`: the same seed gives the same numbers as before. `tests/theory/`: what theory knows comes out.
- `tests/test_docs.py`: code in the docs does what it says. `tests/scenarios/test_architecture_page.py`: this page
  and its pictures are as the code is.
- `tests/scenarios/test_own_files.py`: one of each kind in the table above, from a single file of one's own.
"""
EDIT: Final = """
## Where an edit is made

Behaviours say once what they are called and what their numbers mean (`market/kinds.py`); parameters of scenarios,
`--set`, help and the app are made from that.
"""


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(row) + " |" for row in (heads, ["---"] * len(heads), *rows)]
    return "\n".join(lines) + "\n"


def _named(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def page() -> str:
    """The page as text."""
    listed = [[f"`{room}`", house.about(room), _named(targets)] for room, targets in house.rooms().items()]
    phases = [
        [
            str(number),
            phase.name,
            ", ".join(f"`{name}`" for name in phase.reads if name not in ("founded", "tick")),
            f"`{phase.makes}`",
            ", ".join(f"`{name}`" for name in phase.moves),
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
            table(["", "phase", "reads", "makes", "moves", "file"], phases),
            EDIT.strip() + "\n",
            table(["to add", "edit", "read first"], edits),
            RULES.strip() + "\n",
        )
    )


if __name__ == "__main__":
    sys.stdout.write(page())
