"""A load of one's own: a CSV file by name, read where it is named, and from then on numbers."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_line import refused

from capacity.errors import InputError
from market.demand.load_shape import LoadShape, measured
from scenarios.batches.plan import study_folder
from scenarios.batches.plan.planning import build, study_of
from scenarios.batches.plan.study_file import plan_in
from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS
from scenarios.loading.load_shapes import load_of
from scenarios.loading.parameter_rows import rows
from scenarios.loading.scenarios import from_file, load, with_sets
from scenarios.parameters.load_shapes import Shape
from scenarios.runs.changes import changes_of

BASE = SCENARIOS["baseline-2026"]
WEEKDAY = [float(100 + hour) for hour in range(24)]
WEEKEND = [30.0] * 24
LINES = ["hour,weekday,weekend", *(f"{hour},{WEEKDAY[hour]},{WEEKEND[hour]}" for hour in range(24))]
PATH = "demand.coders.shape"


def written(folder: Path, lines: list[str] = LINES, name: str = "load.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def coders(scenario: Scenario) -> LoadShape:
    return next(one for one in scenario.economy(100).segments if one.name == "coders").shape


def test_a_file_is_read_relative_to_what_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loads").mkdir()
    written(tmp_path / "loads")
    (tmp_path / "mine.toml").write_text('[demand.coders]\nshape = "loads/load.csv"\n')
    (tmp_path / "child").mkdir()
    (tmp_path / "child/mine.toml").write_text('extends = "../mine.toml"\n')
    mean = (5 * np.mean(WEEKDAY) + 2 * 30.0) / 7
    expected = LoadShape(tuple(np.array(WEEKDAY) / mean), tuple(np.array(WEEKEND) / mean))
    assert coders(from_file(tmp_path / "mine.toml")) == expected
    assert coders(from_file(tmp_path / "child/mine.toml")) == expected
    monkeypatch.chdir(tmp_path)
    assert coders(load("baseline-2026", [f"{PATH}=loads/load.csv"])) == expected


def test_lines_may_be_in_any_order_and_cells_have_blanks(tmp_path: Path) -> None:
    mixed = ["\ufeffHour, Weekday, Weekend", "", *(line.replace(",", " , ") for line in reversed(LINES[1:]))]
    assert load_of(written(tmp_path, mixed)) == {"load": "load.csv", "weekday": WEEKDAY, "weekend": WEEKEND}


def test_what_is_run_is_the_numbers_and_not_the_file(tmp_path: Path) -> None:
    path = written(tmp_path)
    (tmp_path / "mine.toml").write_text('[demand.coders]\nshape = "load.csv"\n')
    scenario = from_file(tmp_path / "mine.toml")
    path.unlink()
    again = Scenario.of(tomllib.loads(scenario.to_toml()))
    assert (again, again.digest) == (scenario, scenario.digest)
    assert coders(again) == coders(scenario)
    written(tmp_path, [*LINES[:-1], "23,1,1"])
    assert from_file(tmp_path / "mine.toml").digest != scenario.digest


def test_a_measured_load_is_written_as_ever_and_can_take_the_place_of_ones_own(tmp_path: Path) -> None:
    assert BASE.data()["demand"]["coders"]["shape"] == "code"
    own = BASE.with_changes({PATH: load_of(written(tmp_path))})
    assert own != BASE
    assert own.with_changes({PATH: "code"}) == BASE
    assert coders(BASE) == measured("code")


def test_variants_and_other_segments_may_name_files(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "mine.toml").write_text(
        '[variants]\nown = {"demand.coders.shape" = "load.csv"}\n[[demand.others]]\nname = "more"\nusers = 1e6\n'
        'requests_per_day = 2\nindividuals_share = 0.001\nworth_usd = 1\nshape = "load.csv"\n'
        "[demand.casual]\nindividuals_share = 0.499\n"
    )
    scenario = from_file(tmp_path / "mine.toml")
    assert scenario.demand.others[0].shape.weekday == tuple(WEEKDAY)
    assert scenario.variant("own").demand.coders.shape == scenario.demand.others[0].shape
    assert coders(scenario) == measured("code")


def test_changes_and_parameters_tell_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    monkeypatch.chdir(tmp_path)
    own = with_sets(BASE, [f"{PATH}=load.csv"])
    changes = changes_of(own)
    assert changes == {PATH: own.demand.coders.shape.called}
    assert re.fullmatch(r"load\.csv \([0-9a-f]{8}\)", changes[PATH])
    written(tmp_path, [*LINES[:-1], "23,1,1"])
    assert changes_of(with_sets(BASE, [f"{PATH}=load.csv"])) != changes
    shown = {row["path"]: row["value"] for row in rows(own)}
    assert shown[f"{PATH}.load"] == "load.csv"
    sources = {row["path"]: row["source"] for row in rows(own)}
    assert sources[f"{PATH}.weekday"] == "load.csv, a file of one's own"
    assert {row["path"]: row["value"] for row in rows(BASE)}[PATH] == "code"


def test_a_batch_keeps_the_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path)
    monkeypatch.chdir(tmp_path)
    study = study_of("baseline-2026", vary={PATH: ["load.csv", "flat"]}, seeds=1, days=1, users=50)
    assert [case.label for case in study.cases] == [f"baseline-2026, {PATH}=load.csv", f"baseline-2026, {PATH}=flat"]
    study_folder.write(study, tmp_path / "study")
    path.unlink()
    again = study_folder.read(tmp_path / "study")
    assert again.digest == study.digest
    assert again.scenario(again.cases[0]).demand.coders.shape.weekend == tuple(WEEKEND)


def test_a_study_file_and_its_design_name_files_beside_them(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    written(folder)
    (folder / "design.csv").write_text(f"{PATH}\nload.csv\nchat\n")
    (folder / "study.toml").write_text(
        'scenarios = ["baseline-2026"]\nseeds = 1\ndesign = "design.csv"\n[set]\n"demand.casual.shape" = "load.csv"\n'
    )
    study = build(plan_in(folder / "study.toml", {}))
    first, second = (study.scenario(case).demand for case in study.cases)
    assert first.coders.shape == first.casual.shape == second.casual.shape
    assert second.coders.shape.load == "chat"
    assert first.casual.shape.weekday == tuple(WEEKDAY)


BROKEN = {
    "": "load.csv is empty, but columns must be hour,weekday,weekend",
    "hour,weekday\n0,1\n": "load.csv line 1 is 'hour,weekday', but columns must be hour,weekday,weekend",
    ",".join(["hour"] * 20_000): "load.csv line 1 is 'hour,hour,hour",
    "\n".join(LINES[:-1]): "load.csv has 23 hours, and hour 23 is not among them",
    "\n".join([*LINES, "5,1,1"]): "load.csv line 26: hour 5 is there twice",
    "\n".join([*LINES[:-1], "24,1,1"]): "line 25: hour is '24', but must be a number, at least 0 and at most 23",
    "\n".join([*LINES[:-1], "0.5,1,1"]): "line 25: hour is 0.5, but must be a whole number",
    "\n".join([*LINES[:-1], "23,-1,1"]): "line 25: weekday is '-1', but must be a number, at least 0 and at most 1e+15",
    "\n".join([*LINES[:-1], "23,1,nan"]): "line 25: weekend is 'nan', but must be a number",
    "\n".join([*LINES[:-1], "23,1"]): "line 25: weekend is empty, but must be a number",
    "\n".join([*LINES[:-1], "23,1,1,9"]): "line 25 has 4 cells, but there are 3 columns",
    "\n".join([*LINES[:-1], "23,1\0,1"]): "line 25",
    "\n".join([*LINES[:-1], f"23,{'1' * 20_000},1"]): "line 25 has a cell of more than 1,000 letters",
    "\n".join([LINES[0], *(f"{hour},0,0" for hour in range(24))]): "load.csv: all loads are 0, but one must be above",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: BROKEN[text][:40])
def test_what_is_wrong_with_a_file_is_one_line(tmp_path: Path, text: str) -> None:
    refused(load_of, tmp_path / "load.csv", text, BROKEN[text])


def test_a_file_that_is_not_there_is_named_with_who_names_it(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "mine.toml").write_text('[demand.coders]\nshape = "laod.csv"\n')
    with pytest.raises(InputError, match=r"mine.toml: demand.coders.shape is '.*', which is not there.*'load.csv'"):
        from_file(tmp_path / "mine.toml")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    for name, kind in (("pipe.csv", "a pipe"), ("zero.csv", "a device")):
        (tmp_path / "mine.toml").write_text(f'[demand.coders]\nshape = "{name}"\n')
        with pytest.raises(InputError, match=f"which is {kind}, but must be a CSV file of a load"):
            from_file(tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("chta", r"shape.load is 'chta', but must be one of chat, code, flat, or .*did you mean 'chat'"),
        (5, "shape.load is 5, but must be one of"),
        ({"load": "mine", "weekday": [1.0] * 23, "weekend": [1.0] * 24}, "weekday is '23 numbers', but there"),
        ({"load": "mine", "weekday": [1.0] * 24}, "weekend is '0 numbers', but there must be 24"),
        ({"load": "mine", "weekday": [-1.0] * 24, "weekend": [1.0] * 24}, r"weekday\[0\] is -1.0, but must be"),
        ({"load": "mine", "weekday": [0.0] * 24, "weekend": [0.0] * 24}, "one of the loads must be above 0"),
        ({"load": "chat", "weekday": [1.0] * 24, "weekend": [1.0] * 24}, "needs another name"),
    ],
)
def test_what_is_no_load_is_refused(value: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        BASE.with_changes({PATH: value})


LOADS = st.lists(st.floats(0.0, 1e6), min_size=24, max_size=24)


@given(LOADS, LOADS, st.floats(1e-3, 1e3))
def test_only_the_ratios_of_loads_count_and_their_mean_is_one(day: list[float], end: list[float], unit: float) -> None:
    if sum(day) + sum(end) < 1.0:
        return
    shape = LoadShape.of_loads(day, end)
    assert (5 * np.mean(shape.weekday) + 2 * np.mean(shape.weekend)) / 7 == pytest.approx(1.0, rel=1e-12)
    other = LoadShape.of_loads([unit * load for load in day], [unit * load for load in end])
    np.testing.assert_allclose(other.weekday, shape.weekday, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(other.weekend, shape.weekend, rtol=1e-12, atol=1e-300)
    assert Shape(load="mine", weekday=tuple(day), weekend=tuple(end)).load == "mine"
