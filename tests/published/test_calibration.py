"""The shipped calibration against the shipped measurements, and how files of other machines are read."""

import itertools
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from capacity import CALIBRATIONS, FITTED, PUBLISHED, InputError
from capacity.calibration import FITTED_HIGH, FITTED_LOW
from capacity.engine import Engine
from capacity.fit import (
    FIRST_TOKEN_FIELDS,
    FITTED_FIELDS,
    bootstrap,
    errors,
    first_token_errors,
    fit,
    goodness,
    headline,
    leave_one_out,
)
from capacity.measurements import layout, read, shipped
from capacity.predictions import measured_throughput, predict

TARGETS = tomllib.loads(Path(__file__).with_name("targets.toml").read_text())


@pytest.fixture(scope="module")
def silicon():
    return read(shipped())


@pytest.fixture(scope="module")
def found(silicon):
    return fit(silicon)


def test_every_shipped_row_is_understood(silicon):
    assert silicon.unread == ()
    assert len(silicon) + silicon.copies == len(pd.read_csv(shipped())) == 1100
    assert (len(silicon), silicon.copies, silicon.doubled_layouts) == (1018, 82, 135)
    assert set(silicon.frame["architecture"]) == {"deepseek-v3", "kimi-k2", "dense-70b", "dense-32b"}
    assert set(silicon.frame["chip"]) == {"b200", "h100", "h200"}


@pytest.mark.parametrize("name", [*FITTED_FIELDS, *FIRST_TOKEN_FIELDS])
def test_the_shipped_fit_is_what_the_code_fits_today(found, name):
    assert getattr(found, name) == pytest.approx(getattr(FITTED, name), rel=0.01)


def test_the_shipped_serving_programs_are_what_the_code_fits_today(found):
    assert [engine.name for engine in found.engines] == [engine.name for engine in FITTED.engines]
    for new, shipped_one in zip(found.engines, FITTED.engines, strict=True):
        assert (new.first_token_steps, new.company) == pytest.approx(
            (shipped_one.first_token_steps, shipped_one.company), rel=0.01
        )


def test_serving_programs_differ_by_more_than_any_model_blind_to_them_can_know(silicon):
    """Rows that are alike but for the program: their first tokens lie .63 apart, so a blind one is .3 off on them."""
    same = [
        "model",
        "system",
        "precision",
        "input_tokens",
        "output_tokens",
        "tp",
        "attention_dp",
        "moe_ep",
        "concurrency",
    ]
    logs = silicon.frame.assign(log=np.log(silicon.frame["ttft_ms"]))
    pairs = logs.pivot_table("log", index=same, columns="engine", aggfunc="median")
    apart = [(pairs[a] - pairs[b]).abs().dropna() for a, b in itertools.combinations(pairs.columns, 2)]
    assert np.median(pd.concat(apart)) == pytest.approx(0.631, abs=0.005)


def test_a_serving_program_of_ones_own_is_fitted_and_an_unknown_one_is_typical(silicon, tmp_path):
    truth = replace(FITTED, engines=(Engine("lmdeploy", 4.0, 0.2),))
    some = silicon.frame.iloc[::8].assign(backend="LMDeploy")
    some.to_csv(tmp_path / "some.csv", index=False)
    made = predict(read(tmp_path / "some.csv"), truth)
    some.assign(ttft_ms=1e3 * made.first_token_s, tpot_ms=1e3 * made.per_token_s).to_csv(
        tmp_path / "made.csv", index=False
    )
    rows = read(tmp_path / "made.csv")
    assert set(rows.frame["engine"]) == {"lmdeploy"}
    (found,) = fit(rows).engines
    assert found.first_token_steps == pytest.approx(4.0, rel=0.05)
    assert found.company == pytest.approx(0.2, rel=0.05)
    assert predict(rows, FITTED).first_token_s == pytest.approx(
        predict(rows, replace(FITTED, engines=())).first_token_s
    ), "no program of the fit has that name"
    few = rows.select(np.arange(len(rows)) < 9)
    assert fit(few).engines == (), "too few rows"


