"""Who gives machines up, training or inference: the tables of docs/explanation/machines.md#training-against-inference.

    python docs/studies/training.py            # all three, ten minutes on one core
    python docs/studies/training.py gone       # one of them: gone, at-once, squeeze

The baseline with some of its machines gone, by what research does; then the baseline, and a year of squeeze, with one
number moved at a time that is declared, or uncertain at its source.
"""

import sys
from collections.abc import Sequence

import pandas as pd

from market import TokenMarket
from scenarios.loading.scenarios import load

POLICY = "supply.research.*.policy."
SEED = 1
#: Users, days, and the days at the end of which means are printed.
SHORT, YEAR = (200, 28.0, 14.0), (60, 364.0, 91.0)
#: One thing moved at a time: what works at once in the baseline, and what takes its time in a year of squeeze.
AT_ONCE = ("behind_months=4", "behind_months=16", "algorithms=1.8", "algorithms=5", "power=-1")
IN_TIME = ("lag_months=3", "lag_months=12", "discount=0.05", "discount=1")


def last_weeks(name: str, sets: Sequence[str], size: tuple[int, float, float]) -> dict[str, float]:
    """Machines, prices and money in the last days of a run."""
    users, days, counted = size
    economy = load(name, list(sets)).economy(users)
    model = TokenMarket(economy, rng=SEED)
    ticks, from_tick = economy.calendar.ticks_in(days), economy.calendar.ticks_in(days - counted)
    model.run_for(ticks)
    frames = {key: frame[frame["tick"] >= from_tick] for key, frame in model.frames().items() if "tick" in frame}
    labs = [one.spec.funder for one in model.founded.researchers]
    of_labs: pd.DataFrame = frames["providers"][frames["providers"]["provider"].isin(labs)]
    last = of_labs[of_labs["tick"] == ticks - 1]["months_ahead"]
    rack_hours = (ticks - from_tick) * economy.calendar.tick_hours
    all_there = frames["providers"][["spot", "contracted"]].sum().sum()
    return {
        "price": float(frames["ticks"]["spot_price"].mean()),
        "training": float(frames["ticks"]["research"].sum()) / rack_hours,
        "inference": float(all_there) / rack_hours,
        "of sales": float(of_labs["research"].sum() / of_labs["revenue"].sum()),
        "ahead": float(last.max()),
        "behind": float(last.min()),
    }


def row(*cells: object) -> None:
    """A line of a table."""
    sys.stdout.write(f"| {' | '.join(map(str, cells))} |\n")
    sys.stdout.flush()


def machines_gone() -> None:
    """The first table: what a quarter and a half of the machines less do."""
    row("machines", "research", "USD per rack-hour", "racks that train", "racks for inference", "research over sales")
    row(*["---"] * 6)
    for kind in ("budget", "as-it-pays"):
        for scale in (1.0, 0.75, 0.5):
            found = last_weeks("baseline-2026", [f"supply.scale={scale}", f"{POLICY}kind={kind}"], SHORT)
            racks = f"{found['training']:,.0f}", f"{found['inference']:,.0f}"
            row(f"{scale:g}", f"`{kind}`", f"{found['price']:.0f}", *racks, f"{found['of sales']:.2f}")


def moved_at_once() -> None:
    """The second: what the baseline's training hangs on."""
    row("baseline, `as-it-pays`", "USD per rack-hour", "racks that train", "research over sales")
    row(*["---"] * 4)
    for one in AT_ONCE:
        found = last_weeks("baseline-2026", [f"{POLICY}kind=as-it-pays", POLICY + one], SHORT)
        row(one.replace("=", " "), f"{found['price']:.0f}", f"{found['training']:,.0f}", f"{found['of sales']:.2f}")


def squeezed() -> None:
    """The third: the last quarter of a year of squeeze."""
    row("compute-crunch", "USD per rack-hour", "racks that train", "research over sales", "months ahead: first, last")
    row(*["---"] * 5)
    cases: dict[str, tuple[str, list[str]]] = {"`budget`": ("compute-crunch", [])}
    cases |= {"`as-it-pays`": ("compute-crunch:training-yields", [])}
    cases |= {one.replace("=", " "): ("compute-crunch:training-yields", [POLICY + one]) for one in IN_TIME}
    for case, (name, sets) in cases.items():
        found = last_weeks(name, sets, YEAR)
        numbers = f"{found['price']:.0f}", f"{found['training']:,.0f}", f"{found['of sales']:.2f}"
        row(case, *numbers, f"{found['ahead']:.1f}, {found['behind']:.1f}")


#: The tables by name.
TABLES = {"gone": machines_gone, "at-once": moved_at_once, "squeeze": squeezed}

if __name__ == "__main__":
    for name in sys.argv[1:] or TABLES:
        TABLES[name]()
        sys.stdout.write("\n")
