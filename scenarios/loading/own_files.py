"""A person's own file: imported once, and what it adds."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

from capacity.errors import InputError
from market.kinds import Kind, classes_of


@dataclass(frozen=True)
class OwnFile:
    """A file that was imported, and the classes of behaviours that it defines."""

    path: Path
    sha256: str
    kinds: tuple[type[Kind], ...]


def load_own_file(path: Path) -> OwnFile:
    """Import a file."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    sha = hashlib.sha256(text).hexdigest()
    name = f"own_{sha[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise InputError(f"{path}: cannot be imported: {type(error).__name__}: {error}") from error
    return OwnFile(path, sha, tuple(cls for cls in classes_of(Kind) if cls.__module__ == name))
