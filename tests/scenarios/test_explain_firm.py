"""A firm explained from the books in a folder: the same words as from the run, and the units of statements."""

import sys

import pytest

from market import TokenMarket
from market.calendar import WEEKS_PER_MONTH
from market.simulation.describe import money
from scenarios.cli import main as cli
from scenarios.library import SCENARIOS
from scenarios.results import run_folder
from scenarios.runs import run as running
from scenarios.runs.settings import Settings

#: One week of a month, in ticks of six hours.
CHANGES = {"time.mode": "representative-weeks", "time.days": 30.0, "time.tick_hours": 6.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    settings = Settings(SCENARIOS["consolidation"].with_changes(CHANGES), 30.0, 1, 20)
    return run_folder.write(running.run(settings), tmp_path_factory.mktemp("runs") / "weeks")


def said(folder, firm, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["tokenmarket", "explain", str(folder), "--firm", firm])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert not stopped.value.code
    return capsys.readouterr().out


def test_books_of_the_folder_say_what_the_run_says_and_nothing_is_run(folder, capsys, monkeypatch):
    settings = Settings(SCENARIOS["consolidation"].with_changes(CHANGES), 30.0, 1, 20)
    model = running.start(settings)
    model.run_for(len(run_folder.read(folder).frames["ticks"]))
    monkeypatch.setattr(TokenMarket, "step", lambda self: pytest.fail("it was run anew"))
    for firm in ("Harbor", "Aster", "Amazon"):
        assert said(folder, firm, capsys, monkeypatch).strip() == model.explain_firm(firm).strip()


def test_sums_are_of_the_month_before_and_in_the_units_of_its_debts(folder, capsys, monkeypatch):
    """Of a month a week is simulated: the sales of the last 28 ticks of six hours, times the weeks of a month."""
    books = run_folder.read(folder).frames["books"]
    of_firm = books[books["firm"] == "Aster"]
    out = said(folder, "Aster", capsys, monkeypatch)
    words = " ".join(out.split())
    assert (
        f"in the 30 days before it took {money(float(of_firm['sales'].iloc[-28:].sum()) * WEEKS_PER_MONTH)}," in words
    )
    assert f"Means: {money(float(of_firm['cash'].iloc[-1]) * WEEKS_PER_MONTH)} in cash" in words
