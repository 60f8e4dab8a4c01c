"""A result on the page: its pictures can be read in the dark, and what is taken away is a result like any other."""

import io
import re
import shlex
import zipfile

import pytest

from scenarios.app.result import ShownResult
from scenarios.app.run_request import RunRequest
from scenarios.loading.scenarios import load
from scenarios.pictures.registry import CHARTS
from scenarios.pictures.style import DARK_PAPER, PAPER, contrast
from scenarios.results import run_folder
from scenarios.runs import run


@pytest.fixture(scope="module")
def two():
    """A run of a day, and one of two."""
    made = []
    for number, days in enumerate((1.0, 2.0), 1):
        asked = RunRequest("baseline-2026", ("demand.growth=3",), days, 200, 4)
        made.append(ShownResult(number, asked, run.run(asked.settings(), command=asked.command)))
    return made


def inks(svg):
    """The colour of each text, black where the picture says none."""
    texts = re.findall(r"<text\b[^>]*>", svg)
    assert texts
    return [found[1] if (found := re.search(r"\bfill: (#[0-9a-f]{6})", text)) else "#000000" for text in texts]


@pytest.mark.parametrize(("theme", "paper"), [("dark", DARK_PAPER), ("light", PAPER)])
def test_every_word_of_two_runs_together_can_be_read(two, theme, paper):
    picture = two[0].picture_with(two[1], theme)
    assert "last run" in picture
    assert min(contrast(ink, paper) for ink in inks(picture)) >= 4.5


@pytest.mark.parametrize("name", list(CHARTS))
def test_a_chart_is_drawn_as_wide_as_it_needs(two, name):
    wide, high = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', two[0].picture(name, "light")).groups()
    assert float(high) / 72.0 == pytest.approx(CHARTS[name].size[1], rel=0.01)
    least = CHARTS[name].size[0] if name == "unserved-by-segment" else min(CHARTS[name].size[0], 7.2)
    assert least * 0.99 <= float(wide) / 72.0 <= CHARTS[name].size[0] * 1.01


def test_the_zip_is_a_folder_that_reads_as_a_result_and_says_how_to_make_it_again(two, tmp_path):
    one = two[0]
    with zipfile.ZipFile(io.BytesIO(one.zipped())) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"baseline-2026-seed4"}
        archive.extractall(tmp_path)
    folder = tmp_path / "baseline-2026-seed4"
    again = run_folder.read(folder)
    assert again.about == one.about
    for name, frame in one.result.frames.items():
        assert again.frames[name].equals(frame), name
    told = (folder / "README.txt").read_text(encoding="utf-8")
    commands = [line.strip() for line in told.splitlines() if line.startswith("    ")]
    assert commands[0] == one.about["command"]
    words = shlex.split(commands[1])
    assert words[:3] == ["tokenmarket", "run", "scenario.toml"]
    options = dict(zip(words[3::2], words[4::2], strict=True))
    made = load(folder / words[2])
    assert made.digest == one.about["digest"]
    assert made.time.days == 28  # not those of this run: the command says them
    asked = one.asked
    assert options == {"--days": "1", "--users": str(asked.users), "--seed": str(asked.seed)}
    assert "do not trust" not in told.lower()


def test_a_zip_of_a_run_that_does_not_add_up_says_so(two, monkeypatch):
    monkeypatch.setattr(two[1], "broken", ["money in = money out + money held"], raising=False)
    assert two[1].readme.startswith("Do not trust this run: money in = money out + money held does not hold.")
