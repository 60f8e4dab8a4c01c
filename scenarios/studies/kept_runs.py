"""Runs of a study side by side, each kept in a file as soon as it is done: what is there is not run again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

from capacity.errors import InputError
from scenarios.batches.work.side_by_side import side_by_side
from scenarios.loading.own_files import mark
from scenarios.text.files import reason

RUNS: Final = "runs.jsonl"

type Result = dict[str, Any]


class Study(Protocol):
    """Runs with numbers; it is sent to other processes."""

    @property
    def keys(self) -> dict[int, str]:
        """By the number of a run, a name that no other run has."""

    def __call__(self, number: int, /) -> Result:
        """Do a run; the same whoever does it."""


def kept(keys: Mapping[int, str], path: Path) -> dict[int, Result]:
    """Runs that are in a file, by number; the end of a line that was being written does not count."""
    if not path.exists():
        return {}
    wanted = {key: number for number, key in keys.items()}
    found = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            row = json.loads(line)
            if row["key"] in wanted:
                found[wanted[row["key"]]] = row["run"]
        except (ValueError, KeyError, TypeError):
            continue
    return found


def all_runs(study: Study, folder: Path, workers: int, tell: Callable[[int, int], None]) -> list[Result]:
    """All runs, in the order of their keys, whatever does them; those that the folder holds are not done again.

    Runs with other files of one's own are other runs. ``tell`` is told how many are done, and of how many.
    """
    keys = {number: key + mark() for number, key in study.keys.items()}
    try:
        if folder.is_dir() and any(folder.iterdir()) and not (folder / RUNS).is_file():
            raise InputError(f"folder '{folder}' is not empty and holds no {RUNS}: choose another with --out")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {folder}: cannot be made: {reason(error)}") from error
    path = folder / RUNS
    done = kept(keys, path)
    todo = [number for number in keys if number not in done]
    tell(len(done), len(keys))

    def keep(number: int, result: Result) -> None:
        text = json.dumps({"key": keys[number], "run": result})
        done[number] = json.loads(text)["run"]  # as it will be read
        with path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
        tell(len(done), len(keys))

    if workers == 1 or len(todo) <= 1:
        for number in todo:
            keep(number, study(number))
    else:
        side_by_side({number: partial(study, number) for number in todo}, workers, keep)
    return [done[number] for number in keys]
