"""Options and Python values become studies, or are refused before anything runs."""

import math

import pytest

from capacity.errors import InputError
from scenarios.batches.plan.design import current, unit_of
from scenarios.batches.plan.options import range_of, study_from, vary_of
from scenarios.batches.plan.planning import DISTINCT, study_of
from scenarios.batches.plan.sampling import Range
from scenarios.library import SCENARIOS


def written(path, text):
    path.write_text(text)
    return path


OFF_PEAK = SCENARIOS["off-peak"]


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("a.b=2,3.4,5", [2, 3.4, 5]),
        ("a.b=fixed,surge", ["fixed", "surge"]),
        ("a.b=[1, 2],[3]", [[1, 2], [3]]),
        ("a.b=true,inf", [True, math.inf]),
        ('a.b="x,y",z', ["x,y", "z"]),
        ("a.b = 1 , 2", [1, 2]),
    ],
)
def test_values_to_vary_are_written_as_in_toml(option, values):
    assert vary_of([option]) == {"a.b": values}


@pytest.mark.parametrize("option", ["a.b", "a.b=", "=2", "a.b=1,,2", "a.b=1,", "a.b=[1,2", 'a.b="x'])
def test_what_does_not_vary_is_refused(option):
    with pytest.raises(InputError, match="--vary"):
        vary_of([option])


@pytest.mark.parametrize(
    ("option", "made"),
    [
        ("a.b=2:6", (Range("a.b", 2, 6), "")),
        ("a.b=0.5:6e1:log", (Range("a.b", 0.5, 60, log=True), "")),
        ("a.b=-2:6 USD/kWh", (Range("a.b", -2, 6), "USD/kWh")),
        ("a.b = 2:6:log 1/year", (Range("a.b", 2, 6, log=True), "1/year")),
    ],
)
def test_ranges_are_read(option, made):
    assert range_of(option) == made


@pytest.mark.parametrize("option", ["a.b", "a.b=2", "a.b=2:", "a.b=x:3", "=2:6", "a.b=2:6:ln", "a.b=6:2", "a.b=2:inf"])
def test_what_is_no_range_option_is_refused(option):
    with pytest.raises(InputError, match=r"range .*a\.b|--range '=2:6'"):
        range_of(option)


@pytest.mark.parametrize(
    ("path", "value", "unit"),
    [
        ("supply.growth", 1.0, "1/year"),
        ("supply.power_usd_per_kwh", 0.08, "USD/kWh"),
        ("labs.Aster.pricing.stickiness", 0.1, "1"),
        ("labs[0].pricing.stickiness", 0.1, "1"),
        ("labs.*.pricing.stickiness", 0.1, "1"),
        ("supply.grwth", None, ""),
        ("labs.Nobody.cash", None, ""),
        ("labs[9].cash", None, ""),
        ("supply.growth.more", None, ""),
    ],
)
def test_a_parameter_has_its_value_and_unit(path, value, unit):
    assert current(OFF_PEAK, path) == value
    assert unit_of(OFF_PEAK, path) == unit


def labels(**options):
    return [case.label for case in study_from(**{"seeds": 1, "users": 10, **options}).cases]


def test_cases_are_labelled_by_what_they_are():
    assert labels(scenarios=["off-peak:*"]) == ["off-peak", "off-peak: time-of-day", "off-peak: dynamic"]
    assert labels(scenarios=["off-peak:dynamic", "broker"], vary=["supply.growth=2,3.4"]) == [
        "off-peak: dynamic, supply.growth=2",
        "off-peak: dynamic, supply.growth=3.4",
        "broker, supply.growth=2",
        "broker, supply.growth=3.4",
    ]
    close = labels(scenarios=["off-peak"], vary=["supply.growth=2.0000001,2.0000002"])
    assert close == ["off-peak, supply.growth=2", "off-peak, supply.growth=2 (2)"]
    assert labels(scenarios=["off-peak"], ranges=["supply.growth=2:6"], sample=11)[::10] == [
        "off-peak, #01",
        "off-peak, #11",
    ]


def test_every_base_takes_the_same_points_and_the_same_seeds():
    made = study_from(["off-peak:*"], ranges=["supply.growth=2:6"], sample=3, seeds="4-5")
    points = [
        [c.changes["supply.growth"] for c in made.cases if c.variant == v] for v in ("", "time-of-day", "dynamic")
    ]
    assert points[0] == points[1] == points[2]
    assert len(made.runs) == 3 * 3 * 2
    assert {run.seed for run in made.runs} == {4, 5}


