"""What a person waits for a picture: the page of a run, the reports, and the app's first page.

Each is a command of its own, from a cold start, timed in turn with a process that only imports pandas and
matplotlib, which is the least that any picture can take. Run: python benchmarks/bench_pictures.py
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TURNS = 3
BATCH = ("baseline-2026", "--seeds", "32", "--users", "300", "--days", "7", "--vary", "demand.growth=3.4,10,30")
ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}


def command(*words: str) -> Callable[[], float]:
    """Run the command line; how long it took [s]."""

    def run() -> float:
        begin = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "scenarios.cli.main", *words], check=True, capture_output=True, env=ENVIRONMENT
        )
        return time.perf_counter() - begin

    return run


def imports() -> float:
    """The least that a picture takes [s]."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import pandas, matplotlib.pyplot"], check=True, env=ENVIRONMENT)
    return time.perf_counter() - begin


def first_page() -> float:
    """From the command to the first page in a browser with its button to run [s]."""
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from browsing import FLAGS, chromium

    words = [sys.executable, "-m", "scenarios.cli.main", "app", "--no-browser", "--port", "0"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        page = browser.new_page()
        begin = time.perf_counter()
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            found = re.search(r"http://\S+", process.stdout.readline() if process.stdout else "")
            if found is None:
                raise RuntimeError("the app does not start")
            page.goto(found[0])
            page.get_by_role("button", name="Run", exact=True).wait_for(timeout=60_000)
            took = time.perf_counter() - begin
            process.terminate()
        browser.close()
    return took


def main() -> None:
    """Print how long each takes."""
    with tempfile.TemporaryDirectory() as folder:
        run, batch = f"{folder}/run", f"{folder}/batch"
        command("run", "--out", run, "--no-picture")()
        command("batch", *BATCH, "--out", batch, "--quiet")()
        told = {
            "dashboard of four weeks (goal 5 s)": command("dashboard", run),
            "dashboard of a batch of 96 runs": command("dashboard", batch),
            "report of four weeks": command("report", run),
            "report of a batch of 96 runs, 32 seeds (goal 15 s)": command("report", batch),
            "the app's first page (goal 5 s)": first_page,
        }
        print(f"{'':52s} {'seconds':>9s} {'over imports':>13s}")
        for name, action in told.items():
            best, least = min((action(), imports()) for _ in range(TURNS))
            print(f"{name:52s} {best:9.1f} {best / least:13.1f}")


if __name__ == "__main__":
    main()
