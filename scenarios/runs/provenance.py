"""What the numbers of a run depend on beside its parameters: the code, and the libraries."""

from __future__ import annotations

import functools
import hashlib
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

#: Packages that are one program.
PACKAGES: Final = ("capacity", "market", "scenarios")
REPORTED: Final = ("tokenmarket", "mesa", "numpy", "pandas", "pyarrow", "scipy", "seaborn", "matplotlib")
#: What pictures depend on does not change a number.
NUMERIC: Final = ("python", "tokenmarket", "mesa", "numpy", "pandas", "pyarrow", "scipy")
#: Beside the versions: what the kernels of BLAS and numpy make of the same sums on this kind of processor.
KERNELS: Final = "kernels"
#: By how much a measure may differ between kernels, relative to itself: prices at 1e-13, and an auction's rents by
#: 2.5e-4, since a search stops where it is near enough [1].
BETWEEN_KERNELS: Final = 1e-3


@functools.cache
def code() -> Mapping[str, Any]:
    """Which code runs: a hash of all of it, and the commit where there is a repository, as it was when first asked."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[2]
    for home in (root / package for package in PACKAGES):
        for path in sorted(p for p in home.rglob("*") if p.suffix in (".py", ".csv", ".toml", ".json") and p.is_file()):
            digest.update(path.relative_to(home.parent).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return MappingProxyType({"hash": digest.hexdigest()[:16], "commit": _commit(root)})


def _commit(root: Path) -> str | None:
    if not (root / ".git").exists():
        return None
    try:
        found = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None


@functools.cache
def versions() -> Mapping[str, str]:
    """Versions of what the numbers and pictures depend on."""
    found = {"python": platform.python_version()}
    for name in REPORTED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return MappingProxyType(found | {KERNELS: kernels()})


@functools.cache
def kernels() -> str:
    """A fingerprint of the arithmetic: sums whose last digits depend on which kernels the processor is given.

    Libraries choose them when they start, by the kind of processor, or by OPENBLAS_CORETYPE and
    NPY_DISABLE_CPU_FEATURES. The same fingerprint gives the same bytes; another, numbers within ``BETWEEN_KERNELS``.
    """
    digest = hashlib.sha256()
    for size in (3, 17, 48):  # small enough that no library cuts them up for threads
        one = np.sin(np.arange(1.0, size * size + 1.0)).reshape(size, size)
        other = np.cos(np.arange(1.0, size * size + 1.0)).reshape(size, size) + 1.5
        falls = one.T @ one + size * np.eye(size)
        single = one.astype(np.float32)
        products = (one @ other, one @ other[0], one[0] @ other[0], np.einsum("ij,kj->ik", one, other), single @ single)
        sums = (one.sum(axis=0), one.sum(axis=1))
        curves = (np.exp(one), np.log(other), other**0.7, np.exp(single))
        solved = (np.linalg.lstsq(falls, other[0], rcond=None)[0], np.linalg.pinv(falls))
        for made in (*products, *sums, *curves, *solved):
            digest.update(np.ascontiguousarray(made).tobytes())
    return digest.hexdigest()[:12]


def code_hash() -> str:
    """Hash of the code."""
    return str(code()["hash"])


@functools.cache
def numeric_versions() -> tuple[tuple[str, str], ...]:
    """Versions that numbers depend on."""
    found = versions()
    return (*((name, found[name]) for name in NUMERIC), (KERNELS, kernels()))


def changed(about: Mapping[str, Any]) -> list[str]:
    """What differs between now and when a batch was begun, in words."""
    before, now = about["code"], code()
    found = []
    if before["hash"] != now["hash"]:
        commits = f" (commit {before['commit']}, now {now['commit']})" if before["commit"] != now["commit"] else ""
        found.append(f"the code is not what it was{commits}")
    for name, number in numeric_versions():
        was = about["versions"].get(name)
        if was != number:
            found.append(f"{name} was {was} and is {number}")
    return found
