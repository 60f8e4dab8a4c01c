"""`tokenmarket costs` as people and machines use it, and two pools on the command line."""

import json
import math

import pytest
from test_capacity_cli import refused, run  # noqa: F401 (a fixture)

COSTS = ["costs", "--chip", "b200"]
MINE = """
[[chip]]
name = "next-year"
flops = {fp4 = 30e15, bf16 = 5e15}
bandwidth = 20e12
memory = 288e9
chips_per_system = 8
power = 2500
capital = 120_000
rental = 8.0
source = "a test"
"""


def test_json(run):  # noqa: F811
    status, out, err = run(*COSTS, "--speed", 60, "--ttft", 2, "--json")
    found = json.loads(out)
    assert (status, err) == (0, "")
    keys = {"input_usd_per_mtok", "cached_usd_per_mtok", "output_usd_per_mtok", "stack", "kwh_per_mtok"}
    assert set(found) >= keys | {"marginal", "listed", "by_context", "by_speed", "water_l_per_mtok"}
    assert found["first_token_s"] <= 2
    assert found["speed_tok_s"] >= 60
    product = math.prod(line["factor"] for line in found["stack"]) * found["stack"][0]["usd_per_mtok"]
    assert product == pytest.approx(found["stack"][-1]["usd_per_mtok"])
    assert [row["input_tokens"] for row in found["by_context"]] == [1000, 8000, 32000, 128000]
    assert found["promised_first_token_s"] == 2
    assert [row["calibration"] for row in found["by_calibration"]] == ["fit-low", "fit", "fit-high", "published"]


def test_a_serving_program_moves_what_a_first_token_costs(run):  # noqa: F811
    def found(*more):
        return json.loads(run(*COSTS, "--ttft", 1, *more, "--json")[1])

    plain, quick = found(), found("--backend", "vllm")
    assert quick["output_usd_per_mtok"] < plain["output_usd_per_mtok"], "it waits for fewer steps of the others"
    by_name = {row["calibration"]: row for row in quick["by_calibration"]}
    assert by_name["fit"]["output_usd_per_mtok"] == quick["output_usd_per_mtok"]
    assert list(by_name) == ["fit-low", "fit", "fit-high"]


def test_terminal_and_picture(run, tmp_path):  # noqa: F811
    status, out, _ = run(*COSTS, "--plot", "costs.png")
    assert status == 0
    for words in ("one more token", "full cost", "list price", "load factor", "kWh", "wrote costs.png"):
        assert words in out
    drawn = (tmp_path / "costs.png").read_bytes()
    run(*COSTS, "--plot", "again.png", "--json")
    assert (tmp_path / "again.png").read_bytes() == drawn


def test_options_change_what_they_say(run):  # noqa: F811
    def output(*more):
        return json.loads(run(*COSTS, *more, "--json")[1])["output_usd_per_mtok"]

    base = output()
    assert output("--load-factor", 0.3) == pytest.approx(2 * base)
    assert output("--rental", 7.6) == pytest.approx(2 * base)
    assert output("--markup", 0.5) == pytest.approx(base), "a markup is no cost"
    assert output("--calibration", "published") < base
    assert output("--owned", "--power-price", 0.5) > output("--owned")
    assert output("--replicas", 4, "--demand", 500) > output("--replicas", 1, "--demand", 500) > base


def test_a_chip_of_ones_own(run, tmp_path):  # noqa: F811
    (tmp_path / "mine.toml").write_text(MINE)
    for command in (["costs"], ["capacity"]):
        status, out, err = run(
            *command, "--with", "mine.toml", "--chip", "next-year", "--workload", "general", "--json"
        )
        assert (status, err) == (0, "")
        assert json.loads(out)["chip"] == "next-year"


def test_two_pools(run):  # noqa: F811
    two = ["capacity", "--chip", "b200", "--architecture", "deepseek-v3", "--calibration", "fit", "--pools", 32]
    found = json.loads(run(*two, "--json")[1])
    assert found["readers"] * found["reader_chips"] + found["writers"] * found["writer_chips"] == found["chips"] <= 32
    status, out, _ = run(*two)
    assert status == 0
    assert "prefill pool" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--chip", "b20"], "unknown chip 'b20' (did you mean 'b200'?)"),
        (["--chip", "b200", "--load-factor", 2], "load_factor is 2, but must be above 0 and at most 1"),
        (["--chip", "b200", "--replicas", 0], "replicas is 0"),
        (["--chip", "b200", "--speed", 100000], "no batch reaches 100000 token/s"),
        (["--chip", "b200", "--ttft", 0.0001], "no batch keeps a first token in 0.0001 s"),
        (["--chip", "b200", "--power-price", 1], "--power-price is part of the cost of machines one owns"),
        (["--chip", "b200", "--owned", "--rental", 1], "--rental is what one pays for machines of others"),
        (["--chip", "b200", "--input", 500000], "kimi-k2 attends to at most 262,144"),
        (["--chip", "b200", "--plot", "costs.gif"], "costs.gif"),
        (["--chip", "b200", "--with", "nothing.toml"], "file 'nothing.toml' does not exist"),
    ],
)
def test_what_cannot_be(run, tmp_path, arguments, message):  # noqa: F811
    assert message in refused(run, tmp_path, "costs", *arguments)
