"""A person's own file: imported once, and what it adds."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from capacity.architecture import Architecture
from capacity.architectures import ARCHITECTURES
from capacity.chips import CHIPS, Chip
from capacity.errors import Catalogue, InputError
from capacity.workload import WORKLOADS, Workload
from market.kinds import Kind, classes_of
from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS


@dataclass(frozen=True)
class OwnFile:
    """A file that was imported, and what it adds.

    Attributes:
        path: the file.
        sha256: hash of its bytes.
        kinds: classes of behaviours that it defines; they are known by their ``kind`` from now on.
        named: names of the chips, architectures, workloads and scenarios that it defines.
    """

    path: Path
    sha256: str
    kinds: tuple[type[Kind], ...]
    named: tuple[str, ...] = ()

    @property
    def record(self) -> dict[str, str]:
        """What is written down of it beside a result."""
        return {"path": str(self.path), "sha256": self.sha256}


def load_own_file(path: Path) -> OwnFile:
    """Import a file; what it defines is known from then on."""
    if path.suffix != ".py":
        raise InputError(f"{path}: a file of one's own is Python, and its name ends in .py")
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
    except (Exception, SystemExit) as error:
        raise InputError(f"{path}: cannot be imported: {type(error).__name__}: {error}") from error
    kinds = tuple(cls for cls in classes_of(Kind) if cls.__module__ == name)
    return OwnFile(path, sha, kinds, tuple(_put_in_catalogues(module)))


def _put_in_catalogues(module: ModuleType) -> Iterator[str]:
    """Let what a file defines at its top level be known by name."""
    catalogues: tuple[tuple[type, Catalogue[Any]], ...] = (
        (Chip, CHIPS),
        (Architecture, ARCHITECTURES),
        (Workload, WORKLOADS),
        (Scenario, SCENARIOS),
    )
    for value in list(vars(module).values()):
        for cls, catalogue in catalogues:
            # What a file only imports is there already.
            if isinstance(value, cls) and all(value is not known for known in catalogue.values()):
                catalogue.add(value)
                yield str(vars(value)["name"])
