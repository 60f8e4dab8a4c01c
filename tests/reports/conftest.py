"""Small runs and batches with their reports, each made once for the tests of a worker."""

from pathlib import Path
from unittest import mock

import pytest
from in_line import InLine

from scenarios.batches import run_batch
from scenarios.batches.plan.planning import study_of
from scenarios.library import SCENARIOS
from scenarios.reports import report, subject
from scenarios.reports import run_report as run_report_of
from scenarios.results import run_folder as results
from scenarios.runs.run import run
from scenarios.runs.settings import Settings

#: What a person may write into a question, by mistake or not.
HOSTILE = "Who pays? <script>document.title = 'taken'</script> & \"quotes\" <img src=https://example.org/x.png>"


def folder_of(path, scenario, days=2.0, users=100, seed=1):
    """A run in a folder, as ``tokenmarket run`` leaves it."""
    result = run(Settings(scenario, days, seed, users), command="tokenmarket run <b>mine</b>")
    results.write(result, path)
    return path


def report_of(path, *folders):
    """The report of folders in a file."""
    path.write_text(report.html([subject.read(Path(one)) for one in folders], "tokenmarket report"), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def made():
    """Make a run in a folder, as ``tokenmarket run`` leaves it."""
    return folder_of


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="session")
def run_folder(place):
    """A run whose question is full of HTML, with a parameter that differs from the baseline."""
    changed = SCENARIOS["compute-crunch"].with_changes({"supply.growth": 5.0, "question": HOSTILE})
    return folder_of(place / "run", changed)


@pytest.fixture(scope="session")
def pair_folders(place):
    flat = SCENARIOS["off-peak"]
    return folder_of(place / "flat", flat), folder_of(place / "dynamic", flat.variant("dynamic"))


@pytest.fixture(scope="session")
def batch_folder(place):
    study = study_of(["off-peak", "off-peak:dynamic"], seeds=3, days=0.5, users=60, keep=["ticks"])
    run_batch(study, place / "batch", engine=InLine(), quiet=True)
    return place / "batch"


@pytest.fixture(scope="session")
def grid_folder(place):
    """A batch of more cases than stand beside each other."""
    study = study_of("off-peak", vary={"supply.scale": [0.5, 1.0, 2.0]}, seeds=2, days=0.5, users=60, keep=["ticks"])
    run_batch(study, place / "grid", engine=InLine(), quiet=True)
    return place / "grid"


@pytest.fixture(scope="session")
def run_report(place, run_folder):
    return report_of(place / "run.html", run_folder)


#: Charts of the report of two runs: one of each width and kind of drawing. The report of a run has all of them.
SOME = ("price-paths", "spot-price", "day-shape", "unserved-by-segment", "tiers", "market-shares", "welfare-split")


@pytest.fixture(scope="session")
def pair_report(place, pair_folders):
    with mock.patch.object(run_report_of, "CHARTS", {name: run_report_of.CHARTS[name] for name in SOME}):
        return report_of(place / "pair.html", *pair_folders)


@pytest.fixture(scope="session")
def batch_report(place, batch_folder):
    return report_of(place / "batch.html", batch_folder)


@pytest.fixture(scope="session")
def grid_report(place, grid_folder):
    return report_of(place / "grid.html", grid_folder)
