"""The command ``tokenmarket batch``. Heavy imports wait inside it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli.own import WithOption, load_own
from scenarios.cli.printing import warn

if TYPE_CHECKING:
    from scenarios.batches.plan.study import Study
    from scenarios.batches.store.batch import Batch

#: Failed runs that are shown; all are in the index.
SHOWN = 5
#: Exit status when some runs failed, and when a person stopped it.
SOME_FAILED, STOPPED = 1, 130

EXAMPLES = """Examples:

* `tokenmarket batch 'off-peak:*' --seeds 32 --users 1000 --out results/prices` a scenario and all its variants

* `tokenmarket batch compute-crunch --vary supply.growth=2,3.4,5 --seeds 8 --dry-run` the plan of a grid, and no more

* `tokenmarket batch baseline-2026 --sample 256 --method sobol --range supply.growth=2:6 --range demand.growth=3:12:log`

* `tokenmarket batch baseline-2026 --design cases.csv --keep ticks` cases from any table; keep the frame ticks

* `tokenmarket batch --study study.toml --engine dask --address tcp://head:8786` on a cluster

* `tokenmarket batch my-scenario --with mine.py --vary market.clearing=posted,my-market` with a file of your own

* `tokenmarket batch --resume results/prices` go on after a stop, a crash, a full disk or a failed run

