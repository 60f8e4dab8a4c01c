"""`tokenmarket capacity` and `tokenmarket calibrate` as people and machines use them."""

import itertools
import json
import os
import re
import resource
import subprocess
import sys
from io import StringIO

import pytest
from rich.console import Console

from capacity import ARCHITECTURES, CHIPS, PUBLISHED, WORKLOADS, Costs, Deployment, fleet
from capacity.measurements import shipped
from scenarios.cli import calibration_report
from scenarios.cli import capacity_report as report
from scenarios.cli import main as cli

KEYS = {"throughput_tok_s", "batch", "speed_tok_s", "binding", "work_rack_s", "cost_usd_per_mtok"}
CHIP = ["capacity", "--chip", "gb200-nvl72"]


@pytest.fixture
def run(capfd, monkeypatch, tmp_path):
    """Run the command in an empty folder; give its exit status, stdout and stderr. Nothing else may be written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["tokenmarket", *map(str, arguments)])
        try:
            cli.main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        out, err = capfd.readouterr()
        return status, out, err

    return call


def refused(run, tmp_path, *arguments):
    before = sorted(tmp_path.rglob("*"))
    status, out, err = run(*arguments)
    assert status == 2
    assert out == ""
    assert sorted(tmp_path.rglob("*")) == before, "nothing is written"
    return err


def test_json_of_one_workload(run):
    status, out, err = run(
        *CHIP, "--architecture", "kimi-k2", "--input", 25000, "--output", 1000, "--speed", 35, "--json"
    )
    found = json.loads(out)
    assert (status, err) == (0, "")
    assert set(found) >= KEYS
    point = Deployment(CHIPS["gb200-nvl72"], ARCHITECTURES["kimi-k2"]).operate(WORKLOADS["coding"])
    assert found["throughput_tok_s"] == point.throughput_tok_s
    assert found["batch"] == point.batch
    assert found["binding"] == "compute"
    assert found["workload"] == "custom"
    assert found["title"] == "25,000:1,000"


def test_json_of_one_machine_has_general_at_the_top_and_every_workload_beside_it(run):
    status, out, _ = run(*CHIP, "--json")
    found = json.loads(out)
    assert status == 0
    assert found["workload"] == "general"
    assert [record["workload"] for record in found["workloads"]] == list(WORKLOADS)
    assert all(set(record) >= KEYS for record in (found, *found["workloads"]))


def test_json_of_the_world(run):
    status, out, _ = run("capacity", "--json")
    found = json.loads(out)
    assert status == 0
    assert [record["workload"] for record in found["fleet"]] == list(WORKLOADS)
    for record in found["fleet"]:
        assert set(record) >= KEYS
        assert record["throughput_tok_s"] > record["headline_tok_s"] > record["rack_tok_s"] > 0
    units = fleet.world_units("2025Q4")
    expected = fleet.throughput(units, ARCHITECTURES["kimi-k2"], WORKLOADS["general"])
    assert found["fleet"][0]["throughput_tok_s"] == expected


def test_the_example_of_the_issue_in_words(run):
    status, out, _ = run(*CHIP, "--architecture", "kimi-k2", "--input", 25000, "--output", 1000, "--speed", 35)
    assert status == 0
    for word in ("107,665 output tokens/s", "3,076 requests", "compute", "$0.84 per million"):
        assert word in out


def test_the_world_in_words(run):
    status, out, _ = run("capacity")
    assert status == 0
    for word in (
        *(w.title for w in WORKLOADS.values()),
        "Microsoft",
        "Epoch's fleet against what was published",
        "What holds the build-out back: DRAM from 2026Q1 to 2027Q4.",
        "(published: 4.1x, a miss)",
    ):
        assert word in " ".join(out.split())


def test_a_partial_quarter_says_what_it_lacks(run):
    assert "no counts of AMD and Amazon for 2026Q1" in run("capacity", "--quarter", "2026Q1")[1]
    assert "no counts" not in run("capacity", "--quarter", "2025Q4")[1]


def test_what_one_workload_lacks_does_not_hide_the_others(run):
    _, out, _ = run("capacity", "--chip", "h200", "--architecture", "deepseek-v3", "--systems", 2)
    assert "video, 5 s clip: no batch reaches 6240 token/s" in out
    _, out, _ = run("capacity", "--chip", "h200", "--architecture", "deepseek-v3", "--systems", 2, "--json")
    video = json.loads(out)["workloads"][5]
    assert (video["throughput_tok_s"], video["batch"], video["work_rack_s"], video["binding"]) == (0.0, 0, None, "none")
    assert "no batch reaches" in video["why"]


def test_calibrations_costs_and_held_state_reach_the_physics(run):
    def found(*arguments):
        return json.loads(run(*CHIP, "--workload", "general", "--json", *arguments)[1])

    plain = found()
    assert found("--calibration", "ideal")["throughput_tok_s"] > 1.5 * plain["throughput_tok_s"]
    assert found("--owned")["cost_usd_per_mtok"] != plain["cost_usd_per_mtok"]
    assert found("--owned", "--power-price", 0.2)["cost_usd_per_mtok"] > found("--owned")["cost_usd_per_mtok"]
    assert found("--held", 600)["throughput_tok_s"] < plain["throughput_tok_s"]
    assert found("--cached", 0.5)["work_rack_s"] < plain["work_rack_s"]
    assert found("--speed", 100)["batch"] < plain["batch"]
    quick, slow = (found("--calibration", "fit", "--backend", name)["first_token_s"] for name in ("vllm", "SGLang"))
    assert quick < slow


def test_the_range_of_our_own_fit_stands_beside_every_throughput(run):
    _, out, _ = run(*CHIP, "--workload", "general", "--calibration", "fit", "--json")
    one = json.loads(out)
    assert one["fit_tok_s"] == pytest.approx(one["throughput_tok_s"])
    low, high = one["fit_range_tok_s"]
    assert low < one["fit_tok_s"] < high
    world = json.loads(run("capacity", "--architecture", "deepseek-v3", "--json")[1])["fleet"][0]
    assert world["headline_fit_range_tok_s"][0] < world["headline_fit_tok_s"] < world["headline_fit_range_tok_s"][1]
    assert "serves 2.87B tok/s of general 8k:1k (range" in " ".join(
        run("capacity", "--architecture", "deepseek-v3")[1].split()
    )


WRONG = {
    ("--chip", "gb20"): "unknown chip 'gb20' (did you mean 'gb200-nvl72'?)",
    ("--architecture", "kimi-2"): "unknown architecture 'kimi-2' (did you mean 'kimi-k2'?)",
    ("--workload", "codeing"): "unknown workload 'codeing' (did you mean 'coding'?)",
    ("--calibration", "publshed"): "unknown calibration 'publshed' (did you mean 'published'?)",
    ("--quarter", "2025-Q4"): "(did you mean '2025Q4'?); known: 2022Q1 to 2026Q1",
    ("--quarter", "2031Q1"): "quarter '2031Q1' has no chip counts",
    ("--chip", "a\nb"): "unknown chip 'a b'",
    ("--input", -1): "input is -1, but must be at least 0",
    ("--input", "nan"): "input is nan",
    ("--input", "inf"): "input is inf",
    ("--input", 1e10): "at most 1e+09",
    ("--output", 0): "output is 0, but must be at least 1",
    ("--cached", 1.5): "cached is 1.5, but must be at least 0 and at most 1",
    ("--cached", -0.1): "cached is -0.1",
    ("--held", -5): "held is -5",
    ("--speed", 0): "--speed is 0, but must be above 0",
    ("--speed", -3): "--speed is -3",
    ("--speed", "nan"): "--speed is nan",
    ("--speed", "inf"): "--speed is inf",
    ("--speed", 1e9): "no batch reaches 1e+09 token/s",
    ("--speed", 1000): "no batch reaches 1000 token/s",
    ("--chip", "gb200-nvl72", "--speed", 1000): "gives one request alone 562.8 token/s",
    ("--owned", "--power-price", -1): "power_usd_per_kwh is -1",
    ("--power-price", 0.2): "needs --owned",
    ("--systems", 2): "--systems joins systems of one chip, so it needs --chip",
    ("--chip", "h100", "--systems", 0): "systems is 0, but must be above 0",
    ("--chip", "h100", "--systems", "inf"): "systems is inf",
    ("--chip", "rtx-5090"): "32 GB of memory in 1 x rtx-5090; it needs at least 16",
    ("--chip", "gb200-nvl72", "--input", 1e9): "kimi-k2 attends to at most 262,144",
    ("--chip", "h200", "--architecture", "frontier", "--systems", 2, "--input", 9e6): "not one request fits in memory",
    ("--chip", "h100", "--quarter", "2025Q4"): "--quarter is of the counted fleet of the world",
    ("--chip", "h200", "--ttft", 0): "workload: first_token is 0, but must be above 0",
    ("--chip", "h200", "--ttft", 0.001): "no batch keeps a first token in 0.001 s",
    ("--backend", "vllm"): "calibration 'published' knows no serving programs; fit, fit-low, fit-high do",
    ("--calibration", "fit", "--backend", "vlm"): "unknown serving program 'vlm' (did you mean 'vllm'?)",
    ("--chip", "h200", "--calibration", "fit", "--backend", "vllm", "--pools", 8): "goes without --systems, --plot and",
    ("--pools", 8): "--pools splits chips of one kind, so it needs --chip",
    ("--chip", "h200", "--pools", 7): "no two pools of 7 chips hold the model twice",
    ("--chip", "h200", "--with", "nothing.toml"): "file 'nothing.toml' does not exist",
    ("--plot", "curves.gif"): "ends in '.gif', but must end in one of .png, .svg, .pdf",
    ("--plot", "curves"): "must end in one of .png",
    ("--plot", "nowhere/curves.png"): "the folder 'nowhere' does not exist",
    ("--plot", "/proc/curves.png"): "picture '/proc/curves.png' cannot be written",
    ("--workload", "video", "--plot", "video.png"): "there is no workload to draw",
}


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("arguments", WRONG, ids=lambda a: " ".join(map(str, a)).replace("\n", " "))
def test_what_cannot_be_is_one_line_on_stderr_and_status_2(run, tmp_path, arguments, as_json):
    err = refused(run, tmp_path, "capacity", *arguments, *(["--json"] if as_json else []))
    assert WRONG[arguments] in err
    assert err.startswith("tokenmarket: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--input", "many"], ["--chp", "h100"], ["extra"], ["--systems"]])
def test_typers_own_errors_are_status_2_too(run, tmp_path, arguments):
    assert refused(run, tmp_path, "capacity", *arguments)


def test_a_folder_is_not_a_picture(run, tmp_path):
    (tmp_path / "folder.png").mkdir()
    assert "is a folder" in refused(run, tmp_path, "capacity", "--plot", "folder.png")


@pytest.mark.parametrize(
    "arguments",
    [["--speed", 1e-300], ["--input", 0], ["--input", 1e6], ["--held", 1e9], ["--systems", 1e9], ["--output", 1e5]],
)
def test_extreme_numbers_give_numbers_or_a_sentence(run, arguments):
    status, out, err = run(*CHIP, "--workload", "general", *arguments, "--json")
    if status == 0:
        assert set(json.loads(out)) >= KEYS
    else:
        assert (status, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_picture_beside_pure_json(run, tmp_path, suffix):
    status, out, _ = run(*CHIP, "--plot", f"curves{suffix}", "--json")
    assert status == 0
    assert set(json.loads(out)) >= KEYS
    drawn = (tmp_path / f"curves{suffix}").read_bytes()
    assert drawn[:4] == {".png": b"\x89PNG", ".svg": b"<?xm", ".pdf": b"%PDF"}[suffix]
    run(*CHIP, "--plot", f"again{suffix}", "--json")
    assert (tmp_path / f"again{suffix}").read_bytes() == drawn, "the same picture is the same bytes"


def test_a_picture_without_a_chip_is_of_the_reference_rack(run, tmp_path):
    _, out, _ = run("capacity", "--plot", "curves.svg")
    assert out.endswith("wrote curves.svg\n")
    assert "GB200 NVL72" in (tmp_path / "curves.svg").read_text()


def test_calibrate(run, tmp_path, monkeypatch):
    made, calibrate = {}, calibration_report.calibrate

    def once(*given):
        made.update(made or calibrate(*given))
        return made

    monkeypatch.setattr(calibration_report, "calibrate", once)
    lines = shipped().read_text().splitlines(keepends=True)
    (tmp_path / "some.csv").write_text("".join([lines[0], *lines[1::9], "Nemo-1B" + lines[1][lines[1].index(",") :]]))
    status, out, _ = run("calibrate", "some.csv", "--draws", 3, "--json")
    found = json.loads(out)
    assert status == 0
    assert set(found["left_out"]) == {"system", "model"}
    assert found["unread"] == [
        {"column": "model", "value": "Nemo-1B", "reason": "no architecture has this name", "rows": 1}
    ]
    status, out, _ = run("calibrate", "some.csv", "--draws", 3)
    assert status == 0
    assert "not understood: 1 rows with model 'Nemo-1B'" in out
    assert "Leaving one system out" in out


def test_calibrate_with_one_system_leaves_none_out(run, tmp_path):
    lines = shipped().read_text().splitlines(keepends=True)
    (tmp_path / "one.csv").write_text("".join([lines[0], *[line for line in lines if "Qwen3-32B" in line][:40]]))
    found = json.loads(run("calibrate", "one.csv", "--draws", 2, "--json")[1])
    assert found["left_out"] == {}


HEADER = "model,system,precision,mode,input_tokens,output_tokens,concurrency,tp,ttft_ms,tpot_ms\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "does not exist"),
        ("", "is not a CSV table"),
        ("model,system\n", "has no column 'precision'"),
        (HEADER, "the file has no rows"),
        (
            HEADER + "Nemo,h100,fp8,agg,1,1,1,1,1,1\n",
            "no measurement could be used: model 'Nemo': no architecture has this name",
        ),
        (
            HEADER + "Qwen3-32B,h100,fp8,agg,1,1,1,1,1,0\n",
            "line 2: tpot_ms is '0'",
        ),
    ],
)
def test_a_bad_measurement_file(run, tmp_path, text, message):
    if text is not None:
        (tmp_path / "bad.csv").write_text(text)
    err = refused(run, tmp_path, "calibrate", "bad.csv")
    assert message in err
    assert err.count("\n") == 1


def subprocess_of(*code):
    env = {**os.environ, "COLUMNS": "100", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, *code], capture_output=True, text=True, check=False, env=env)


def test_help_imports_nothing_heavy():
    heavy = "{'numpy', 'pandas', 'scipy', 'mesa', 'matplotlib', 'seaborn', 'capacity', 'market'}"
    found = subprocess_of("-c", f"import sys, scenarios.cli.main; print(sorted({heavy} & set(sys.modules)))")
    assert found.stdout.strip() == "[]"


def test_help_answers_in_under_a_second():
    """Of computing time, which is what a machine with nothing else to do shows on the clock."""

    def once():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = subprocess_of("-m", "scenarios.cli.main", "--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert found.returncode == 0
        assert "capacity" in found.stdout
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(once() for _ in range(3)) < 1.0


def test_status_2_reaches_the_shell():
    found = subprocess_of("-m", "scenarios.cli.main", "capacity", "--chip", "h1000")
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("tokenmarket: unknown chip 'h1000' (did you mean 'h100'?)")


def shown(renderable, width):
    console = Console(width=width, file=StringIO())
    console.print(renderable)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_reports_are_whole_at_every_width(architecture):
    arch = ARCHITECTURES[architecture]
    every = list(WORKLOADS.values())
    records = report.world_records(arch, every, None, PUBLISHED, "2025Q4", Costs())
    machine = Deployment.smallest(CHIPS["tpu-v6e"], arch)
    reports = (
        report.world_report(records, arch, PUBLISHED, "2025Q4"),
        report.machine_report(machine, report.point_records(machine, every, None, Costs())),
    )
    for width, one in itertools.product((80, 120), reports):
        text = shown(one, width)
        assert "…" not in text
        assert max(map(len, text.splitlines())) <= width
        for workload in every:
            assert re.search(rf"^ ?{re.escape(workload.title)} ", text, re.MULTILINE), "a row is one line"
