"""What the numbers of a batch depend on beside the study: the code, and the libraries."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

#: What pictures depend on does not change a number.
NUMERIC: Final = ("python", "tokenmarket", "mesa", "numpy", "pandas", "pyarrow", "scipy")


@functools.cache
def code_record() -> dict[str, Any]:
    """Hash and commit of the code, as it was when first asked."""
    from scenarios.runs.run import code

    return code()


def code_hash() -> str:
    """Hash of the code."""
    return str(code_record()["hash"])


@functools.cache
def numeric_versions() -> tuple[tuple[str, str], ...]:
    """Versions that numbers depend on."""
    from scenarios.runs.run import versions

    found = versions()
    return tuple((name, found[name]) for name in NUMERIC)


def changed(about: Mapping[str, Any]) -> list[str]:
    """What differs between now and when a batch was begun, in words."""
    before, now = about["code"], code_record()
    found = []
    if before["hash"] != now["hash"]:
        commits = f" (commit {before['commit']}, now {now['commit']})" if before["commit"] != now["commit"] else ""
        found.append(f"the code is not what it was{commits}")
    for name, version in numeric_versions():
        was = about["versions"].get(name)
        if was != version:
            found.append(f"{name} was {was} and is {version}")
    return found
