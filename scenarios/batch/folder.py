"""The folder of a batch: made whole or not at all, and owned by one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from capacity.errors import InputError
from scenarios.batch import parts
from scenarios.batch.provenance import code_record, numeric_versions
from scenarios.batch.study import Study
from scenarios.batch.worker import ABOUT

FORMAT: Final = 1
STUDY: Final = "study"
LOCK: Final = "lock"


def resume_hint(folder: Path) -> str:
    """How to go on."""
    return f"`tokenmarket batch --resume {folder}` goes on"


def check_new(folder: Path) -> None:
    """Say what is wrong with a place for a new batch before anything is run."""
    if folder.is_file():
        raise InputError(f"batch '{folder}' is a file, but must be a folder")
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / ABOUT).is_file():
            raise InputError(f"folder '{folder}' is not empty and holds no batch: choose another with --out")
        raise InputError(f"batch '{folder}' exists already: {resume_hint(folder)}, --force-new starts one beside it")
    above = next(parent for parent in folder.resolve().parents if parent.exists())
    if not above.is_dir():
        raise InputError(f"batch '{folder}' cannot be written: '{above}' is a file, not a folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise InputError(f"batch '{folder}' cannot be written: no permission in '{above}'")


def beside(folder: Path) -> Path:
    """The first free name: the folder's own, or with -2, -3, ... behind it."""
    number, free = 1, folder
    while free.exists() and (not free.is_dir() or any(free.iterdir())):
        number += 1
        free = folder.with_name(f"{folder.name}-{number}")
    return free


def create(folder: Path, study: Study, work: str, command: str) -> None:
    """Make the folder of a new batch with all that a resume needs."""
    check_new(folder)
    about = {
        "format": FORMAT, "id": uuid.uuid4().hex, "name": study.name, "question": study.question,
        "runs": len(study.runs), "cases": len(study.cases), "seeds": len(study.seeds), "study": study.digest,
        "work": work, "command": command, "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": code_record(), "versions": dict(numeric_versions()),
    }  # fmt: skip
    temporary: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        temporary.chmod(0o755)
        study.write(temporary / STUDY)
        (temporary / parts.FOLDER).mkdir()
        (temporary / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        temporary.rename(folder)
    except BaseException as error:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        if isinstance(error, OSError):
            text = f"batch '{folder}' cannot be written: {parts.reason(error)}; nothing was left behind"
            raise InputError(text) from error
        raise


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Hold the folder for this process alone; the system lets go of it when the process ends, however it ends."""
    try:
        file = (folder / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise InputError(f"batch '{folder}' cannot be written: {parts.reason(error)}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            who = file.read(200).strip() or "another process"
            raise InputError(f"batch '{folder}' is being run by {who}: wait for it, or stop it") from error
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        file.flush()
        _sweep(folder)
        yield


def _sweep(folder: Path) -> None:
    """Remove what killed processes had begun to write."""
    for path in (*folder.glob(".*.tmp-*"), *folder.glob("*/.*.tmp-*"), *folder.glob("*/*/.*.tmp-*")):
        path.unlink(missing_ok=True)
