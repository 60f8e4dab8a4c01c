"""Picking a batch up again: how it was begun, and whether it can go on with what there is now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from capacity.errors import InputError
from capacity.reading import check_path, check_shape, read_text
from scenarios.batches.plan import study_folder
from scenarios.batches.plan.study import Study
from scenarios.batches.store.folder import ABOUT, FORMAT, STUDY
from scenarios.runs.provenance import changed


def read_about(folder: Path) -> dict[str, Any]:
    """How a batch was begun."""
    check_path(folder, f"batch '{folder}'")
    if not folder.is_dir():
        near = _batches_near(folder)
        raise InputError(f"there is no batch folder '{folder}'{near}")
    path = folder / ABOUT
    if not path.is_file():
        raise InputError(f"folder '{folder}' holds no batch: there is no {ABOUT} in it{_batches_near(folder / 'x')}")
    try:
        text = read_text(path, f"'{path}'", "how a batch was begun")
        check_shape(text, f"'{path}'")
        about: dict[str, Any] = json.loads(text)
        _check(path, about)
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"'{path}' is damaged ({error}): put it back as it was, or start the batch anew") from error
    return about


def _check(path: Path, about: dict[str, Any]) -> None:
    if about["format"] != FORMAT:
        raise InputError(f"'{path}' is of format {about['format']}, but this version reads {FORMAT}")
    for name, kind in (("id", str), ("study", str), ("work", str), ("code", dict), ("versions", dict)):
        if not isinstance(about[name], kind):
            raise TypeError(f"{name} is not a {kind.__name__}")


def _batches_near(folder: Path) -> str:
    parent = folder.parent if folder.parent.is_dir() else Path()
    found = sorted(path.parent.as_posix() for path in parent.glob(f"*/{ABOUT}"))[:5]
    return f"; batches in '{parent}': {', '.join(found)}" if found else ""


def read_study(folder: Path, about: Mapping[str, Any]) -> Study:
    """The study, just as the batch was begun with it."""
    study = study_folder.read(folder / STUDY)
    # Later code may know parameters that a scenario did not have then; what has run can be read all the same.
    if study.digest != about["study"] and not changed(about):
        raise InputError(
            f"the study in '{folder / STUDY}' is not the one that the batch was begun with: put its files back as they "
            "were, or start a new batch"
        )
    return study


def own_hashes(folder: Path) -> dict[str, str]:
    """Name to sha256 of the files of one's own that a batch was begun with; nothing is imported."""
    read_about(folder)
    return study_folder.own_hashes(folder / STUDY)


def check_same(folder: Path, about: Mapping[str, Any], work: str) -> None:
    """Refuse to mix runs of different code in one batch."""
    found = changed(about)
    if about["work"] != work:
        found.append(f"the work was {about['work']} and is {work}")
    if found:
        raise InputError(
            f"batch '{folder}' was begun with something else: {'; '.join(found)}. Results of both must not be mixed: "
            "--force-new starts the same study in a new folder beside it"
        )


def check_same_study(folder: Path, before: Study, now: Study) -> None:
    """Refuse to go on with another study than the batch was begun with, and say where they differ."""
    if before.digest == now.digest:
        return
    found = [
        f"{name} was {old!r} and is {new!r}"
        for name in ("name", "question", "seeds", "days", "users", "keep", "sampling", "own_files")
        if (old := getattr(before, name)) != (new := getattr(now, name))
    ]
    for key in {**before.scenarios, **now.scenarios}:
        old, new = before.scenarios.get(key), now.scenarios.get(key)
        if old is None or new is None:
            found.append(f"scenario '{key}' is {'new' if old is None else 'gone'}")
        elif old != new:
            changes = [f"{path} was {a!r} and is {b!r}" for path, (a, b) in new.differences(old).items()]
            found.append(f"scenario '{key}' has changed: {', '.join(changes[:3]) or 'its words'}")
    if before.cases != now.cases:
        found.append(f"the cases differ ({len(before.cases)} before, {len(now.cases)} now)")
    raise InputError(
        f"batch '{folder}' was begun with another study: {'; '.join(found)}; --force-new starts one beside it"
    )
