"""Files and folders that appear whole or not at all, with the permissions that the person's umask allows."""

from __future__ import annotations

import os
import uuid
from pathlib import Path


def reason(error: OSError) -> str:
    """Why a file could not be written, in the system's words: no space left on device."""
    return os.strerror(error.errno) if error.errno else " ".join(str(error).split())


def write_whole(path: Path, data: bytes) -> None:
    """Write a file under a temporary name and give it its own at the end."""
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def folder_beside(target: Path) -> Path:
    """A new empty folder beside ``target``, to be filled and then to take its name."""
    made = target.parent / f".{target.name[:200]}-{uuid.uuid4().hex[:8]}"
    made.mkdir()
    return made