def test_machines_that_run_a_serving_program():
    assert FITTED.running("vLLM").first_token_steps == FITTED.engine("vllm").first_token_steps
    assert FITTED.running("TensorRT-LLM").company == FITTED.engine("trtllm").company
    with pytest.raises(InputError, match=re.escape("unknown serving program 'vlm' (did you mean 'vllm'?)")):
        FITTED.running("vlm")
    with pytest.raises(InputError, match="calibration 'published' knows no serving programs; fit, fit-low, fit-high"):
        PUBLISHED.running("vllm")
    with pytest.raises(InputError, match="engine 'mine': company is 2, but must be at least 0 and at most 1"):
        Engine("mine", 3, 2)
    with pytest.raises(InputError, match=re.escape("engines[1] is called 'a', but each needs a name of its own")):
        replace(FITTED, engines=(Engine("a", 1, 0), Engine("a", 2, 0)))


def test_resampling_clusters_gives_a_range_around_the_fit(silicon):
    """The first draws of `tokenmarket calibrate`, which takes a hundred; the shipped ends are two of those."""
    drawn = bootstrap(silicon, draws=8)
    assert np.all(np.diff(drawn.headlines) >= 0)
    assert drawn.headlines == pytest.approx([headline(each) for each in drawn.draws])
    assert drawn.at(0.0) == drawn.draws[0]
    assert drawn.at(1.0) == drawn.draws[-1]
    low, high = drawn.range("expert_efficiency")
    assert 1.3 < high / low < 5, "clusters, not rows: the range is wide"
    least, most = drawn.engine_range("vllm", "first_token_steps")
    assert least < drawn.calibration.engine("vllm").first_token_steps < most
    assert headline(FITTED_LOW) < headline(FITTED) < headline(FITTED_HIGH)
    assert headline(FITTED_LOW) <= np.median(drawn.headlines) <= headline(FITTED_HIGH)


@pytest.mark.parametrize("name", FITTED_FIELDS)
def test_the_fit_is_a_minimum(silicon, name):
    best = errors(silicon, FITTED).mean()
    for factor in (1.08, 0.92):
        value = getattr(FITTED, name) * factor
        if value <= (0.92 if name == "bandwidth_efficiency" else np.inf):
            assert errors(silicon, replace(FITTED, **{name: value})).mean() > best - 2e-4


def test_error_on_the_rows_fitted(silicon):
    assert np.median(errors(silicon, FITTED)) == pytest.approx(0.098, abs=0.001)
    assert np.median(errors(silicon, PUBLISHED)) == pytest.approx(0.437, abs=0.001)
    assert np.median(first_token_errors(silicon, FITTED)) == pytest.approx(0.241, abs=0.002)
    assert np.median(first_token_errors(silicon, replace(FITTED, engines=()))) == pytest.approx(0.372, abs=0.002)
    assert np.median(first_token_errors(silicon, FITTED)) <= TARGETS["shipped_rows"]["first_token"]


@pytest.mark.parametrize(
    ("column", "per_token", "first_token", "typical", "worst"),
    [("system", 0.142, 0.335, 0.438, "b200_sxm"), ("model", 0.147, 0.353, 0.470, "DeepSeek-R1")],
)
def test_error_on_rows_left_out(silicon, found, column, per_token, first_token, typical, worst):
    table, overall = leave_one_out(silicon, column, found)
    goals = TARGETS["left_out"]
    assert overall.per_token <= goals[f"per_token_by_{column}"]
    assert overall.per_token == pytest.approx(per_token, abs=0.003)
    assert overall.first_token <= goals["first_token_over_constant"] * overall.constant
    assert overall.first_token <= goals["first_token"]
    assert overall.first_token == pytest.approx(first_token, abs=0.01)
    assert overall.typical == pytest.approx(typical, abs=0.01), "where the serving program is not known"
    assert table["first_token"].max() <= goals["first_token"], "each of them, not only the median over all"
    assert table["rows"].sum() == len(silicon)
    by_name = table.set_index("left_out")["per_token"]
    assert by_name.max() <= TARGETS["shipped_rows"]["one_model"]
    assert by_name.idxmax() == worst


