"""Curves stay vectorised: benchmarks/bench_capacity.py prints these times and more."""

import time
import tomllib
from itertools import product
from pathlib import Path

import numpy as np

from capacity import ARCHITECTURES, CHIPS, WORKLOADS, Deployment

GOAL = tomllib.loads(Path(__file__).with_name("targets.toml").read_text())["speed"]["curves"]


def test_480_curves_with_costs_are_quick():
    """In CPU time, the shortest of several: a third of the goal where it was written, so that a slow machine passes."""
    chips, models, workloads = list(CHIPS)[:10], list(ARCHITECTURES)[:8], list(WORKLOADS)[:6]
    machines = [Deployment.smallest(CHIPS[chip], ARCHITECTURES[model]) for chip, model in product(chips, models)]
    batches = np.geomspace(1, 1e5, 400)
    times = []
    for _ in range(7):
        start = time.process_time()
        for machine, name in product(machines, workloads):
            machine.curve(WORKLOADS[name], batches)
        times.append(time.process_time() - start)
    assert min(times) <= GOAL