def test_set_changes_all_and_comes_after_the_variant():
    made = study_from(["off-peak:*"], sets=["open.*.pricing.kind=fixed", "demand.scale=2"], seeds=1)
    for case in made.cases:
        scenario = made.scenario(case)
        assert scenario.demand.scale == 2
        assert {one.pricing.kind for one in scenario.open} == {"fixed"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scenarios": []}, "at least one SCENARIO"),
        ({"scenarios": ["off-peak", "off-peak:*"]}, "'off-peak' is asked for twice"),
        ({"scenarios": ["baseline-2026:*"]}, "has no variants"),
        ({"scenarios": ["off-peak:dynamc"]}, "did you mean 'dynamic'"),
        (
            {"vary": ["supply.grwth=2"]},
            "case 'off-peak, supply.grwth=2': .*did you mean 'growth'",
        ),
        ({"vary": ["supply.growth=2,-3"]}, "case 'off-peak, supply.growth=-3': supply.growth is -3, but must be"),
        ({"vary": ["supply.growth=2,2.0"]}, "is the same as case 'off-peak, supply.growth=2': list it once"),
        ({"vary": ["supply.growth=2", "supply.growth=3"]}, "given twice"),
        ({"vary": ["supply.growth=2"], "ranges": ["supply.growth=2:6"], "sample": 4}, "vary supply.growth twice"),
        (
            {"sets": ["supply.growth=3"], "vary": ["supply.growth=2,5"]},
            "supply.growth is set for all cases, and varies",
        ),
        ({"sets": ["supply.growth=3"], "ranges": ["supply.growth=2:6"], "sample": 4}, "supply.growth is set for all"),
        ({"ranges": ["supply.growth=2:6", "supply.growth=2:6"], "sample": 4}, "--range vary supply.growth twice"),
        ({"ranges": ["supply.growth=2:6"]}, "needs --sample"),
        ({"sample": 4}, "at least one --range"),
        ({"method": "lhs"}, "--method says how to sample"),
        ({"design_seed": 3}, "--design-seed says how to sample"),
        ({"ranges": ["supply.growth=-2:6"], "sample": 8}, "supply.growth is -.*but must be a number, above 0"),
        ({"ranges": ["supply.power_usd_per_kwh=40:90 USD/MWh"], "sample": 8}, "the parameter is in 'USD/kWh'"),
        ({"days": 0.001}, "less than one tick"),
        ({"days": -3}, "--days is -3"),
        ({"users": 0}, "--users is 0"),
        ({"keep": ["tick"]}, "did you mean 'ticks'"),
        ({"sets": ["supply.growth"]}, "must look like path=value"),
        # A model too large for the machines only shows in the economy.
        ({"vary": ["labs.*.tiers.*.speed=60,90000"]}, "case 'off-peak, .*speed=90000'"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_runs(options, words):
    with pytest.raises(InputError, match=words):
        study_from(**{"scenarios": ["off-peak"], "seeds": 1, **options})


def test_a_wrong_row_of_a_table_is_named(tmp_path):
    path = written(tmp_path / "points.csv", "supply.growth\n2\n3\n-1\n")
    with pytest.raises(InputError, match=r"case 'off-peak, line 4': supply.growth is -1"):
        study_from(["off-peak"], design=path)
    with pytest.raises(InputError, match=r"'off-peak, line 3' is the same as case 'off-peak, line 2'"):
        study_from(["off-peak"], design=written(tmp_path / "points.csv", "supply.growth\n2\n2.0\n"))


def test_two_scenarios_of_one_name_are_told_apart_or_refused(tmp_path):
    (tmp_path / "a.toml").write_text('name = "off-peak"\nquestion = "?"\n')
    with pytest.raises(InputError, match="two different scenarios are called 'off-peak'"):
        study_from(["off-peak", str(tmp_path / "a.toml")])


def test_economies_are_made_for_the_extremes_of_each_input(monkeypatch):
    seen = []
    monkeypatch.setattr("scenarios.batches.plan.planning.check_economy", lambda scenario, where: seen.append(where))
    many = DISTINCT + 70
    made = study_of("off-peak", ranges={"supply.growth": (2, 6), "demand.growth": (1, 9)}, sample=many, users=10)
    found = {case.label for case in made.cases if f"case '{case.label}'" in seen}
    for path in made.inputs:
        ordered = sorted(made.cases, key=lambda case: case.changes[path])
        assert {ordered[0].label, ordered[-1].label} <= found
    assert len(seen) <= 1 + 2 * len(made.inputs)


def test_python_values_say_the_same_as_options():
    said = study_from(
        ["off-peak:dynamic"],
        sets=["demand.scale=2"],
        vary=["supply.growth=2,3.4"],
        sample=4,
        ranges=["supply.power_usd_per_kwh=0.04:0.2:log"],
        design_seed=7,
        seeds="2",
        days=3,
        users=50,
        keep=["ticks"],
    )
    made = study_of(
        "off-peak:dynamic",
        sets={"demand.scale": 2},
        vary={"supply.growth": [2, 3.4]},
        sample=4,
        ranges={"supply.power_usd_per_kwh": (0.04, 0.2, "log")},
        design_seed=7,
        seeds=2,
        days=3,
        users=50,
        keep=["ticks"],
    )
    assert made == said
    assert made.digest == said.digest


def test_a_scenario_of_ones_own_is_taken():
    mine = OFF_PEAK.with_changes({"name": "mine", "supply.growth": 4})
    made = study_of([mine, "broker"], seeds=[3])
    assert [case.label for case in made.cases] == ["mine", "broker"]
    assert made.scenario(made.cases[0]) == mine
