"""Rows a second and memory of reading a log of requests, and the gain over a plain loop.

The plain loop reads the same file with ``csv`` and ``datetime`` a row at a time, and adds up the same sums, which is
checked; it reads a tenth of the rows. Memory is what the process takes beyond what it had before, for a log and for one
of a tenth of its rows: bounded means that both are alike. Run: python benchmarks/bench_trace.py [ROWS]
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from scenarios.studies.trace.trace import read_trace

ROWS = 2_000_000


def write_log(rows: int, path: Path) -> None:
    """A log of three weeks and three classes, 200,000 rows at a time."""
    rng = np.random.default_rng(1)
    begin = pd.Timestamp("2026-01-05").value
    for first in range(0, rows, 200_000):
        count = min(200_000, rows - first)
        moments = pd.to_datetime(begin + (first + np.sort(rng.uniform(0, count, count))) * 21 * 86_400e9 / rows)
        given = rng.integers(100, 50_000, count)
        table = {
            "time": moments.strftime("%Y-%m-%dT%H:%M:%S.%f"),
            "input": given,
            "cached": (given * rng.uniform(0, 1, count)).astype(int),
            "output": rng.integers(1, 3_000, count),
            "class": rng.choice(["chat", "coding", "agents"], count),
        }
        pd.DataFrame(table).to_csv(path, index=False, mode="a", header=first == 0)


def plain(path: Path) -> dict[str, list[float]]:
    """Requests, input, cached and output by class, a row at a time."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0, 0.0])
    hours: dict[tuple[str, int], int] = defaultdict(int)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            moment = datetime.fromisoformat(row["time"] + "Z")
            hours[row["class"], int(moment.timestamp() // 3600)] += 1
            sums[row["class"]][0] += 1
            for place, name in enumerate(("input", "cached", "output"), start=1):
                sums[row["class"]][place] += float(row[name])
    return sums


def peak(path: Path) -> float:
    """Memory that reading takes in a process of its own, beyond what importing takes [MB]."""
    done = subprocess.run([sys.executable, __file__, "--peak", str(path)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def most_memory() -> float:
    """The most that this process has had [MB]; ``getrusage`` would count the process that started it."""
    status = Path("/proc/self/status").read_text()
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1e3


def print_peak(path: Path) -> None:
    before = most_memory()
    read_trace(path)
    print(most_memory() - before)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "large.csv", Path(folder) / "small.csv"
        write_log(rows, large)
        write_log(rows // 10, small)
        begin = time.process_time()
        trace = read_trace(large)
        ours = trace.requests / (time.process_time() - begin)
        begin = time.process_time()
        sums = plain(small)
        loop = rows // 10 / (time.process_time() - begin)
        for name, tally in read_trace(small).tallies.items():
            assert sums[name] == [tally.requests, tally.input, tally.cached, tally.output], name
        print(f"a log of {rows:,} rows, {large.stat().st_size / 1e6:.0f} MB")
        print(f"rows a second   {ours:12,.0f}   plain loop {loop:10,.0f}   gain {ours / loop:.1f}")
        print(f"memory [MB]     {peak(large):12,.0f}   a tenth of the rows {peak(small):,.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        print_peak(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else ROWS)
