"""The file of a report: where it may go, and how it gets there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from capacity.errors import InputError
from capacity.reading import check_path
from scenarios.reports.page import GENERATOR
from scenarios.text.files import reason, write_whole

#: Letters at the beginning of a file that say whether it is a report.
BEGIN: Final = 2_000
ENDINGS: Final = (".html", ".htm")


def checked(path: Path, *, force: bool = False) -> Path:
    """Return the path if a report can be written there, or say what is wrong before anything is drawn."""
    check_path(path, f"report '{path}'")
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"report '{path}' ends in '{path.suffix}', but must end in {' or '.join(ENDINGS)}")
    if path.is_dir():
        raise InputError(f"report '{path}' is a folder, but must be a file")
    above = path.resolve().parent
    if not above.is_dir():
        raise InputError(f"report '{path}': the folder '{path.parent}' does not exist")
    if not os.access(above, os.W_OK | os.X_OK):
        raise InputError(f"report '{path}' cannot be written: no permission in '{path.parent}'")
    if path.exists() and not force and not is_report(path):
        raise InputError(f"'{path}' is there and is no report: replace it with --force, or choose another with --out")
    return path


def is_report(path: Path) -> bool:
    """Whether a file is a report that this program made, or empty."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            begin = file.read(BEGIN)
    except OSError:
        return False
    return not begin or (begin.startswith("<!DOCTYPE html>") and f'name="generator" content="{GENERATOR}"' in begin)


def write(text: str, path: Path, *, force: bool = False) -> None:
    """Write the report; a file that was there stays as it was if that fails."""
    checked(path, force=force)
    target = path.resolve()
    try:
        write_whole(target, text.encode())
    except OSError as error:
        raise InputError(f"report '{path}' cannot be written: {reason(error)}") from error
