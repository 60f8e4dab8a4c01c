"""Printing for machines, and what to be told beside it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

import typer


def print_json(value: Any) -> None:
    """A value as JSON; what is no number is refused."""
    typer.echo(json.dumps(value, indent=2, allow_nan=False))


def warn(said: Iterable[str]) -> None:
    """What to be told, on stderr, a line each."""
    for one in said:
        typer.echo(f"tokenmarket: {one}", err=True)


def finite(value: Any) -> Any:
    """JSON has no infinity: what is not promised, or cannot be served, is null."""
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
