"""Mutated input for every reader and option: no traceback, no hang, nothing written on refusal.

    python tests/fuzz/fuzz.py 2000            # so many inputs, from seed 0
    python tests/fuzz/fuzz.py 50 --seed 7     # others

What would take long when an input turns out to be right (running, drawing) is put off: the inputs are what is tried.
"""

import argparse
import contextlib
import io
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import mutations

from capacity import measurements
from capacity.errors import InputError
from scenarios.batches import run_batch
from scenarios.batches.plan.planning import study_of
from scenarios.cli import main as command
from scenarios.results import run_folder
from scenarios.runs.run import run
from scenarios.runs.settings import Settings

#: A case that takes longer hangs [s of work]; most take a tenth of one.
HANG_SECONDS = 10
SCENARIO = """question = "What if machines grow slower?"
extends = "off-peak"
[supply]
growth = 2.5
[demand.coders]
patience_h = 3.0
[variants]
cheap = {"open.*.price" = 1.0}
[[outcomes]]
measure = "spot-price"
against = "cheap"
expected = "up"
"""
STUDY = """name = "growth"
scenarios = ["off-peak:*", "baseline-2026"]
seeds = [1, 2]
days = 1
users = 50
keep = ["ticks"]
[set]
"demand.growth" = 4
[vary]
"supply.growth" = [2, 3.4]
"""
SAMPLE = """scenarios = ["baseline-2026"]
seeds = "1-3"
[sample]
size = 4
[sample.ranges]
"supply.growth" = [2, 6]
"demand.growth" = {low = 3, high = 12, log = true}
"""
DESIGN = "supply.growth;demand.coders.patience_h\n2;1\n3.4;2\n"
RUNS = "label,scenario,variant,seed,supply.growth,paid-price\na,x,,1,2,3.5\na,x,,2,2,3.6\nb,x,,1,3,4.5\nb,x,,2,3,4.7\n"
CATALOGUE = """[[workload]]
name = "mine"
source = "measured"
input = 1000
output = 200
"""
LOAD = "hour,weekday,weekend\n" + "".join(f"{hour},{100 + hour},30\n" for hour in range(24))
LOG = "time,input,cached,output,class\n2026-01-05T09:30:00Z,900,450,100,a\n1767609000,5,5,10,b\n1767609000500,7,0,3,a\n"
#: Options with a right value: what is mutated is the value.
OPTIONS = (
    ("run", "--days", "2"), ("run", "--seed", "3"), ("run", "--users", "50"), ("run", "--set", "supply.growth=5"),
    ("run", "--set", "labs.Aster.cash=1e9"), ("run", "--variant", "dynamic"), ("run", "--out", "results/mine"),
    ("batch", "--seeds", "1,5,9"), ("batch", "--vary", "supply.growth=2,3.4"), ("batch", "--users", "50"),
    ("batch", "--range", "supply.growth=2:6:log"), ("batch", "--sample", "8"), ("batch", "--method", "sobol"),
    ("batch", "--keep", "ticks"), ("batch", "--days", "1"), ("batch", "--design-seed", "4"), ("batch", "--out", "b"),
    ("batch", "--engine", "processes"), ("batch", "--workers", "2"), ("batch", "--address", "tcp://x:1"),
    ("batch", "--resume", "b"), ("explain", "--offer", "Aster mini"), ("explain", "--tick", "3"),
    ("capacity", "--chip", "h200"), ("capacity", "--workload", "coding"), ("capacity", "--speed", "50"),
    ("costs", "--chip", "b200"), ("costs", "--cached", "0.8"), ("costs", "--power-price", "0.1"),
    ("calibrate", "--draws", "2"), ("compare", "--by", "label"), ("compare", "--measure", "paid-price"),
    ("compare", "--csv", "out.csv"), ("compare", "--plot", "out.png"), ("compare", "--against", "a"),
    ("report", "--out", "r.html"), ("dashboard", "--out", "d.png"), ("evidence", "--only", "3"),
    ("trace", "--utc-offset", "-5"), ("trace", "--column", "time=ts"), ("trace", "--class", "a=coders"),
    ("trace", "--users", "casual=70"), ("verify", "--only", "x"), ("growth-map", "--picture", "p.png"),
    ("scenarios", "show", "off-peak"),
)  # fmt: skip
NEEDS = {
    "run": ["baseline-2026"], "batch": ["off-peak"], "explain": ["baseline-2026"], "compare": ["{right}/runs.csv"],
    "report": ["{right}/run"], "dashboard": ["{right}/run"], "costs": [], "calibrate": ["{right}/measured.csv"],
    "trace": ["{right}/log.csv", "--class", "b=casual", "--out", "mine.toml"],
}  # fmt: skip


