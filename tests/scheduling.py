"""Which tests go to the same worker, and in which order: what is long first, so that no worker is left with it alone.

Tests of a file share fixtures, and stay together; those of a scope in ``TOGETHER`` share theirs across files. Those of
``APART`` share nothing, and each goes to whoever is free.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

#: What has dear fixtures, which are made once: a folder, and files that look at one run of three years.
TOGETHER = {
    "tests/reports/": "reports",
    "tests/scenarios/test_pictures.py": "years",
    "tests/scenarios/test_svg.py": "years",
}
#: Tests that take long by themselves.
APART = ("tests/test_docs.py::test_code_blocks_do_what_they_say[", "tests/theory/test_checks.py::test_check[")
#: What takes longest, in this order; then all others as they are found.
FIRST = (
    "tests/reports/",
    "tests/batches/test_engines.py",
    "tests/batches/test_batch_command.py",
    "tests/scenarios/test_moments.py",
    "tests/app/test_browser.py",
    "tests/laws/test_laws_command.py",
    "tests/scenarios/test_capacity_cli.py",
    "tests/laws/test_policy_laws.py",
    "tests/scenarios/test_library.py",
    "tests/laws/test_money_laws.py",
    "tests/app/",
    *APART,
    "tests/theory/",
)


def place_of(nodeid: str) -> int:
    """How early a test is begun; 0 is first."""
    return next((place for place, start in enumerate(FIRST) if nodeid.startswith(start)), len(FIRST))


def longest_first(items: list[pytest.Item]) -> None:
    """Put what takes longest first; the rest stays as it is."""
    items.sort(key=lambda item: place_of(item.nodeid))


class Scopes(LoadScopeScheduling):
    """By file, but for ``TOGETHER`` and ``APART``."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(APART):
            return nodeid
        own: str = super()._split_scope(nodeid)
        return next((scope for start, scope in TOGETHER.items() if nodeid.startswith(start)), own)
