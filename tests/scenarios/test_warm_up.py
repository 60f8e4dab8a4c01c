"""Warm-up: days of learning are told from a rest, from noise and from a trend."""

import numpy as np
import pytest
from market_runs import copy_of, small_run

from scenarios.cli.summary import summary_record
from scenarios.results.run_folder import RunResult
from scenarios.results.warm_up import _of, mser, said_of_warm_up, warm_up_days

DAYS = np.arange(40.0)


def noise(seed):
    return np.random.default_rng(seed).normal(0, 0.002, DAYS.size)


@pytest.mark.parametrize("seed", range(5))
def test_learning_is_told_from_noise_and_from_a_trend(seed):
    """Only an approach to a rest is a warm-up; its length is where it has come within a hundredth:
    after ln 50 = 3.9 days."""
    assert _of(1.0 + 0.5 * np.exp(-DAYS) + noise(seed)) in (4, 5)
    assert _of(1.0 + noise(seed)) == 0
    assert _of(1.0 + 0.01 * DAYS + noise(seed)) == 0
    assert _of(np.where(DAYS < 30, 1.0, 1.2) + noise(seed)) == 0, "a step late in the run is no warm-up"


def test_mser_by_hand():
    """Of 4, 1, 1, 1: leaving out the first leaves no spread; of 1, 1, 1, 1 nothing is to be left out."""
    assert (mser(np.array([4.0, 1.0, 1.0, 1.0])), mser(np.ones(4))) == (1, 0)


def test_a_short_run_says_nothing():
    assert warm_up_days(small_run().frames) == 0
    assert said_of_warm_up(0) == ""


def test_measures_are_of_the_whole_run_and_the_summary_says_so():
    record = summary_record(RunResult(copy_of(small_run()), small_run().about))
    assert record["warm_up_days"] == 0
    assert "All numbers are of the whole run." in said_of_warm_up(6)
