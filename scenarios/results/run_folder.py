"""Results of a run on disk: one Parquet file a frame, and ``run.json``, which says how it was made.

    pandas.read_parquet("results/baseline-2026-seed1/offers.parquet")

A result folder appears whole or not at all: everything is written next to it and renamed at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from capacity.errors import InputError
from scenarios.results.frames import ALL_COLUMNS, Frames

ABOUT: Final = "run.json"
FORMAT: Final = 2
#: The resolved scenario of a run.
PARAMETERS: Final = "scenario.toml"
#: Folder of the efficient companion within that of a run; a result like any other.
EFFICIENT: Final = "efficient"


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
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        temporary.chmod(0o755)
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
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.rename(old)  # onto an empty folder
    try:
        temporary.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_files(result: RunResult, folder: Path) -> None:
    """Write a result's files into a folder."""
    for name, frame in result.frames.items():
        frame.to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)
    text = json.dumps(dict(result.about), indent=2, allow_nan=False)
    (folder / ABOUT).write_text(text + "\n", encoding="utf-8")
    if result.parameters:
        (folder / PARAMETERS).write_text(result.parameters, encoding="utf-8")
    if result.efficient is not None:
        (folder / EFFICIENT).mkdir()
        write_files(result.efficient, folder / EFFICIENT)


def write(result: RunResult, folder: Path, *, force: bool = False) -> Path:
    """Write a result as a folder, whole or not at all."""
    with new_folder(folder, force=force) as temporary:
        write_files(result, temporary)
    return folder


def read_about(folder: Path) -> dict[str, Any]:
    """How the result in a folder was made."""
    if not folder.is_dir():
        near = _results_near(folder)
        raise InputError(f"there is no result folder '{folder}'{near}")
    path = folder / ABOUT
    if not path.is_file():
        raise InputError(f"folder '{folder}' holds no result: there is no {ABOUT} in it")
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"'{path}' cannot be read: {error}") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise InputError(f"'{path}' is not a run of format {FORMAT}: run the scenario again with --force")
    return about


def _results_near(folder: Path) -> str:
    parent = folder.parent if folder.parent.is_dir() else Path()
    found = sorted(path.parent.as_posix() for path in parent.glob(f"*/{ABOUT}"))[:5]
    return f"; results in '{parent}': {', '.join(found)}" if found else "; `tokenmarket run` makes one"


def read(folder: Path) -> RunResult:
    """Read a result back."""
    about = read_about(folder)
    frames = {}
    for name in ALL_COLUMNS:
        path = folder / f"{name}.parquet"
        if not path.is_file():
            raise InputError(f"result '{folder}' lacks the frame '{name}': there is no {path.name} in it")
        try:
            frames[name] = pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise InputError(f"'{path}' cannot be read: {' '.join(str(error).split())}") from error
    kept, companion = folder / PARAMETERS, folder / EFFICIENT
    try:
        parameters = kept.read_text(encoding="utf-8") if kept.is_file() else ""
    except (OSError, ValueError) as error:
        raise InputError(f"'{kept}' cannot be read: {error}") from error
    return RunResult(frames, about, parameters, read(companion) if companion.is_dir() else None)
