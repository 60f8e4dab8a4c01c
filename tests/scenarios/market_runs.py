"""A small real run that the tests of results, summary and pictures share (made once a process)."""

from functools import cache

import pandas as pd

from scenarios.results.frames import ALL_COLUMNS
from scenarios.results.run_folder import RunResult
from scenarios.runs.run import run
from scenarios.runs.settings import Settings

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