def test_goodness_by_model_and_system(silicon):
    table = goodness(silicon, FITTED, ["model", "system"])
    assert table["rows"].sum() == len(silicon)
    assert {"per_token", "throughput", "first_token", "per_token_bias"} <= set(table.columns)
    assert (table["per_token"] >= table["per_token_bias"].abs() - 1e-12).all()


def test_a_fit_finds_the_truth_that_made_the_measurements(silicon, tmp_path):
    truth = replace(
        FITTED,
        compute_efficiency=0.55,
        expert_efficiency=0.30,
        bandwidth_efficiency=0.66,
        layer_latency=30e-6,
        expert_layer_latency=60e-6,
    )
    made = predict(silicon, truth)
    frame = silicon.frame.assign(tpot_ms=1e3 * made.per_token_s, ttft_ms=1e3 * made.first_token_s)
    frame.to_csv(tmp_path / "made.csv", index=False)
    again = fit(read(tmp_path / "made.csv"))
    for name in (
        "compute_efficiency",
        "expert_efficiency",
        "bandwidth_efficiency",
        "layer_latency",
        "expert_layer_latency",
        "sequence_latency",
        "first_token_steps",
    ):
        assert getattr(again, name) == pytest.approx(getattr(truth, name), rel=0.05), name


def test_measured_throughput_by_hand(silicon):
    row = silicon.select(np.array([0]))
    f = row.frame.iloc[0]
    whole = (f["ttft_ms"] + f["tpot_ms"] * (f["output_tokens"] - 1)) / 1e3
    assert measured_throughput(row) == pytest.approx([f["concurrency"] * f["output_tokens"] / whole])


@pytest.mark.parametrize(
    ("tp", "pp", "dp", "ep", "heads", "chips", "copies", "doubled"),
    [
        (8, 1, 1, 1, 1, 8, 8, False),  # tensor parallel with a latent cache: every rank holds it
        (8, 1, 1, 1, 8, 8, 1, False),  # eight KV heads on eight ranks: split
        (16, 1, 1, 1, 8, 16, 2, False),
        (4, 2, 1, 1, 8, 8, 1, False),  # a pipeline of two stages
        (1, 1, 8, 8, 1, 8, 1, False),  # attention data parallel: the cache is split by request
        (8, 1, 1, 8, 1, 8, 8, False),  # experts spread over the same eight chips
        (2, 1, 4, 8, 1, 8, 2, False),
        (64, 1, 1, 8, 1, 8, 8, True),  # expert ranks counted twice: one node
        (8, 1, 8, 8, 1, 8, 8, True),
        (4, 1, 4, 16, 1, 4, 4, True),
        (1, 1, 64, 8, 1, 8, 1, True),
        (16, 1, 1, 16, 1, 16, 16, False),
    ],
)
def test_layouts(tp, pp, dp, ep, heads, chips, copies, doubled):
    found = layout(tp, pp, dp, ep, heads)
    assert found.layout.tensor * found.layout.pipeline * found.layout.data == chips
    assert (found.chips, found.cache_copies, found.doubled) == (chips, copies, doubled)


def test_doubled_expert_ranks_measure_like_one_node():
    """The reason for reading them so: in the file 'tp 64, ep 8' has to the digit the times of 'tp 8, ep 8'."""
    table = pd.read_csv(shipped()).drop_duplicates()
    times = ["ttft_ms", "tpot_ms"]
    same = ["model", "system", "precision", "backend", "input_tokens", "output_tokens", "concurrency", *times]
    ranks = table["tp"] * table["attention_dp"]
    doubled = table[(table["moe_ep"] > 1) & (ranks == table["moe_ep"] ** 2)]
    plain = table[(table["moe_ep"] > 1) & (ranks == table["moe_ep"])]
    assert len(doubled.merge(plain, on=same)) == 41


