"""Who makes racks, what memory costs, what is given up and who fails: the runs of machines.md and books.md.

    python docs/studies/machines.py            # all, a quarter of an hour on one core
    python docs/studies/machines.py makers     # one of them: makers, memory, old-chips, neoclouds, failures

Each prints the rows of its table in docs/explanation/machines.md or books.md. One seed, few users: what chance does to
such runs is on the page of the conclusions.
"""

import sys
from collections.abc import Sequence

import pandas as pd

from market import TokenMarket
from scenarios.loading.scenarios import load

SEED, YEAR = 1, 364.0
type Frames = dict[str, pd.DataFrame]


def run(name: str, users: int, days: float, sets: Sequence[str] = ()) -> tuple[TokenMarket, Frames]:
    """A run, and its frames, with the quarter of each row."""
    economy = load(name, [f"time.days={days}", *sets]).economy(users)
    model = TokenMarket(economy, rng=SEED)
    model.run_for(economy.calendar.ticks_in(days))
    frames = {key: frame for key, frame in model.frames().items() if "time" in frame}
    return model, {key: frame.assign(quarter=frame["time"].dt.to_period("Q")) for key, frame in frames.items()}


def row(*cells: object) -> None:
    """A line of a table."""
    sys.stdout.write(f"| {' | '.join(map(str, cells))} |\n")
    sys.stdout.flush()


def header(*cells: object) -> None:
    """The first two lines of a table."""
    row(*cells)
    row(*["---"] * len(cells))


def makers() -> None:
    """Who makes racks in a year of squeeze: the last quarter."""
    header(
        "last quarter of 2026",
        "a rack, million USD, at most",
        "racks given",
        "of those ordered",
        "racks at the end",
        "spot, USD per rack-hour, mean",
    )
    cases: dict[str, tuple[str, list[str]]] = {
        "one-maker": ("compute-crunch:one-maker", []),
        "few, allotted": ("compute-crunch:allotted", []),
        "nobody": ("compute-crunch", ["supply.expansion=follow-rents"]),
    }
    for case, (name, sets) in cases.items():
        _, frames = run(name, 60, YEAR, sets)
        ticks, owners = (frames[key][frames[key]["quarter"] == "2026Q4"] for key in ("ticks", "wholesale"))
        racks = owners[owners["tick"] == owners["tick"].max()]["racks"].sum()
        price = ticks["rack_price"].max() / 1e6
        given, ordered = owners["racks_given"].sum(), owners["racks_ordered"].sum()
        row(
            case,
            f"{price:.1f}" if price else "-",
            f"{given:,.0f}" if price else "-",
            f"{ordered:,.0f}" if price else "-",
            f"{racks:,.0f}",
            f"{ticks['spot_price'].mean():,.0f}",
        )


def memory() -> None:
    """What memory costs as it gets scarce, by how its makers answer."""
    header("quarter of 2026", "elasticity", "memory, USD per GB", "a rack, million USD", "racks ordered")
    for elasticity in (0.5, 0.2):
        _, frames = run("dram-ceiling:priced", 60, YEAR, [f"supply.maker.memory.elasticity={elasticity}"])
        ticks = frames["ticks"].groupby("quarter")[["memory_price", "rack_price"]].mean()
        ordered = frames["wholesale"].groupby("quarter")["racks_ordered"].sum()
        for quarter, found in ticks.iterrows():
            row(
                quarter,
                elasticity,
                f"{found['memory_price']:.0f}",
                f"{found['rack_price'] / 1e6:.1f}",
                f"{ordered[quarter]:,.0f}",
            )


def old_chips() -> None:
    """What is given up while rents fall for two years, and what that does to them."""
    header(
        "overbuild",
        "USD per rack-hour, first month",
        "last month",
        "racks at the end",
        "given up, of what stood at the start, by chip",
    )
    for case, name in (("all as new", "overbuild"), ("old-chips", "overbuild:old-chips")):
        model, frames = run(name, 200, 2.0 * YEAR)
        spot = frames["ticks"].set_index("time")["spot_price"]
        month = pd.Timedelta(days=30)
        last = frames["wholesale"][frames["wholesale"]["tick"] == frames["wholesale"]["tick"].max()]
        gone: dict[str, list[float]] = {}
        for owner in model.hyperscalers:
            for kind, racks in zip(owner.spec.older, owner.older.racks, strict=True):
                sums = gone.setdefault(kind.name, [0.0, 0.0])
                sums[0] += kind.racks
                sums[1] += float(racks)
        shares = ", ".join(f"{chip} {1.0 - left / there:.0%}" for chip, (there, left) in gone.items() if there > 0)
        first, end = spot[: spot.index[0] + month].mean(), spot[spot.index[-1] - month :].mean()
        row(case, f"{first:.0f}", f"{end:.0f}", f"{last['racks'].sum():,.0f}", shares or "-")


def neoclouds() -> None:
    """What who borrows against contracts owes while rents fall."""
    header("overbuild:neoclouds-owe", "USD per rack-hour", "owed, billion USD")
    model, frames = run("overbuild:neoclouds-owe", 100, 2.0 * YEAR)
    who = [owner.name for owner in model.hyperscalers if owner.spec.borrowing is not None]
    books = frames["books"][frames["books"]["firm"].isin(who)]
    # Where weeks are left out, what is owed counts as the part of them that is run.
    billion = 1e9 * model.economy.calendar.simulated_share
    debt = books.groupby(["quarter", "tick"])["debt"].sum().groupby("quarter").last() / billion
    spot = frames["ticks"].groupby("quarter")["spot_price"].mean()
    for quarter in debt.index:
        row(quarter, f"{spot[quarter]:.0f}", f"{debt[quarter]:.1f}")


def failures() -> None:
    """Which open providers are gone after a year of squeeze, and when, by what they have."""
    header(
        "consolidation",
        "users",
        "gone, in which month",
        "open sellers' sales over machines and running cost, last quarter",
    )
    cases: dict[str, tuple[str, int, list[str]]] = {
        "as shipped": ("consolidation", 200, []),
        "as shipped, fewer users": ("consolidation", 100, []),
        "machines grow as demand": ("consolidation", 100, ["supply.growth=10"]),
        "no staff": ("consolidation", 100, ["open.*.burn_usd_per_day=0"]),
        "lines of 200 million": ("consolidation", 100, ["open.*.credit_usd=2e8"]),
        "`worth-most`": ("consolidation:worth-most", 100, []),
    }
    for case, (name, users, sets) in cases.items():
        model, frames = run(name, users, YEAR, sets)
        sellers = frames["providers"]
        names = [p.name for p in model.providers if p.spec.kind == "open"]
        gone = []
        for one in names:
            there = sellers[sellers["provider"] == one].set_index("time")
            came = there["active"].cummax() > 0
            ended = there.index[came & ((there["active"] == 0) | (there["acquired"] != 0))]
            if len(ended):
                gone.append(f"{one} {ended[0]:%B}")
        last = sellers[sellers["provider"].isin(names) & (sellers["quarter"] == "2026Q4")]
        over = last["revenue"].sum() / max((last["rent_paid"] + last["running_cost"]).sum(), 1.0)
        row(case, users, ", ".join(gone) or "nobody", f"{over:.2f}")


#: The tables by name.
TABLES = {"makers": makers, "memory": memory, "old-chips": old_chips, "neoclouds": neoclouds, "failures": failures}

if __name__ == "__main__":
    for name in sys.argv[1:] or TABLES:
        TABLES[name]()
        sys.stdout.write("\n")
