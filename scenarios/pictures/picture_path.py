"""Where a picture may be written; light, so that a command can ask before it does any work."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from capacity.errors import InputError
from capacity.reading import check_path

FORMATS: Final = (".png", ".svg", ".pdf")


def checked_picture_path(path: Path) -> Path:
    """Return the path if a picture can be written there, or say what is wrong before anything is drawn."""
    check_path(path, f"picture '{path}'")
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"picture '{path}' ends in '{path.suffix}', but must end in one of {', '.join(FORMATS)}")
    if not path.resolve().parent.is_dir():
        raise InputError(f"picture '{path}': the folder '{path.parent}' does not exist")
    if path.is_dir():
        raise InputError(f"picture '{path}' is a folder, but must be a file")
    if not os.access(path if path.exists() else path.resolve().parent, os.W_OK):
        raise InputError(f"picture '{path}' cannot be written: no permission")
    return path
