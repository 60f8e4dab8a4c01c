"""The commands run, dashboard and explain, from settings to files and messages."""

import json
from dataclasses import replace

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from capacity import InputError
from scenarios.cli import dashboard, explain
from scenarios.cli import run as run_command
from scenarios.library import SCENARIOS
from scenarios.loading.scenarios import load
from scenarios.results import run_folder
from scenarios.results.run_folder import ABOUT
from scenarios.runs import run as running
from scenarios.runs.idle import replaced_quotas
from scenarios.runs.outside import outside

APP = typer.Typer()
for command in (run_command, dashboard, explain):
    command.register(APP)
SMALL = ["--days", "1", "--users", "100", "--seed", "5"]
SHORT = ["--days", "0.25", "--users", "30"]


def invoke(*arguments):
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


def refused(*arguments):
    """The message of an InputError, which the command's main prints, exiting with status 2."""
    result = invoke(*arguments)
    assert isinstance(result.exception, InputError), result.output
    return str(result.exception)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("runs") / "small"
    result = invoke("run", *SMALL, "--out", made, "--quiet")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{made}\n"
    return made


def test_a_run_writes_frames_a_picture_and_how_it_was_made(folder):
    assert {path.name for path in folder.iterdir()} >= {"offers.parquet", "ticks.parquet", ABOUT, "dashboard.png"}
    about = json.loads((folder / ABOUT).read_text())
    assert (about["days"], about["users"], about["seed"], about["ticks"]) == (1, 100, 5, 24)
    assert len(pd.read_parquet(folder / "ticks.parquet")) == 24


def dated(date, days="inf"):
    return ["--set", f'events.+={{name="dark", kind="outage", date={date}, days={days}}}']


DATES = [
    ("2026-07-01", "inf", "is after the end: it does not happen"),
    ("2025-01-01", "inf", "is before the start: it is in force when the run begins"),
    ("2025-01-01", "9", "is before the start: it is over when the run begins"),
]


@pytest.mark.parametrize(("date", "days", "fault"), DATES)
def test_an_event_outside_the_run_is_warned_of(tmp_path, date, days, fault):
    result = invoke("run", *SHORT, "--out", tmp_path / "run", "--no-picture", "--quiet", *dated(date, days))
    assert result.exit_code == 0
    words = f"tokenmarket: event 'dark' on {date} {fault}; the run is of 2026-01-05 to 2026-01-05\n"
    assert result.stderr == words


def test_an_event_in_weeks_that_are_left_out_is_warned_of_and_others_are_not():
    for scenario, days, fault in (
        ("compute-crunch", "1", "lies in days that are left out"),
        ("baseline-2026", "1", ""),
    ):
        made = load(scenario, [dated("2026-01-20", days)[1]])
        said = outside(made, made.ticks)
        assert (fault in said[0]) if fault else said == []


QUOTA = "labs.{}.tiers.plan.quota_per_day=1500"


@pytest.mark.parametrize(
    ("sets", "whose", "held"),
    [
        ([QUOTA.format("*")], "Aster, Borealis, Cygnus", "--set 'labs.*.quotas.kind=fixed'"),
        ([QUOTA.format("Aster")], "Aster", "--set 'labs.Aster.quotas.kind=fixed'"),
        ([QUOTA.format("*"), "labs.Cygnus.quotas.kind=fixed"], "Aster, Borealis", "--set 'labs.Borealis.quotas"),
        ([QUOTA.format("*"), "labs.*.quotas.kind=peak-cut"], "", ""),
        (["labs.*.tiers.plan.quota_per_day=inf"], "", ""),
        (["labs.*.tiers.plan.quota_per_day=0"], "", ""),
        (["labs.*.quotas.part=0.5"], "", ""),
    ],
)
def test_a_quota_in_whose_place_a_rule_finds_another_is_warned_of(sets, whose, held):
    said = replaced_quotas(load("baseline-2026", sets))
    assert len(said) == bool(whose)
    for words in said:
        assert f"quota_per_day of tier 'plan' of {whose} is set, but the rule break-even" in words
        assert held in words


def test_quotas_of_the_library_are_not_warned_of_and_those_of_a_file_are(tmp_path):
    for scenario in SCENARIOS.values():
        for one in (scenario, *map(scenario.variant, scenario.variants)):
            assert replaced_quotas(one) == []
    (tmp_path / "mine.toml").write_text("extends = 'free-tier'\n[labs.'*'.tiers.free]\nquota_per_day = 5.0\n")
    result = invoke("run", tmp_path / "mine.toml", *SHORT, "--out", tmp_path / "run", "--no-picture", "--quiet")
    assert result.exit_code == 0
    assert "tokenmarket: quota_per_day of tier 'free' of Aster, Borealis, Cygnus is set, but" in result.stderr


def test_the_summary_is_printed_and_the_progress_is_not_in_it(tmp_path):
    result = invoke("run", *SMALL, "--out", tmp_path / "run", "--no-picture")
    assert result.exit_code == 0
    assert "What a million tokens cost" in result.stdout
    assert "kept" in result.stdout
    assert "24/24" in result.stderr
    assert "24/24" not in result.stdout
    assert not (tmp_path / "run" / "dashboard.png").exists()


def test_json_is_for_machines(tmp_path):
    result = invoke("run", *SMALL, "--out", tmp_path / "run", "--no-picture", "--json", "--quiet")
    record = json.loads(result.stdout)
    assert record["folder"] == str(tmp_path / "run")
    assert record["run"]["seed"] == 5
    assert all(check["kept"] for check in record["checks"])