#: How many were refused, and how many were right all the same.
OUTCOMES = Counter()


class Reached(InputError):  # noqa: N818
    """The input was right, and the work would begin."""


def reach(*_, **__):
    raise Reached("the work would begin")


class Hang(BaseException):
    """It took too long."""


def put_off():
    """Work that is not about input begins only in name."""
    for name in (
        "scenarios.runs.run.run", "scenarios.runs.run.start", "scenarios.reports.report.html",
        "scenarios.pictures.dashboard.draw", "scenarios.pictures.batch_dashboard.draw",
        "scenarios.batches.work.running.run_batch", "scenarios.batches.work.running.resume_batch",
        "scenarios.verification.run.verify", "scenarios.batches.work.pilot.forecast", "scenarios.app.server.serve",
    ):  # fmt: skip
        module, _, attribute = name.rpartition(".")
        found = __import__(module, fromlist=[attribute])
        if hasattr(found, attribute):
            setattr(found, attribute, reach)


def prepare(right):
    """Right files, a right run and a right batch."""
    for name, text in (("scenario.toml", SCENARIO), ("study.toml", STUDY), ("sample.toml", SAMPLE),
                       ("design.csv", DESIGN), ("runs.csv", RUNS), ("catalogue.toml", CATALOGUE),
                       ("load.csv", LOAD), ("log.csv", LOG)):  # fmt: skip
        (right / name).write_text(text)
    lines = measurements.shipped().read_text(encoding="utf-8").splitlines()[:6]
    (right / "measured.csv").write_text("\n".join(lines) + "\n")
    run_folder.write(run(Settings(length_days=1.0, users=20)), right / "run")
    run_batch(study_of("baseline-2026", seeds=2, days=1, users=20, keep=["ticks"]), right / "batch", workers=1,
              quiet=True)  # fmt: skip


def of_a_file(draw, right, work):
    """A command that reads a mutated file."""
    name, words = draw.choice((
        ("scenario.toml", ["scenarios", "show"]), ("scenario.toml", ["run"]), ("scenario.toml", ["batch", "--dry-run"]),
        ("study.toml", ["batch", "--dry-run", "--study"]), ("sample.toml", ["batch", "--dry-run", "--study"]),
        ("design.csv", ["batch", "off-peak", "--dry-run", "--design"]), ("runs.csv", ["compare"]),
        ("catalogue.toml", ["capacity", "--chip", "h200", "--workload", "mine", "--with"]),
        ("measured.csv", ["calibrate", "--draws", "2"]), ("log.csv", ["trace"]),
        ("log.csv", ["trace", "--skip-bad", "--class", "a=coders", "--out", "mine.toml"]),
        ("load.csv", ["scenarios", "show", "baseline-2026", "--set", "demand.coders.shape=load.csv"]),
    ))  # fmt: skip
    (work / name).write_bytes(mutations.of_bytes((right / name).read_bytes(), draw))
    return words if f"shape={name}" in words[-1] else [*words, name]


