"""The baseline's four weeks are what they were; `tests/golden/refresh.py` makes the file anew."""

from __future__ import annotations

import json

import pytest
from refresh import FILE, totals

#: Sums of 672 ticks; other processors and library versions round the last digits otherwise, and 32-bit users more.
TOLERANCE = 1e-4


def test_the_baseline_is_as_it_was() -> None:
    before, now = json.loads(FILE.read_text(encoding="utf-8")), totals()
    assert before.keys() == now.keys(), "a column came or went: refresh the golden file"
    for column, values in before.items():
        scale = max(abs(value) for value in values.values()) if values else 0.0
        assert now[column] == pytest.approx(values, rel=TOLERANCE, abs=TOLERANCE * scale + 1e-9), column
