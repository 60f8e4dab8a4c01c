"""Fits the hindcast: draws sets of what is not known, runs each to December 2025, keeps those nearest to the world.

``python docs/studies/hindcast_fit.py`` makes scenarios/studies/hindcast/fitted.csv: 96 sets, half an hour on
two quiet cores. It can be stopped, and goes on where it was. Ranges and scales stand beside that file.
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

#: Seeds of the sets: others than those of the hindcast.
SEEDS = range(101, 197)
USERS = 120


def main() -> None:
    """Run what is not there, and write what is kept."""
    task = task_of(SCENARIOS["hindcast"], LAST_MONTH, SEEDS, USERS, ())
    with runs_bar("sets", quiet=False) as tell:
        runs = all_runs(task, Path("results/hindcast-fit"), os.cpu_count() or 1, tell)
    fitting.write_sets(runs, Path(fitting.__file__).with_name("fitted.csv"))
    for until in fitting.ENDS:
        kept = fitting.nearest(runs, until)
        every, near = (np.mean([fitting.distance(run, until) for run in some]) for some in (runs, kept))
        ends = np.median([run["series"]["open index"][LAST_MONTH] for run in kept])
        said = f"to {until}: {len(kept)} of {len(runs)} kept; distance {near:.2f}, of all {every:.2f}"
        sys.stdout.write(f"{said}; open index of {LAST_MONTH} in the middle of the kept {ends:.2f}\n")


if __name__ == "__main__":
    main()