Exit status: 0 all runs are done; 1 some failed; 2 nothing could be done, the message says why; 130 stopped by Ctrl-C.
"""


ScenariosArgument = Annotated[
    list[str] | None,
    typer.Argument(help="name, file.toml, name:variant, or name:* with all variants.", metavar="[SCENARIO]..."),
]
SeedsOption = Annotated[
    str | None,
    typer.Option(help="How many (32), which (1,5,9) or from-to (10-20) [default: 8].", show_default=False),
]
DaysOption = Annotated[
    float | None, typer.Option(help="Length of a run in days [default: the scenario's].", show_default=False)
]
UsersOption = Annotated[int | None, typer.Option(help="Simulated users [default: 2000].", show_default=False)]
WorkersOption = Annotated[int | None, typer.Option(help="Worker processes [default: one a core].", show_default=False)]
OutOption = Annotated[
    Path | None,
    typer.Option(help="Folder of the batch, a new one [default: results/NAME-batch].", show_default=False),
]
SetsOption = Annotated[
    list[str] | None, typer.Option("--set", help="Change a parameter in all cases: path=value; again for more.")
]
VaryOption = Annotated[list[str] | None, typer.Option(help="Values to compare: path=v1,v2,v3; again for a grid.")]
SampleOption = Annotated[int | None, typer.Option(help="Points to sample from the ranges.", show_default=False)]
MethodOption = Annotated[
    str | None, typer.Option(help="How to sample: lhs, sobol or morris [default: lhs].", show_default=False)
]
RangesOption = Annotated[
    list[str] | None,
    typer.Option("--range", help="Range to sample: path=low:high, or low:high:log; again for more."),
]
DesignOption = Annotated[
    Path | None, typer.Option(help="CSV file of cases: its columns are paths.", show_default=False)
]
DesignSeedOption = Annotated[
    int | None, typer.Option(help="Seed of the sample, not of the runs [default: 1].", show_default=False)
]
StudyOption = Annotated[Path | None, typer.Option(help="TOML file with all of that.", show_default=False)]
KeepOption = Annotated[
    list[str] | None, typer.Option(help="Frame to keep beside the measures, e.g. ticks; again for more.")
]
EngineOption = Annotated[str, typer.Option(help="processes or dask.")]
AddressOption = Annotated[
    str | None,
    typer.Option(help="Dask scheduler, tcp://host:port [default: one is started here].", show_default=False),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Print the plan, and write nothing.")]
ResumeOption = Annotated[
    Path | None, typer.Option(help="Go on with a batch: its folder says all.", metavar="DIR", show_default=False)
]
ForceNewOption = Annotated[bool, typer.Option("--force-new", help="If the folder is there, write beside it (DIR-2).")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No plan, no progress: only where the batch is.")]


def batch(
    scenarios: ScenariosArgument = None,
    seeds: SeedsOption = None,
    days: DaysOption = None,
    users: UsersOption = None,
    workers: WorkersOption = None,
    out: OutOption = None,
    sets: SetsOption = None,
    vary: VaryOption = None,
    sample: SampleOption = None,
    method: MethodOption = None,
    ranges: RangesOption = None,
    design: DesignOption = None,
    design_seed: DesignSeedOption = None,
    study: StudyOption = None,
    keep: KeepOption = None,
    engine: EngineOption = "processes",
    address: AddressOption = None,
    dry_run: DryRunOption = False,
    resume: ResumeOption = None,
    force_new: ForceNewOption = False,
    quiet: QuietOption = False,
    own: WithOption = None,
) -> None:
    """Run many runs of scenarios, so that nothing that is done gets lost.

    The plan comes first: how many runs, how long, how much disk. Every case gets the same seeds, so differences
    between cases are sharp.
    """
    from scenarios.batches.work import engines
    from scenarios.batches.work.running import cores

    options: dict[str, Any] = {
        "sets": sets or (), "vary": vary or (), "sample": sample, "method": method, "ranges": ranges or (),
        "design": design, "design_seed": design_seed, "study_file": study, "seeds": seeds, "days": days,
        "users": users, "keep": keep or None,
    }  # fmt: skip
    means: dict[str, Any] = {
        "workers": cores() if workers is None else workers,
        "engine": engine,
        "address": address,
        "quiet": quiet,
    }
    engines.check(engine, means["workers"], address)
    if resume is not None:
        _refuse_more(scenarios, {**options, "out": out})
        _check_own(resume, own or ())
        _resumed(resume, means, force_new=force_new, dry_run=dry_run)
    else:
        _new(_planned(scenarios or (), options, own or ()), out, means, force_new=force_new, dry_run=dry_run)


def _planned(scenarios: Sequence[str], options: Mapping[str, Any], own: Sequence[Path]) -> Study:
    from scenarios.batches.plan.options import study_from

    load_own(own)
    try:
        return study_from(scenarios, own_files=own, **options)
    except KeyboardInterrupt:
        typer.echo("tokenmarket: stopped; nothing was written", err=True)
        raise typer.Exit(STOPPED) from None


def _refuse_more(scenarios: list[str] | None, options: Mapping[str, Any]) -> None:
    from capacity.errors import InputError

    named = {"sets": "--set", "ranges": "--range", "study_file": "--study", "design_seed": "--design-seed"}
    given = (["SCENARIO"] if scenarios else []) + [
        named.get(name, f"--{name}") for name, value in options.items() if value not in (None, (), [])
    ]
    if given:
        raise InputError(f"--resume needs nothing else: leave {', '.join(given)} out, the folder says what is run")


def _check_own(folder: Path, own: Sequence[Path]) -> None:
    """A batch goes on with the files that it was begun with, which are in its folder; others are refused unread."""
    from capacity.errors import InputError
    from scenarios.batches.store.recall import own_hashes
    from scenarios.loading.own_files import read_own_file

    if not own:
        return
    kept = own_hashes(folder)
    for given in map(read_own_file, own):
        if given.sha256 not in kept.values():
            was = f"with {kept[given.name][:12]}" if given.name in kept else "without it"
            raise InputError(
                f"{given.path}: its sha256 begins with {given.sha256[:12]}, but batch '{folder}' was begun {was}: "
                "leave --with out to go on with the copy in its folder, or begin a new batch"
            )


def _new(study: Study, out: Path | None, means: Mapping[str, Any], *, force_new: bool, dry_run: bool) -> None:
    from scenarios.batches.plan.idle_parts import idle_in
    from scenarios.batches.store.folder import beside, check_new
    from scenarios.batches.work.running import run_batch

    folder = Path("results") / f"{study.name.replace('/', '-')}-batch" if out is None else out
    folder = beside(folder) if force_new else folder
    check_new(folder)
    warn(idle_in(study))
    means = _useful(means, len(study.runs))
    try:
        if dry_run or not means["quiet"]:
            _print_plan(study, folder, means)
        if not dry_run:
            begin = time.monotonic()
            _report(run_batch(study, folder, **means), time.monotonic() - begin, quiet=means["quiet"])
    except KeyboardInterrupt:
        raise _stopped(folder) from None


def _resumed(folder: Path, means: Mapping[str, Any], *, force_new: bool, dry_run: bool) -> None:
    from scenarios.batches.store.batch import open_batch
    from scenarios.batches.work.running import resume_batch

    before = open_batch(folder)
    if force_new:
        _new(before.study, folder, means, force_new=True, dry_run=dry_run)
        return
    if dry_run or not means["quiet"]:
        typer.echo(f"{before!r}{'; nothing is left to do' if before.state.finished else ''}")
    if dry_run:
        return
    means = _useful(means, before.state.total)
    begin = time.monotonic()
    try:
        _report(resume_batch(folder, **means), time.monotonic() - begin, quiet=means["quiet"])
    except KeyboardInterrupt:
        raise _stopped(folder) from None


def _useful(means: Mapping[str, Any], runs: int) -> dict[str, Any]:
    """The means with no more workers than runs; more than this machine has cores are told of. A cluster has its own."""
    from scenarios.batches.work.running import cores

    asked = means["workers"]
    used = min(asked, runs)
    if means["address"] is None and asked > cores():
        fewer = f"; {used} of them are used, since there are {runs:,} runs" if used < asked else ""
        has = f"{cores()} core{'s' if cores() > 1 else ''}"
        warn([f"--workers is {asked}, and this machine has {has}: more than that is allowed, but no faster{fewer}"])
    return {**means, "workers": used}


def _stopped(folder: Path) -> typer.Exit:
    from scenarios.batches.store.folder import ABOUT, resume_hint

    where = f"finished runs are kept, {resume_hint(folder)}" if (folder / ABOUT).is_file() else "nothing was written"
    typer.echo(f"tokenmarket: stopped; {where}", err=True)
    return typer.Exit(STOPPED)


def _print_plan(study: Study, folder: Path, means: Mapping[str, Any]) -> None:
    from scenarios.batches.work.pilot import forecast
    from scenarios.cli.batch_plan import plan_lines

    typer.echo(
        "\n".join(plan_lines(study, folder, forecast(study, means["workers"]), means["workers"], means["address"]))
        + "\n"
    )


def _report(batch: Batch, seconds: float, *, quiet: bool) -> None:
    from scenarios.batches.store.folder import resume_hint
    from scenarios.text.durations import seconds_in_words

    done, failed = batch.state.count("done"), batch.state.runs("failed")
    if quiet:
        typer.echo(str(batch.folder))
    else:
        frames = f", frames of {', '.join(batch.study.keep)}" if batch.study.keep else ""
        typer.echo(f"{done:,} of {batch.state.total:,} runs done, {seconds_in_words(seconds)}")
        typer.echo(f"wrote {batch.folder}: runs.parquet, summaries.parquet{frames}")
    if not failed:
        return
    runs = batch.runs.set_index("run")
    for run in failed[:SHOWN]:
        row = runs.loc[run]
        typer.echo(f"tokenmarket: run {run} ({row['label']}, seed {row['seed']}) failed: {row['error']}", err=True)
    more = f", {len(failed) - SHOWN:,} more" if len(failed) > SHOWN else ""
    typer.echo(
        f"tokenmarket: {len(failed):,} of {batch.state.total:,} runs failed{more}; tracebacks are in "
        f"{batch.folder / 'runs.parquet'}; {resume_hint(batch.folder)} and tries them again",
        err=True,
    )
    raise typer.Exit(SOME_FAILED)


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(batch)
