"""Whether the tests would notice a fault: small faults are put into the source one by one, and the tests are run.

    python tests/mutation/mutate.py                  all modules
    python tests/mutation/mutate.py ledger queue     some of them
    python tests/mutation/mutate.py --sample 50      so many faults of each, drawn by lot
    python tests/mutation/mutate.py --again          those that nobody noticed last time, after tests were added

What came out is kept in found.json, module by module, and docs/reference/mutation.md is printed from that. The faults
are cosmic-ray's. They are put into a copy of the sources, never into the checkout; each is tested in a fork of this
process, which has loaded numpy and pytest already. Faults that change no behaviour (in a type hint) are left
out, and of the eleven ways to replace an operator one or two that could be a slip: eleven faults in the same place, of
which most end in a TypeError, would only raise the score.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[threads] = "1"  # a process with threads must not be forked

import cosmic_ray.plugins
import hypothesis  # noqa: F401  # loaded once, for all forks
import matplotlib as mpl  # noqa: F401
import numpy as np  # noqa: F401
import pytest
import scipy.optimize
import scipy.stats  # noqa: F401
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "mutation.md"
FOUND = Path(__file__).parent / "found.json"
COPIED = ("capacity", "market", "scenarios", "tests", "pyproject.toml")
#: Tests that work so many times as long as with the true source are taken for ones that never end; and so many times
#: that by the clock, for the machine may be busy.
PATIENCE, BUSY = 3.0, 10.0
#: Libraries are loaded before pytest could look into them, which it would warn of.
QUIETLY = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
#: Share of the faults that have to be noticed.
WANTED = 0.85
SLIPS = re.compile(
    r"core/(?:ReplaceBinaryOperator_(?:Add_Sub|Sub_Add|Mul_Div|Div_Mul|Pow_Mul|FloorDiv_Div|Mod_FloorDiv|BitOr_BitAnd"
    r"|BitAnd_BitOr)|ReplaceComparisonOperator_(?:Eq_NotEq|NotEq_Eq|Lt_LtE|Lt_GtE|LtE_Lt|LtE_Gt|Gt_GtE|Gt_LtE|GtE_Gt"
    r"|GtE_Lt|Is_IsNot|IsNot_Is)|ReplaceUnaryOperator_Delete_(?:USub|Not|Invert)|AddNot|Replace(?:TrueWithFalse"
    r"|FalseWithTrue|AndWithOr|OrWithAnd|BreakWithContinue|ContinueWithBreak)|ExceptionReplacer|NumberReplacer"
    r"|RemoveDecorator|ZeroIterationForLoop)"
)


@dataclass(frozen=True)
class Target:
    """What is put to the test: files, and the tests that are about them, quick ones first; slow ones are left out."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]


EXCHANGE = "market/exchange/"
TARGETS = (
    Target(
        "clearing",
        (EXCHANGE + "clearing/*.py", EXCHANGE + "supply_curve.py"),
        ("tests/market/test_supply_curve.py", "tests/market/test_clearing.py", "tests/market/test_clearing_jumps.py"),
    ),
    Target(
        "rationing",
        (EXCHANGE + "rationing/*.py",),
        ("tests/market/test_rationing.py", "tests/laws/test_rationing_laws.py::test_rules_keep_the_laws"),
    ),
    Target("ledger", (EXCHANGE + "ledger.py",), ("tests/market/test_ledger.py", "tests/laws/test_ledger_laws.py")),
    Target(
        "queue",
        (EXCHANGE + "queue.py", EXCHANGE + "progress.py"),
        (
            "tests/market/test_queue.py",
            "tests/laws/test_whole_laws.py",
            "--deselect=tests/laws/test_whole_laws.py::test_a_market_of_whole_requests_serves_what_is_ordered",
        ),
    ),
    Target(
        "queueing",
        (EXCHANGE + "queueing/*.py",),
        (
            "tests/market/test_queueing.py",
            "tests/market/test_general_stations.py",
            "tests/market/test_backlog.py",
            "tests/market/test_waits.py",
            "tests/market/test_erlang.py",
            "tests/market/test_disciplines.py",
        ),
    ),
    Target("waits", (EXCHANGE + "waits.py",), ("tests/market/test_waits.py",)),
    Target(
        "throughput",
        ("capacity/throughput.py",),
        ("tests/capacity/test_by_hand.py", "tests/capacity/test_pools.py", "tests/capacity/test_throughput.py"),
    ),
)


