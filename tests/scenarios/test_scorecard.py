"""The scorecard's verdicts, and that every check can be asked."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from in_line import WITHOUT_PROCESSES
from typer.testing import CliRunner

from capacity.errors import InputError
from scenarios.batches.plan.planning import study_of
from scenarios.cli.evidence import evidence_command
from scenarios.cli.main import app
from scenarios.library import SCENARIOS
from scenarios.loading.scenarios import load
from scenarios.results.measures import MEASURES
from scenarios.studies.moments.moments import Moment, shipped
from scenarios.studies.scorecard.judging import Verdict, evidence_study, judge
from scenarios.studies.scorecard.records import records_of, sellers_markdown
from scenarios.studies.scorecard.sellers import observed, sellers
from scenarios.studies.scorecard.statements import STATEMENTS, Check, Statement


def test_the_ten_statements_are_there() -> None:
    assert [s.number for s in STATEMENTS] == list(range(1, 11))
    assert all(s.checks and s.text and s.source for s in STATEMENTS)


@pytest.mark.parametrize("check", [c for s in STATEMENTS for c in s.checks], ids=lambda c: c.measure)
def test_every_check_asks_a_known_scenario_for_something(check: Check) -> None:
    assert check.scenario in SCENARIOS
    assert check.against is None or check.against in SCENARIOS
    assert check.low < check.high
    assert math.isfinite(check.low) or math.isfinite(check.high)
    assert check.measure in MEASURES


def test_every_target_of_what_sellers_did_is_asked_of_a_scenario_that_is_there() -> None:
    checks = sellers().checks
    assert {check.measure for check in checks} == {moment.measure for moment in shipped("sellers")}
    assert all(check.name and check.source for check in checks)
    for check in checks:
        assert load(check.scenario, []).time.days >= 28.0


@pytest.mark.parametrize("moment", shipped("sellers"), ids=lambda moment: moment.measure)
def test_what_is_counted_in_the_lists_is_within_its_target(moment: Moment) -> None:
    counted = observed(moment.measure)
    assert math.isnan(counted) is not moment.measure.startswith(("open", "closed"))
    assert math.isnan(counted) or moment.low <= counted <= moment.high


def test_what_sellers_did_is_judged_and_written_as_a_table() -> None:
    measures = {check.measure: 0.5 for check in sellers().checks}
    labels = dict.fromkeys(": ".join(check.scenario.split(":")) for check in sellers().checks)
    runs = pd.DataFrame([{"label": label, "seed": seed} | measures for label in labels for seed in (1, 2)])
    records = records_of(judge(runs, [sellers()]))
    hits = {(r["measure"], r["scenario"]) for r in records if r["hit"]}
    assert hits == {
        ("batch-ratio", "baseline-2026"),
        ("batch-ratio", "dear-hours:catalogues"),
        ("closed-list-change-size", "dear-hours:catalogues"),
        ("closed-list-blocks", "dear-hours:catalogues"),
    }
    text = sellers_markdown(records, 2, 50)
    assert text.startswith(f"4 of {len(records)} checks are hits, 2 seeds each.")
    assert "| dear-hours:catalogues | 3.5 to 7.3 | 5.94 | 0.5 | 0.5 to 0.5 | MISS |" in text
    assert text.count("\n- ") == len(shipped("sellers"))


def statement(*checks: Check) -> Statement:
    return Statement(1, "text", "source", checks)


def summaries(**values: list[float]) -> pd.DataFrame:
    rows = [
        {"label": label, "scenario": label, "variant": "", "seed": seed, "spot-price": value}
        for label, series in values.items()
        for seed, value in enumerate(series, 1)
    ]
    return pd.DataFrame(rows)


def test_the_interval_is_students() -> None:
    check = Check("a", "spot-price", low=1.0)
    [verdict] = judge(summaries(a=[1.0, 2.0, 3.0, 4.0]), [statement(check)])
    assert verdict.mean == 2.5
    # Standard error sqrt(5/3)/2 = 0.645497; 95 % quantile of t with 3 degrees of freedom 2.353363 (tables).
    assert verdict.high - verdict.mean == pytest.approx(2.353363 * 0.645497, rel=1e-5)
    assert verdict.mean - verdict.low == pytest.approx(verdict.high - verdict.mean)
    assert not verdict.hit  # the interval reaches below 1


def test_against_another_scenario_it_is_the_difference_seed_by_seed() -> None:
    check = Check("a", "spot-price", high=0.0, against="b")
    [verdict] = judge(summaries(a=[1.0, 50.0, 900.0], b=[3.0, 52.0, 902.0]), [statement(check)])
    assert (verdict.mean, verdict.low, verdict.high) == pytest.approx((-2.0, -2.0, -2.0))
    assert verdict.hit


def test_seeds_without_a_value_do_not_count_and_nothing_is_a_miss() -> None:
    check = Check("a", "spot-price", low=0.0)
    [verdict] = judge(summaries(a=[1.0, np.nan, 2.0]), [statement(check)])
    assert verdict.seeds == 2
    [nothing] = judge(summaries(a=[np.nan, np.nan]), [statement(check)])
    assert nothing.seeds == 0
    assert not nothing.hit


@pytest.mark.parametrize(
    ("mean", "low", "high", "hit"), [(1.5, 1.2, 1.8, True), (1.5, 0.9, 2.1, False), (0.5, 0.4, 0.6, False)]
)
def test_a_hit_is_sure_of_its_side(mean: float, low: float, high: float, *, hit: bool) -> None:
    check = Check("baseline-2026", "spot-price", low=1.0)
    assert Verdict(statement(check), check, mean, low, high, 8).hit is hit


def test_every_scenario_that_is_asked_is_run_once_a_seed() -> None:
    study = evidence_study(seeds=3, users=50)
    asked = {name for s in STATEMENTS for c in s.checks for name in (c.scenario, c.against) if name}
    assert sorted(case.label for case in study.cases) == sorted(asked)
    assert study.seeds == (1, 2, 3)


@WITHOUT_PROCESSES
def test_the_command_runs_a_batch_judges_it_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    check = Check("free-tier", "late-quota-granted", high=0.9)
    monkeypatch.setattr("scenarios.studies.scorecard.statements.STATEMENTS", (statement(check),))
    shorter = SCENARIOS["free-tier"].with_changes({"time.days": 1.0})
    monkeypatch.setattr(
        "scenarios.studies.scorecard.judging.evidence_study",
        lambda *_: study_of(shorter, seeds=2, users=40, name="evidence"),
    )
    for _ in range(2):  # the second time everything is there
        evidence_command(only=[1], out=tmp_path / "evidence", workers=1, as_json=True, quiet=True)
        [record] = json.loads(capsys.readouterr().out)
        assert record["measure"] == "late-quota-granted"
        assert record["seeds"] == 2
        assert record["low"] <= record["mean"] <= record["high"]


@pytest.mark.parametrize(
    ("asked", "said"), [(("--only", "11"), "--only is 11"), (("--json", "--markdown"), "two different prints")]
)
def test_bad_options_are_refused_before_anything_runs(asked: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(app, ["evidence", *asked])
    assert isinstance(result.exception, InputError)
    assert said in str(result.exception)
