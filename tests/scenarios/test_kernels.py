"""Which kernels a processor is given changes last digits: it is recorded, and batches do not mix them."""

import json
import os
import platform
import subprocess
import sys

import pytest

from scenarios.runs.provenance import (
    BETWEEN_KERNELS,
    KERNELS,
    changed,
    code,
    kernels,
    numeric_versions,
    versions,
)

ON_ANOTHER = """
import json, sys
from scenarios.loading.scenarios import load
from scenarios.results.measures import summarise
from scenarios.runs.provenance import kernels
from scenarios.runs.run import run
from scenarios.runs.settings import Settings
found = {"kernels": kernels()}
for name, sets in (("baseline-2026", []), ("compute-crunch", ["market.clearing=auction"])):
    found[name] = dict(summarise(run(Settings(load(name, sets), 0.25, 3, 60)).frames))
print(json.dumps(found))
"""


def on(core, threads="1"):
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads}
    environment |= {"OPENBLAS_CORETYPE": core} if core else {}
    done = subprocess.run(
        [sys.executable, "-c", ON_ANOTHER], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_runs_and_batches_say_which_kernels_there_were():
    assert versions()[KERNELS] == dict(numeric_versions())[KERNELS] == kernels()
    assert len(kernels()) == 12


def test_a_batch_of_other_kernels_is_not_gone_on_with():
    about = {"code": code(), "versions": {**dict(numeric_versions()), KERNELS: "0123456789ab"}}
    assert changed(about) == [f"kernels was 0123456789ab and is {kernels()}"]


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the kernels are named after x86 processors")
def test_other_kernels_have_another_fingerprint_and_numbers_within_the_tolerance():
    one, other = on("Haswell"), on("Prescott")
    assert one["kernels"] != other["kernels"]
    for name in ("baseline-2026", "compute-crunch"):
        for measure, value in one[name].items():
            assert other[name][measure] == pytest.approx(value, rel=BETWEEN_KERNELS, nan_ok=True), (name, measure)


def test_threads_do_not_change_the_fingerprint():
    code = "from scenarios.runs.provenance import kernels; print(kernels())"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "8")
    }
    assert len(found) == 1
