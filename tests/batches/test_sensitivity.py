"""Sensitivities through our own design and table of runs: functions whose answer is known."""

import math
import re

import numpy as np
import pandas as pd
import pytest

from capacity.errors import InputError
from scenarios.batches import optional
from scenarios.batches.analysis import sensitivity
from scenarios.batches.analysis.sensitivity import morris_effects, sobol_indices
from scenarios.batches.plan.design import sampled
from scenarios.batches.plan.sampling import Range, Sampling

pytest.importorskip("SALib", reason="SALib is not installed: pip install 'tokenmarket[sensitivity]'")


def answered(sampling, function, seeds=(1,), **columns):
    """The design, and a table as a batch of it gives: one row a run, in the order in which seeds and cases come."""
    fitted, cells, _ = sampled(sampling)
    rows = [
        {
            "run": seed_number * len(cells) + number,
            "label": f"s, {cell.mark}",
            "scenario": "s",
            "variant": "",
            "seed": seed,
            **cell.changes,
            "m": function(*cell.changes.values(), seed),
        }
        for seed_number, seed in enumerate(seeds)
        for number, cell in enumerate(cells)
    ]
    return fitted, pd.DataFrame(rows).assign(**columns)


def ishigami(a, b, c, seed):
    return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


ANGLES = tuple(Range(f"x.{name}", -math.pi, math.pi) for name in "abc")


def test_sobol_indices_of_the_ishigami_function():
    fitted, frame = answered(Sampling("sobol", ANGLES, 1024), ishigami)
    found = sobol_indices(fitted and frame.sample(frac=1, random_state=1), fitted).set_index("input")
    # Ishigami and Homma (1990), a = 7, b = 0.1.
    assert found["first"].tolist() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found["total"].tolist() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    assert ((found["first_low"] <= found["first"]) & (found["first"] <= found["first_high"])).all()
    assert (found["total_high"] - found["total_low"] < 0.2).all()


def test_sobol_indices_over_logarithms_and_seeds():
    """y = log x + 2 log z: shares 1/5 and 4/5, and luck that the mean over seeds takes away."""
    ranges = (Range("x.a", 1, 100, log=True), Range("x.b", 0.01, 1, log=True))
    luck = {1: 5.0, 2: -5.0}
    fitted, frame = answered(
        Sampling("sobol", ranges, 512), lambda a, b, seed: math.log(a) + 2 * math.log(b) + luck[seed], seeds=(1, 2)
    )
    found = sobol_indices(frame, fitted)
    assert found["first"].tolist() == pytest.approx([0.2, 0.8], abs=0.01)
    assert found["total"].tolist() == pytest.approx([0.2, 0.8], abs=0.01)


def test_every_sample_of_a_batch_has_its_own_indices():
    fitted, one = answered(Sampling("sobol", ANGLES[:2], 64), lambda a, b, seed: a)
    other = one.assign(variant="other", run=one["run"] + len(one), label="o " + one["label"], m=one["x.b"])
    found = sobol_indices(pd.concat([other, one]), fitted)
    assert found.columns.tolist()[:4] == ["scenario", "variant", "measure", "input"]
    totals = found.set_index(["variant", "input"])["total"]
    assert totals["", "x.a"] == pytest.approx(1, abs=0.05)
    assert totals["", "x.b"] == pytest.approx(0, abs=1e-9)
    assert totals["other", "x.b"] == pytest.approx(1, abs=0.05)


def test_points_that_are_run_once_count_as_often_as_they_are_there():
    """Whole numbers from 1 to 2 are four points; x + 3 y has its shares all the same: 0.1 and 0.9."""
    ranges = (Range("x.a", 1, 2, whole=True), Range("x.b", 1, 2, whole=True))
    fitted, frame = answered(Sampling("sobol", ranges, 256), lambda a, b, seed: a + 3 * b)
    assert len(frame) == 4
    assert sobol_indices(frame, fitted)["first"].tolist() == pytest.approx([0.1, 0.9], abs=0.02)


def test_morris_effects_of_a_linear_function_are_exact():
    ranges = (*ANGLES[:2], Range("x.c", 1, 1000, log=True))
    fitted, frame = answered(Sampling("morris", ranges, 10), lambda a, b, c, seed: 2 * a - 3 * b + math.log10(c))
    found = morris_effects(frame.sample(frac=1, random_state=2), fitted).set_index("input")
    span = 2 * math.pi
    assert found["mean"].tolist() == pytest.approx([2 * span, -3 * span, 3.0])
    assert found["strength"].tolist() == pytest.approx([2 * span, 3 * span, 3.0])
    assert found["spread"].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    assert found["strength_low"].tolist() == pytest.approx(found["strength_high"].tolist())


def test_morris_tells_an_input_that_interacts():
    fitted, frame = answered(Sampling("morris", ANGLES[:2], 40), lambda a, b, seed: a * b)
    assert len(frame) <= 16  # a grid of four levels each
    found = morris_effects(frame, fitted)
    assert (found["spread"] > found["strength"] * 0.5).all()


def test_a_measure_without_numbers_or_without_a_change_has_no_indices():
    fitted, frame = answered(Sampling("sobol", ANGLES[:2], 8), lambda a, b, seed: 1.0)
    frame["gap"] = np.where(frame["run"] == 3, np.nan, 1.0 + frame["x.a"])
    found = sobol_indices(frame, fitted).set_index(["measure", "input"])
    assert len(found) == 4
    assert found[["first", "total"]].isna().all(axis=None)
    fitted, frame = answered(Sampling("morris", ANGLES[:2], 8), lambda a, b, seed: math.nan)
    assert morris_effects(frame, fitted)["strength"].isna().all()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: f[f["run"] != 5], "s has 32 of the 32 cases of its design, 1 of them without all seeds"),
        (lambda f: f[f["label"] != "s, #05"], "s has 31 of the 32 cases of its design: indices need every run"),
        (lambda f: f.drop(columns="x.a"), "no column 'x.a'"),
    ],
)
def test_indices_need_every_run(spoil, words):
    fitted, frame = answered(Sampling("sobol", ANGLES[:2], 8), lambda a, b, seed: a, seeds=(1, 2))
    with pytest.raises(InputError, match=re.escape(words)):
        sobol_indices(spoil(frame), fitted)


def test_the_design_must_be_of_the_method(monkeypatch):
    fitted, frame = answered(Sampling("lhs", ANGLES, 8), ishigami)
    with pytest.raises(InputError, match=r"sampled by lhs.*--method sobol"):
        sobol_indices(frame, fitted)
    with pytest.raises(InputError, match=r"not sampled.*--method morris"):
        morris_effects(frame, None)
    fitted, frame = answered(Sampling("morris", ANGLES, 8), ishigami)
    with pytest.raises(InputError, match=r"level is 1\.5"):
        morris_effects(frame, fitted, level=1.5)
    monkeypatch.setattr(optional, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="needs SALib"):
        sensitivity.morris_effects(frame, fitted)
