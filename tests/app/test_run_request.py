"""What is asked of the app: validated as on the command line, and said as a command that asks the same."""

import shlex

import pytest

from capacity import InputError
from scenarios.app.limits import MOST_TICKS, MOST_USER_TICKS, MOST_USERS, check_size
from scenarios.app.run_request import MOST_LINES, RunRequest, sets_of, sets_of_lines
from scenarios.library import SCENARIOS
from scenarios.loading.scenarios import load


def asked(scenario="baseline-2026", sets=(), days=7.0, users=500, seed=1):
    return RunRequest(scenario, tuple(sets), days, users, seed)


def of_command(text):
    """The settings that the command line would make of it."""
    words = shlex.split(text)
    assert words[:2] == ["tokenmarket", "run"]
    options = list(zip(words[3::2], words[4::2], strict=True))
    sets = [value for name, value in options if name == "--set"]
    rest = {name: value for name, value in options if name != "--set"}
    return RunRequest(
        words[2], tuple(sets), float(rest["--days"]), int(rest["--users"]), int(rest["--seed"])
    ).settings()


@pytest.mark.parametrize(
    "one",
    [
        asked(),
        asked("off-peak:time-of-day", days=3.5, seed=7),
        asked(sets=["supply.growth=5", 'labs.*.pricing.kind="surge"', "demand.coders.local.price_usd=inf"]),
        asked(sets=['labs.*.tiers.+=[{name = "it is free", speed = 35.0, priority = 3.0}]']),
        asked(sets=["open[2].price=3.75", 'question=what\'s it "worth"?']),
    ],
)
def test_the_command_asks_the_same(one):
    again = of_command(one.command)
    assert again.scenario.digest == one.settings().scenario.digest
    assert (again.days, again.users, again.seed) == (one.days, one.users, one.seed)
    assert RunRequest.of_json(one.to_json()) == one


def test_changes_are_written_so_that_they_load_as_they_were():
    changes = {
        "supply.growth": 5.0,
        "labs.*.pricing.kind": "time-of-day",
        "labs.*.pricing.factors": (0.5,) * 24,
        "demand.coders.local.price_usd": float("inf"),
        "supply.first_party_first": False,
    }
    made = load("baseline-2026", sets_of(changes))
    assert made.digest == SCENARIOS["baseline-2026"].with_changes(changes).digest


def test_the_box_takes_a_line_each_and_skips_what_says_nothing():
    assert sets_of_lines("\n supply.growth=5 \n# a note\n--set open[2].price=3\n") == (
        "supply.growth=5",
        "open[2].price=3",
    )
    with pytest.raises(InputError, match=f"at most {MOST_LINES}"):
        sets_of_lines("a=1\n" * (MOST_LINES + 1))
    with pytest.raises(InputError, match="characters"):
        sets_of_lines("a=" + "1" * 5_000)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (asked(sets=["supply.growht=5"]), "did you mean 'growth'"),
        (asked(sets=["supply.growth=-1"]), "supply.growth is -1, but must be a number, above 0"),
        (asked(sets=["supply.growth"]), "must look like path=value"),
        (asked("nothing-like-it"), "unknown scenario"),
        (asked("off-peak:dynamik"), "did you mean 'dynamic'"),
        (asked(days=0.0), "--days is 0, but must be above 0"),
        (asked(users=0), "--users is 0"),
    ],
)
def test_what_is_wrong_is_said_as_on_the_command_line(one, said):
    with pytest.raises(InputError) as error:
        one.settings()
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (asked(users=MOST_USERS + 1), f"at most {MOST_USERS:,}"),
        (asked(days=3_660.0, users=10), f"at most {MOST_TICKS:,}"),
        (asked(days=364.0, users=50_000), f"at most {MOST_USER_TICKS / 1e6:,.0f} million"),
        (asked(days=0.01), "less than one tick"),
    ],
)
def test_a_run_that_is_too_large_for_a_page_is_refused_before_it_begins(one, said):
    with pytest.raises(InputError) as error:
        check_size(one.settings())
    assert said in str(error.value)


def test_every_scenario_fits_as_the_app_offers_it():
    from scenarios.app.choosing import FIRST_USERS

    for name in SCENARIOS:
        one = asked(name, days=SCENARIOS[name].time.days, users=FIRST_USERS)
        assert check_size(one.settings()) == SCENARIOS[name].ticks
