"""Make scenarios/library/baseline_2026_sets.csv: sets of the fitted parameters that do about as well as the baseline's.

    python docs/studies/baseline_sets.py     # ten minutes on two quiet cores

Slopes at the fit, 24 joint draws within the fitted ranges, and of these the twelve that are nearest to the moments.
It can be stopped, and goes on where it was.
"""

import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from scenarios.library import SCENARIOS
from scenarios.studies.moments.fitting import RUNS, Runs, Task, slopes_of
from scenarios.studies.moments.free import of_the_world
from scenarios.studies.moments.moments import judge, world
from scenarios.studies.moments.sets import FILE, FITTED, joint_draws, nearest, rows_of
from scenarios.text.progress_bar import runs_bar

LIBRARY = Path(str(resources.files("scenarios.library")))
DAYS, USERS, SEEDS, WORKERS = 8.0, 1000, (11,), 2
#: Step by which slopes are taken, of the way between a parameter's bounds; draws, and how many are kept.
STEP, CANDIDATES, KEPT = 0.1, 24, 12


def main() -> None:
    """Run what is not there, and write what is kept."""
    free = tuple(of_the_world())
    folder = Path("results/baseline-sets")
    folder.mkdir(parents=True, exist_ok=True)
    task = Task(SCENARIOS["baseline-2026"], free, tuple(world()), DAYS, USERS, SEEDS)
    rows = {row["path"]: row for row in rows_of(FITTED)}
    middle, low, high = (
        np.array([one.place(float(rows[one.path][name])) for one in free]) for name in ("value", "from", "to")
    )
    with runs_bar("sets", quiet=False) as tell:
        runs = Runs(task, folder / RUNS, WORKERS, lambda done: tell(done, 1 + len(free) + CANDIDATES))
        slopes, _ = slopes_of(runs, middle, STEP)
        drawn = joint_draws(middle, low, high, slopes, CANDIDATES, np.random.default_rng(1))
        found = runs.of(list(drawn))
    kept = nearest([task.distances(one) for one in found], KEPT)
    values = [{path: float(f"{value:.4g}") for path, value in task.values(drawn[k]).items()} for k in kept]
    pd.DataFrame(values).to_csv(LIBRARY / FILE, index=False, lineterminator="\n")
    hits = [sum(bool(one.hit) for one in judge(list(task.moments), found[k])) for k in kept]
    everyone = [sum(bool(one.hit) for one in judge(list(task.moments), one)) for one in found]
    sys.stdout.write(
        f"moments hit, of {len(task.moments)}: {min(hits)} to {max(hits)}, mean {np.mean(hits):.1f}; "
        f"of all drawn {np.mean(everyone):.1f}\n"
    )


if __name__ == "__main__":
    main()
