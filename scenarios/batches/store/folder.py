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
from scenarios.batches.plan import study_folder
from scenarios.batches.plan.study import Study
from scenarios.batches.store import parts
from scenarios.runs.provenance import code_record, numeric_versions

FORMAT: Final = 1
ABOUT: Final = "batch.json"
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
        study_folder.write(study, temporary / STUDY)
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


#: Handles of the locks that this process holds.
_HELD: Final[set[int]] = set()


def _let_go() -> None:
    """In a forked worker: the lock is the parent's, and must not outlive it here."""
    for handle in _HELD:
        os.close(handle)
    _HELD.clear()


os.register_at_fork(after_in_child=_let_go)


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Hold the folder for this process alone; the system lets go of it when the process ends, however it ends."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise InputError(f"batch '{folder}' cannot be written: {parts.reason(error)}") from error
    try:
        _lock(folder, handle)
        _HELD.add(handle)
        _sweep(folder)
        yield
    finally:
        _HELD.discard(handle)
        os.close(handle)


def _lock(folder: Path, handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        who = os.pread(handle, 200, 0).decode(errors="replace").strip() or "another process"
        raise InputError(f"batch '{folder}' is being run by {who}: wait for it, or stop it") from error
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)


def _sweep(folder: Path) -> None:
    """Remove what killed processes had begun to write."""
    for path in (*folder.glob(".*.tmp-*"), *folder.glob("*/.*.tmp-*"), *folder.glob("*/*/.*.tmp-*")):
        path.unlink(missing_ok=True)
