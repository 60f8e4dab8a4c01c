"""Libraries that not everybody has: fetched when they are asked for, or a line on how to install them."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from capacity.errors import InputError

INSTALL_SALIB: Final = "pip install 'tokenmarket[sensitivity]'"


def optional(module: str, lacking: str) -> Any:
    """A module of a library that may not be installed; ``lacking``: what is said where it is not."""
    if find_spec(module.partition(".")[0]) is None:
        raise InputError(lacking)
    return import_module(module)


def salib(part: str, what: str) -> Any:
    """A part of SALib such as ``sample.sobol``, which ``what`` needs."""
    return optional(f"SALib.{part}", f"{what} needs SALib, which is not installed: {INSTALL_SALIB}")