@dataclass(frozen=True)
class Fault:
    """A small fault in a file."""

    file: str
    line: int
    before: str
    after: str
    code: str

    @property
    def told(self) -> tuple[str, str, str]:
        """What is said of it: file, line before and after."""
        return self.file, self.before, self.after


@dataclass(frozen=True)
class Outcome:
    """Faults that there are in a module, those that were tried, and those that nobody noticed: file, before, after."""

    faults: int
    tried: int
    missed: list[tuple[str, str, str]]

    @property
    def share(self) -> float:
        """Share of the tried faults that were noticed."""
        return 1.0 - len(self.missed) / self.tried


# Making faults ------------------------------------------------------------------------------------------------


class _Hints(ast.NodeTransformer):
    """Takes type hints and docstrings out, so that what is left is what runs."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        return ast.Assign([node.target], node.value or ast.Constant(None), lineno=0)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_TypeAlias(self, node: ast.TypeAlias) -> ast.AST:
        return ast.Pass()


def behaviour(code: str) -> str:
    """What of a source decides what it does."""
    return ast.dump(_Hints().visit(ast.parse(code)))


def faults_of(file: str) -> Iterator[Fault]:
    """Every fault of a file, with the line that it changes."""
    code = (ROOT / file).read_text(encoding="utf-8")
    seen, runs = {code}, behaviour(code)
    nodes = [*ast_nodes(get_ast(code))]
    for name in cosmic_ray.plugins.operator_names():
        kind = cosmic_ray.plugins.get_operator(name)
        if not SLIPS.fullmatch(name) or kind.arguments():
            continue
        operator = kind()
        for occurrence in range(sum(len([*operator.mutation_positions(node)]) for node in nodes)):
            changed = mutate_code(code, operator, occurrence)
            if changed is None or changed in seen:
                continue
            seen.add(changed)
            try:
                if behaviour(changed) == runs:
                    continue
            except SyntaxError:
                continue
            old, new = code.splitlines(), changed.splitlines()
            line = next((k for k, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
            yield Fault(file, line + 1, old[line].strip(), new[line].strip(), changed)


# Looking whether they are noticed -------------------------------------------------------------------------------


def noticed(copy: Path, tests: Sequence[str], seconds: int) -> tuple[bool, float]:
    """Whether the tests fail with the sources of the copy, or do not end in so many seconds of work; and their work."""
    child = os.fork()
    if child == 0:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        os.chdir(copy)
        sys.path.insert(0, str(copy))
        sys.dont_write_bytecode = True
        status = 1
        try:
            status = int(pytest.main(["-x", "-q", "-o", "addopts=", "-p", "no:cacheprovider", *QUIETLY, *tests]))
        finally:
            os._exit(status)
    end = time.monotonic() + BUSY * seconds
    try:
        while time.monotonic() < end:
            found, status, used = os.wait4(child, os.WNOHANG)
            if found:
                child = 0
                return status != 0, used.ru_utime + used.ru_stime
            time.sleep(0.02)
        return True, float(seconds)
    finally:
        if child:  # it hangs, or we are stopped
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)


def put_to(target: Target, copy: Path, sample: int | None, last: Outcome | None) -> Outcome:
    """Put the faults in one by one, and look; if there is a last time, those that nobody noticed then."""
    broken, work = noticed(copy, target.tests, 3600)
    if broken:
        sys.exit(f"the tests of {target.name} fail with the true source: {', '.join(target.tests)}")
    seconds = round(PATIENCE * work) + 5
    files = sorted({str(p.relative_to(ROOT)) for pattern in target.files for p in ROOT.glob(pattern)})
    faults = [fault for file in files for fault in faults_of(file)]
    tried = faults if sample is None else random.Random(1).sample(faults, min(sample, len(faults)))
    if last is not None:
        tried = [fault for fault in faults if fault.told in last.missed]
    missed = []
    for count, fault in enumerate(tried):
        place = copy / fault.file
        true = place.read_text(encoding="utf-8")
        place.write_text(fault.code, encoding="utf-8")
        if not noticed(copy, target.tests, seconds)[0]:
            missed.append(fault.told)
            print(f"  {fault.file}:{fault.line}\n    - {fault.before}\n    + {fault.after}", flush=True)
        place.write_text(true, encoding="utf-8")
        if count % 20 == 19:
            print(f"{target.name}: {count + 1} of {len(tried)}, {len(missed)} not noticed", flush=True)
    # Of those that were not noticed some may be gone with their line.
    before = 0 if last is None else last.tried - len(last.missed)
    return Outcome(len(faults), before + len(tried), missed)


# Telling --------------------------------------------------------------------------------------------------------


def reasons() -> dict[tuple[str, str, str], str]:
    """Why a fault need not be noticed, by file and line before and after; an empty 'after' stands for any."""
    table = tomllib.loads((Path(__file__).parent / "survivors.toml").read_text(encoding="utf-8"))
    return {
        (row["file"], row["before"], row.get("after", "")): why["reason"]
        for why in table["why"]
        for row in why["faults"]
    }


def kept() -> dict[str, Outcome]:
    """What came out for each module when it was last put to the test."""
    if not FOUND.exists():
        return {}
    read = json.loads(FOUND.read_text(encoding="utf-8"))
    return {name: Outcome(one["faults"], one["tried"], [*map(tuple, one["missed"])]) for name, one in read.items()}


def page(found: dict[str, Outcome]) -> str:
    """The report."""
    why = reasons()
    text = [
        "# Mutation testing",
        "",
        "`make mutate` puts small faults into modules that decide who is served and who pays what, one at a time, and",
        "runs the tests that are about them. Written by `tests/mutation/mutate.py`, which says how. Where fewer are",
        "tried than there are, they were drawn by lot, always the same ones.",
        "",
        "| module | files | faults | tried | noticed | share |",
        "|---|---|---|---|---|---|",
    ]
    for target in TARGETS:
        if target.name in found:
            one = found[target.name]
            files = ", ".join(f"`{file}`" for file in target.files)
            seen = one.tried - len(one.missed)
            text.append(f"| {target.name} | {files} | {one.faults} | {one.tried} | {seen} | {one.share:.1%} |")
    text += ["", "## Faults that no test notices", ""]
    by_reason: dict[str, list[str]] = {}
    for file, before, after in (fault for one in found.values() for fault in one.missed):
        reason = why.get((file, before, after)) or why.get((file, before, "")) or "Not explained."
        by_reason.setdefault(reason, []).append(f"- `{file}`: `{before}` as `{after}`")
    for reason, lines in sorted(by_reason.items()):
        text += [f"**{reason}**", "", *lines, ""]
    return "\n".join(text)


def main() -> None:
    """Put faults in, look, and tell."""
    say = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    names = [target.name for target in TARGETS]
    say.add_argument("targets", nargs="*", choices=[[], *names], help="modules; all if none is named")
    say.add_argument("--sample", type=int, help="so many faults of each module, drawn by lot")
    say.add_argument("--again", action="store_true", help="only those that nobody noticed last time")
    asked = say.parse_args()
    last = kept() if asked.again else {}
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            place = ROOT / name
            if place.is_dir():
                shutil.copytree(place, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(place, copy / name)
        for target in TARGETS:
            if target.name in (asked.targets or (last if asked.again else names)):
                found[target.name] = put_to(target, copy, asked.sample, last.get(target.name))
                print(
                    f"{target.name}: {found[target.name].share:.1%} of {found[target.name].tried} noticed", flush=True
                )
                everything = kept() | found
                written = {name: asdict(one) for name, one in everything.items()}
                FOUND.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
                PAGE.write_text(page(everything), encoding="utf-8")
    low = [name for name, one in found.items() if one.share < WANTED]
    if low:
        sys.exit(f"less than {WANTED:.0%} noticed in: {', '.join(low)}")


if __name__ == "__main__":
    main()
