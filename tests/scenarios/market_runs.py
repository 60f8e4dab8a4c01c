"""A small real run that the tests of results, summary and pictures share (made once a process)."""

from functools import cache

import pandas as pd

from scenarios.results.run_folder import ALL_COLUMNS, RunResult
from scenarios.runs.run import Settings, run

SMALL = Settings(length_days=7, users=300, seed=3)


@cache
def small_run() -> RunResult:
    """A week of the baseline with few users; do not change its frames."""
    return run(SMALL, command="a test")


def without_rows(result: RunResult) -> RunResult:
    """The same run in which nothing was ever measured."""
    return RunResult({name: frame.iloc[:0] for name, frame in result.frames.items()}, result.about)


def copy_of(result: RunResult) -> dict[str, pd.DataFrame]:
    """Frames that a test may change."""
    return {name: result.frames[name].copy() for name in ALL_COLUMNS}
