"""Printing for machines."""

from __future__ import annotations

import json
from typing import Any

import typer


def print_json(value: Any) -> None:
    """A value as JSON; what is no number is refused."""
    typer.echo(json.dumps(value, indent=2, allow_nan=False))