HEADER = "model,system,precision,mode,input_tokens,output_tokens,concurrency,tp,ttft_ms,tpot_ms\n"
GOOD = "Qwen3-32B,h100_sxm,fp8,agg,1024,1024,16,4,100,12\n"


def written(tmp_path, text):
    path = tmp_path / "measured.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("Qwen9-99B,h100_sxm,fp8,agg,1024,1024,16,4,100,12\n", "model", "no architecture has this name"),
        ("Qwen3-32B,h900_sxm,fp8,agg,1024,1024,16,4,100,12\n", "system", "did you mean 'h[12]00_sxm'"),
        ("Qwen3-32B,h100_sxm,fp3,agg,1024,1024,16,4,100,12\n", "precision", "unknown precision 'fp3'"),
        ("DeepSeek-R1,h100_sxm,fp8,agg,1024,1024,16,4,100,12\n", "tp", "does not fit: 671 GB of weights"),
    ],
)
def test_what_is_not_understood_is_named(tmp_path, row, column, reason):
    rows = read(written(tmp_path, HEADER + GOOD + row + row.replace(",16,", ",32,")))
    assert len(rows) == 1
    (unread,) = rows.unread
    assert (unread.column, unread.rows) == (column, 2)
    assert unread.value in row
    assert re.search(reason, unread.reason)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a CSV table"),
        (HEADER.replace("tpot_ms", "tpot") + GOOD, "has no column 'tpot_ms' (did you mean 'tpot'?)"),
        (HEADER + GOOD + GOOD.replace(",12", ",fast"), "line 3: tpot_ms is 'fast', but must be a number above 0"),
        (HEADER + GOOD + "\n" + GOOD.replace(",12", ",-1"), "line 4: tpot_ms is '-1', but must be a number above 0"),
        (HEADER + GOOD.replace(",16,", ",0,"), "line 2: concurrency is '0', but must be a number above 0"),
        (HEADER + GOOD.replace(",12", ",inf"), "line 2: tpot_ms is 'inf', but must be a number above 0"),
        (HEADER + GOOD.replace(",12", ","), "line 2: tpot_ms is '', but must be a number above 0"),
        (HEADER + GOOD.replace(",4,", ",4.5,"), "line 2: tp is '4.5', but must be a whole number above 0"),
        (HEADER + 'Qwen3-32B,"h100\n', "is not a CSV table"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(InputError) as error:
        read(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_files_that_are_none(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "nothing.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x81" * 40)
    with pytest.raises(InputError, match="is not UTF-8 text"):
        read(tmp_path / "binary.csv")
    only_head = read(written(tmp_path, HEADER))
    assert len(only_head) == 0
    with pytest.raises(InputError, match="0 measurements are too few"):
        fit(only_head)


def test_blank_lines_copies_and_spaces(tmp_path):
    rows = read(written(tmp_path, HEADER + GOOD + "\n" + GOOD + GOOD.replace(",", ", ") + "\n\n"))
    assert len(rows) == 1
    assert rows.copies == 2


def test_systems_and_models_that_are_not_in_the_shipped_file(tmp_path):
    head = HEADER.replace("tp,ttft_ms", "tp,pp,attention_dp,moe_ep,ttft_ms")
    text = """openai/gpt-oss-120b,mi300x_sxm,mxfp4,agg,1024,1024,64,8,1,1,1,200,14
gpt-oss-120b,MI300X,fp4,agg,8192,1024,16,4,1,1,4,400,12
DeepSeek-V3,gb200,nvfp4,disagg,1024,1024,2048,1,1,32,32,900,30
DeepSeek-V3,gb200_sxm,fp8,disagg,8192,1024,512,1,1,72,72,1900,25
Llama-3.3-70B,h20,bf16,agg,1024,1024,8,8,1,1,1,300,20
Kimi-K2-Instruct,b200,fp8_block,agg,1024,1024,128,8,2,1,8,700,40
"""
    rows = read(written(tmp_path, head + text))
    assert rows.unread == ()
    assert rows.frame["chip"].tolist() == ["mi300x", "mi300x", "gb200-nvl72", "gb200-nvl72", "h20", "b200"]
    assert rows.frame["chips"].tolist() == [8, 4, 32, 72, 8, 16]
    assert rows.frame["cache_copies"].tolist() == [1, 1, 1, 1, 1, 8]
    for calibration in CALIBRATIONS.values():
        seen = predict(rows, calibration)
        for times in (seen.first_token_s, seen.per_token_s, seen.throughput_tok_s):
            assert np.isfinite(times).all()
            assert (times > 0).all()
    assert 0 < fit(rows).bandwidth_efficiency <= 1
    table, _ = leave_one_out(rows, "system")
    assert len(table) == 6


def test_leaving_the_only_system_out_is_refused(tmp_path):
    rows = read(written(tmp_path, HEADER + GOOD + GOOD.replace(",16,", ",32,") + GOOD.replace(",16,", ",8,")))
    with pytest.raises(InputError, match="leaving one system out needs at least two; the file has h100_sxm"):
        leave_one_out(rows, "system")


def test_more_requests_than_memory_holds_wait(tmp_path):
    """80 GB hold a 70-GB model and few states: beyond those, the time per token stands still and the first waits."""
    row = "Llama-3.1-70B,h100_sxm,fp8,agg,8192,1024,{},1,100,12\n"
    rows = read(written(tmp_path, HEADER + "".join(row.format(n) for n in (1, 1000, 2000))))
    assert rows.frame["in_flight"].tolist() == pytest.approx([1, *[rows.frame["in_flight"][1]] * 2])
    seen = predict(rows, PUBLISHED)
    assert seen.per_token_s[1] == seen.per_token_s[2]
    assert seen.first_token_s[2] > 1.9 * seen.first_token_s[1]
    assert seen.throughput_tok_s[1] == seen.throughput_tok_s[2]


HEADER_DISAGG = HEADER.replace("tp,ttft_ms", "tp,attention_dp,moe_ep,prefill_tp,prefill_workers,ttft_ms")


def test_two_pools_are_read_as_two(tmp_path):
    """The decode pool's time per token holds no prefill; more readers shorten the first token only."""
    row = "DeepSeek-V3,gb200,nvfp4,{},8192,1024,2048,1,32,32,{},{},900,30\n"
    text = HEADER_DISAGG + row.format("agg", 4, 1) + "".join(row.format("disagg", 4, n) for n in (0, 4, 40))
    rows = read(written(tmp_path, text))
    assert rows.unread == ()
    seen = predict(rows, FITTED)
    assert seen.per_token_s[0] > 1.5 * seen.per_token_s[1]
    assert seen.per_token_s[1:] == pytest.approx([seen.per_token_s[1]] * 3)
    assert seen.first_token_s[3] < seen.first_token_s[2]
    assert np.isfinite(seen.first_token_s).all()


def test_a_mode_that_is_not_known_is_named(tmp_path):
    rows = read(written(tmp_path, HEADER + GOOD + GOOD.replace("agg", "disag")))
    (unread,) = rows.unread
    assert (unread.column, unread.value) == ("mode", "disag")
    assert "did you mean 'disagg'" in unread.reason


def test_speculation_and_prefix_caches_in_rows(tmp_path):
    head = HEADER.replace("ttft_ms", "cached,speculation_tokens,speculation_verified,ttft_ms")
    cases = ((0, 1, 1), (0.9, 1, 1), (0, 2, 4))
    text = "".join(GOOD.replace(",100,", f",{cached},{t},{v},100,") for cached, t, v in cases)
    rows = read(written(tmp_path, head + text))
    plain, cached, guessed = predict(rows, FITTED).per_token_s
    assert guessed < 0.6 * plain
    assert cached < plain
    assert predict(rows, FITTED).first_token_s[1] < predict(rows, FITTED).first_token_s[0]
    long = GOOD.replace("1024,1024,16", "400000,1024,1")
    (unread,) = read(written(tmp_path, HEADER + GOOD + long)).unread
    assert "401,024 tokens (input and output), but dense-32b attends to at most 131,072" in unread.reason
