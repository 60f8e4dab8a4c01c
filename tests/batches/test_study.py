"""A study is a value: cases times seeds, in a fixed order, written and read back exactly."""

import pickle
import tracemalloc
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.errors import InputError
from scenarios.batches.plan import study_folder
from scenarios.batches.plan.sampling import Range, Sampling
from scenarios.batches.plan.seeds import seeds_of
from scenarios.batches.plan.study import Case, Study
from scenarios.library import SCENARIOS

OFF_PEAK = SCENARIOS["off-peak"]
BASES = {"off-peak": OFF_PEAK, "off-peak:dynamic": OFF_PEAK.variant("dynamic")}

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
numbers = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False),
    words,
    st.dates(),
    st.lists(st.one_of(st.integers(-9, 9), st.floats(allow_nan=False), words), max_size=3),
)
labels = st.text(st.characters(codec="utf-8").filter(str.isprintable), min_size=1, max_size=20)


def study(**changes):
    one, two = (
        Case("one", "off-peak", "", {"supply.growth": 2.0}),
        Case("two", "off-peak", "dynamic", {"supply.growth": 2}),
    )
    return replace(Study("s", "q?", BASES, (one, two), (1, 2, 5)), **changes)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(labels, st.sampled_from(["", "dynamic"]), numbers, words), min_size=1, max_size=5),
    st.sets(st.integers(0, 2**62), min_size=1, max_size=4),
    st.one_of(st.none(), st.floats(0.1, 3000)),
)
def test_a_study_reads_back_as_it_was(tmp_path_factory, rows, seeds, days):
    cases = tuple(
        Case(f"{number}{label}", "off-peak", variant, {"a.number": value, 'b."odd, name"': text, "c.n": number})
        for number, (label, variant, value, text) in enumerate(rows)
    )
    ranges = (Range("a.number", 1, 2.5, log=True), Range("c.n", 0, 4, whole=True))
    sampling = Sampling("sobol", ranges, 8, 3, tuple(range(len(rows))))
    made = study(cases=cases, seeds=tuple(seeds), days=days, keep=("ticks",), sampling=sampling)
    folder = tmp_path_factory.mktemp("study")
    study_folder.write(made, folder)
    read = study_folder.read(folder)
    assert read == made
    assert read.digest == made.digest
    kinds = [[type(value) for value in case.changes.values()] for case in made.cases]
    assert [[type(value) for value in case.changes.values()] for case in read.cases] == kinds


def test_pandas_reads_the_cases(tmp_path):
    study_folder.write(study(), tmp_path)
    table = pd.read_csv(tmp_path / "cases.csv", keep_default_na=False)
    assert list(table.columns) == ["label", "scenario", "variant", "supply.growth"]
    assert table["supply.growth"].tolist() == [2, 2]


@pytest.mark.parametrize(
    "change",
    [
        {"seeds": (1, 2)},
        {"seeds": (2, 1, 5)},
        {"days": 7.0},
        {"users": 10},
        {"keep": ("ticks",)},
        {"name": "t"},
        {"scenarios": {**BASES, "off-peak": OFF_PEAK.with_changes({"supply.growth": 9})}},
        {"cases": study().cases[::-1]},
        {"cases": study().cases[:1]},
        {"sampling": Sampling("lhs", (Range("supply.growth", 2, 6),), 2)},
    ],
)
def test_the_digest_changes_with_each_part(change):
    assert study(**change).digest != study().digest


def test_the_digest_does_not_change_with_what_was_said_on_the_way():
    assert study(notes=("rounded up",)).digest == study().digest


def test_runs_come_seed_by_seed_and_can_be_sent_to_a_worker():
    runs = study().runs
    assert [(run.number, run.case.label, run.seed) for run in runs] == [
        (0, "one", 1),
        (1, "two", 1),
        (2, "one", 2),
        (3, "two", 2),
        (4, "one", 5),
        (5, "two", 5),
    ]
    assert runs[-1] == runs[5] == runs[4:][-1]
    with pytest.raises(IndexError):
        runs[6]
    assert pickle.loads(pickle.dumps(runs[3])) == runs[3]


def test_the_runs_of_a_large_study_take_no_room():
    cases = study().cases
    tracemalloc.start()
    runs = study(cases=cases, seeds=tuple(range(30_000))).runs
    before = tracemalloc.get_traced_memory()[0]
    assert sum(run.number for run in runs) == sum(range(60_000))
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 100_000  # bytes


def test_a_case_is_its_variant_with_its_changes():
    made = study()
    assert made.inputs == ["supply.growth"]
    assert made.scenario(made.cases[1]) == OFF_PEAK.variant("dynamic").with_changes({"supply.growth": 2})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cases": ()}, "at least one case"),
        ({"cases": (Case("a", "off-peek"),)}, "did you mean 'off-peak'"),
        ({"cases": (Case("a", "off-peak"), Case("a", "off-peak", "dynamic"))}, "label 'a' is listed twice"),
        ({"cases": (Case("a", "off-peak"), Case("b", "off-peak"))}, "case 'b' is the same as case 'a'"),
        (
            {"cases": (Case("a", "off-peak", "", {"x.y": [5]}), Case("b", "off-peak", "", {"x.y": [5.0]}))},
            "case 'b' is the same as case 'a'",
        ),
        ({"seeds": ()}, "names no seed"),
        ({"seeds": (3, 3)}, "names 3 twice"),
        ({"seeds": (-1,)}, "names -1, but"),
        ({"seeds": (2**62 + 1,)}, "names 4611686018427387905, but"),
        ({"cases": (Case("a\n", "off-peak"),)}, "cannot be printed"),
        ({"users": 0}, "--users is 0"),
        ({"days": -1.0}, "--days is -1"),
        ({"keep": ("tick",)}, "did you mean 'ticks'"),
    ],
)
def test_what_is_no_study_is_refused(change, words):
    with pytest.raises(InputError, match=words.replace("[", r"\[")):
        study(**change)


@pytest.mark.parametrize("name", ["study.toml", "cases.csv", "scenario-1-off-peak.toml"])
@pytest.mark.parametrize("damage", [None, b"", b"\xff\xfe", b"a,b\n1\n"])
def test_a_damaged_folder_is_named(tmp_path, name, damage):
    study_folder.write(study(), tmp_path)
    if damage is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(damage)
    with pytest.raises(InputError, match=str(tmp_path)):
        study_folder.read(tmp_path)


@pytest.mark.parametrize(
    ("given", "seeds"),
    [
        (3, (1, 2, 3)),
        ("3", (1, 2, 3)),
        ("1,5,9", (1, 5, 9)),
        ("10-12", (10, 11, 12)),
        ("1, 4-5", (1, 4, 5)),
        ([7, 2], (7, 2)),
        ("7,", None),
        ("a", None),
        ("5-3", None),
        ("0", None),
        ("", None),
        ("-3", None),
        ("1.5", None),
        (True, None),
        (1.5, None),
        ("1-99999999999", None),
    ],
)
def test_seeds_are_how_many_or_which(given, seeds):
    if seeds is None:
        with pytest.raises(InputError, match="--seeds"):
            seeds_of(given)
    else:
        assert seeds_of(given) == seeds
