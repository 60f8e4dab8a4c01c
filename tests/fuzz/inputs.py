"""Right inputs of every command, from which broken ones are made: files, folders, options and arguments.

Options are taken from the commands themselves: one that has no right value here is missed by ``values``, and a test
says so.
"""

from __future__ import annotations

import shutil
from functools import cache

import click
import pandas as pd
import typer.main

from capacity import measurements
from scenarios.batches import run_batch
from scenarios.batches.plan.planning import study_of
from scenarios.cli.main import app
from scenarios.results import run_folder
from scenarios.runs.run import run
from scenarios.runs.settings import Settings

TEXTS = {
    "scenario.toml": """question = "What if machines grow slower?"
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
""",
    "events.toml": """
[[events]]
name = "a quarter dark"
kind = "outage"
date = 2026-01-10
days = 2
of = ["Google"]
share = 0.25
""",
    "study.toml": """name = "growth"
scenarios = ["off-peak:*", "baseline-2026"]
seeds = [1, 2]
days = 1
users = 50
keep = ["ticks"]
[set]
"demand.growth" = 4
[vary]
"supply.growth" = [2, 3.4]
""",
    "sample.toml": """scenarios = ["baseline-2026"]
seeds = "1-3"
[sample]
size = 4
[sample.ranges]
"supply.growth" = [2, 6]
"demand.growth" = {low = 3, high = 12, log = true}
""",
    "design.csv": "supply.growth;demand.coders.patience_h\n2;1\n3.4;2\n",
    "runs.csv": "label,scenario,variant,seed,supply.growth,paid-price\n"
    "a,x,,1,2,3.5\na,x,,2,2,3.6\nb,x,,1,3,4.5\nb,x,,2,3,4.7\n",
    "machines.toml": """[[chip]]
name = "my-chip"
flops = {fp4 = 30e15, fp8 = 10e15, bf16 = 5e15}
bandwidth = 20e12
memory = 288e9
chips_per_system = 8
power = 2500
capital = 120_000
rental = 8.0
source = "declared"
aliases = ["MY1"]
[[architecture]]
name = "my-model"
total = 300e9
active = 20e9
layers = 60
full_attention_layers = 15
attention = {kind = "gqa", query_heads = 64, kv_heads = 8, head_dim = 128}
other_layers = [{count = 45, attention = {kind = "linear", state_heads = 32, key_dim = 128, value_dim = 128}}]
experts = {count = 256, chosen = 8, share = 0.97}
hidden = 5120
context = 131_072
source = "declared"
[[workload]]
name = "mail"
input = 2000
output = 300
speed = 20
source = "declared"
""",
    "moments.csv": "name,measure,low,high,source,grade\n"
    "sales,sales-a-year,35,60,declared,b\nhow all mind prices,elasticity-all,-2,-0.5,declared,c\n",
    "load.csv": "hour,weekday,weekend\n" + "".join(f"{hour},{100 + hour},30\n" for hour in range(24)),
    "log.csv": "time,input,cached,output,class\n2026-01-05T09:30:00Z,900,450,100,a\n1767609000,5,5,10,b\n"
    "1767609000500,7,0,3,a\n",
    "week.csv": "time,input,cached,output,class\n"
    + "".join(f"{1767571200 + 3600 * hour},900,450,100,b\n" for hour in range(168)),
    "free.csv": "path,start,low,high\ndemand.casual.worth_usd,0.13,0.03,0.8\nsupply.growth,3,2,5\n",
    "fit/runs.jsonl": '{"key": "0123456789abcdef", "found": {"sales-a-year": 41.5, "elasticity-all": null}}\n' * 3,
    "mine.py": """from dataclasses import dataclass
import numpy as np
from market.exchange.rationing.base import Rationing
from capacity.fields import quantity

@dataclass(frozen=True)
class EqualParts(Rationing):
    \"\"\"Everybody gets the same part.\"\"\"
    kind = "equal-parts"
    share_kept: float = quantity(0.0, "1", "share that nobody gets", low=0, high=1)

    def allot(self, claims, capacity, rng):
        part = capacity * (1.0 - self.share_kept) / claims.work.size
        return np.minimum(claims.work, part)
""",
}
SMALL = ("--users", "20", "--days", "2")
EXPLAIN = ("--offer", "Aster mini", "--tick", "2")
MINE = ("--chip", "my-chip", "--architecture", "my-model", "--workload", "mail")
FIT = ("fit", "off-peak", *SMALL, "--workers", "1")
#: Files, each with the commands that read it as their last word.
READERS = {
    "scenario.toml": (
        ("scenarios", "show"),
        ("run",),
        ("batch", "--dry-run"),
        ("explain", *EXPLAIN),
        ("moments", *SMALL),
        ("elasticities", *SMALL),
        ("fit", *SMALL, "--workers", "1", "--parameters", "free.csv"),
    ),
    "study.toml": (("batch", "--dry-run", "--study"),),
    "sample.toml": (("batch", "--dry-run", "--study"),),
    "events.toml": (("events", "baseline-2026", "--list", "--file"),),
    "design.csv": (("batch", "off-peak", "--dry-run", "--design"),),
    "runs.csv": (("compare",),),
    "runs.parquet": (("compare",),),
    "machines.toml": (
        ("capacity", *MINE, "--with"),
        ("costs", *MINE, "--with"),
        ("calibrate", "measured.csv", "--draws", "2", "--with"),
    ),
    "measured.csv": (("calibrate", "--draws", "2"),),
    "log.csv": (("trace",), ("trace", "--skip-bad", "--class", "a=coders", "--out", "mine.toml")),
    "load.csv": (("scenarios", "show", "baseline-2026", "--set", "demand.coders.shape=load.csv"),),
    "moments.csv": (("moments", "off-peak", *SMALL, "--moments"), (*FIT, "--parameters", "free.csv", "--moments")),
    "free.csv": ((*FIT, "--parameters"),),
    "mine.py": (
        ("laws", "--examples", "1", "--seconds", "2"),
        ("run", "off-peak", "--with"),
        ("scenarios", "--with"),
        ("batch", "off-peak", "--dry-run", "--with"),
        ("capacity", "--chip", "h200", "--with"),
        ("scenarios", "show", "off-peak", "--set", "market.rationing=equal-parts", "--with"),
        ("report", "run", "--with"),
        ("dashboard", "run", "--with"),
        ("explain", "off-peak", *EXPLAIN, "--with"),
        ("verify", "--only", "call-auction", "--with"),
        ("moments", "off-peak", *SMALL, "--with"),
        ("elasticities", "off-peak", *SMALL, "--with"),
        (*FIT, "--parameters", "free.csv", "--with"),
        ("forecast", "off-peak", "--draws", "2", "--users", "20", "--days", "1", "--out", "runs", "--with"),
        ("hindcast", "--until", "2024-11", "--seeds", "1", "--users", "50", "--out", "runs", "--with"),
        ("events", "--list", "--with"),
    ),
}
#: Folders, each with the commands that read it as their last word.
FOLDERS = {
    "run": (
        ("report",),
        ("dashboard",),
        ("explain", *EXPLAIN),
        ("export", "--csv"),
        ("export", "--xlsx"),
        ("moments",),
        ("forward",),
        ("statements",),
    ),
    "batch": (("compare",), ("report",), ("dashboard",), ("batch", "--dry-run", "--resume"), ("export", "--csv")),
    "fit": ((*FIT, "--parameters", "free.csv", "--out"),),
}
#: What a command needs beside the option that is tried.
NEEDS = {
    "run": ("off-peak",),
    "batch": ("off-peak", "--dry-run"),
    "explain": ("off-peak", *EXPLAIN),
    "compare": ("runs.csv",),
    "report": ("run",),
    "dashboard": ("run",),
    "export": ("run", "--csv"),
    "laws": ("mine.py",),
    "forward": ("run",),
    "statements": ("run",),
    "calibrate": ("measured.csv", "--draws", "2"),
    "scenarios show": ("off-peak",),
    "costs": ("--chip", "h200"),
    "fit": ("off-peak", *SMALL, "--parameters", "free.csv", "--workers", "1"),
    "moments": ("off-peak", *SMALL),
    "elasticities": ("off-peak", *SMALL),
    "verify": ("--only", "call-auction"),
    "evidence": ("--only", "3"),
    "events": ("--list",),
    "hindcast": ("--until", "2024-11", "--seeds", "1", "--users", "50", "--out", "runs"),
    "forecast": ("off-peak", "--draws", "2", "--users", "20", "--days", "1", "--out", "runs"),
    "app": ("--no-browser",),
    "trace": ("log.csv", "--class", "b=casual", "--out", "mine.toml"),
}
RANGES = ("--range", "supply.growth=2:6", "--range", "demand.growth=3:12")
#: The same for some options.
BESIDE = {
    ("batch", "--sample"): ("off-peak", "--dry-run", "--range", "supply.growth=2:6"),
    ("batch", "--method"): ("off-peak", "--dry-run", *RANGES, "--sample", "8"),
    ("batch", "--range"): ("off-peak", "--dry-run", "--sample", "8"),
    ("batch", "--design-seed"): ("off-peak", "--dry-run", "--range", "supply.growth=2:6", "--sample", "8"),
    ("batch", "--study"): ("--dry-run",),
    ("batch", "--resume"): ("--dry-run",),
    ("batch", "--address"): ("off-peak", "--dry-run", "--engine", "dask"),
    ("verify", "--only"): (),
    ("capacity", "--pools"): ("--chip", "h200"),
    ("capacity", "--systems"): ("--chip", "h200"),
    ("capacity", "--backend"): ("--calibration", "fit"),
    ("explain", "--firm"): ("run",),
    ("events", "scenario"): ("off-peak", "--list", "--file", "events.toml"),
    ("trace", "--plot"): ("week.csv", "--class", "b=casual", "--out", "mine.toml"),
    ("capacity", "--power-price"): ("--owned",),
    ("costs", "--power-price"): ("--chip", "h200", "--owned"),
}
#: Right values that only one command takes.
OF_ONE = {
    ("dashboard", "--out"): ("d.png", "d.pdf"),
    ("report", "--out"): ("r.html",),
    ("export", "--out"): ("tables",),
    ("statements", "folder"): ("run",),
    ("trace", "--users"): ("casual=70",),
    ("trace", "file"): ("log.csv",),
    ("verify", "--only"): ("scarcity-auction",),
    ("calibrate", "file"): ("measured.csv",),
    ("events", "--only"): ("GPT-4o halved",),
    ("trace", "--out"): ("yours.toml",),
}
#: Right values of options, and of arguments by their name.
VALUES = {
    "--address": ("tcp://x:1",),
    "--against": ("a",),
    "--architecture": ("deepseek-v3",),
    "--by": ("label",),
    "--backend": ("vllm",),
    "--cached": ("0.8",),
    "--class": ("a=coders",),
    "--column": ("time=time",),
    "--utc-offset": ("-5",),
    "--calibration": ("fit-low",),
    "--chip": ("h200",),
    "--csv": ("out.csv",),
    "--days": ("3",),
    "--demand": ("5000",),
    "--design": ("design.csv",),
    "--design-seed": ("4",),
    "--draws": ("2",),
    "--engine": ("processes",),
    "--every": ("7",),
    "--examples": ("2",),
    "--firm": ("Aster",),
    "--file": ("events.toml",),
    "--held": ("30",),
    "--host": ("127.0.0.1",),
    "--input": ("2000",),
    "--keep": ("ticks",),
    "--level": ("0.9",),
    "--load-factor": ("0.5",),
    "--markup": ("0.1",),
    "--measure": ("paid-price",),
    "--method": ("sobol",),
    "--moments": ("moments.csv",),
    "--offer": ("Aster mini",),
    "--only": ("3",),
    "--out": ("results/mine",),
    "--output": ("300",),
    "--parameters": ("free.csv",),
    "--picture": ("p.png",),
    "--plot": ("out.png",),
    "--pools": ("64",),
    "--port": ("0",),
    "--power-price": ("0.1",),
    "--precision": ("0.05",),
    "--quarter": ("2025Q3",),
    "--range": ("supply.growth=2:6:log",),
    "--rental": ("3",),
    "--replicas": ("4",),
    "--resume": ("batch",),
    "--rounds": ("3",),
    "--sample": ("8",),
    "--seconds": ("5",),
    "--seed": ("3",),
    "--seeds": ("2", "1,5,9", "10-20"),
    "--speed": ("50",),
    "--study": ("study.toml",),
    "--set": ("supply.growth=5", "labs.Aster.cash=1e9", "market.rationing=max-min", 'demand.others=["scientists"]'),
    "--systems": ("2",),
    "--tick": ("3",),
    "--ttft": ("2",),
    "--users": ("50",),
    "--until": ("2024-12",),
    "--scenario": ("off-peak",),
    "--variant": ("dynamic",),
    "--vary": ("supply.growth=2,3.4",),
    "--when": ("spot=2x", "refused=0.2"),
    "--with": ("mine.py", "machines.toml"),
    "--workers": ("2",),
    "--workload": ("coding",),
    "scenario": ("off-peak:dynamic", "scenario.toml"),
    "scenarios": ("off-peak:*",),
    "name": ("baseline-2026",),
    "folder": ("run", "batch"),
    "folders": ("run",),
    "source": ("runs.csv", "batch"),
    "run_or_scenario": ("run", "off-peak"),
    "file": ("mine.py",),
    "offer": ("Aster mini",),
}


