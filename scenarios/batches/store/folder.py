"""The folder of a batch: made whole or not at all, and owned by one process at a time."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from capacity.errors import InputError
from capacity.reading import is_there
from scenarios.batches.plan import study_folder
from scenarios.batches.plan.study import Study
from scenarios.batches.store import parts
from scenarios.runs.provenance import code, numeric_versions
from scenarios.text.files import folder_beside, reason

FORMAT: Final = 1
ABOUT: Final = "batch.json"
STUDY: Final = "study"
LOCK: Final = "lock"
OWNER: Final = "owner"


def resume_hint(folder: Path) -> str:
    """How to go on."""
    return f"`tokenmarket batch --resume {folder}` goes on"


def check_new(folder: Path) -> None:
    """Say what is wrong with a place for a new batch before anything is run."""
    is_there(folder, f"batch '{folder}'")  # or a path that none can have
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
        "format": FORMAT,
        "id": uuid.uuid4().hex,
        "name": study.name,
        "question": study.question,
        "runs": len(study.runs),
        "cases": len(study.cases),
        "seeds": len(study.seeds),
        "study": study.digest,
        "work": work,
        "command": command,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": {**code()},
        "versions": dict(numeric_versions()),
    }
    temporary: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder_beside(folder)
        study_folder.write(study, temporary / STUDY)
        (temporary / parts.FOLDER).mkdir()
        (temporary / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        temporary.rename(folder)
    except BaseException as error:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        if isinstance(error, OSError):
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST) and (folder / ABOUT).is_file():
                raise InputError(_begun_meanwhile(folder)) from error
            text = f"batch '{folder}' cannot be written: {reason(error)}; nothing was left behind"
            raise InputError(text) from error
        raise


def _begun_meanwhile(folder: Path) -> str:
    """What is said if another process made the folder first: it writes down who it is a moment later."""
    for _ in range(20):
        if (folder / LOCK).is_file():
            break
        time.sleep(0.05)
    return f"batch '{folder}' is being run by {_holder(folder / LOCK)}: wait for it, or stop it"


#: Handles of the locks that this process holds.
_HELD: Final[set[int]] = set()


def _let_go() -> None:
    """In a forked worker: the lock is the parent's, and must not outlive it here."""
    for handle in _HELD:
        os.close(handle)
    _HELD.clear()


os.register_at_fork(after_in_child=_let_go)


#: What flock says when another process holds the lock; whatever else it says is of the file system.
_TAKEN: Final = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Hold the folder for this process alone; the system lets go of it when the process ends, however it ends.

    The lock is on ``batch.json``, without which it is no batch; who holds it is written into ``lock``. Where the file
    system has no locks, ``owner`` holds it, which a process that is killed leaves behind.
    """
    try:
        handle = os.open(folder / ABOUT, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"batch '{folder}' cannot be written: {reason(error)}") from error
    owner: Path | None = None
    try:
        owner = _lock(folder, handle)
        _HELD.add(handle)
        _sweep(folder)
        yield
    finally:
        _HELD.discard(handle)
        os.close(handle)
        if owner is not None:
            owner.unlink(missing_ok=True)


def _lock(folder: Path, handle: int) -> Path | None:
    """Take the lock; the file that stands for it, where there are no locks."""
    me = f"process {os.getpid()} on {socket.gethostname()}\n"
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _TAKEN:
            return _own(folder, me, reason(error))
        raise InputError(
            f"batch '{folder}' is being run by {_holder(folder / LOCK)}: wait for it, or stop it"
        ) from error
    try:
        (folder / LOCK).write_text(me, encoding="utf-8")
    except OSError as error:
        raise InputError(f"batch '{folder}' cannot be written: {reason(error)}") from error
    return None


def _own(folder: Path, me: str, why: str) -> Path:
    """Hold the folder by a file that only one process can make."""
    path = folder / OWNER
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError as error:
        raise InputError(
            f"batch '{folder}' is held by {_holder(path)}, and its file system has no locks ({why}) that would say "
            f"whether that still runs: wait for it, or remove '{path}' if it does not"
        ) from error
    except OSError as error:
        raise InputError(f"batch '{folder}' cannot be written: {reason(error)}") from error
    os.write(made, me.encode())
    os.close(made)
    return path


def _holder(path: Path) -> str:
    """Who holds a folder."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")[:200].strip() or "another process"
    except OSError:
        return "another process"


def is_temporary(path: Path) -> bool:
    """Whether this program began to write a file, and did not finish."""
    return _TEMPORARY.fullmatch(path.name) is not None and path.is_file()


def _sweep(folder: Path) -> None:
    """Remove what killed processes had begun to write, and nothing else."""
    for path in (*folder.glob(".*.tmp-*"), *folder.glob("*/.*.tmp-*"), *folder.glob("*/*/.*.tmp-*")):
        if is_temporary(path):
            path.unlink(missing_ok=True)


#: Names under which this program begins to write the files of a batch.
_TEMPORARY: Final = re.compile(
    r"\.(run-\d{6,}\.part|runs-\d{6,}-\d{6,}\.parquet|(runs|summaries|timing)\.parquet|tables(\.next)?\.json)\.tmp-\d+"
)
