"""A log of requests: what is counted, which rows are refused and how, and the scenario that is written from it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.errors import InputError
from scenarios.cli import main as cli
from scenarios.library import SCENARIOS
from scenarios.loading.scenarios import from_file
from scenarios.studies.trace import lines
from scenarios.studies.trace.profile import profile
from scenarios.studies.trace.tally import Tally
from scenarios.studies.trace.trace import Trace, read_trace
from scenarios.studies.trace.written import Target, write

HEADER = "time,input,cached,output,class"
MONDAY = 1_767_571_200  # 2026-01-05T00:00Z
HOUR = 3600


def written(folder: Path, rows: Sequence[str], header: str = HEADER, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def weeks(folder: Path, days: int = 14) -> Path:
    """Three requests in each hour of weekdays and one in each of weekends, by coders and by chat."""
    rows = []
    for hour in range(days * 24):
        for k in range(1 if hour // 24 % 7 >= 5 else 3):
            rows += [f"{MONDAY + hour * HOUR + 600 * k + 1},10000,6000,500,coding"]
        rows += [f"{MONDAY + hour * HOUR + 3599},1000,0,300,chat"]
    return written(folder, rows)


# ------------------------------------------------------------------------------------------------- what is counted


def test_means_shares_and_spread_are_those_of_the_rows(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        [
            "2026-01-05T10:00:00Z,900,450,100,a",
            "2026-01-05 11:30:00+01:00,100,0,0,a",
            "1767609000.5,5,5,1e2,b",
            '1767609000500,"7",0,3,"b, too"',
        ],
    )
    trace = read_trace(path)
    assert set(trace.tallies) == {"a", "b", "b, too"}
    found = profile(trace, trace.tallies["a"])
    assert (found.requests, found.input, found.cached, found.output) == (2, 500.0, 0.45, 50.0)
    assert found.size_spread == pytest.approx(math.log(1000 / 100) / 2, rel=1e-12)
    assert (trace.first, trace.last) == (MONDAY + 10 * HOUR, MONDAY + 10.5 * HOUR + 0.5)
    assert (found.weekday, found.weekend) == ((), ())
    assert math.isnan(found.burstiness)


def test_the_load_is_requests_an_hour_by_local_hour(tmp_path: Path) -> None:
    trace = read_trace(weeks(tmp_path), utc_offset_h=0.0)
    coding = profile(trace, trace.tallies["coding"])
    assert coding.weekday == pytest.approx([3.0] * 24, rel=1e-3)
    assert coding.weekend == pytest.approx([1.0] * 24, rel=1e-3)
    assert coding.requests_per_day == pytest.approx(24 * (5 * 3 + 2 * 1) / 7, rel=1e-3)
    assert coding.burstiness == pytest.approx(0.0, abs=1e-4)  # every hour of a kind has the same
    later = profile(trace_with(trace, 5.0), read_trace(trace.path, utc_offset_h=5.0).tallies["coding"])
    # The night to Saturday in UTC is Saturday morning five hours further east.
    assert later.weekend[:5] == pytest.approx([2.0] * 5, rel=1e-3)
    assert later.weekend[5:] == pytest.approx([1.0] * 19, rel=1e-3)


def trace_with(trace: Trace, utc_offset_h: float) -> Trace:
    return Trace(trace.path, trace.sha256, trace.first, trace.last, utc_offset_h, trace.tallies)


@pytest.mark.parametrize("burstiness", [1.0, 3.0])
def test_burstiness_is_what_arrivals_were_drawn_with(burstiness: float) -> None:
    rng = np.random.default_rng(5)
    hours = np.arange(7 * 24 * 60)
    rate = 40.0 + 30.0 * np.sin(2 * np.pi * (hours % 24) / 24)
    if burstiness > 1.0:  # as ``simulation.ordering`` draws them
        rate = rng.gamma(rate / (burstiness - 1.0), burstiness - 1.0)
    counts = rng.poisson(rate)
    first = MONDAY // HOUR
    tally = Tally(int(counts.sum()), 1.0, 0.0, 1.0, 0.0, 0.0, first, counts)
    trace = Trace(Path("log.csv"), "", MONDAY, MONDAY + len(hours) * HOUR - 1e-3, 0.0, {"a": tally})
    freedom = len(hours) - 48
    # Variance of Pearson's statistic over its freedom: 2 b^2 / freedom, and a little for the skew of gamma.
    assert profile(trace, tally).burstiness == pytest.approx(burstiness, abs=4 * burstiness * math.sqrt(2.5 / freedom))


TOKENS = st.tuples(
    st.integers(0, 10**8), st.integers(0, 10**8), st.integers(1, 10**6), st.integers(0, 300), st.sampled_from("abc")
)


@settings(max_examples=40)
@given(st.lists(TOKENS, min_size=1, max_size=60), st.integers(1, 120))
def test_blocks_and_order_do_not_matter(tmp_path_factory: pytest.TempPathFactory, rows: list[Any], size: int) -> None:
    text = [f"{MONDAY + 1800 * h},{max(i, c)},{min(i, c)},{o},{name}" for i, c, o, h, name in rows]
    folder = tmp_path_factory.mktemp("log")
    whole = read_trace(written(folder, text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", size)
        parts = read_trace(written(folder, text))
        turned = read_trace(written(folder, text[::-1]))
    assert parts.sha256 == whole.sha256
    for other in (parts, turned):
        assert set(other.tallies) == set(whole.tallies)
        for name, tally in whole.tallies.items():
            one = other.tallies[name]
            assert (one.requests, one.input, one.cached, one.output) == (
                tally.requests,
                tally.input,
                tally.cached,
                tally.output,
            )
            assert one.first_hour == tally.first_hour
            assert one.by_hour.tolist() == tally.by_hour.tolist()
            assert profile(other, one).size_spread == pytest.approx(profile(whole, tally).size_spread, abs=1e-7)
    everything = reduce(add, whole.tallies.values())
    assert everything.requests == int(everything.by_hour.sum()) == len(rows)


# ------------------------------------------------------------------------------------------------- rows that cannot be

BAD = {
    "2026-13-05T00:00:00Z,1,0,1,a": "time is '2026-13-05T00:00:00Z', but must be a time from 2000 to",
    "2426-01-05T00:00:00Z,1,0,1,a": "time is '2426-01-05T00:00:00Z'",
    "0001-01-05T00:00:00Z,1,0,1,a": "time is '0001-01-05T00:00:00Z'",
    "2426-01-05T00:00:00.123456789Z,1,0,1,a": "time is '2426-01-05T00:00:00.123456789Z'",
    "2026-01-05T00:00:00+99:00,1,0,1,a": "time is '2026-01-05T00:00:00+99:00'",
    "yesterday,1,0,1,a": "time is 'yesterday'",
    "1.5,1,0,1,a": "time is '1.5'",
    "1767571200,x,0,1,a": "input is 'x', but must be a number of tokens, at least 0 and at most 1e+08",
    "1767571200,-1,0,1,a": "input is '-1'",
    "1767571200,1e9,0,1,a": "input is '1e9'",
    "1767571200,nan,0,1,a": "input is 'nan'",
    "1767571200,,0,1,a": "input is empty",
    "1767571200,5,6,1,a": "cached is 6, but must be at most the input, 5",
    "1767571200,5,0,inf,a": "output is 'inf'",
    "1767571200,0,0,0,a": "input and output are both 0",
    "1767571200,1,0,1,": "class is empty",
    "1767571200,1,0,1,a\0": "class is 'a\\x00'",
    f"1767571200,{'1' * 100_000},0,1,a": "input is '1111",
    "1767571200,1,0,1": "it has 4 cells, but the header has 5",
    "1767571200,1,0,1,a,b": "it has 6 cells, but the header has 5",
}


@pytest.mark.parametrize("row", BAD, ids=lambda row: BAD[row][:30])
def test_a_wrong_row_is_named_by_its_line(tmp_path: Path, row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    good = "1767571200,10,5,2,a"
    path = written(tmp_path, [good, good, "", row, good])
    with pytest.raises(InputError) as caught:
        read_trace(path)
    assert f"log.csv: line 5: {BAD[row]}" in str(caught.value)
    assert str(caught.value).endswith("--skip-bad leaves them out")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    monkeypatch.setattr(lines, "BLOCK", 50)
    trace = read_trace(path, skip_bad=True)
    assert (trace.requests, trace.left_out, trace.wrong[0].line) == (3, 1, 5)


def test_reading_stops_at_the_tenth_wrong_row_and_counts_all_that_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, ["1767571200,1,0,1,a", *["x"] * 30])
    with pytest.raises(InputError, match=r"line 12: it has 1 cells.*; and there may be more; --skip-bad") as caught:
        read_trace(path)
    assert "line 13" not in str(caught.value)
    trace = read_trace(path, skip_bad=True)
    assert (trace.left_out, len(trace.wrong)) == (30, 10)
    with pytest.raises(InputError, match="has no request that can be used: line 2"):
        read_trace(written(tmp_path, ["x"] * 3), skip_bad=True)


FILES = {
    b"": "is empty, but must begin with time,input,cached,output,class",
    b"\n\n": "line 2 has no column 'time'",
    b"time,input,cache,output,class\n": "has no column 'cached' (did you mean 'cache'?)",
    b"time,time,input,cached,output,class\n": "has the column 'time' twice",
    ",".join(["time"] * 20_000).encode(): "has 20,000 columns, but at most 1,000 are read",
    HEADER.encode() + b"\n": "has no request that can be used",
    HEADER.encode() + b"\n1767571200,1,0,1,\xff\n": "line 2 is not UTF-8 text: it has the byte 0xff",
    HEADER.encode() + b'\n1767571200,1,0,1,a\n1767571200,1,0,1,"a\n1767571200,1,0,1,a\n': "line 3 has a quote",
    HEADER.encode() + b"\n1767571200,1,0,1,a\r1767571200,1,0,1,a\n": "line 2 has a carriage return within it",
    HEADER.encode() + b"\n" + b"x" * 9_000_000: "line 2 is longer than 200,000 bytes",
    b"\0" * 9_000_000: "line 1 is longer than 200,000 bytes",
    HEADER.encode() + b"\n" + b"".join(b"1767571200,1,0,1,c%d\n" % n for n in range(60)): "more than 50 classes",
    HEADER.encode() + b"\n" + b"x\n" * 20_000: "is no CSV table: line 2: it has 1 cells, but the header has 5; so have",
    HEADER.encode() + b"\n1000000000,1,0,1,a\n1767571200,1,0,1,a\n": "times go from 2001-09-09T01:46:40 to 2026",
}


@pytest.mark.parametrize("data", FILES, ids=lambda data: FILES[data][:40])
def test_a_file_that_is_no_log_is_refused_in_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(data)
    for skip_bad in (False, True):
        with pytest.raises(InputError) as caught:
            read_trace(path, skip_bad=skip_bad)
        assert FILES[data] in str(caught.value)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 600


def test_separators_marks_and_other_columns_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"\xef\xbb\xbf\r\nid;ts;input; cached ;output;class\r\n7;1767571200; 10 ;5;2;a\r\n\r\n")
    trace = read_trace(path, names={"time": "ts"})
    assert (trace.tallies["a"].input, trace.first) == (10.0, MONDAY)
    with pytest.raises(InputError, match="the column 'input' is to be cached, but is another already"):
        read_trace(path, names={"time": "ts", "cached": "input"})


# ------------------------------------------------------------------------------------------------- the scenario


def test_a_log_becomes_a_scenario_that_loads(tmp_path: Path) -> None:
    trace = read_trace(weeks(tmp_path), utc_offset_h=-5.0)
    target = Target(tmp_path / "mine.toml", {"coding": "coders", "chat": "coders"}, {"coders": 4.0})
    assert [path.name for path in write(trace, target)] == ["mine-coders.csv", "mine.toml"]
    scenario = from_file(tmp_path / "mine.toml")
    both = profile(trace, trace.tallies["coding"] + trace.tallies["chat"])
    coders = scenario.demand.coders
    assert (coders.request.input, coders.request.output) == pytest.approx((both.input, both.output), rel=1e-5)
    assert coders.request.cached == pytest.approx(both.cached, rel=1e-5)
    assert coders.requests_per_day == pytest.approx(both.requests_per_day / 4.0, rel=1e-5)
    assert coders.burstiness == 1.0  # fewer than Poisson's, which the model has not
    assert coders.shape.weekday == pytest.approx(both.weekday, rel=1e-5)
    assert scenario.demand.casual == SCENARIOS["baseline-2026"].demand.casual
    assert trace.sha256 in scenario.source
    with pytest.raises(InputError, match="is there already: replace it with --force"):
        Target(tmp_path / "mine.toml", {"coding": "coders"})


def test_a_log_of_a_day_leaves_the_load_as_it_is(tmp_path: Path) -> None:
    trace = read_trace(weeks(tmp_path, days=1))
    assert [path.name for path in write(trace, Target(tmp_path / "mine.toml", {"chat": "casual"}))] == ["mine.toml"]
    assert from_file(tmp_path / "mine.toml").demand.casual.shape.load == "chat"


@pytest.mark.parametrize(
    ("segments", "users", "name", "words"),
    [
        ({"coding": "coder"}, {}, "new.toml", "segment 'coder', but must name one of casual, coders.*did you mean"),
        ({"codng": "coders"}, {}, "new.toml", "names 'codng', but classes in .* are .*did you mean 'coding'"),
        ({"coding": "coders"}, {"casual": 5.0}, "new.toml", "--users names casual, but no --class is of that segment"),
        ({"coding": "coders"}, {"coders": 0.0}, "new.toml", "--users coders is 0, but must be"),
        ({"coding": "coders"}, {}, "new.csv", "the name must end in .toml"),
        ({"coding": "coders"}, {}, "no/new.toml", "the folder .* does not exist"),
        ({"coding": "coders"}, {}, "_new.toml", "name is '_new', but must be a name"),
        ({}, {}, "new.toml", "needs --class"),
    ],
)
def test_what_cannot_be_written_is_said_before_it_is(
    tmp_path: Path, segments: dict[str, str], users: dict[str, float], name: str, words: str
) -> None:
    trace = read_trace(weeks(tmp_path))
    with pytest.raises(InputError, match=words):
        list(write(trace, Target(tmp_path / name, segments, users)))
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


def test_requests_that_no_model_takes_are_refused(tmp_path: Path) -> None:
    trace = read_trace(written(tmp_path, ["1767571200,9e7,0,1,a", "1767571300,9e7,0,1,a"]))
    with pytest.raises(InputError, match="cannot serve segment 'coders'"):
        list(write(trace, Target(tmp_path / "mine.toml", {"a": "coders"})))


# ------------------------------------------------------------------------------------------------- the command


def ran(words: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["tokenmarket", "trace", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0), *capfd.readouterr()


def test_the_command_says_all_and_writes_what_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    weeks(tmp_path)
    monkeypatch.chdir(tmp_path)
    words = ["log.csv", "--json", "--class", "coding=coders", "--out", "mine.toml", "--plot", "load.png", "--quiet"]
    status, out, err = ran(words, monkeypatch, capfd)
    record = json.loads(out)
    assert (status, err) == (0, "")
    assert record["wrote"] == ["mine-coders.csv", "mine.toml", "load.png"]
    assert all((tmp_path / name).is_file() for name in record["wrote"])
    assert record["classes"]["chat"]["output"] == 300.0
    assert record["classes"]["coding"]["requests"] == 24 * (10 * 3 + 4)
    status, out, err = ran(["log.csv", "--quiet"], monkeypatch, capfd)
    assert "coding       816  10,000     0.6     500" in out
    with Path("log.csv").open("a") as file:
        file.write("1767571200,5,0,x,chat\n")
    status, out, err = ran(["log.csv", "--quiet"], monkeypatch, capfd)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    status, out, err = ran(["log.csv", "--quiet", "--skip-bad", "--json"], monkeypatch, capfd)
    assert status == 0
    assert err.startswith("tokenmarket: left out 1 rows: line 1154: output is 'x'")
    assert json.loads(out)["left_out"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--class", "coding=coders"], "--class says what is to be written, so it needs --out"),
        (["--out", "mine.toml"], "--out mine.toml needs --class"),
        (["--out", "mine.toml", "--class", "coding"], "--class 'coding' must look like coding=coders"),
        (["--out", "m.toml", "--class", "coding=coders", "--users", "coders=many"], "--users coders is 'many'"),
        (["--column", "tme=ts"], "--column names 'tme', but columns are time,"),
        (["--plot", "load.bmp"], "must end in one of"),
        (["--plot", "load.png", "--out", "m.toml", "--class", "coding=coders"], "--plot: log.csv leaves out hours of"),
    ],
)
def test_options_that_do_not_fit_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    weeks(tmp_path, days=1)
    monkeypatch.chdir(tmp_path)
    status, out, err = ran(["log.csv", *words], monkeypatch, capfd)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert said in err
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]