@cache
def values():
    """Every option and argument of every command, with its right values; KeyError for one that has none."""
    return {at: OF_ONE[at] if at in OF_ONE else VALUES[at[1]] for at in _taken(typer.main.get_command(app), ())}


def _taken(command: click.Command, words):
    for one in command.params:
        if one.param_type_name == "argument":
            yield " ".join(words), str(one.name)
        elif not getattr(one, "is_flag", False):
            yield " ".join(words), one.opts[0]
    for name, below in getattr(command, "commands", {}).items():
        yield from _taken(below, (*words, name))


def prepare(right):
    """Right files, a right run, a right batch and a fit that was begun."""
    for name, text in TEXTS.items():
        (right / name).parent.mkdir(exist_ok=True)
        (right / name).write_text(text)
    pd.read_csv(right / "runs.csv").to_parquet(right / "runs.parquet")
    lines = measurements.shipped().read_text(encoding="utf-8").splitlines()[:6]
    (right / "measured.csv").write_text("\n".join(lines) + "\n")
    run_folder.write(run(Settings(length_days=1.0, users=20)), right / "run")
    study = study_of("baseline-2026", seeds=2, days=1, users=20, keep=["ticks"])
    run_batch(study, right / "batch", workers=1, quiet=True)


def right_ones():
    """Every command on right input, and whether it is an option that is tried."""
    for readers in (READERS, FOLDERS):
        for name, commands in readers.items():
            for words in commands:
                yield reading(words, name), False
    for (words, option), right in values().items():
        yield _with_value(words, option, right[0]), True


