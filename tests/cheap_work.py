"""Work that costs next to nothing, for the engine and the store: workers import it by its name."""

import os
import signal
import time
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from scenarios.batches.plan.study import Case, Study
from scenarios.batches.work.work import Result
from scenarios.library import SCENARIOS

KEEP = ("ticks", "offers")


def a_study(cases=3, seeds=4, keep=KEEP, **changes):
    """A study whose inputs are numbers, flags and words."""
    made = tuple(
        Case(
            f"case {n}",
            "baseline-2026",
            "",
            {"supply.growth": 2.0 + n, "demand.casual.shape": "code" if n % 2 else "chat"}
            | ({"supply.acquires": True} if n == 1 else {}),
        )
        for n in range(cases)
    )
    values = {"days": 1.0, "users": 10, "keep": keep, **changes}
    return Study(
        "cheap", "does it hold?", {"baseline-2026": SCENARIOS["baseline-2026"]}, made, seeds_of(seeds), **values
    )


def seeds_of(seeds):
    return tuple(range(1, seeds + 1)) if isinstance(seeds, int) else seeds


def draw(scenario, seed, days, users, keep):
    """Frames of different lengths with words, dates and holes; none at all with some seeds."""
    frames, mean = drawn(seed, int(scenario.supply.growth))
    return Result({name: frames[name] for name in keep}, {"mean": mean, "hole": float("nan")})


@cache
def drawn(seed, growth):
    """The frames and the mean: tests do the same runs again and again, and look at what is kept of them."""
    rng = np.random.default_rng([seed, growth])
    rows = int(rng.integers(0, 40))
    ticks = pd.DataFrame(
        {
            "tick": np.arange(rows),
            "time": pd.date_range("2026-01-01", periods=rows, freq="h", unit="ms"),
            "price": np.where(rng.random(rows) < 0.1, np.nan, rng.random(rows)),
        }
    )
    words = rng.choice(["Aster", "Böreal", "Cygnus"], rows)
    offers = pd.DataFrame(
        {"offer": pd.Categorical(words), "served": rng.integers(0, 9, rows), "on": rng.random(rows) > 0.5}
    )
    return {"ticks": ticks, "offers": offers}, float(rng.random())


def empty(scenario, seed, days, users, keep):
    return Result({}, {"seed": float(seed)})


def raises(scenario, seed, days, users, keep):
    if seed == 2:
        raise ValueError(f"no luck with {object()}")
    return draw(scenario, seed, days, users, keep)


def leaves(scenario, seed, days, users, keep):
    """Ends as SystemExit, and as a KeyboardInterrupt would."""
    raise SystemExit(3) if seed % 2 else KeyboardInterrupt


def kills_itself(scenario, seed, days, users, keep):
    """One run always ends its worker."""
    if seed == 2 and scenario.supply.growth == 3.0:
        os.kill(os.getpid(), signal.SIGKILL)
    return draw(scenario, seed, days, users, keep)


def kills_all(scenario, seed, days, users, keep):
    os.kill(os.getpid(), signal.SIGKILL)


def lacks_a_frame(scenario, seed, days, users, keep):
    return Result({}, {"mean": 1.0})


def slow(scenario, seed, days, users, keep):
    time.sleep(0.05)
    return draw(scenario, seed, days, users, keep)


class MendedLater:
    """Raises for one seed until a file is there."""

    def __init__(self, path):
        self.path = str(path)

    def __call__(self, scenario, seed, days, users, keep):
        if seed == 2 and not Path(self.path).exists():
            raise RuntimeError("not yet")
        return draw(scenario, seed, days, users, keep)


# -------------------------------------------------------------------- looking at folders


def tables_of(folder):
    """Name to bytes of every table that must be the same whatever ran the batch."""
    folder = Path(folder)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.parquet"))
        if path.name != "timing.parquet"
    }


def leftovers(folder):
    """Files that a finished batch must not have."""
    return [path.name for path in Path(folder).rglob("*") if ".tmp-" in path.name or path.suffix == ".part"]
