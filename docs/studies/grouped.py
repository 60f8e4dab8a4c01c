"""How far a market of grouped users is from one of individuals: the table at the end of docs/how-to/group-users.md.

    python docs/studies/grouped.py     # some minutes on one core

The same market (`by-the-token.toml`) with individuals, over seeds, and with cells, each a whole run: what cells get
wrong is not only what they order at given prices, but what comes of it.
"""

import time
from pathlib import Path

import numpy as np

from scenarios.loading.scenarios import load
from scenarios.results.measures import summarise
from scenarios.runs.run import run
from scenarios.runs.settings import Settings

PAGE = Path(__file__).parents[1] / "how-to" / "group-users.md"
MARKET = Path(__file__).with_name("by-the-token.toml")
DAYS, USERS, SEEDS, CELLS = 8.0, 10_000, (1, 2, 3, 4), (32, 128, 512, 2048)
MEASURES = {
    "spot-price": "rack-hour on the spot market [USD]",
    "closed-list": "labs' standard list [USD per million]",
    "priority-premium": "priority over standard",
    "batch-ratio": "batch over standard",
    "open-price": "open models [USD per million]",
    "sales-a-year": "sales [billion USD a year]",
    "tokens-a-second": "tokens a second [billion]",
    "open-dollar-share": "open models' share of dollars",
    "utilisation": "machines busy",
    "surplus": "surplus of users [USD a request]",
}
HEADER = "\n## How far off whole runs are\n"


def measured(changes: dict[str, object], seed: int, users: int) -> tuple[list[float], float]:
    """Measures of a run, and its CPU time [s]."""
    begin = time.process_time()
    result = run(Settings(load(str(MARKET)).with_changes(changes), DAYS, seed, users))
    found = summarise(result.frames)
    return [float(found[name]) for name in MEASURES], time.process_time() - begin


def main() -> None:
    """Run, and write the end of the page."""
    drawn = [measured({}, seed, USERS)[0] for seed in SEEDS]
    mean, chance = np.mean(drawn, axis=0), np.std(drawn, axis=0, ddof=1)
    cells = [measured({"demand.resolution": "grouped", "demand.cells": n}, 1, 100)[0] for n in CELLS]
    head = ["measure", "individuals", "by chance", *(f"{n} cells" for n in CELLS)]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for k, meaning in enumerate(MEASURES.values()):
        off = [f"{100 * (one[k] / mean[k] - 1):+.1f} %" for one in cells]
        row = [meaning, f"{mean[k]:.4g}", f"{100 * chance[k] / mean[k]:.1f} %", *off]
        lines.append("| " + " | ".join(row) + " |")
    text = (
        f"\nRuns of {DAYS:g} days: means over {len(SEEDS)} seeds of {USERS:,} individuals, how far one seed is from "
        "another by chance\n(standard deviation), and how far runs with about so many cells a segment are from the "
        "mean of individuals, which is\nitself off by half of its chance. Made by `python docs/studies/grouped.py`.\n\n"
    )
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page[: page.index(HEADER)] + HEADER + text + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