def reading(words, name):
    """A command with the file that it reads, as its last word unless that names it already."""
    return [*words] if words[-1].endswith(f"={name}") else [*words, name]


def of_a_file(draw, mutated, work):
    """A command that reads a file that is mutated."""
    name = draw.choice(sorted(READERS))
    (work / name).write_bytes(mutated.of_bytes((work / name).read_bytes(), draw))
    return reading(draw.choice(READERS[name]), name)


def of_a_folder(draw, mutated, work):
    """A command that reads a folder in which one file is mutated, gone, or something else."""
    name = draw.choice(sorted(FOLDERS))
    path = draw.choice(sorted(one for one in (work / name).rglob("*") if one.is_file()))
    kind = draw.random()
    if kind < 0.1:
        path.unlink()
    elif kind < 0.15:
        path.unlink()
        path.mkdir()
    elif kind < 0.2:
        shutil.copy(draw.choice(sorted(one for one in work.rglob("*") if one.is_file() and one != path)), path)
    else:
        path.write_bytes(mutated.of_bytes(path.read_bytes(), draw))
    return [*draw.choice(FOLDERS[name]), name]


def of_an_option(draw, mutated, _work):
    """A command with a mutated value."""
    (words, option), right = draw.choice(sorted(values().items()))
    return _with_value(words, option, mutated.of_text(draw.choice(right), draw))


def _with_value(words, option, value):
    value = "." + value if value.startswith("/") else value  # a path that leads out of the folder of the case
    needs = BESIDE.get((words, option), NEEDS.get(words, ()))
    if option.startswith("--"):
        return [*words.split(), *needs, option, value]
    return [*words.split(), value, *needs[1:]]
