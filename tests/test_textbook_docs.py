"""The textbook cases of the how-to print what the page says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "textbook-cases.md"
PREAMBLE, *CASES = re.findall(
    r"^```python\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?", PAGE.read_text(), re.MULTILINE | re.DOTALL
)


@pytest.mark.parametrize("case", range(len(CASES)))
def test_case(case: int) -> None:
    namespace: dict[str, Any] = {}
    exec(PREAMBLE[0], namespace)
    # Helpers that an earlier block defines, without running what it runs.
    for code, _ in CASES[:case]:
        for definition in re.findall(r"^def .*?(?=^\S)", code, re.MULTILINE | re.DOTALL):
            exec(definition, namespace)
        for setting in re.findall(r"^logit = .*$", code, re.MULTILINE):
            exec(setting, namespace)
    code, expected = CASES[case]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, str(PAGE), "exec"), namespace)
    assert [line.split() for line in printed.getvalue().splitlines()] == [
        line.split() for line in expected.splitlines()
    ]


def test_every_case_shows_what_it_prints() -> None:
    assert len(CASES) > 15
    assert all(expected for _, expected in CASES)
