"""A firm explained from the books in a folder: the same words as from the run, and the units of statements."""

import sys

import pytest

from market import TokenMarket
from scenarios.cli import main as cli
from scenarios.library import SCENARIOS
from scenarios.results import run_folder
from scenarios.results.statements import statements
from scenarios.runs import run as running
from scenarios.runs.settings import Settings

#: One week of a month, in ticks of six hours; a newcomer that would want a margin that nobody has.
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


def test_sums_of_a_month_are_those_of_the_statements(folder, capsys, monkeypatch):
    """Of a run of one month, of which a week is simulated, the quarter is the month."""
    result = run_folder.read(folder)
    made = statements(result.frames, run_folder.read_about(folder)).set_index("firm")
    out = " ".join(said(folder, "Aster", capsys, monkeypatch).split())
    assert f"{made.loc['Aster', 'sales'] / 1e9:.2f} billion" in out.replace("$", "")
