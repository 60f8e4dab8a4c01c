"""The app in a real browser, with no way out of the machine: it starts, runs, stops, refuses, and keeps to itself."""

import contextlib
import http.client
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import tomllib
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
from browsing import watched_page
from playwright.sync_api import expect

SECONDS = 120  # the longest wait for a process or an answer
STREAM = "/_stcore/stream"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


@contextlib.contextmanager
def served():
    """The command, running; its process and address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scenarios.cli.main", "app", "--no-browser", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    with process:
        try:
            yield process, re.search(r"http://\S+", process.stdout.readline())[0]
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)


@pytest.fixture(scope="module")
def app():
    with served() as (_, url):
        yield url


@pytest.fixture(scope="module")
def only_tab(browser, app):
    """One tab for most tests: the first page takes a while."""
    page = opened(watched_page(browser, viewport={"width": 1280, "height": 900}), app)
    yield page
    page.context.close()


@pytest.fixture
def tab(only_tab):
    """It, with all set back; whatever a test does with it, the browser has nothing to complain of."""
    set_back(only_tab)
    yield only_tab
    assert only_tab.complaints == []
    assert only_tab.outside == []


def opened(page, app):
    page.goto(app)
    button(page, "Run").wait_for()
    rested(page)
    page.get_by_text("Command line and parameters").click()
    page.get_by_text("The same run in a terminal").wait_for()
    return page


def set_back(page):
    """Set all back, and wait until the page has new widgets: its command may be the same as before."""
    rested(page)
    old = page.get_by_role("textbox", name="Days").element_handle()
    button(page, "Set all back").click()
    page.wait_for_function("old => !old.isConnected", arg=old)
    put_together(page, re.compile("^tokenmarket run baseline-2026 --days 28 --users 2000 --seed 1$"))


def small(page):
    """Put a small run together."""
    for name, value, said in (("Days", "1", "--days 1 --users 2000 "), ("Simulated users", "200", "--users 200 ")):
        field = page.get_by_role("textbox", name=name)
        field.fill(value)
        field.press("Enter")
        put_together(page, re.compile(said))


def put_together(page, words):
    """Wait until the command of what is put together says this: what the page said before is not taken for it."""
    expect(page.locator("[data-testid=stCode]").first).to_have_text(words)
    rested(page)


def rested(page):
    """Wait until the page is drawn to its end, pictures and all: nothing on it moves then."""
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.wait_for_function("[...document.images].every(one => one.complete)")


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


#: Which result the page shows, by run and tick; nothing before the first.
RESULT = "(document.querySelector('[class*=st-key-files-]')?.className.match(/st-key-files-(\\S+)/) ?? [])[1]"


def pressed(page, name):
    """Press a button that runs something, and wait for its result: not the one that was there before."""
    rested(page)
    before = page.evaluate(RESULT)
    button(page, name).click()
    page.wait_for_function(f"before => ![before, undefined].includes({RESULT})", arg=before)
    rested(page)
    expect(button(page, "Run")).to_be_enabled()


def run(page):
    """Run what is put together: the result names the same command."""
    command = page.locator("[data-testid=stCode]").first.inner_text()
    pressed(page, "Run")
    expect(page.locator("[data-testid=stCode]").nth(1)).to_have_text(command)


def test_a_slider_changes_the_outcome(tab):
    small(tab)
    run(tab)
    pictures = tab.locator("[data-testid=stImage] img")
    pictures.nth(3).wait_for()  # they come one by one
    told = pictures.evaluate_all("all => all.map(one => one.alt)")
    assert len(told) == 4
    assert all(len(words) > 30 for words in told)  # for those who do not see the pictures
    tab.get_by_role("slider", name="Growth of demand").press("End")
    tab.get_by_text("--set demand.growth=15").wait_for()
    tab.get_by_text("The settings have changed since this run").wait_for()
    run(tab)
    tab.get_by_text("baseline-2026, demand.growth 15, 1 day", exact=True).wait_for()
    tab.get_by_text("Compare with the last run").click()
    table = tab.locator("[data-testid=stTable]")
    table.wait_for()
    assert re.search(r"machines busy \[%\]\s+\d+\.\d\s+\d+\.\d\s+[+\u2212-]?\d+\.\d", table.inner_text())
    tab.locator("[data-testid=stImage] img").nth(8).wait_for()  # together, and four of each
    tab.get_by_text("Compare with the last run").click()
    expect(table).to_have_count(0)


def test_a_bad_value_shows_its_message_and_no_traceback(tab):
    tab.get_by_text("Any other parameter").click()
    box = tab.get_by_role("textbox", name="Changes, one path=value a line")
    box.fill("supply.growht=<b>5</b>")
    box.press("Control+Enter")
    alert = tab.get_by_role("alert").first  # the next one says that the result below is of another run
    alert.get_by_text("did you mean 'growth'?").wait_for()
    rested(tab)
    assert "supply.growht=<b>5</b>" in alert.inner_text()  # as text
    expect(button(tab, "Run")).to_be_disabled()
    assert "Traceback" not in tab.inner_text("body")
    box.fill("")
    box.press("Control+Enter")
    alert.get_by_text("supply.growht").wait_for(state="detached")
    rested(tab)
    expect(button(tab, "Run")).to_be_enabled()


#: What cannot be, and what is said of it; tests/app/test_page.py has more, without a browser.
REFUSED = (
    ("Days", "-3", "--days is -3, but must be above 0"),
    ("Seed", "-1", "--seed is -1, but must be at least 0"),
    ("Seed", "99999999999999999999", "--seed is 99999999999999999999, but must be"),
    ("Simulated users", "0", "--users is 0, but must be at least 1"),
)


def test_a_number_that_cannot_be_is_refused_and_nothing_is_run_in_its_place(tab):
    for name, typed, said in REFUSED:
        field = tab.get_by_role("textbox", name=name)
        field.fill(typed)
        field.press("Enter")
        tab.get_by_role("alert").get_by_text(said).wait_for()
        rested(tab)
        expect(button(tab, "Run")).to_be_disabled()
        assert tab.get_by_role("progressbar").count() == 0
        set_back(tab)
        expect(field).to_have_value(re.compile("^(28|1|2000)$"))


def test_it_steps_stops_and_goes_on(tab):
    small(tab)
    days = tab.get_by_role("textbox", name="Days")
    days.fill("700")
    days.press("Enter")
    put_together(tab, re.compile("--days 700 "))
    pressed(tab, "Next hour")
    expect(tab.locator("[data-testid=stCode]").nth(1)).to_contain_text("--days 0.04166")
    button(tab, "Run").click()
    tab.get_by_text(re.compile(r"[\d,]+ of 16,800 ticks, about \d+ (s|min) left")).wait_for()
    button(tab, "Stop").click()
    tab.get_by_text("16,800 ticks, about").wait_for(state="detached")  # they take longer than anybody waits
    rested(tab)
    expect(button(tab, "Run")).to_be_enabled()
    pressed(tab, "Next day")
    expect(tab.locator("[data-testid=stCode]").nth(1)).to_contain_text(re.compile(r"--days \d+ "))


def test_what_is_downloaded_opens_in_pandas_and_runs(tab, tmp_path):
    small(tab)
    run(tab)
    with tab.expect_download() as download:
        button(tab, "Data (zip)").click()
    assert download.value.suggested_filename == "baseline-2026-seed1.zip"
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "baseline-2026-seed1"
    assert len(pd.read_parquet(folder / "ticks.parquet")) == 24
    assert len(pd.read_csv(folder / "csv" / "ticks.csv")) == 24
    with tab.expect_download() as download:
        button(tab, "Scenario (TOML)").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert tomllib.loads(text)["name"] == "baseline-2026"
    assert text == (folder / "scenario.toml").read_text(encoding="utf-8")


def test_on_a_phone_and_in_the_dark_nothing_is_wider_than_the_screen(tab):
    tab.emulate_media(color_scheme="dark")
    pressed(tab, "Next hour")
    tab.set_viewport_size(PHONE)
    rested(tab)
    fits_a_phone_in_the_dark(tab)
    widths = tab.locator("[data-testid=stImage] img").evaluate_all("all => all.map(one => one.clientWidth)")
    assert widths
    assert all(0 < width <= PHONE["width"] for width in widths)


def test_what_other_tabs_have_run_is_theirs(browser, app, only_tab):
    assert only_tab.get_by_text("Take it away").count() == 1
    page = watched_page(browser, viewport=PHONE, color_scheme="dark")
    page.goto(app)
    button(page, "Next hour").wait_for()
    rested(page)
    assert page.get_by_text("Take it away").count() == 0
    fits_a_phone_in_the_dark(page)
    assert page.complaints == page.outside == []
    page.context.close()


PHONE = {"width": 390, "height": 844}


def fits_a_phone_in_the_dark(page):
    """Nothing is wider than the screen, nor bright."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") != "rgb(255, 255, 255)"


