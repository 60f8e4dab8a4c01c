"""The command ``tokenmarket report``: where it writes, what it replaces, and what it refuses before it draws."""

import pytest
from typer.testing import CliRunner

from capacity.errors import InputError
from scenarios.cli.main import app
from scenarios.reports import report_file


@pytest.fixture
def call(monkeypatch):
    """Call the command with a page that takes no time; its exit code and output, or the complaint."""
    monkeypatch.setattr("scenarios.reports.report.html", lambda found, command: page(f"{len(found)} {command}"))

    def called(*arguments):
        result = CliRunner().invoke(app, ["report", *map(str, arguments)], catch_exceptions=True)
        if isinstance(result.exception, InputError):
            return str(result.exception)
        assert result.exit_code == 0, result.output
        return result.output

    return called


def page(text):
    return f'<!DOCTYPE html>\n<html><head><meta name="generator" content="{report_file.GENERATOR}"></head>{text}</html>'


def test_it_writes_into_the_folder_and_replaces_its_own(call, run_folder, tmp_path):
    assert f"wrote {run_folder / 'report.html'}" in call(run_folder)
    assert f"wrote {run_folder / 'report.html'}" in call(run_folder)
    target = tmp_path / "with space.html"
    assert call(run_folder, "--out", target, "--quiet").strip() == str(target)
    assert f"--out '{target}'" in target.read_text()
    assert [one.name for one in tmp_path.iterdir()] == ["with space.html"]
    (run_folder / "report.html").unlink()


def test_two_folders_get_a_name_of_their_own(call, pair_folders):
    one, other = pair_folders
    assert f"report-against-{other.name}.html" in call(one, other)


def test_what_is_no_report_is_not_replaced(call, run_folder, tmp_path):
    target = tmp_path / "mine.html"
    target.write_text("<!DOCTYPE html>\n<p>my own page</p>")
    assert "is there and is no report: replace it with --force" in call(run_folder, "--out", target)
    assert "my own page" in target.read_text()
    call(run_folder, "--out", target, "--force")
    assert report_file.is_report(target)


def test_what_is_wrong_is_said_before_anything_is_drawn(call, run_folder, batch_folder, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "there is no result folder" in call(tmp_path / "nothing")
    assert "holds no run and no batch" in call(tmp_path / "empty")
    assert "must end in .html" in call(run_folder, "--out", tmp_path / "x.pdf")
    assert "does not exist" in call(run_folder, "--out", tmp_path / "no" / "x.html")
    assert "3 folders are named" in call(run_folder, run_folder, run_folder)
    assert "is a run and" in call_mixed(run_folder, batch_folder)


def call_mixed(run_folder, batch_folder):
    from scenarios.reports import report, subject

    with pytest.raises(InputError) as caught:
        report.page([subject.read(run_folder), subject.read(batch_folder)], "")
    return str(caught.value)


def test_a_file_that_cannot_be_written_leaves_no_trace(tmp_path, monkeypatch):
    target = tmp_path / "report.html"
    report_file.write(page("first"), target)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(InputError, match="cannot be written: No space left"):
        report_file.write(page("second"), target)
    assert "first" in target.read_text()
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize("days", [1 / 24, 0.25])
def test_a_run_of_less_than_a_day_has_its_report(made, tmp_path, days):
    from scenarios.library import SCENARIOS

    folder = made(tmp_path / "short", SCENARIOS["baseline-2026"], days=days)
    result = CliRunner().invoke(app, ["report", str(folder), "--quiet"])
    assert result.exit_code == 0, result.exception
    assert "unserved-by-segment" in (folder / "report.html").read_text()
