"""Values of parameters as they would be written in a file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any


def as_written(value: Any) -> str:
    """A value as it would be written in a file, cut where it is long."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, float) and not math.isfinite(value):
        text = repr(value)
    elif isinstance(value, date):
        text = value.isoformat()
    elif isinstance(value, Mapping):
        text = "a table"
    elif isinstance(value, list | tuple) and any(isinstance(entry, Mapping) for entry in value):
        text = "a list of tables"
    elif isinstance(value, int) and abs(value) > 10**20:
        text = f"a number of {len(str(abs(value))) if abs(value) < 10**4000 else 'thousands of'} digits"
    elif isinstance(value, list | tuple) and not value:
        text = "empty"
    else:
        text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
