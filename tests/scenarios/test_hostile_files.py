"""Files that wait, eat memory or time, or say more than they may: one line, status 2, in a second, in 500 MB."""

import json
import os
import resource
import subprocess
import sys
import time

import pytest

from capacity import custom, measurements
from capacity.errors import InputError
from scenarios.batches.comparison import read_runs
from scenarios.batches.plan import design_table
from scenarios.batches.plan.study_file import plan_in
from scenarios.loading.load_shapes import load_of
from scenarios.loading.price_lists import read_price_list
from scenarios.loading.scenarios import load
from scenarios.runs.settings import Settings
from scenarios.studies.trace.trace import read_trace

READERS = {
    "scenario": (load, ".toml"),
    "study": (lambda path: plan_in(path, {}), ".toml"),
    "catalogue": (custom.load, ".toml"),
    "design": (design_table.from_file, ".csv"),
    "measurements": (measurements.read, ".csv"),
    "table": (read_runs, ".csv"),
    "load": (load_of, ".csv"),
    "prices": (read_price_list, ".csv"),
    "trace": (read_trace, ".csv"),
}
TOML = {
    "dotted": "a." * 200_000 + "a = 1\n",
    "header": "[" + "a." * 200_000 + "a]\n",
    "quoted": '"a".' * 100_000 + "a = 1\n",
    "lists": "a = " + "[" * 200_000,
    "tables": "a = " + "{a=" * 200_000,
    "digits": f"seeds = {'1' * 5_000}\n",
    "variants": "[variants]\n" + "".join(f'v{n} = {{"supply.growth" = 2}}\n' for n in range(20_000)),
    "many-tables": "".join(f"[t{n}.a.b]\nx = 1\n" for n in range(40_000)),
    "escapes": 'a = "' + '\\"' * 200_000,
    "nul": "question = '\0'\n",
    "large": "# " + "x" * 3_000_000,
}
CSV = {
    "digits": "supply.growth\n" + "1" * 20_000 + "\n",
    "longer": "supply.growth,label\n1,2,3\n",
    "quote": 'supply.growth\n"' + "x" * 100_000,
}


def refused(read, path):
    begin, worked = time.perf_counter(), time.process_time()
    with pytest.raises(InputError) as caught:
        read(path)
    assert time.process_time() - worked < 1.0
    assert time.perf_counter() - begin < 10.0  # it may have to share the machine, but waits for nothing
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 1_000
    return message


@pytest.fixture(autouse=True, scope="module")
def _imports_are_not_timed():
    load("baseline-2026")


@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_plain_file_is_not_opened(tmp_path, reader):
    read, ending = READERS[reader]
    pipe, device, circle, here = (tmp_path / f"{name}{ending}" for name in ("pipe", "device", "circle", "here"))
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    circle.symlink_to(here)
    here.symlink_to(circle)
    assert "is a pipe" in refused(read, pipe)
    assert "is a device" in refused(read, device)
    assert "in a circle" in refused(read, circle)
    assert "at most 255" in refused(read, tmp_path / f"{'x' * 300}{ending}")


@pytest.mark.parametrize("reader", ["scenario", "study", "catalogue"])
@pytest.mark.parametrize("name", TOML)
def test_toml_that_is_deep_or_endless_is_refused_before_it_is_parsed(tmp_path, reader, name):
    path = tmp_path / f"{name}.toml"
    path.write_text(TOML[name])
    assert str(path) in refused(READERS[reader][0], path)


@pytest.mark.parametrize("reader", ["design", "measurements", "table"])
@pytest.mark.parametrize("name", CSV)
def test_tables_with_endless_cells_or_lines_are_refused(tmp_path, reader, name):
    path = tmp_path / f"{name}.csv"
    path.write_text(CSV[name])
    assert "line 2" in refused(READERS[reader][0], path)


def test_a_measured_row_longer_than_the_header_is_not_taken_for_another(tmp_path):
    lines = measurements.shipped().read_text(encoding="utf-8").splitlines()[:4]
    path = tmp_path / "long.csv"
    path.write_text("\n".join([lines[0], *(f"extra,{line}" for line in lines[1:])]) + "\n")
    assert "line 2" in refused(measurements.read, path)


@pytest.mark.parametrize(
    ("parent", "complaint"),
    [
        ("a\\u0000.toml", "NUL"),
        (f"{'x' * 300}.toml", "at most 255"),
        ("circle.toml", "in a circle"),
        ("pipe.toml", "pipe"),
    ],
)
def test_extends_goes_to_a_file_that_there_can_be(tmp_path, parent, complaint):
    (tmp_path / "circle.toml").symlink_to(tmp_path / "other.toml")
    (tmp_path / "other.toml").symlink_to(tmp_path / "circle.toml")
    os.mkfifo(tmp_path / "pipe.toml")
    path = tmp_path / "mine.toml"
    path.write_text(f'extends = "{parent}"\n')
    assert complaint in refused(load, path)


def test_twenty_one_variants_are_counted_before_they_are_made(tmp_path):
    path = tmp_path / "many.toml"
    path.write_text("[variants]\n" + "".join(f'v{n} = {{"supply.growth" = 2}}\n' for n in range(4_000)))
    assert "variants" in refused(load, path)


def test_brackets_and_dots_in_texts_do_not_count(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(f"# {'[' * 500}\nquestion = \"{'[.' * 200}\"\nsource = '{'{.' * 200}'\n")
    assert load(path).question == "[." * 200


OF_DEVICES = (
    ("run", "zero.toml"),
    ("batch", "--design", "/dev/zero", "baseline-2026"),
    ("capacity", "--chip", "h200", "--with", "/dev/zero"),
    ("calibrate", "/dev/zero"),
    ("trace", "/dev/zero"),
)
ONE_AFTER_THE_OTHER = """
import json, sys
from scenarios.cli.main import main

for words in json.loads(sys.argv[1]):
    sys.argv = ["tokenmarket", *words]
    try:
        main()
    except SystemExit as ended:
        print(ended.code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")
def test_commands_refuse_devices_in_little_memory(tmp_path):
    def hold():
        resource.setrlimit(resource.RLIMIT_DATA, (500 * 2**20, 500 * 2**20))

    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    done = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_THE_OTHER, json.dumps(OF_DEVICES)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=hold,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )
    assert done.stdout == "2\n" * len(OF_DEVICES), done.stderr
    said = done.stderr.splitlines()
    assert len(said) == len(OF_DEVICES)
    assert all("is a device" in line for line in said)
    assert [one.name for one in tmp_path.iterdir()] == ["zero.toml"]


def test_a_name_that_is_there_twice_in_a_catalogue_is_said_to_be(tmp_path):
    path = tmp_path / "twice.toml"
    path.write_text('[[workload]]\nname = "mine"\nsource = "m"\ninput = 10\noutput = 2\n' * 2)
    assert "workload 'mine' is there twice" in refused(custom.load, path)


def test_fewer_users_than_a_segment_needs_are_refused_by_its_name():
    scenario = load("baseline-2026", ["demand.agentic.individuals_share=0.1"])
    with pytest.raises(InputError, match=r"--users is 3, but then segment 'agentic' has nobody.*at least 6 are needed"):
        Settings(scenario, 1.0, 1, 3)
    assert Settings(scenario, 1.0, 1, 6).users == 6
