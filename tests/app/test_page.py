"""The page without a browser: what is chosen is what is run, what is wrong is said, tabs do not share."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from scenarios.app import live as living
from scenarios.app import result_page, view
from scenarios.app.live import Live
from scenarios.app.run_request import RunRequest

PAGE = Path(view.__file__).with_name("script.py")
pytestmark = pytest.mark.usefixtures("quick_processes")
SECONDS = 120.0


def opened():
    """A tab with the first page; without charts, and without a process until it is needed: both take their time."""
    tab = AppTest.from_file(str(PAGE), default_timeout=SECONDS)
    tab.session_state["warm"] = True
    tab.session_state["charts"] = []
    tab.run()
    assert not tab.exception
    return tab


@pytest.fixture(scope="module")
def shared():
    """One tab for the tests that only look at what is chosen."""
    return opened()


@pytest.fixture
def tab(shared):
    """It, with all set back and the smallest run."""
    pressed(shared, "Set all back")
    shared.selectbox(key="scenario").set_value("baseline-2026").run()
    return shared


def widget(tab, kind, path):
    """The widget of a parameter."""
    return next(one for one in tab.get(kind) if str(one.key).endswith(f"|{path}"))


def pressed(tab, label):
    next(one for one in tab.button if one.label == label).click().run()
    assert not tab.exception


def small(tab, days=1.0):
    widget(tab, "text_input", "days").set_value(f"{days:g}").run()
    widget(tab, "text_input", "users").set_value("200").run()
    return tab


def settled(tab):
    """The page once the run has come to its end."""
    assert tab.session_state["live"].wait(SECONDS)
    tab.run()
    assert not tab.exception
    return tab


def command(tab):
    return tab.code[0].value


def test_what_a_run_makes_nothing_of_is_said(tab):
    assert not tab.warning
    box = widget(tab, "text_area", "box")
    box.set_value('events.+={name="dark", kind="outage", date=2031-07-01}\nlabs.*.tiers.free.quota_per_day=5').run()
    said = [one.value.replace("\\", "") for one in tab.warning]
    assert len(said) == 2
    assert "is after the end: it does not happen" in said[0]
    assert "but the rule break-even (quotas.kind) finds how much is granted" in said[1]


def test_the_first_page_asks_the_question_and_offers_the_run(tab):
    assert "What does the market for tokens look like" in tab.subheader[0].value
    assert command(tab) == "tokenmarket run baseline-2026 --days 28 --users 2000 --seed 1"
    assert [one.label for one in tab.main.button] == ["Run", "Next hour", "Next day", "Stop"]
    assert [one.disabled for one in tab.main.button] == [False, False, False, True]
    assert not tab.error


@pytest.mark.parametrize(
    ("kind", "path", "value", "said"),
    [
        ("slider", "demand.growth", 5.0, "--set demand.growth=5.0"),
        ("slider", "supply.first_party", 0.3, "--set supply.first_party=0.3"),
        ("toggle", "supply.first_party_first", False, "--set supply.first_party_first=false"),
        ("selectbox", "market.rationing.kind", "lottery", "--set 'market.rationing.kind=\"lottery\"'"),
        ("selectbox", "labs.*.pricing.kind", "surge", "--set 'labs.*.pricing.kind=\"surge\"'"),
        ("text_input", "demand.coders.local.price_usd", "4000", "--set demand.coders.local.price_usd=4000"),
        ("multiselect", "tiers", ["priority", "standard", "batch", "free"], "labs.Aster.offers="),
        ("text_input", "days", "7", "--days 7"),
        ("text_input", "users", "500", "--users 500"),
        ("text_input", "seed", "9007199254740993", "--seed 9007199254740993"),
        ("text_area", "box", "open.Ferry.price=5\n", "--set open.Ferry.price=5"),
    ],
)
def test_what_is_turned_is_in_the_command_and_can_be_set_back(tab, kind, path, value, said):
    plain = command(tab)
    widget(tab, kind, path).set_value(value).run()
    assert not tab.error
    assert said in command(tab)
    pressed(tab, "Set all back")
    assert command(tab) == plain


def test_a_variant_is_chosen_by_name(tab):
    tab.selectbox(key="scenario").set_value("compute-crunch").run()
    widget(tab, "selectbox", "variant").set_value("supply-leads").run()
    assert command(tab).startswith("tokenmarket run compute-crunch:supply-leads --days 1096")
    assert widget(tab, "slider", "demand.growth").value == 3.0


@pytest.mark.parametrize(
    ("kind", "path", "value", "said"),
    [
        ("text_area", "box", "supply.growht=5", "did you mean 'growth'"),
        ("text_area", "box", "supply.growth=-5", "supply.growth is -5, but must be a number, above 0"),
        ("text_area", "box", "[" * 5_000, "characters"),
        ("text_area", "box", "time.days=nan", "time.days is nan"),
        ("text_input", "demand.coders.local.price_usd", "a lot", "is 'a lot', but must be a number"),
        ("text_input", "days", "0", "--days is 0, but must be above 0"),
        ("text_input", "days", "-3", "--days is -3, but must be above 0"),
        ("text_input", "days", "", "--days is empty, but must be a number"),
        ("text_input", "days", "3660", "ticks, but the app runs at most"),
        ("text_input", "seed", "-1", "--seed is -1, but must be at least 0"),
        (
            "text_input",
            "seed",
            "99999999999999999999",
            "--seed is 99999999999999999999, but must be at least 0 and at most 9223372036854775807",
        ),
        ("text_input", "seed", "one", "--seed is 'one', but must be a whole number"),
        ("text_input", "users", "0", "--users is 0, but must be at least 1"),
        ("text_input", "users", "2.5", "--users is '2.5', but must be a whole number"),
        ("multiselect", "tiers", [], "at least one"),
    ],
)
def test_what_is_wrong_is_said_and_cannot_be_run(tab, kind, path, value, said):
    widget(tab, kind, path).set_value(value).run()
    assert not tab.exception
    (error,) = tab.error
    assert said in error.value.replace("\\", "")
    assert next(one for one in tab.button if one.label == "Run").disabled


def test_what_people_type_stays_text(tab):
    hostile = "<img src=x onerror=alert(1)>[x](javascript:alert(1))![y](http://192.0.2.1/y.png):smile:$x$"
    widget(tab, "text_area", "box").set_value(hostile).run()
    (error,) = tab.error
    assert hostile in error.value.replace("\\", "")
    assert not re.search(r"[<>\[\]()!:$`*_]", re.sub(r"\\.", "", error.value))  # no mark stands unescaped


def test_run_step_and_compare():
    tab = small(opened())
    pressed(tab, "Next hour")
    settled(tab)
    assert tab.session_state["live"].results["shown"].about["ticks"] == 1
    pressed(tab, "Next day")
    settled(tab)
    assert tab.session_state["live"].results["shown"].about["ticks"] == 24
    for label in ("Next hour", "Next day"):  # that was all of it
        button = next(one for one in tab.button if one.label == label)
        assert button.disabled
        assert "has come to its end" in button.help
    assert "last" not in tab.session_state["live"].results  # steps are one run
    widget(tab, "slider", "demand.growth").set_value(5.0).run()
    (warning,) = tab.warning
    assert "have changed since" in warning.value
    pressed(tab, "Run")
    settled(tab)
    tab.toggle(key="compare").set_value(True).run()
    tab.multiselect(key="charts").set_value(["price-paths"]).run()
    assert not tab.exception
    table = tab.table[0].value
    assert list(table.columns) == ["this run", "last run", "difference", "relative"]
    assert (table["difference"] != "0.0").any()
    shown, last = tab.session_state["live"].results["shown"], tab.session_state["live"].results["last"]
    assert (shown.number, last.number) == (2, 1)
    assert (len(shown.pictures), len(last.pictures)) == (2, 1)  # together, and the chart of each
    assert shown.about["command"] == command(tab)
    # The same again is the same, to the last digit.
    pressed(tab, "Run")
    settled(tab)
    assert set(tab.table[0].value["difference"]) <= {"0.0", "0.00", "–"}


def test_stop_keeps_what_is_done_and_a_lost_process_is_named(monkeypatch):
    monkeypatch.setattr(living, "STOP_SECONDS", SECONDS)  # a busy machine may have it wait for its turn
    tab = small(opened(), days=28.0)
    widget(tab, "text_input", "users").set_value("20000").run()
    pressed(tab, "Run")
    live = tab.session_state["live"]
    deadline = time.monotonic() + SECONDS
    while live.ticks_done < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    pressed(tab, "Stop")
    settled(tab)
    assert 3 <= tab.session_state["live"].results["shown"].about["ticks"] < 672
    assert not tab.error
    pressed(tab, "Run")
    tab.session_state["live"].process.kill()
    settled(tab)
    (error,) = tab.error
    assert "killed by SIGKILL" in error.value.replace("\\", "")
    assert tab.session_state["live"].results["shown"].about["ticks"] >= 3  # the earlier result stays


def test_what_is_on_the_page_can_be_taken_away_while_it_is_drawn_anew(monkeypatch):
    """Streamlit lets go of the files of a drawing that is cut short before it comes to them."""
    tab = small(opened())
    drawn = []
    monkeypatch.setattr(view, "about_choice", drawn.append)
    pressed(tab, "Next hour")
    assert len(drawn) == 1  # and not once more for what was pressed
    settled(tab)
    assert [one.label for one in tab.get("download_button")] == ["Data (zip)", "Scenario (TOML)"]
    monkeypatch.setattr(result_page, "_charts", lambda *results: st.stop())  # as the next drawing stops this one
    tab.run()
    assert [one.label for one in tab.get("download_button")] == ["Data (zip)", "Scenario (TOML)"]


def test_what_is_typed_just_before_run_is_pressed_counts():
    tab = small(opened())
    widget(tab, "text_input", "days").set_value("2")  # no Enter: the field is left by the click on Run
    pressed(tab, "Run")
    settled(tab)
    assert tab.session_state["live"].results["shown"].about["ticks"] == 48
    assert not tab.warning
    widget(tab, "text_input", "days").set_value("-3")
    pressed(tab, "Run")
    (error,) = tab.error
    assert "--days is -3" in error.value.replace("\\", "")
    assert tab.session_state["live"].number == 1  # nothing was run in its place
    assert tab.warning  # what is below is not of it


def test_a_result_says_of_what_it_is_and_whether_it_can_be_trusted():
    tab = small(opened())
    pressed(tab, "Next hour")
    settled(tab)
    assert "##### Result of baseline-2026, 1 h, seed 1" in [one.value.replace("\\", "") for one in tab.markdown]
    assert not tab.error
    tab.selectbox(key="scenario").set_value("off-peak").run()
    (warning,) = tab.warning
    assert "All below is of baseline-2026, which was run before, and not of off-peak" in warning.value.replace("\\", "")
    results = tab.session_state["live"].results
    sound = results["shown"].result
    ticks = sound.frames["ticks"]
    broken = replace(sound, frames={**sound.frames, "ticks": ticks.assign(paid=2 * ticks["paid"])})
    results["shown"] = replace(results["shown"], result=broken)
    tab.run()
    (error,) = tab.error
    what = "users' payments = offers' revenue + fees of plans"
    assert error.value.replace("\\", "") == f"Do not trust this run: {what} does not hold."


def test_tabs_do_not_share():
    one, other = small(opened()), small(opened())
    widget(one, "slider", "demand.growth").set_value(7.0).run()
    pressed(one, "Next hour")
    settled(one)
    other.run()
    assert "shown" not in other.session_state["live"].results
    assert "demand.growth" not in command(other)
    assert one.session_state["live"] is not other.session_state["live"]


def test_too_many_at_once_is_said(monkeypatch):
    tab = small(opened())
    busy = Live()
    busy.begin(RunRequest("baseline-2026", (), 364.0, 5_000, 1), 8_736, 8_736)
    monkeypatch.setattr(living, "MOST_MODELS", 1)
    pressed(tab, "Run")
    (error,) = tab.error
    assert "under way in other tabs" in error.value
    busy.stop()
    pressed(tab, "Run")  # what was at work is idle, and makes room
    settled(tab)
    assert tab.session_state["live"].results["shown"].about["ticks"] == 24
