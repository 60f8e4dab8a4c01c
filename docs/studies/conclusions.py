"""Make docs/reference/conclusions.md anew: which conclusions about a squeeze hold over what is not known.

    python docs/studies/conclusions.py         # twenty minutes and more on two cores; goes on where it was stopped

A year of `consolidation` (demand 10x, machines 3.4x), all else as it is, with one thing moved: half of the way to the
ends of the ranges of what the baseline was fitted with, and what open sellers, or the market, are declared to be.
The runs are rows of docs/studies/conclusions.csv; without it they are made anew.
"""

import csv
from concurrent.futures import ProcessPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any

from market import TokenMarket
from scenarios.library import SCENARIOS
from scenarios.results.frames import frames_of
from scenarios.results.measures.measure import MEASURES

FILE = Path(__file__).with_suffix(".csv")
PAGE = Path(__file__).parents[1] / "reference" / "conclusions.md"
USERS, SEED, WORKERS = 100, 1, 2
#: Fitted parameters that are moved, those with the widest ranges for what is concluded.
FITTED = (
    "demand.agentic.worth_usd",
    "demand.agentic.intensity_elasticity",
    "demand.coders.taste_noise",
    "labs.*.models.*.work",
    "open.*.pricing.margin",
    "supply.first_party",
)
#: Levers of the question why open providers fail, and what the market's sellers go by.
LEVERS: dict[str, dict[str, Any]] = {
    "as shipped": {},
    "no staff": {"open.*.burn_usd_per_day": 0.0},
    "lines ten times as long": {"open.*.credit_usd": 2e8},
    "machines grow as demand": {"supply.growth": 10.0},
    "needs by orders while others wait": {"market.needs_without_waits": False},
    "quotas as listed": {"labs.*.quotas.kind": "fixed"},
    "free users worth nothing": {"labs.*.offers.free.user_worth_usd_per_month": 0.0},
    "nobody buys": {"supply.acquires": False},
}
#: What is concluded: name, measure, and the value from which on it holds: those of the scorecard of the sources'
#: statements (scenarios/studies/scorecard), and for queues three minutes a request.
CONCLUSIONS = (
    ("open providers that fail or are bought", "failed-or-bought", 1.0),
    ("hours in labs' queues a request", "closed-queue-hours", 0.05),
    ("premium, last week over first", "premium-rise", 2.0),
    ("not served: rise for agents less casual", "agentic-before-casual", 0.0),
    ("open share in coding less casual, change", "open-in-coding", 0.0),
)
#: Beside it, to see why.
BESIDE = ("spot-price", "unserved")


def cases() -> dict[str, dict[str, Any]]:
    """What is changed, by what it is called."""
    made = dict(LEVERS)
    with resources.files("scenarios.library").joinpath("baseline_2026.csv").open(encoding="utf-8") as file:
        fitted = {row["path"]: row for row in csv.DictReader(file)}
    for path in FITTED:
        value = float(fitted[path]["value"])
        for end in ("from", "to"):
            moved = 0.5 * (value + float(fitted[path][end]))
            made[f"{path} {moved:.3g}"] = {path: moved}
    return made


def run(name: str) -> dict[str, str]:
    """A row of the file."""
    scenario = SCENARIOS["consolidation"].with_changes(cases()[name])
    model = TokenMarket(scenario.economy(USERS), rng=SEED)
    model.run_for(scenario.ticks)
    frames = frames_of(model)
    measures = [measure for _, measure, _ in CONCLUSIONS] + list(BESIDE)
    return {"case": name} | {one: f"{MEASURES[one].of(frames):.4g}" for one in measures}


def done() -> dict[str, dict[str, str]]:
    """Rows that are there, by case."""
    if not FILE.exists():
        return {}
    with FILE.open(encoding="utf-8") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def page(rows: dict[str, dict[str, str]]) -> str:
    """The table in words."""
    there = [rows[name] for name in cases() if name in rows]
    lines = [
        "# Which conclusions hold",
        "",
        f"A year of `consolidation` (demand 10x, machines 3.4x), {USERS} users, seed {SEED}; one thing moved at a",
        "time. Fitted parameters go half of the way to the ends of their ranges. A star: the conclusion does not hold;",
        "it does from these values on, those of the scorecard but for queues:",
        "; ".join(f"{title} {least:g}" for title, _, least in CONCLUSIONS) + ".",
        "Made by `python docs/studies/conclusions.py`; one seed and few users: single numbers are of chance, too.",
        "",
        "| | " + " | ".join([title for title, _, _ in CONCLUSIONS] + list(BESIDE)) + " |",
        "|---|" + "---:|" * (len(CONCLUSIONS) + len(BESIDE)),
    ]
    for row in there:
        cells = [row[one] + ("" if float(row[one]) >= least else " *") for _, one, least in CONCLUSIONS]
        lines.append(f"| {row['case']} | " + " | ".join(cells + [row[one] for one in BESIDE]) + " |")
    held = [sum(float(row[one]) >= least for row in there) for _, one, least in CONCLUSIONS]
    lines.append("| **holds in** | " + " | ".join(f"{count} of {len(there)}" for count in held) + " | | |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run what is missing, and write the page."""
    rows = done()
    missing = [name for name in cases() if name not in rows]
    with ProcessPoolExecutor(WORKERS) as pool:
        for row in pool.map(run, missing):
            rows[row["case"]] = row
            with FILE.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(row), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows.values())
    PAGE.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
