"""Results of a run on disk: one Parquet file a frame, and ``run.json``, which says how it was made.

    pandas.read_parquet("results/baseline-2026-seed1/offers.parquet")

A result folder appears whole or not at all: everything is written next to it and renamed at the end.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from capacity.errors import InputError
from capacity.reading import check_path, is_there, read_bytes
from scenarios.results import integrity
from scenarios.results.frames import ALL_COLUMNS, Frames
from scenarios.text.files import folder_beside

ABOUT: Final = "run.json"
FORMAT: Final = 2
#: The resolved scenario of a run.
PARAMETERS: Final = "scenario.toml"
#: Folder of the efficient companion within that of a run; a result like any other.
EFFICIENT: Final = "efficient"
#: What is drawn from a run into its folder, and is out of date when another takes its place.
DRAWN: Final = ("dashboard.*", "report*.html")


@dataclass(frozen=True)
class RunResult:
    """What a run gave.

    Attributes:
        frames: tidy frames by name; columns in ``ALL_COLUMNS``.
        about: how it was made: scenario, question, seed, users, ticks, versions, command, code, time it took.
        parameters: the resolved scenario as TOML; empty where there is none, or the folder does not say.
        efficient: the same users and machines in an efficient market, if that was run, too; see runs/efficient.py.
    """

    frames: Frames
    about: Mapping[str, Any]
    parameters: str = ""
    efficient: RunResult | None = None


# -------------------------------------------------------------------- the folder


def check_target(folder: Path, *, force: bool = False) -> Path:
    """Return the folder if a result can be written there; say what is wrong before anything is run."""
    is_there(folder, f"result '{folder}'")  # or a path that none can have
    target = folder.resolve()
    if target.exists():
        _check_existing(folder, force)
    above = next(parent for parent in target.parents if parent.exists())
    if not above.is_dir():
        raise InputError(f"result '{folder}' cannot be written: '{above}' is a file, not a folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise InputError(f"result '{folder}' cannot be written: no permission in '{above}'")
    return target


def _check_existing(folder: Path, force: bool) -> None:
    if not folder.is_dir():
        raise InputError(f"result '{folder}' is a file, but must be a folder")
    if not any(folder.iterdir()):
        return
    if not (folder / ABOUT).is_file():
        raise InputError(f"folder '{folder}' is not empty and holds no result: choose another with --out")
    if not force:
        raise InputError(f"result '{folder}' exists already: replace it with --force, or choose another with --out")


@contextmanager
def new_folder(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """Give a temporary folder to write into; it takes its name only if all went well, and leaves no trace if not."""
    target = check_target(folder, force=force)
    made = [parent for parent in target.parents if not parent.exists()]
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder_beside(target)
        yield temporary
        _put_in_place(temporary, target)
    except BaseException as error:  # a stop by the user counts too
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        for parent in made:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            raise InputError(f"result '{folder}' cannot be written: {reason}; nothing was left behind") from error
        raise


def _put_in_place(temporary: Path, target: Path) -> None:
    if not target.exists():
        temporary.rename(target)
        return
    old = folder_beside(target)
    target.rename(old)  # onto an empty folder
    try:
        _keep_foreign(old, temporary)
        temporary.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _keep_foreign(old: Path, new: Path) -> None:
    """What somebody else put into a folder stays in it; pictures and reports of the old run do not."""
    drawn = {path.name for pattern in DRAWN for path in old.glob(pattern)}
    for path in old.iterdir():
        ours = path.name in drawn or path.name in (ABOUT, PARAMETERS, EFFICIENT) or path.stem in ALL_COLUMNS
        if not ours and not (new / path.name).exists():
            if path.is_dir() and not path.is_symlink():
                shutil.copytree(path, new / path.name, symlinks=True)
            else:
                shutil.copy2(path, new / path.name, follow_symlinks=False)


def files_of(result: RunResult) -> dict[str, bytes]:
    """A result's files by name; ``run.json``, which knows all others, is the last."""
    made = {}
    for name, frame in result.frames.items():
        table = io.BytesIO()
        frame.to_parquet(table, compression="zstd", index=False)
        made[f"{name}.parquet"] = table.getvalue()
    if result.parameters:
        made[PARAMETERS] = result.parameters.encode()
    beside = files_of(result.efficient) if result.efficient is not None else {}
    if beside:
        made[f"{EFFICIENT}/{ABOUT}"] = beside[ABOUT]  # which knows the companion's files
    whole = {**{f"{EFFICIENT}/{name}": data for name, data in beside.items()}, **made}
    return {**whole, ABOUT: integrity.sealed(result.about, made)}


def write_files(result: RunResult, folder: Path) -> None:
    """Write a result's files into a folder."""
    for name, data in files_of(result).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)


def write(result: RunResult, folder: Path, *, force: bool = False) -> Path:
    """Write a result as a folder, whole or not at all."""
    with new_folder(folder, force=force) as temporary:
        write_files(result, temporary)
    return folder


def read_about(folder: Path) -> dict[str, Any]:
    """How the result in a folder was made."""
    return _opened(folder)[0]


def _opened(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """How the result was made, and what its files should be."""
    check_path(folder, f"result '{folder}'")
    if not folder.is_dir():
        raise InputError(f"there is no result folder '{folder}'{_results_near(folder)}")
    path = folder / ABOUT
    if not is_there(path, f"'{path}'"):
        raise InputError(f"folder '{folder}' holds no result: there is no {ABOUT} in it")
    about = integrity.unsealed(read_bytes(path, f"'{path}'", "how a run was made"), path, FORMAT)
    files = about.pop(integrity.FILES)
    del about[integrity.SEAL]
    for name in ALL_COLUMNS:
        if f"{name}.parquet" not in files:
            raise InputError(f"result '{folder}' lacks the frame '{name}': it was made by other code, run it again")
    return about, files


def _results_near(folder: Path) -> str:
    parent = folder.parent if folder.parent.is_dir() else Path()
    found = sorted(path.parent.as_posix() for path in parent.glob(f"*/{ABOUT}"))[:5]
    return f"; results in '{parent}': {', '.join(found)}" if found else "; `tokenmarket run` makes one"


def read(folder: Path) -> RunResult:
    """Read a result back, if every file is what was written."""
    about, files = _opened(folder)
    sound = {file: integrity.sound(folder, file, entry) for file, entry in files.items()}
    beside = read(folder / EFFICIENT) if f"{EFFICIENT}/{ABOUT}" in files else None
    frames = {name: _frame(folder, name, sound[f"{name}.parquet"]) for name in ALL_COLUMNS}
    parameters = (folder / PARAMETERS).read_text(encoding="utf-8") if PARAMETERS in files else ""
    return RunResult(frames, about, parameters, beside)


def _frame(folder: Path, name: str, raw: bytes) -> pd.DataFrame:
    """A frame with all its columns; a person's own may be there, too."""
    frame = pd.read_parquet(io.BytesIO(raw))
    for column in ALL_COLUMNS[name]:
        if column.name not in frame:
            raise InputError(
                f"result '{folder}' lacks the column '{column.name}' of '{name}': it was made by other code, "
                "run the scenario again"
            )
    return frame
