"""Fits the hindcast: draws sets of what is not known, runs each to December 2025, keeps those nearest to the world.

``python docs/studies/hindcast_fit.py`` makes scenarios/studies/hindcast/fitted.csv: 96 sets, and three more seeds of
each that was near, half an hour on two quiet cores. It can be stopped, and goes on where it was. Ranges and scales
stand beside that file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from scenarios.library import SCENARIOS
from scenarios.studies.hindcast import fitting
from scenarios.studies.hindcast.observed import LAST_MONTH
from scenarios.studies.hindcast.study import task_of
from scenarios.studies.kept_runs import all_runs
from scenarios.text.progress_bar import runs_bar

#: Seeds of the sets, and from where on those of runs with sets that were near; others than those of the hindcast.
SEEDS, AGAIN_FROM = range(101, 197), 1001
#: Seeds more of a set that was near.
MORE = 3
USERS = 120


def main() -> None:
    """Run what is not there, and write what is kept."""
    folder, workers, scenario = Path("results/hindcast-fit"), os.cpu_count() or 1, SCENARIOS["hindcast"]
    with runs_bar("sets", quiet=False) as tell:
        runs = all_runs(task_of(scenario, LAST_MONTH, SEEDS, USERS, ()), folder, workers, tell)
    near = fitting.run_again(runs)
    seeds = range(AGAIN_FROM, AGAIN_FROM + MORE * len(near))
    with runs_bar("other seeds", quiet=False) as tell:
        task = task_of(scenario, LAST_MONTH, seeds, USERS, [run["values"] for run in near])
        again = all_runs(task, folder, workers, tell)
    fitting.write_sets(runs, again, Path(fitting.__file__).with_name("fitted.csv"))
    for until in fitting.ENDS:
        kept = fitting.kept_sets(runs, again, until)
        every, far = np.mean([fitting.distance(run, until) for run in runs]), np.mean([far for _, far in kept])
        values = [run["values"] for run, _ in kept]
        theirs = [run for run in again if run["values"] in values]
        ends = np.median([run["series"]["open index"][LAST_MONTH] for run in theirs])
        said = f"to {until}: {len(kept)} of {len(runs)} kept; distance {far:.2f} on other seeds, of all {every:.2f}"
        sys.stdout.write(f"{said}; open index of {LAST_MONTH} in the middle of the kept {ends:.2f}\n")


if __name__ == "__main__":
    main()