def test_the_default_folder_is_named_for_scenario_and_seed():
    assert running.Settings(seed=7).folder.as_posix() == "results/baseline-2026-seed7"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["baseline-2025"], "did you mean 'baseline-2026'"),
        (["--days", "0"], "--days is 0, but must be above 0"),
        (["--seed", str(2**63)], f"--seed is {2**63}, but must be at least 0 and at most {2**63 - 1}"),
        (["--seed", "-1"], f"--seed is -1, but must be at least 0 and at most {2**63 - 1}"),
        (["--days", "0.001"], "less than one tick"),
        (["--days", "nan"], "--days is nan"),
        (["--users", "0"], "--users is 0, but must be at least 1"),
        (["--seed", "-1"], "--seed is -1, but must be at least 0"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(tmp_path, arguments, message):
    assert message in refused("run", *arguments, "--out", tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_an_existing_result_is_refused_before_anything_runs(folder, monkeypatch):
    monkeypatch.setattr(running, "advance", lambda *_: pytest.fail("it ran"))
    assert "--force" in refused("run", *SMALL, "--out", folder)


def test_force_replaces_it(tmp_path):
    for _ in range(2):
        assert invoke("run", *SHORT, "--out", tmp_path / "run", "--force", "--no-picture", "--quiet").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_ctrl_c_leaves_nothing_half_written(tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    for name in ("advance", "frames_of"):
        with monkeypatch.context() as patched:
            patched.setattr(running, name, stop)
            result = invoke("run", *SMALL, "--out", tmp_path / "deep" / "run")
            assert result.exit_code == 130
            assert "stopped; nothing was written" in result.stderr
    monkeypatch.setattr("scenarios.pictures.dashboard.draw", stop)
    assert invoke("run", *SHORT, "--out", tmp_path / "deep" / "run").exit_code == 130
    assert not list(tmp_path.iterdir())


def test_the_dashboard_is_drawn_again(folder, tmp_path):
    result = invoke("dashboard", folder, "--out", tmp_path / "page.svg")
    assert result.exit_code == 0
    text = (tmp_path / "page.svg").read_text()
    assert "What does the market for tokens look like" in text
    for title in ("What a million tokens cost", "What is wanted, and what there is", "Who gains"):
        assert title in text
    assert "must end in one of" in refused("dashboard", folder, "--out", tmp_path / "page.doc")
    assert "results in" in refused("dashboard", folder.parent / "smal")


def test_explain_runs_with_the_seed_of_the_result(folder):
    result = invoke("explain", folder, "--offer", "Aster mini", "--tick", "13")
    assert result.exit_code == 0, result.output
    assert "Aster mini, sold by Aster, tick 13: Monday 05 January 2026, 13:00 UTC" in result.stdout
    assert "the code has changed" not in result.stderr
    price = pd.read_parquet(folder / "offers.parquet").query("offer == 'Aster mini' and tick == 13")["price"].item()
    assert f"${price:,.2f}" in result.stdout


def test_explain_says_so_if_the_code_has_changed(folder, tmp_path):
    other, before = tmp_path / "other", run_folder.read(folder)
    offers = before.frames["offers"].assign(price=before.frames["offers"]["price"] + 1)
    run_folder.write(replace(before, frames={**before.frames, "offers": offers}), other)
    assert "the code has changed" in invoke("explain", other, "--offer", "Aster mini", "--tick", "2").stderr


def test_explain_refuses_unknown_names_and_ticks_before_it_runs(folder, monkeypatch):
    monkeypatch.setattr(running, "advance", lambda *_: pytest.fail("it ran"))
    assert "did you mean 'Aster mini'" in refused("explain", folder, "--offer", "Aster min")
    assert "--tick is 24, but must be from 0 to 23" in refused("explain", folder, "--offer", "Aster mini", "--tick", 24)
    assert "did you mean 'baseline-2026'" in refused("explain", "baseline-202", "--offer", "Aster mini")
    assert "no result folder" in refused("explain", folder / "none", "--offer", "Aster mini")


def test_explain_takes_a_scenario(monkeypatch):
    result = invoke("explain", "baseline-2026", "--offer", "Aster mini", "--tick", "0")
    assert result.exit_code == 0
    assert "tick 0" in result.stdout


@pytest.mark.parametrize("command", ["run", "dashboard", "explain"])
def test_help_shows_examples(command):
    assert f"tokenmarket {command}" in invoke(command, "--help").stdout


def test_every_scenario_of_the_library_asks_a_question():
    for scenario in SCENARIOS.values():
        assert scenario.question.endswith("?"), scenario.name


def test_changes_and_the_resolved_scenario_are_kept_with_the_result(tmp_path):
    folder = tmp_path / "changed"
    done = invoke(
        "run", "--days", "1", "--users", "30", "--set", "demand.growth=7", "--out", str(folder), "--no-picture"
    )
    assert done.exit_code == 0, done.output
    kept = load(folder / "scenario.toml")
    assert kept.demand.growth == 7
    assert kept == SCENARIOS["baseline-2026"].with_changes({"demand.growth": 7})
    assert json.loads((folder / "run.json").read_text())["digest"] == kept.digest


def test_timings_name_every_phase_of_the_tick(tmp_path):
    from market.simulation.tick import PHASES

    said = CliRunner().invoke(
        APP,
        ["run", "--days", "1", "--users", "20", "--timings", "--quiet", "--no-picture", "--out", str(tmp_path / "r")],
    )
    assert said.exit_code == 0, said.output
    for phase in PHASES:
        assert f"\n{phase.name} " in said.output
