"""The words of an answer: what counts as expected, as missed, and as too uncertain to say."""

import math

import pytest

from scenarios.batches.comparison import compare, read_runs
from scenarios.definition.asking import outcome
from scenarios.reports import subject
from scenarios.reports.answer import GOOD, MISSED, OPEN, REPORTED, UNSURE, Verdict, _moved, counted, of_run, wish
from scenarios.reports.batch_answer import _kind, of_batch
from scenarios.reports.measured_numbers import change, dollars, estimate, pair, percent, relative, values
from scenarios.reports.parameter_tables import written
from scenarios.results.measures import MEASURES, meaning


def verdicts(*kinds):
    return [Verdict(outcome("spot-price", "reported" if kind == REPORTED else "up"), kind, "") for kind in kinds]


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ((GOOD, GOOD), "This run tests 2 expectations of its sources. All of them came out as expected."),
        ((GOOD,), "This run tests 1 expectation of its sources. It came out as expected."),
        ((GOOD, MISSED), "This run tests 2 expectations of its sources. 1 came out as expected and 1 did not."),
        ((MISSED,), "This run tests 1 expectation of its sources. None came out as expected."),
        (
            (UNSURE, MISSED),
            "This run tests 2 expectations of its sources. None came out as expected, 1 did not and 1 "
            "cannot be told from luck.",
        ),
        (
            (GOOD, OPEN, OPEN),
            "This run tests 1 expectation of its sources. It came out as expected. 2 more cannot be "
            "tested here: below it says why.",
        ),
        ((OPEN,), "This run cannot test the one expectation of its sources; below it says why."),
        ((REPORTED,), "No source says what to expect here, so what came out is reported and not judged."),
        ((), ""),
    ],
)
def test_how_many_came_out(kinds, said):
    assert counted(verdicts(*kinds)) == said


@pytest.mark.parametrize(
    ("expected", "mean", "base", "low", "high", "kind"),
    [
        ("up", 12.0, 10.0, 1.0, 3.0, GOOD),
        ("down", 12.0, 10.0, 1.0, 3.0, MISSED),
        ("up", 12.0, 10.0, -1.0, 5.0, UNSURE),
        ("up", 12.0, 10.0, math.nan, math.nan, UNSURE),  # one seed
        ("up", 10.1, 10.0, 0.05, 0.15, MISSED),  # sure, but no more than the 2 % that count as the same
        ("same", 10.1, 10.0, 0.05, 0.15, GOOD),
        ("same", 12.0, 10.0, 1.0, 3.0, MISSED),
        ("same", 10.1, 10.0, -1.0, 1.2, UNSURE),
        ("reported", 12.0, 10.0, 1.0, 3.0, REPORTED),
    ],
)
def test_a_difference_over_seeds_is_judged_by_its_interval(expected, mean, base, low, high, kind):
    gap = {"mean": mean, "base": base, "gap": mean - base, "low": low, "high": high, "seeds": 4.0}
    assert _kind(outcome("spot-price", expected, against="dynamic"), gap) == kind


def test_who_expects_what():
    assert wish(outcome("spot-price", "up", source="Epoch")) == "Expected to rise (Epoch)."
    assert wish(outcome("spot-price", "down", against="dynamic")) == "Expected to be lower than in dynamic."
    assert wish(outcome("spot-price", "same", against="dynamic")) == "Expected to be the same as in dynamic."
    assert (
        wish(outcome("spot-price", "up", against="dynamic"), "flat") == "Expected to be higher in flat than in dynamic."
    )
    assert wish(outcome("spot-price")) == ""


def test_numbers_as_people_read_them():
    assert values("utilisation", 0.484, 0.49) == ["48.4\u00a0%", "49.0\u00a0%"]
    assert values("spot-price", math.nan, 324.0) == ["–", "324 USD per rack-h"]
    assert pair("spot-price", 326.0, 324.0) == ("326", "324 USD per rack-h")
    assert values("unserved", 0.0123, 0.5) == ["1.23\u00a0%", "50\u00a0%"]
    assert meaning("unserved-casual") == "share of requests given up, unaffordable or turned away: of casual users"
    assert (relative(3.0, 2.0), relative(50.0, 2.0), relative(1.0, 0.0)) == ("+50.0\u00a0%", "× 25", "–")
    assert (percent(-0.5), percent(-1e-9), percent(math.nan)) == ("−50.0\u00a0%", "0\u00a0%", "–")
    assert (dollars(-1234.5), dollars(2.5)) == ("−$1,234", "$2.50")


