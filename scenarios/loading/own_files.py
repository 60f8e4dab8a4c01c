"""A person's own file: read, imported once, and what it adds.

Its bytes are what counts: they are imported, sent to the workers of a batch, and kept in its folder.
"""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from capacity.architecture import Architecture
from capacity.architectures import ARCHITECTURES
from capacity.chips import CHIPS, Chip
from capacity.errors import Catalogue, InputError
from capacity.workload import WORKLOADS, Workload
from market.kinds import Kind, classes_of, kinds_of
from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS
from scenarios.parameters.demand import OTHER_USERS, OtherUsers


@dataclass(frozen=True)
class OwnSource:
    """The text of a file of one's own; two are the same if name and bytes are, wherever they lie.

    Attributes:
        path: where it was read.
        name: the file's name without its folder.
        text: its bytes.
    """

    path: Path = field(compare=False)
    name: str
    text: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """Hash of its bytes."""
        return hashlib.sha256(self.text).hexdigest()


@dataclass(frozen=True)
class OwnFile:
    """A file that was imported, and what it adds.

    Attributes:
        source: where and what it is.
        kinds: classes of behaviours that it defines; they are known by their ``kind`` from now on.
        named: names of the chips, architectures, workloads, segments and scenarios that it defines.
    """

    source: OwnSource
    kinds: tuple[type[Kind], ...]
    named: tuple[str, ...] = ()

    @property
    def record(self) -> dict[str, str]:
        """What is written down of it beside a result."""
        return {"path": str(self.source.path), "sha256": self.source.sha256}


#: Files that were imported, by hash: the same bytes are imported once, however often they are asked for.
_IMPORTED: Final[dict[str, OwnFile]] = {}


def read_own_file(path: Path) -> OwnSource:
    """Read a file without importing it."""
    if path.suffix != ".py":
        hint = "; machines in TOML go into the scenario's file, as [chips.NAME] and the like"
        raise InputError(
            f"{path}: a file of one's own is Python, and its name ends in .py{hint if path.suffix == '.toml' else ''}"
        )
    try:
        return OwnSource(path, path.name, path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def load_own_file(path: Path) -> OwnFile:
    """Read and import a file; what it defines is known from then on."""
    return load_own(read_own_file(path))


def load_own(source: OwnSource) -> OwnFile:
    """Import the text of a file, unless that was done."""
    if source.sha256 not in _IMPORTED:
        _IMPORTED[source.sha256] = _imported(source)
    return _IMPORTED[source.sha256]


def _module_name(sha256: str) -> str:
    return f"own_{sha256[:12]}"


def _imported(source: OwnSource) -> OwnFile:
    path, sha = source.path, source.sha256
    module = ModuleType(_module_name(sha))
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        exec(compile(source.text, str(path), "exec", dont_inherit=True), vars(module))
    except (Exception, SystemExit) as error:
        raise InputError(f"{path}: cannot be imported: {type(error).__name__}: {error}") from error
    kinds = tuple(cls for cls in classes_of(Kind) if cls.__module__ == module.__name__)
    try:
        _refuse_doubles(kinds)
        return OwnFile(source, kinds, tuple(_put_in_catalogues(module)))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def given() -> tuple[OwnSource, ...]:
    """All files that were imported, for processes that have to know them, too."""
    return tuple(own.source for own in _IMPORTED.values())


def mark() -> str:
    """What tells a run that was made with these files from one that was not; empty where there are none."""
    return "".join(f" with {source.name} {source.sha256[:12]}" for source in given())


def not_given(records: Sequence[Mapping[str, str]]) -> str:
    """What is missing of the files that a result was made with (``OwnFile.record`` of each); empty if nothing is.

    >>> not_given([{"path": "mine.py", "sha256": "0a1b2c3d4e5f"}])
    'it was made with mine.py: give --with mine.py (its sha256 begins with 0a1b2c3d)'
    """
    missing = [one for one in records if one["sha256"] not in _IMPORTED]
    if not missing:
        return ""
    paths = [one["path"] for one in missing]
    options, hashes = " ".join(f"--with {path}" for path in paths), ", ".join(one["sha256"][:8] for one in missing)
    return f"it was made with {' and '.join(paths)}: give {options} (its sha256 begins with {hashes})"


def in_own_code(error: BaseException) -> str:
    """Where in a file of one's own, or in what that called, an error was raised; empty where it was not.

    ``mine.py:12: in Doubled.__call__: KeyError: 'usual'``
    """
    own = {_module_name(sha) for sha in _IMPORTED}
    places = [
        f"{Path(frame.f_code.co_filename).name}:{line}: in {frame.f_code.co_qualname}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals.get("__name__") in own
    ]
    return f"{places[-1]}: {in_words(error)}" if places else ""


def in_words(error: BaseException) -> str:
    """An error's kind and message on one line, after what was noted of it.

    >>> error = KeyError("usual")
    >>> error.add_note("measure 'sold'")
    >>> in_words(error)
    "measure 'sold': KeyError: 'usual'"
    """
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return " ".join(": ".join((*getattr(error, "__notes__", ()), said)).split())


def _refuse_doubles(kinds: tuple[type[Kind], ...]) -> None:
    """Say so if a behaviour has the name of another of its family, or lacks its decorator."""
    for family in Kind.__subclasses__():
        if any(issubclass(cls, family) for cls in kinds):
            kinds_of(family)


def _put_in_catalogues(module: ModuleType) -> Iterator[str]:
    """Let what a file defines at its top level be known by name."""
    catalogues: tuple[tuple[type, Catalogue[Any]], ...] = (
        (Chip, CHIPS),
        (Architecture, ARCHITECTURES),
        (Workload, WORKLOADS),
        (OtherUsers, OTHER_USERS),
        (Scenario, SCENARIOS),
    )
    for value in list(vars(module).values()):
        for cls, catalogue in catalogues:
            if not isinstance(value, cls):
                continue
            name = str(vars(value)["name"])
            if name not in catalogue or catalogue[name] is not value:  # what a file only imports is there already
                catalogue.add(value)
                yield name
