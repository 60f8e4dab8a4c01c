"""Mutated input for every reader and option: no traceback, no hang, nothing written on refusal.

    python tests/fuzz/fuzz.py 2000            # so many inputs, from seed 0
    python tests/fuzz/fuzz.py 50 --seed 7     # others

What would take long when an input turns out to be right (running, drawing) is put off: the inputs are what is tried.
Each is tried in a fork of this process, so that none leaves anything behind for the next.
"""

# A process with threads must not be forked: how many there are is settled before numpy is imported.
from scenarios.text.threads import one_thread

one_thread()

import argparse
import contextlib
import io
import json
import os
import pkgutil
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from importlib import import_module
from pathlib import Path

import inputs
import matplotlib as mpl
import mutations

from capacity.errors import InputError
from scenarios.cli import main as command

#: A case that takes longer hangs [s of work]; most take a tenth of one. By the clock it has so many times that.
HANG_SECONDS, BUSY = 10, 15
#: Work that is not about input. It begins only in name: for what has to be refused is refused before.
LATER = (
    "scenarios.runs.run.run",
    "scenarios.runs.run.start",
    "scenarios.reports.report.html",
    "scenarios.pictures.dashboard.draw",
    "scenarios.pictures.batch_dashboard.draw",
    "scenarios.batches.work.running.create",
    "scenarios.batches.work.running._go_on",
    "scenarios.batches.work.pilot.forecast",
    "scenarios.verification.run.Progress",
    "scenarios.app.server.serve",
    "market.simulation.model.TokenMarket.step",
    "scenarios.studies.moments.fitting.Runs.of",
    "scenarios.studies.kept_runs.all_runs",
)
#: The same where an option is tried: a right value may ask for much.
MUCH = (
    "scenarios.cli.calibration_report.calibrate",
    "scenarios.laws.run.hold_to_laws",
    "market.simulation.model.TokenMarket.__init__",
)
KINDS = {"of_a_file": 5, "of_a_folder": 3, "of_an_option": 6}


class Reached(InputError):  # noqa: N818
    """The input was right, and the work would begin."""


def reach(*_, **__):
    raise Reached("the work would begin")


class Hang(BaseException):
    """It took too long."""


def load_all():
    """Import what commands import when they need it, so that no fork has to."""
    mpl.use("Agg")
    for package in ("capacity", "market", "scenarios"):
        for found in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            if not found.name.endswith("__main__") and not found.name.startswith("scenarios.app."):
                import_module(found.name)
    import_module("scenarios.app.server")


def put_off(names):
    """Let work begin only in name."""
    for name in names:
        owner, _, attribute = name.rpartition(".")
        try:
            place = import_module(owner)
        except ModuleNotFoundError:
            module, _, cls = owner.rpartition(".")
            place = getattr(import_module(module), cls)
        getattr(place, attribute)
        setattr(place, attribute, reach)


def files_in(work):
    """Every path with its size."""
    return {path: path.lstat().st_size for path in work.rglob("*")}


def tried(words, work):
    """How a command ended, and '' or what is wrong about that."""
    before, said, out = files_in(work), io.StringIO(), io.StringIO()
    status = 0
    sys.argv = ["tokenmarket", *words]
    try:
        with contextlib.chdir(work), contextlib.redirect_stderr(said), contextlib.redirect_stdout(out):
            signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
            command.main()
    except SystemExit as ended:
        status = ended.code or 0
    except Hang:
        return "hung", "hang:\n" + traceback.format_exc()
    except BaseException:
        return "broke", traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
    text = said.getvalue()
    if "Traceback" in text:
        return "broke", text
    if "the work would begin" in text:
        return "right", ""
    if status == 2:
        if files_in(work) != before:
            return "refused", "something was written"
        if text.startswith("tokenmarket:") and len(text.splitlines()) > 1:
            return "refused", f"more than a line: {text[:500]}"
        return "refused", "" if text.strip() else "not a word"
    return "right", "" if status in (0, 1) else f"status {status}"


def in_a_fork(work, seconds):
    """What a piece of work gives, in a process of its own that has so many seconds by the clock."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            json.dump(work(), pipe)
        os._exit(0)
    os.close(writing)
    signal.alarm(seconds)
    try:
        with os.fdopen(reading) as pipe:
            said = pipe.read()
    except Hang:
        os.kill(child, signal.SIGKILL)
        return "hung", "hang by the clock"
    finally:
        signal.alarm(0)
        _, status = os.waitpid(child, 0)
    return json.loads(said) if said else ("broke", f"the process ended with {status}")


def case(words, work, *, option):
    """Try one."""

    def now():
        put_off(MUCH if option else ())
        return tried(words, work)

    outcome, found = in_a_fork(now, BUSY * HANG_SECONDS)
    if found:
        last = re.sub(r"\s+", " ", found.strip().splitlines()[-1])[:300]
        print(f"{[w[:80] for w in words]}: {last}", flush=True)
        places = re.findall(r'File "([^"]*/(?:capacity|market|scenarios)/[^"]*)", line (\d+)', found)
        print("   ", " < ".join(f"{Path(file).name}:{line}" for file, line in places[-1:-6:-1]), flush=True)
    return outcome, found


def end(*_):
    raise Hang


@contextlib.contextmanager
def folder_of_a_case(home, right):
    """A copy of all right files, deep enough that '../..' does not lead out of it."""
    work = home / "case" / "in" / "here"
    shutil.copytree(right, work)
    yield work
    shutil.rmtree(home / "case")


def refused_though_right(home, right):
    """Right inputs that are refused: broken ones made from them would try nothing."""
    lost = 0
    for words, option in inputs.right_ones():
        with folder_of_a_case(home, right) as work:
            outcome, found = case(words, work, option=option)
        if outcome != "right" or found:
            print(f"{words} is {outcome}, but should be right", flush=True)
            lost += 1
    return lost


def main(count, seed):
    """Try so many; how many went wrong."""
    draw, kinds, outcomes, wrong = mutations.generator(seed), Counter(), Counter(), 0
    begin = time.monotonic()
    load_all()
    signal.signal(signal.SIGALRM, end)
    signal.signal(signal.SIGPROF, end)
    with tempfile.TemporaryDirectory(prefix="tokenmarket-fuzz-") as folder:
        home = Path(folder)
        right = home / "right"
        right.mkdir()
        in_a_fork(lambda: inputs.prepare(right), 600)
        put_off(LATER)
        wrong += refused_though_right(home, right)
        print(f"right inputs: {wrong} refused", flush=True)
        for _ in range(count):
            with folder_of_a_case(home, right) as work:
                kind = draw.choices([*KINDS], [*KINDS.values()])[0]
                words = getattr(inputs, kind)(draw, mutations, work)
                outcome, found = case(words, work, option=kind == "of_an_option")
            kinds[kind] += 1
            outcomes[outcome] += 1
            wrong += bool(found)
    seconds = time.monotonic() - begin
    print(f"{count} inputs ({dict(kinds)}; {dict(outcomes)}) in {seconds:.0f} s: {wrong} went wrong")
    return wrong


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("count", type=int, nargs="?", default=2_000)
    options.add_argument("--seed", type=int, default=0)
    asked = options.parse_args()
    sys.exit(1 if main(asked.count, asked.seed) else 0)