def test_what_is_next_to_nothing_is_no_base_of_a_ratio():
    assert _moved("unserved", 0.529, 8.2e-7) == "rose from next to nothing to 52.9\u00a0%"
    assert _moved("unserved", 0.529, 0.02) == "rose from 2\u00a0% to 52.9\u00a0% (× 26.4)"
    assert _moved("unserved", 0.896, 0.000344) == "rose from 0.0344\u00a0% to 89.6\u00a0%"
    assert _moved("unserved", 2e-6, 1e-6) == "stayed at next to nothing"
    assert pair("spot-price", 1e-5, 324.0) == ("next to nothing", "324 USD per rack-h")
    assert pair("spot-price", 324.0, 1e-5) == ("324 USD per rack-h", "next to nothing")
    assert change("spot-price", 3.0, 2.0) == " (+50.0\u00a0%)"
    assert relative(2000.0, 1.0) == "–"


@pytest.mark.parametrize(
    ("value", "half", "size", "sign", "said"),
    [
        (1.291e-7, 1.2e-5, 0.9, True, "0"),
        (1.291e-7, 1.2e-5, 0.9, False, "≈ 0"),
        (0.0, math.nan, 0.0, False, "0"),
        (0.0012, 0.25, 0.9, True, "0.00 ± 0.25"),
        (-0.306339, 0.65, 0.9, True, "−0.31 ± 0.65"),
        (6015.996, 14379.2, 11794.0, True, "+6,016 ± 14,379"),
        (0.927547, 0.000001, 0.99, False, "0.9275"),
        (324.0, 0.0, 11794.0, False, "324"),
        (7.0, math.nan, 7.0, False, "7"),
        (math.nan, math.nan, 1.0, False, "–"),
    ],
)
def test_a_mean_has_the_digits_that_matter(value, half, size, sign, said):
    assert estimate(value, half, size, sign=sign) == said


def test_parameters_as_people_write_them():
    assert [written(one) for one in (True, math.inf, 1e9, -0.5, (), None, "")] == [
        "yes",
        "no limit",
        "1,000,000,000",
        "−0.5",
        "none",
        "not there",
        "none",
    ]


def test_an_answer_subtracts_as_compare_does(batch_folder):
    """The first case is what others are compared with, whichever of two has the outcome."""
    found = compare(read_runs(batch_folder), measures=["load-peak-ratio", "queue-hours"])
    shown = {
        one.outcome.measure: one.found
        for one in of_batch(subject.read(batch_folder))
        if one.outcome.against == found.gaps[found.by].iloc[0]
    }
    means = found.means.set_index([found.by, "measure"])["mean"]
    for row in found.gaps.to_dict("records"):
        base, other = means[found.against, row["measure"]], means[row[found.by], row["measure"]]
        assert f"in {found.against}, " in shown[row["measure"]].partition(" (")[0]
        if base > 0:
            assert relative(other, base) in shown[row["measure"]]
            assert relative(base, other) not in shown[row["measure"]]


def test_two_runs_are_subtracted_one_way(pair_folders):
    """B less A in the figures, and so in both answers: whoever of the two has the outcome."""
    flat, dynamic = (subject.read(folder) for folder in pair_folders)
    for is_base, order in ((True, "here, {} in dynamic"), (False, "in dynamic, {} here")):
        found = {
            one.outcome.measure: one.found
            for one in of_run(flat, {"dynamic": dynamic.frames}, is_base=is_base)
            if one.outcome.against == "dynamic"
        }
        here, there = (MEASURES["load-peak-ratio"].of(run.frames) for run in (flat, dynamic))
        ends = (here, there) if is_base else (there, here)
        old, new = pair("load-peak-ratio", *ends)
        assert found["load-peak-ratio"] == f"{old} {order.format(new)}{change('load-peak-ratio', *ends[::-1])}."
