"""A real browser for tests of pages: Debian's Chromium driven by Playwright, with no way out of this machine.

Any test may ask for ``page`` (tests/conftest.py imports the fixtures); without a browser it is skipped. A page collects
what a reader would never see: ``page.complaints`` (errors in the console or in scripts) and ``page.outside``
(addresses beyond this machine that were asked for, and refused). ``watched_page`` makes one of another size or look.
Whatever is waited for may take its time: the machine may be busy.
"""

import re
import shutil
from urllib.parse import urlsplit

import pytest

PATIENCE = 120_000  # how long anything is waited for [ms]: a state that never comes fails, one that is late does not
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
INSIDE = ("127.0.0.1", "localhost", "[::1]", "::1", None)
MISSING = (
    "no Chromium on this machine: `apt-get install chromium` (Debian, Ubuntu), or put one of "
    f"{', '.join(NAMES)} on the PATH"
)


def chromium():
    """Where the browser is, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def is_inside(url):
    """Whether an address stays on this machine: loopback, a file, or data in the page itself."""
    parts = urlsplit(url)
    return parts.scheme in ("file", "data", "blob", "about") or parts.hostname in INSIDE


@pytest.fixture(scope="module")
def browser():
    """One browser for the tests of a file: a longer life would leave its event loop running in others' tests."""
    path = chromium()
    if path is None:
        pytest.skip(MISSING)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(FLAGS), timeout=PATIENCE)
        yield opened
        opened.close()


def watched_page(browser, **context):
    """A page of a context of its own, that collects complaints and what it asks of the world outside."""
    made = browser.new_context(**context)
    made.set_default_timeout(PATIENCE)
    page = made.new_page()
    page.complaints, page.outside = [], []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))

    def refuse(route):
        page.outside.append(route.request.url)
        route.abort()

    made.route(lambda url: not is_inside(url), refuse)
    made.route_web_socket(re.compile("^wss?://(?!127\\.0\\.0\\.1|localhost)"), lambda ws: page.outside.append(ws.url))
    return page


@pytest.fixture
def page(browser):
    """A new page for one test."""
    made = watched_page(browser, viewport={"width": 1280, "height": 900})
    yield made
    made.context.close()
