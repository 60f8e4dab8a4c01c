"""What every test shares: pictures without a screen, hypothesis without a clock (a busy machine), a browser.

Examples are the same in every run, so that a failure is of what was changed; ``pytest --hypothesis-profile=search``
looks for others.
"""

# ruff: noqa: E402  # how many threads there are is settled before numpy is imported
from scenarios.text.threads import one_thread

one_thread()

import functools
import gc
from typing import Any

import fresh
import matplotlib as mpl
import pytest
import typer.main
import typer.testing
from browsing import browser, page  # noqa: F401  # fixtures
from hypothesis import settings
from in_line import quick_workers, without_processes  # noqa: F401
from scheduling import Scopes, longest_first

mpl.use("Agg")
#: Commands are put together once, and not by each test that calls one.
typer.main.get_command = typer.testing._get_command = functools.cache(typer.main.get_command)
settings.register_profile("tokenmarket", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile("tokenmarket")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage passes over what is slow: it takes half as long again, for lines that quicker tests go through too."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker("no_cover")
    longest_first(items)


def pytest_collection_finish() -> None:
    """What all tests are made of stays to the end: it need not be looked through for what can be thrown away."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)


def pytest_sessionfinish() -> None:
    """No process is left."""
    fresh.close()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scopes:
    """Long tests first, and apart where they can be."""
    return Scopes(config, log)
