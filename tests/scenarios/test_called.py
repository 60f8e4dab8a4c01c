"""What a run is called: its title and first line name what was changed in it, on every page and picture."""

import pytest
from matplotlib.text import Text

from scenarios.library import SCENARIOS
from scenarios.loading.scenarios import from_file
from scenarios.pictures.dashboard import dashboard
from scenarios.results.called import called, first_line, title, told_apart
from scenarios.results.key_figures import subtitle
from scenarios.runs.changes import asks_for_itself, changes_of
from scenarios.runs.run import run
from scenarios.runs.settings import Settings

CHANGES = {"demand.growth": 5.0, "supply.growth": 3.0}
NAME = "baseline-2026, demand.growth 5, supply.growth 3, 2 days"


def about_of(scenario, days=None, seed=1, users=60):
    settings = Settings(scenario, days, seed, users)
    return {
        "scenario": scenario.name,
        "question": scenario.question,
        "own_question": asks_for_itself(scenario),
        "changes": changes_of(scenario),
        "days": settings.days,
        "own_days": scenario.time.days,
        "seed": seed,
        "users": users,
        "begin": "2026-01-05T00:00:00",
    }


@pytest.fixture(scope="module")
def changed():
    return run(Settings(SCENARIOS["baseline-2026"].with_changes(CHANGES), 2.0, 1, 60), command="tokenmarket run " * 30)


def test_title_and_first_line_name_the_changes(changed):
    assert called(changed.about) == title(changed.about) == NAME
    assert subtitle(changed.about).startswith("made from baseline-2026, which asks: What does the market")


def test_a_scenario_as_it_is_keeps_its_question():
    base = SCENARIOS["baseline-2026"]
    assert title(about_of(base)) == base.question
    assert first_line(about_of(base)) == "scenario baseline-2026"
    assert title(about_of(base, days=7)) == "baseline-2026, 7 days"
    variant = SCENARIOS["off-peak"].variant("dynamic")
    assert title(about_of(variant)) == variant.question
    assert called(about_of(variant)) == "off-peak - dynamic"


def test_a_file_is_called_by_what_it_changes(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[supply]\ngrowth = 5\n")
    assert title(about_of(from_file(path))) == "mine, supply.growth 5"
    path.write_text('question = "Who pays?"\n[supply]\ngrowth = 5\n')
    assert title(about_of(from_file(path))) == "Who pays?"
    assert first_line(about_of(from_file(path))) == "scenario mine, supply.growth 5"


def test_many_changes_are_counted():
    many = SCENARIOS["baseline-2026"].with_changes(
        {f"labs.{lab}.headroom": 0.5 for lab in ("Aster", "Borealis")} | CHANGES | {"market.learning_hours": 48}
    )
    assert called(about_of(many)).endswith(", 1 more change")


def test_two_runs_are_told_apart_by_what_differs():
    base = SCENARIOS["baseline-2026"]
    one, other = base.with_changes(CHANGES), base.with_changes({**CHANGES, "supply.growth": 4.0})
    assert told_apart(about_of(one), about_of(other)) == (
        "baseline-2026, supply.growth 3",
        "baseline-2026, supply.growth 4",
    )
    assert told_apart(about_of(base), about_of(one))[0] == "baseline-2026"
    assert told_apart(about_of(base, seed=1), about_of(base, seed=2)) == (
        "baseline-2026, seed 1",
        "baseline-2026, seed 2",
    )
    assert len(set(told_apart(about_of(base), about_of(base)))) == 1


@pytest.mark.parametrize("everything", [False, True])
def test_the_page_says_so_and_shows_the_whole_command(changed, everything):
    texts = [" ".join(text.get_text().split()) for text in dashboard(changed, everything=everything).findobj(Text)]
    assert NAME in texts
    assert any(changed.about["command"].strip() in text for text in texts)
