"""Designs: every combination of a grid; samples in their ranges, and the same again."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.errors import InputError
from scenarios.batches import optional
from scenarios.batches.plan.design import Cell, cross, grid, points_in, sampled
from scenarios.batches.plan.planning import study_of
from scenarios.batches.plan.sampling import LEVELS, METHODS, Range, Sampling

GROWTH, POWER = Range("supply.growth", 2, 6), Range("supply.power_usd_per_kwh", 0.04, 0.2, log=True)


@given(st.dictionaries(st.sampled_from("abcde"), st.lists(st.integers(), min_size=1, max_size=4, unique=True)))
def test_a_grid_is_every_combination_once(vary):
    cells = grid(vary)
    assert len(cells) == math.prod(map(len, vary.values()))
    assert len({tuple(cell.changes.items()) for cell in cells}) == len(cells)
    assert all(cell.changes[path] in values for cell in cells for path, values in vary.items())


def test_designs_are_crossed():
    cells = cross(grid({"a": [1, 2]}), [Cell({"b": 3}, "#1"), Cell({"b": 4}, "#2")])
    assert [(cell.changes, cell.mark) for cell in cells] == [
        ({"a": 1, "b": 3}, "#1"),
        ({"a": 1, "b": 4}, "#2"),
        ({"a": 2, "b": 3}, "#1"),
        ({"a": 2, "b": 4}, "#2"),
    ]


def test_a_grid_that_nobody_runs_is_refused_before_it_is_made():
    with pytest.raises(InputError, match="1,000,000,000,000 cases"):
        grid({name: range(1000) for name in "abcd"})


spans = st.builds(
    lambda low, width, log, whole: Range(
        "x",
        float(math.ceil(low)) if whole else low,
        float(math.ceil(low) + math.ceil(width)) if whole else low + width,
        log=log,
        whole=whole,
    ),
    st.floats(1e-3, 1e3),
    st.floats(0.1, 1e3),
    st.booleans(),
    st.booleans(),
)


@given(spans, st.floats(0, 1))
def test_every_value_is_in_its_range(span, share):
    value = span.value(share)
    assert span.low <= value <= span.high
    assert isinstance(value, int if span.whole else float)


@given(spans)
def test_a_range_reaches_from_low_to_high(span):
    assert (span.value(0.0), span.value(1.0)) == (span.low, span.high)


def test_whole_numbers_come_equally_often_and_logarithms_evenly():
    whole = Range("x", 1, 4, whole=True)
    counts = np.bincount([whole.value((k + 0.5) / 4000) for k in range(4000)])
    assert counts.tolist() == [0, 1000, 1000, 1000, 1000]
    assert Range("x", 1, 100, log=True).value(0.5) == pytest.approx(10)


@settings(max_examples=25)
@given(st.sampled_from(list(METHODS)), st.integers(2, 20), st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_samples_are_in_their_ranges_and_the_same_again_by_their_seed(method, size, count, seed):
    ranges = tuple(Range(f"p.{k}", 1 + k, 3 + 2 * k, log=bool(k % 2)) for k in range(count))
    asked = Sampling(method, ranges, size, seed)
    fitted, cells, _ = sampled(asked)
    assert sampled(asked)[:2] == (fitted, cells)
    values = np.array([list(cell.changes.values()) for cell in cells])
    assert (values >= [one.low for one in ranges]).all()
    assert (values <= [one.high for one in ranges]).all()
    assert len({cell.mark for cell in cells}) == len(cells)
    # Points that are there twice are run once, and the order leads back to all of them.
    assert (len(fitted.order) or len(cells)) == points_in(fitted)
    assert set(fitted.order) in (set(), set(range(len(cells))))


def test_another_design_seed_gives_other_points():
    one, other = (sampled(Sampling("lhs", (GROWTH, POWER), 8, seed))[1] for seed in (1, 2))
    assert one != other


def test_a_latin_hypercube_has_every_slice_once():
    cells = sampled(Sampling("lhs", (GROWTH, POWER), 16))[1]
    slices = sorted(int((cell.changes["supply.growth"] - 2) / 4 * 16) for cell in cells)
    logs = sorted(int(math.log(cell.changes[POWER.path] / 0.04) / math.log(5) * 16) for cell in cells)
    assert slices == logs == list(range(16))


def test_saltellis_scheme_takes_a_power_of_two_and_says_so():
    fitted, cells, notes = sampled(Sampling("sobol", (GROWTH, POWER), 5))
    assert (fitted.size, len(cells)) == (8, 8 * (2 + 2))
    assert notes == [
        "--sample 5 is rounded up to 8, a power of two, which Sobol's sequence needs; 8 base points x (2 ranges + 2) "
        "= 32 points"
    ]
    rows = [tuple(cell.changes.values()) for cell in cells]
    for first in range(0, 32, 4):  # A, A with B's first, A with B's second, B
        a, one, two, b = rows[first : first + 4]
        assert (one, two) == ((b[0], a[1]), (a[0], b[1]))


def test_trajectories_change_one_input_at_a_time_on_the_levels():
    fitted, cells, _ = sampled(Sampling("morris", (GROWTH, POWER, Range("x.y", 0, 1)), 6))
    order = fitted.order or range(len(cells))
    rows = [tuple(cells[place].changes.values()) for place in order]
    assert len(rows) == 6 * 4
    for first in range(0, 24, 4):
        changed = [[a != b for a, b in zip(one, two, strict=True)] for one, two in pairwise(rows[first : first + 4])]
        assert np.array(changed).sum(axis=0).tolist() == [1, 1, 1]
        assert np.array(changed).sum(axis=1).tolist() == [1, 1, 1]
    levels = {round((row[0] - 2) / 4 * (LEVELS - 1), 9) for row in rows}
    assert levels <= {0.0, 1.0, 2.0, 3.0}


def test_whole_parameters_are_sampled_whole():
    made = study_of("off-peak", ranges={"supply.lead_quarters": (1, 3)}, sample=12, seeds=1, users=10)
    assert sorted(case.changes["supply.lead_quarters"] for case in made.cases) == [1, 2, 3]
    assert made.sampling.ranges[0].whole
    assert len(made.sampling.order) == 12
    assert made.notes == ("9 of 12 points are there already, and are run once",)


def test_without_salib_one_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setattr(optional, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"--method sobol needs SALib.*pip install 'tokenmarket\[sensitivity\]'"):
        sampled(Sampling("sobol", (GROWTH, POWER), 4))
    assert len(sampled(Sampling("lhs", (GROWTH, POWER), 4))[1]) == 4


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("x", 3, 2), "low must be below high"),
        (("x", 2, 2), "low must be below high"),
        (("x", 0, 2, True), "low must be above 0 for a logarithm"),
        (("x", 0.5, 2, False, True), "whole number"),
        (("x", math.nan, 2), "low is nan"),
        (("x", 0, math.inf), "high is inf"),
        (("x", "2", 3), "low is '2'"),
        (("x", -1e308, 1e308), "wider than a number"),
    ],
)
def test_what_is_no_range_is_refused(values, words):
    with pytest.raises(InputError, match=words):
        Range(*values)


@pytest.mark.parametrize(
    ("method", "ranges", "size", "words"),
    [
        ("lsh", (GROWTH,), 4, "did you mean 'lhs'"),
        ("lhs", (), 4, "at least one --range"),
        ("lhs", (GROWTH,), 0, "--sample is 0"),
        ("sobol", (GROWTH,), 4, "at least two --range"),
        ("sobol", (GROWTH, POWER), 1, "must be at least 2"),
        ("morris", (GROWTH, Range("a.b", 1, 4, whole=True)), 4, "a.b is a whole number"),
        ("sobol", (GROWTH, POWER), 90_000, "at most 200,000"),
    ],
)
def test_what_is_no_sample_is_refused(method, ranges, size, words):
    with pytest.raises(InputError, match=words):
        sampled(Sampling(method, ranges, size))
