"""What a report says of a run: how long it is, whether it can be trusted, what became of requests, who gains."""

import re
from dataclasses import replace

import pytest
from in_line import InLine
from typer.testing import CliRunner

from scenarios.batches import run_batch
from scenarios.batches.plan.planning import study_of
from scenarios.cli.main import app
from scenarios.library import SCENARIOS
from scenarios.reports import chart_cards, pair_answer, pair_report, report, run_report, subject, time_span
from scenarios.reports.batch_pair_report import compared
from scenarios.reports.in_short import in_short
from scenarios.results import run_folder as results
from scenarios.results import side_by_side
from scenarios.results.side_by_side import Figure
from scenarios.results.simulated_days import has_gaps
from scenarios.results.welfare import gains_a_day


def about(days, ticks, tick_hours=1.0):
    return {"days": days, "ticks": ticks, "tick_hours": tick_hours}


@pytest.fixture(autouse=True)
def _without_pictures(monkeypatch):
    """These tests read words; drawing is most of the time of a page."""

    def blank(chart, data, name, title, shows, size):
        return chart_cards.Picture(name, title, shows, "<svg></svg>", data, [], size[0])

    monkeypatch.setattr(chart_cards, "card", blank)
    monkeypatch.setattr(run_report, "CHARTS", {})


@pytest.fixture(scope="module")
def weeks(place, made):
    """A run of 60 days, of which a week of each month is simulated."""
    return subject.read(made(place / "weeks", SCENARIOS["consolidation"], days=60.0, users=60))


def main_of(*subjects):
    text = report.html(list(subjects), "tokenmarket report")
    return re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)


def test_days_that_are_not_simulated_are_not_said_to_be(weeks):
    said = in_short(weeks)
    assert said.startswith("Over 60 days from 5 January 2026, of which 14 are simulated (a week of each month), ")
    assert "simulated days" not in said
    assert "are of the 14 days that are simulated" in main_of(weeks)


def test_days_that_are_all_simulated_are(pair_folders):
    one = subject.read(pair_folders[0])
    assert in_short(one).startswith("In 2 simulated days from 5 January 2026 the market served ")
    assert time_span.of_totals(one.about) == ""


@pytest.mark.parametrize(
    ("days", "ticks", "hours", "gaps"),
    [
        (364.0, 2016, 1.0, True),
        (28.0, 672, 1.0, False),
        (2.02, 48, 1.0, False),
        (14.0, 168, 2.0, False),
        (7.0, 168, 1.0, False),
        (35.0, 336, 1.0, True),
    ],
)
def test_a_run_has_gaps_where_whole_days_are_left_out(days, ticks, hours, gaps):
    assert has_gaps(about(days, ticks, hours)) is gaps


def test_a_broken_sum_is_said_before_anything_else(pair_folders):
    good = subject.read(pair_folders[0])
    sellers = good.frames["sellers"].assign(start_cash=good.frames["sellers"]["start_cash"] + 1e9)
    bad = replace(good, result=replace(good.result, frames=good.frames | {"sellers": sellers}))
    first = r'<h2 id="answer-title">Answer</h2><p class="lead bad">Do not trust '
    assert re.search(first + "this run: what sellers earned", main_of(bad))
    assert re.search(first + "B: ", main_of(good, bad))
    assert "Do not trust" not in main_of(good)


def test_the_rest_of_the_requests_is_named(pair_folders):
    run = subject.read(pair_folders[0])
    whole = run.frames["segments"].copy()
    whole["local"] = 0.08 * whole["asked"]
    text = in_short(replace(run, result=replace(run.result, frames=run.frames | {"segments": whole})))
    assert "The rest: 8.0\u00a0% were done on machines of the users' own" in text
    whole["local"] = 0.004 * whole["asked"]
    text = in_short(replace(run, result=replace(run.result, frames=run.frames | {"segments": whole})))
    assert "machines of the users' own" not in text


