"""What is said of a batch is right: intervals cover as often as they say, pairing is worth what theory says."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from capacity.errors import InputError
from scenarios.batches.analysis.over_seeds import by_seed, differences, interval, measures_in, seeds_needed, summary


def runs(values, **columns):
    """A frame of runs: label to values by seed, of one measure 'm'."""
    rows = [
        {"run": k, "label": label, "scenario": "s", "variant": label, "seed": seed, "m": value}
        for k, (label, several) in enumerate(values.items())
        for seed, value in enumerate(several, start=1)
    ]
    return pd.DataFrame(rows).assign(**columns)


def test_an_interval_by_hand():
    mean, low, high = interval(np.array([1.0, 2.0, 3.0, 4.0]), 0.9)
    half = 2.3533634348 * math.sqrt(5 / 3) / 2  # t of 3 degrees of freedom
    assert (mean, low, high) == pytest.approx((2.5, 2.5 - half, 2.5 + half))


@pytest.mark.parametrize(("level", "seeds"), [(0.9, 2), (0.9, 8), (0.95, 5)])
def test_intervals_cover_the_truth_as_often_as_they_say(level, seeds):
    draws = 8_000
    values = np.random.default_rng(5).normal(3.0, 2.0, (draws, seeds))
    covered = sum(low <= 3.0 <= high for _, low, high in (interval(row, level) for row in values))
    # Within four standard errors of a binomial.
    assert abs(covered / draws - level) < 4 * math.sqrt(level * (1 - level) / draws)


def test_a_summary_by_hand():
    frame = summary(runs({"a": [1.0, 2.0, 3.0, 4.0], "b": [5.0, 5.0, 5.0, 5.0]}))
    assert frame.columns.tolist() == ["label", "measure", "mean", "low", "high", "sd", "seeds", "seeds_needed"]
    a, b = frame.to_dict("records")
    assert (a["label"], a["measure"], a["mean"], a["seeds"]) == ("a", "m", 2.5, 4)
    assert a["sd"] == pytest.approx(math.sqrt(5 / 3))
    assert (b["low"], b["mean"], b["high"], b["seeds_needed"]) == (5.0, 5.0, 5.0, 2)


@pytest.mark.parametrize(("sd", "half"), [(1.0, 0.5), (1.0, 0.05), (3.0, 0.01), (0.1, 5.0)])
def test_the_seeds_that_are_needed_are_enough_and_no_more(sd, half):
    def width(n):
        return stats.t.ppf(0.95, n - 1) * sd / math.sqrt(n)

    needed = int(seeds_needed(sd, half, 0.9))
    assert needed >= 2
    assert width(needed) <= half
    assert needed == 2 or width(needed - 1) > half


def test_no_number_of_seeds_is_said_where_there_is_none():
    assert math.isnan(seeds_needed(1.0, 0.0))  # a share of a mean of 0
    assert math.isnan(seeds_needed(math.nan, 1.0))
    assert seeds_needed(1.0, 1e-9) == math.inf


def test_differences_are_taken_seed_by_seed():
    frame = differences(runs({"a": [1.0, 2.0, 4.0], "b": [2.0, 3.5, 4.5], "c": [0.0, 2.0, 5.0]}), "a")
    b, c = frame.to_dict("records")
    assert (b["label"], b["difference"], b["up"], b["down"], b["seeds"]) == ("b", 1.0, 3, 0, 3)
    assert b["relative"] == pytest.approx(1.0 / (7 / 3))
    half = stats.t.ppf(0.95, 2) * 0.5 / math.sqrt(3)
    assert (b["low"], b["high"]) == pytest.approx((1 - half, 1 + half))
    assert (c["difference"], c["up"], c["down"]) == (0.0, 1, 1)
    # (variance of a + variance of b) / variance of the differences: (7/3 + 1.58333) / 0.25
    assert b["gain"] == pytest.approx((7 / 3 + 19 / 12) / 0.25)


@pytest.mark.parametrize("shared", [0.0, 0.5, 0.9])
def test_pairing_is_worth_what_theory_says(shared):
    """With a share r of the variance in common, differences vary by 2 (1 - r) in place of 2: a gain of 1 / (1 - r)."""
    n = 20_000
    random = np.random.default_rng(3)
    common, own = random.normal(size=n), random.normal(size=(2, n))
    a, b = math.sqrt(shared) * common + math.sqrt(1 - shared) * own
    (found,) = differences(runs({"a": a, "b": b + 0.3}), "a").to_dict("records")
    assert found["difference"] == pytest.approx(0.3, abs=4 * math.sqrt(2 * (1 - shared) / n))
    half = (found["high"] - found["low"]) / 2
    assert half == pytest.approx(stats.t.ppf(0.95, n - 1) * math.sqrt(2 * (1 - shared) / n), rel=0.03)
    assert found["gain"] == pytest.approx(1 / (1 - shared), rel=0.06)


def test_only_seeds_that_ran_both_are_compared():
    frame = runs({"a": [1.0, 2.0, 3.0], "b": [2.0, math.nan, 5.0]})
    (found,) = differences(frame[~((frame["label"] == "a") & (frame["seed"] == 1))], "a").to_dict("records")
    assert (found["difference"], found["seeds"]) == (2.0, 1)
    assert math.isnan(found["low"])


def test_a_measure_that_no_run_has_says_so():
    (found,) = summary(runs({"a": [math.nan, math.nan]})).to_dict("records")
    assert found["seeds"] == 0
    assert math.isnan(found["mean"])


def test_cases_of_a_group_are_averaged_within_a_seed_first():
    frame = runs({"a": [1.0, 2.0], "b": [3.0, 6.0], "c": [10.0, 10.0]})
    frame["supply.growth"] = frame["label"].map({"a": 2, "b": 2, "c": 3.4})
    table = by_seed(frame, "m", "supply.growth")
    assert table[2.0].tolist() == [2.0, 4.0]
    assert summary(frame, by="supply.growth")["seeds"].tolist() == [2, 2]
    # A seed that lacks one of the cases would mix what differs between cases with what differs between seeds.
    assert by_seed(frame[1:], "m", "supply.growth")[2.0].isna().tolist() == [True, False]


def test_many_values_are_gathered_in_classes():
    values = {f"#{k}": [float(k)] for k in range(100)}
    frame = runs(values, **{"supply.growth": np.linspace(2, 6, 100)})
    found = summary(frame, by="supply.growth")
    assert found["supply.growth"].tolist() == ["2 to 2.8", "2.8 to 3.6", "3.6 to 4.4", "4.4 to 5.2", "5.2 to 6"]
    assert found["mean"].tolist() == [9.5, 29.5, 49.5, 69.5, 89.5]


def test_a_scenario_without_a_variant_is_itself():
    frame = runs({"a": [1.0], "b": [2.0]}).assign(variant=["", "dynamic"], scenario="off-peak")
    assert summary(frame, by="variant")["variant"].tolist() == ["off-peak", "dynamic"]
    assert summary(frame, by="scenario")["mean"].tolist() == [1.5]


def test_numbers_are_found_as_they_are_written():
    frame = runs({"a": [1.0], "b": [2.0]}, **{"supply.growth": [2.0, 3.4]})
    for written in (2, 2.0, "2", "2.0"):
        assert differences(frame, written, by="supply.growth")["supply.growth"].tolist() == [3.4]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda f: summary(f, ["n"]), "unknown measure 'n'; known: m"),
        (lambda f: summary(f, by="growth"), r"cannot compare by 'growth' \(did you mean 'supply.growth'\?\)"),
        (lambda f: summary(f, level=1.0), "level is 1, but"),
        (lambda f: summary(f, precision=0), "precision is 0"),
        (lambda f: differences(f, "ab"), "no label is 'ab'"),
        (lambda f: summary(f[:0]), "no run has finished"),
        (lambda f: summary(f.drop(columns="seed")), "no column 'seed'"),
    ],
)
def test_what_cannot_be_said_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call(runs({"a": [1.0], "b": [2.0]}, **{"supply.growth": [2, 3]}))


def test_measures_are_the_numbers_that_are_no_parameters():
    frame = runs({"a": [1.0]}, **{"supply.growth": 2, "open[2].price": 3, "word": "x", "flag": True, "n": 4})
    assert measures_in(frame) == ["m", "n"]
    assert measures_in(frame, ["n", "n"]) == ["n"]


def test_what_differs_by_rounding_does_not_differ():
    frame = runs({"a": [1.0, 2.0, 0.0], "b": [1.0 + 1e-13, 2.0 - 1e-13, 0.0], "c": [1.5, 2.0, -1.0]})
    b, c = differences(frame, "a").to_dict("records")
    assert (b["difference"], b["low"], b["high"], b["relative"], b["up"], b["down"]) == (0.0, 0.0, 0.0, 0.0, 0, 0)
    assert math.isnan(b["gain"])
    assert (c["up"], c["down"], c["seeds"]) == (1, 1, 3)