def of_a_folder(draw, right, work):
    """A command that reads a folder in which one file is mutated, gone, or something else."""
    name, commands = draw.choice(
        (("run", ("report", "dashboard", "explain")), ("batch", ("compare", "report", "batch")))
    )
    shutil.copytree(right / name, work / name)
    path = draw.choice(sorted(one for one in (work / name).rglob("*") if one.is_file()))
    if draw.random() < 0.1:
        path.unlink()
    else:
        path.write_bytes(mutations.of_bytes(path.read_bytes(), draw))
    word = draw.choice(commands)
    more = {"explain": ["--offer", "Aster mini", "--tick", "2"], "batch": ["--dry-run"]}.get(word, [])
    return [word, *(["--resume"] if word == "batch" else []), name, *more]


def of_an_option(draw, right, _work):
    """A command with a mutated value."""
    word, option, value = draw.choice(OPTIONS)
    if option == "show":
        return [word, option, mutations.of_text(value, draw)]
    given = [one.format(right=right) for one in NEEDS.get(word, [])]
    more = (
        ["--dry-run"]
        if word == "batch"
        else ["--offer", "Aster mini"]
        if word == "explain" and option != "--offer"
        else []
    )
    return [word, *given, *more, option, mutations.of_text(value, draw)]


def files_in(work):
    """Every path with its size."""
    return {path: path.lstat().st_size for path in work.rglob("*")}


def tried(words, work):
    """What became of a command: '', or what is wrong about how it ended."""
    before, said, out = files_in(work), io.StringIO(), io.StringIO()
    status = 0
    sys.argv = ["tokenmarket", *words]
    try:
        with contextlib.chdir(work), contextlib.redirect_stderr(said), contextlib.redirect_stdout(out):
            signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
            signal.alarm(10 * HANG_SECONDS)  # waiting for something is hanging, too; the machine may be shared
            command.main()
    except SystemExit as ended:
        status = ended.code or 0
    except Hang:
        return "hang"
    except BaseException:
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.alarm(0)
    text = said.getvalue()
    if "Traceback" in text:
        return text
    OUTCOMES["refused" if status == 2 and "would begin" not in text else "taken"] += 1
    if status == 2:
        if files_in(work) != before:
            return "something was written"
        if text.startswith("tokenmarket:") and len(text.splitlines()) > 1:
            return f"more than a line: {text[:500]}"
    elif status not in (0, 1):
        return f"status {status}"
    return ""


def main(count, seed):
    """Try so many; the number of those that went wrong."""
    draw, kinds, wrong = mutations.generator(seed), Counter(), []
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tokenmarket-fuzz-") as home:
        right = Path(home) / "right"
        right.mkdir()
        prepare(right)
        put_off()

        def end(*_):
            raise Hang

        signal.signal(signal.SIGALRM, end)
        signal.signal(signal.SIGPROF, end)
        for number in range(count):
            work = Path(home) / f"work-{number}"
            work.mkdir()
            kind = draw.choices((of_a_file, of_a_folder, of_an_option), (5, 2, 5))[0]
            words = kind(draw, right, work)
            found = tried(words, work)
            kinds[kind.__name__] += 1
            if found:
                wrong.append((number, [word[:80] for word in words], found))
                last = re.sub(r"\s+", " ", found.strip().splitlines()[-1])[:300]
                print(f"input {number}: {words and [w[:60] for w in words]}: {last}", flush=True)  # noqa: T201
                for one in work.glob("*.*"):
                    if one.is_file() and len(words) < 9:
                        sys.stdout.write(f"    {one.name}: {one.read_bytes()[:300]!r}\n")
            shutil.rmtree(work, ignore_errors=True)
    seconds = time.monotonic() - begin
    print(f"{count} inputs ({dict(kinds)}; {dict(OUTCOMES)}) in {seconds:.0f} s: {len(wrong)} went wrong")  # noqa: T201
    return wrong


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("count", type=int, nargs="?", default=2_000)
    options.add_argument("--seed", type=int, default=0)
    asked = options.parse_args()
    sys.exit(1 if main(asked.count, asked.seed) else 0)