def test_the_slowest_tier_is_that_of_hours_alike(pair_folders):
    from scenarios.results import summary_tables

    run = subject.read(pair_folders[0])
    waits = summary_tables.waits(run.frames)
    worst = waits.loc[waits["alike_h"].idxmax()]
    assert f"longest in the tier {worst['kind']} {worst['tier']}" in in_short(run)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            Figure(side_by_side.EARNED_BY, "%", 16.7, 7.0, "open"),
            "Dollars earned by open-weight providers, of all: 7.0\u00a0% in A, 16.7\u00a0% in B, 9.7 points more.",
        ),
        (
            Figure(side_by_side.LOST_OF, "%", 2.0, 3.0, "coders"),
            "Requests of coders lost: 3.0\u00a0% in A, 2.0\u00a0% in B, 1.0 points less.",
        ),
        (
            Figure(side_by_side.SPOT, side_by_side.PER_RACK_HOUR, 4000.0, 320.0),
            "Spot price of machines: $320.00 a rack-hour in A, $4,000 a rack-hour in B, 12.5 times as much.",
        ),
        (
            Figure(side_by_side.WAIT, "min", 0.5, 1.0),
            "Wait that users expect: 1 min in A, 30 s in B, 50.0\u00a0% less.",
        ),
    ],
)
def test_a_difference_is_a_sentence_with_units_in_place(one, said):
    assert pair_answer.sentence(one) == said


def test_who_gains_adds_up_to_the_gains_of_both(pair_folders):
    frames = [subject.read(folder).frames for folder in pair_folders]
    gains = [gains_a_day(one).groupby("side")["gain"].sum() for one in frames]
    said = pair_answer.who_gains(*frames)
    assert [one.split()[0] for one in said] == ["Users", "Sellers", "Owners", "All"]
    for side, text in zip(("users", "sellers", "owners"), said, strict=False):
        gap = gains[1][side] - gains[0][side]
        told = {" more in B": 1, " less in B": -1, "about as much": 0}
        way = next(sign for words, sign in told.items() if words in text)
        assert way in (0, 1 if gap > 0 else -1)
    assert pair_answer.who_gains(frames[0], frames[0])[0].startswith("Users gain about as much in both: ")


def test_a_broken_scenario_is_said_on_stderr_and_on_the_page(tmp_path, monkeypatch, made):
    folder = made(tmp_path / "run", SCENARIOS["off-peak"], days=1.0, users=50)
    results.write(replace(results.read(folder), parameters="name = ["), folder, force=True)
    monkeypatch.setattr("scenarios.reports.report.html", lambda found, command: f"<!DOCTYPE html>{found[0].lacking}")
    result = CliRunner().invoke(app, ["report", str(folder)])
    assert result.exit_code == 0
    assert "The parameters cannot be read by this version" in result.stderr
    assert "The parameters cannot be read by this version" in (folder / "report.html").read_text()


def test_parameters_say_when_a_run_is_of_another_length(pair_folders):
    scenario = SCENARIOS["off-peak"]
    assert time_span.not_its_own(scenario.time.days, scenario) == ""
    said = "This ran for 2 days, as asked for when it was started (--days), and not for the 28 of"
    assert said in main_of(subject.read(pair_folders[0]))


def test_batches_without_a_common_case_or_seed_say_so(tmp_path):
    def batch(name, cases, seeds):
        run_batch(study_of(cases, seeds=seeds, days=0.25, users=50), tmp_path / name, engine=InLine(), quiet=True)
        return subject.read(tmp_path / name)

    one, other = batch("one", ["off-peak"], [1, 2]), batch("other", ["off-peak:dynamic"], [3])
    text = main_of(one, other)
    assert text.count("have no case in common, so there are no differences to show") == 2
    assert "differences are over the seeds that both have" not in text
    text = main_of(one, batch("late", ["off-peak"], [3, 4]))
    assert "A and B have no seed in common" in text


def test_values_of_two_batches_are_over_the_seeds_that_both_have(batch_folder, tmp_path):
    one = subject.read(batch_folder)
    run_batch(study_of(["off-peak"], seeds=[2, 3, 9], days=1, users=80), tmp_path / "more", engine=InLine(), quiet=True)
    means, gaps = compared(one, subject.read(tmp_path / "more"), "off-peak")
    here = means.pivot_table(index="measure", columns="label", values="mean")
    assert set(gaps["seeds"]) <= {0, 2}
    gap = gaps.set_index("measure")["difference"].dropna()
    assert len(gap) > 30
    assert list(gap) == pytest.approx(list((here["B"] - here["A"])[gap.index]), rel=1e-6, abs=1e-9)


def test_a_variant_with_other_parameters_is_not_taken_for_the_variant(place, made, pair_folders):
    one = subject.read(pair_folders[0])
    assert list(pair_report.related(one, subject.read(pair_folders[1]))) == ["dynamic"]
    changed = SCENARIOS["off-peak"].variant("dynamic").with_changes({"supply.scale": 0.6})
    assert pair_report.related(one, subject.read(made(place / "changed", changed))) == {}