def status(app, path="/", **headers):
    """What the server answers to headers that no browser would let us send."""
    host, port = app.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=SECONDS)
    try:
        connection.putrequest("GET", path, skip_host=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


def upgrade(app, host=None, origin=None):
    """A websocket's first words, said by a page of some origin that reached us by some name."""
    words = {
        "Host": host or app.removeprefix("http://"),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": KEY,
    }
    return status(app, STREAM, **words, **({"Origin": origin} if origin else {}))


def test_only_its_own_pages_may_drive_it(app):
    port = app.rpartition(":")[2]
    assert upgrade(app, origin=app) == 101
    assert upgrade(app, f"localhost:{port}", f"http://localhost:{port}") == 101
    assert upgrade(app) == 403
    assert upgrade(app, origin="https://evil.example") == 403
    assert upgrade(app, origin="http://127.0.0.1:9") == 403  # another server of this machine
    assert upgrade(app, f"evil.example:{port}", f"http://evil.example:{port}") == 403  # DNS rebinding
    assert status(app, Host=f"evil.example:{port}") == 403
    assert status(app, Host=f"127.0.0.1:{port}") == 200
    assert status(app, "/_stcore/agent/interact", Host=f"127.0.0.1:{port}") in (403, 404, 405)


OPENS = """address => new Promise(done => {
    const socket = new WebSocket(address);
    socket.onopen = () => done(true);
    socket.onerror = () => done(false);
})"""
FRAMES = """address => new Promise(done => {
    const frame = document.createElement("iframe");
    frame.src = address;
    frame.onload = () => done(true);
    document.body.append(frame);
})"""


class Foreign(BaseHTTPRequestHandler):
    """Another server of this machine, with an empty page."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<h1>elsewhere</h1>")

    def log_message(self, *words):
        pass


def test_a_page_from_elsewhere_cannot_open_its_websocket_read_it_or_frame_it(page, app):
    with ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            address = app.replace("http", "ws") + STREAM
            assert page.evaluate(OPENS, address) is False
            assert page.evaluate("a => fetch(a).then(() => true, () => false)", app + "/_stcore/health") is False
            page.evaluate(FRAMES, app)
            assert not any("stApp" in frame.content() for frame in page.frames[1:])
        finally:
            server.shutdown()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_listens_on_the_loopback_alone(app):
    port = f"{int(app.rpartition(':')[2]):04X}"
    tables = [Path("/proc/net/tcp").read_text(), Path("/proc/net/tcp6").read_text()]
    listening = [line.split()[1] for table in tables for line in table.splitlines()[1:] if line.split()[3] == "0A"]
    assert [place for place in listening if place.endswith(f":{port}")] == [f"0100007F:{port}"]


def test_an_interrupt_ends_it_though_a_tab_is_open():
    with served() as (process, url):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=SECONDS) as tab:
            lines = (
                f"GET {STREAM} HTTP/1.1",
                f"Host: {host}:{port}",
                f"Origin: {url}",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                f"Sec-WebSocket-Key: {KEY}",
                "",
                "",
            )
            tab.sendall("\r\n".join(lines).encode())
            assert b"101" in tab.recv(100)
            process.send_signal(signal.SIGINT)
            assert process.wait(SECONDS) == 130
        assert "the app is stopped" in process.stderr.read()
