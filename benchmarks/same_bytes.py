"""Whether a change left results as they were, to the byte: every scenario with both clearings, and every exact check.

    python benchmarks/same_bytes.py              # against the commit before
    python benchmarks/same_bytes.py COMMIT       # against another; six minutes on two cores

``make same AGAINST=COMMIT`` runs it. Two processes, one with the code of the commit and one with the code here, run the
same markets (two days, 200 users, seed 1) and check the same theories; what differs is named, by scenario and column,
and the exit status is 1. Scenarios, columns and checks that only one of both has are listed and are no difference.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from against import ROOT, checked_out, git

DAYS, USERS, SEED = 2.0, 200, 1
CLEARINGS = ("posted", "auction")


def work() -> None:
    """Of a process: print a line for every column of every run, and for every figure of every check, with a hash."""
    from market import TokenMarket
    from scenarios.library import SCENARIOS
    from scenarios.loading.scenarios import load
    from scenarios.verification.run import verify

    for name in SCENARIOS:
        for clearing in CLEARINGS:
            economy = load(name, [f"market.clearing.kind={clearing}"]).economy(USERS)
            model = TokenMarket(economy, rng=SEED)
            model.run_for(economy.calendar.ticks_in(DAYS))
            for table, records in model.records.tables.items():
                for column, values in records.data.items():
                    found = hashlib.sha256(values[: model.records.ticks].tobytes()).hexdigest()[:16]
                    print(f"{name}, {clearing}: {table}.{column}\t{found}", flush=True)
    seen: Counter[str] = Counter()
    for row in verify(progress=False):
        what = f"verify {row.check}: {row.quantity}"
        seen[what] += 1
        print(f"{what} ({seen[what]})\t{row.found!r}", flush=True)


def lines_of(folder: Path) -> dict[str, str]:
    """What the code of a folder gives: a hash, or a figure, by what it is of."""
    command = [sys.executable, str(Path(__file__).resolve()), "--work"]
    settings = os.environ | {"PYTHONPATH": str(folder), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"same_bytes: the code in {folder} does not run: {done.stderr.strip().splitlines()[-1]}")
    return dict(line.split("\t") for line in done.stdout.splitlines())


def compare(before: dict[str, str], now: dict[str, str], commit: str) -> int:
    """Say what differs; how many do."""
    both = [what for what in now if what in before]
    different = [what for what in both if before[what] != now[what]]
    for what in different:
        print(f"differs: {what}")
    for title, only in (("only here", now.keys() - before.keys()), (f"only in {commit}", before.keys() - now.keys())):
        if only:
            print(f"{title}: {len(only)}, such as {min(only)}")
    print(f"{len(both):,} columns and figures in both; {len(different):,} differ from {commit}")
    return len(different)


def main() -> None:
    """Compare, and end with status 1 where anything differs."""
    commit = git("rev-parse", "--short=12", "--verify", f"{(sys.argv[1:] or ['HEAD~1'])[0]}^{{commit}}")
    with checked_out(commit) as folder, ThreadPoolExecutor(2) as both:
        before, now = both.map(lines_of, (folder, ROOT))
    sys.exit(1 if compare(before, now, commit) else 0)


if __name__ == "__main__":
    work() if sys.argv[1:] == ["--work"] else main()
