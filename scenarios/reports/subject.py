"""What a report is about: the folder of a run or of a batch, read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capacity.errors import InputError
from capacity.reading import check_path
from scenarios.batches import open_batch
from scenarios.batches.store.folder import ABOUT as BATCH
from scenarios.loading.scenarios import of_run
from scenarios.pictures.charts.batches import short_labels
from scenarios.results import run_folder
from scenarios.results.frames import Frames

if TYPE_CHECKING:
    from scenarios.batches import Batch
    from scenarios.definition.scenario import Scenario


@dataclass(frozen=True)
class Run:
    """A run.

    Attributes:
        folder: where it is.
        result: its frames, and how it was made.
        scenario: what was run; None where the folder does not say.
        lacking: why there is no scenario, in words.
    """

    folder: Path
    result: run_folder.RunResult
    scenario: Scenario | None
    lacking: str = ""

    @property
    def frames(self) -> Frames:
        """Its frames."""
        return self.result.frames

    @property
    def about(self) -> Any:
        """How it was made."""
        return self.result.about

    @property
    def name(self) -> str:
        """Name of its scenario."""
        return str(self.about["scenario"])

    @property
    def question(self) -> str:
        """What it asks."""
        return str(self.about["question"])


class BatchOf:
    """A batch whose tables are read once."""

    def __init__(self, folder: Path, batch: Batch) -> None:
        self.folder, self.batch = folder, batch
        self.about, self.study = batch.about, batch.study

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.about["name"])

    @property
    def question(self) -> str:
        """What it asks."""
        return str(self.about["question"] or self.about["name"])

    @cached_property
    def summaries(self) -> Any:
        """One row a run that is done."""
        return self.batch.summaries

    @cached_property
    def short(self) -> dict[str, str]:
        """Short labels of the cases by their labels: without the scenario, where all of them start from one."""
        return dict(zip(self.summaries["label"].astype(str), short_labels(self.summaries), strict=True))

    @cached_property
    def rows(self) -> Any:
        """The same with short labels."""
        return self.summaries.assign(label=self.summaries["label"].astype(str).map(self.short))

    @property
    def done(self) -> int:
        """Runs that are done."""
        return self.batch.state.count("done")

    @property
    def failed(self) -> int:
        """Runs that failed."""
        return self.batch.state.count("failed")

    @property
    def total(self) -> int:
        """Runs that were planned."""
        return self.batch.state.total


type Subject = Run | BatchOf


def read(folder: Path) -> Subject:
    """Read a folder."""
    check_path(folder, f"folder '{folder}'")
    if (folder / BATCH).is_file():
        found = BatchOf(folder, open_batch(folder))
        if not found.done:
            raise InputError(f"no run of batch '{folder}' is done yet, so there is nothing to report")
        return found
    if folder.is_dir() and not (folder / run_folder.ABOUT).is_file():
        raise InputError(
            f"folder '{folder}' holds no run and no batch: there is no {run_folder.ABOUT} or {BATCH} in it"
        )
    result = run_folder.read(folder)
    if result.frames["ticks"].empty:
        raise InputError(f"run '{folder}' has no ticks, so there is nothing to report")
    return Run(folder, result, *_scenario(folder, result.about))


def _scenario(folder: Path, about: Mapping[str, Any]) -> tuple[Scenario | None, str]:
    path = folder / run_folder.PARAMETERS
    if not path.is_file():
        return None, f"The folder holds no {run_folder.PARAMETERS}, so parameters and expectations are not known here."
    try:
        scenario = of_run(path, about)
    except InputError as error:
        return None, f"The parameters cannot be read by this version of tokenmarket: {error}"
    if scenario.digest != str(about["digest"]):
        return scenario, f"{run_folder.PARAMETERS} is not, or not any more, just what was run: its digest is another."
    return scenario, ""
