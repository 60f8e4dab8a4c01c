"""The command ``tokenmarket run``. Heavy imports wait inside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli.importing import importing
from scenarios.cli.own import WithOption, load_own
from scenarios.cli.printing import warn

if TYPE_CHECKING:
    from scenarios.results.run_folder import RunResult
    from scenarios.runs.settings import Settings

PICTURE = "dashboard.png"

EXAMPLES = """Examples:

* `tokenmarket run` four weeks of the baseline, into results/baseline-2026-seed1

* `tokenmarket run compute-crunch --users 2000 --set supply.growth=5` three years, with other machines

* `tokenmarket run off-peak --variant dynamic` one of the scenario's variants, also `off-peak:dynamic`

* `tokenmarket run --days 7 --users 2000 --seed 2 --out results/quick`

* `tokenmarket run --users 2000 --efficient` beside it the same users and machines in an efficient market

* `tokenmarket run --with mine.py --set 'labs.*.pricing.kind=my-policy'` with a policy of your own

* `tokenmarket run --days 7 --timings` how long each phase of the tick takes

* `tokenmarket run --force --json | jq .waits` again, and the summary for machines
"""


ScenarioArgument = Annotated[
    str, typer.Argument(help="Scenario, scenario:variant, or a .toml file.", metavar="[SCENARIO]")
]
VariantOption = Annotated[
    str, typer.Option(help="One of the scenario's variants; the same as scenario:variant.", show_default=False)
]
DaysOption = Annotated[float | None, typer.Option(help="Length in days [default: the scenario's].", show_default=False)]
SeedOption = Annotated[int, typer.Option(help="Seed of every random stream.")]
UsersOption = Annotated[int, typer.Option(help="Simulated users.")]
SetsOption = Annotated[
    list[str] | None, typer.Option("--set", help="Change a parameter: path=value; again for more.", metavar="SET")
]
OutOption = Annotated[
    Path | None, typer.Option(help="Folder of the result [default: results/SCENARIO-seedSEED].", show_default=False)
]
BesideEfficientOption = Annotated[
    bool, typer.Option("--efficient", help="Run an efficient market beside it, to see what is lost and by whom.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a result that is there.")]
NoPictureOption = Annotated[bool, typer.Option("--no-picture", help="Draw no dashboard.")]
AsJsonOption = Annotated[bool, typer.Option("--json", help="Print the summary as JSON for machines.")]
TimingsOption = Annotated[bool, typer.Option("--timings", help="Print how long each phase of the tick took.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress, no summary: only where the result is.")]


def run(
    scenario: ScenarioArgument = "baseline-2026",
    variant: VariantOption = "",
    days: DaysOption = None,
    seed: SeedOption = 1,
    users: UsersOption = 10_000,
    sets: SetsOption = None,
    out: OutOption = None,
    beside_efficient: BesideEfficientOption = False,
    force: ForceOption = False,
    no_picture: NoPictureOption = False,
    as_json: AsJsonOption = False,
    quiet: QuietOption = False,
    timings: TimingsOption = False,
    own: WithOption = None,
) -> None:
    """Run a market: a progress bar, a summary, tidy results in Parquet, and a dashboard."""
    with importing():
        from scenarios.loading.checking import checked
        from scenarios.loading.scenarios import load
        from scenarios.results import run_folder
        from scenarios.results.frames import looked
        from scenarios.runs import run as running
        from scenarios.runs.efficient import efficient, with_efficient
        from scenarios.runs.settings import Settings
        from scenarios.text.progress_bar import progress_bar

    own_files = load_own(own)
    settings = Settings(load(scenario, sets or (), variant), days, seed, users)
    folder = settings.folder if out is None else out
    run_folder.check_target(folder, force=force)
    ticks = _ticks(settings)
    if beside_efficient:
        checked(efficient(settings.scenario), f"the efficient companion of {settings.scenario.name}")
    try:
        with progress_bar(f"{settings.scenario.name}, seed {seed}", ticks, quiet=quiet) as progress:
            seconds: dict[str, float] | None = {} if timings else None
            result = running.run(settings, progress, timings=seconds)
            about = {**result.about, "own_files": own_files} if own_files else result.about
            result = replace(result, frames=looked(result.frames), about=about)
        if beside_efficient:
            with progress_bar("efficient companion", ticks, quiet=quiet) as progress:
                result = with_efficient(result, settings, progress)
        _write(result, folder, settings, force=force, picture=not no_picture)
    except KeyboardInterrupt:
        typer.echo("tokenmarket: stopped; nothing was written", err=True)
        raise typer.Exit(130) from None
    _report(result, folder, as_json=as_json, quiet=quiet, picture=not no_picture)
    if seconds:
        _print_timings(seconds, ticks)
    _refuse_broken(result)


def _write(result: RunResult, folder: Path, settings: Settings, *, force: bool, picture: bool) -> None:
    """Write tables and the picture: all of it, or nothing."""
    from scenarios.results import run_folder

    with run_folder.new_folder(folder, force=force) as temporary:
        run_folder.write_files(result, temporary)
        if picture:
            _draw(result, temporary / PICTURE, settings)


def _draw(result: RunResult, path: Path, settings: Settings) -> None:
    """Draw the page; who wants none need not wait for what draws."""
    with importing():
        from scenarios.pictures.chart_options import chart_options
        from scenarios.pictures.dashboard import draw

    draw(result, path, chart_options(result, settings.scenario))


def _print_timings(seconds: dict[str, float], ticks: int) -> None:
    """Seconds and share of each phase, on stderr so that --json stays what it is."""
    total = sum(seconds.values())
    typer.echo("\nphase of the tick         ms a tick   share", err=True)
    for name, spent in seconds.items():
        typer.echo(f"{name:24s} {1e3 * spent / ticks:10.3f} {100 * spent / total:6.1f} %", err=True)


def _refuse_broken(result: Any) -> None:
    """Say so, and end with status 1, if money or requests do not add up: that is an error of the model."""
    from scenarios.results.summary_tables import checks

    broken = [check.name for check in checks(result.frames) if not check.kept]
    if broken:
        typer.echo(f"tokenmarket: do not trust this run: {'; '.join(broken)} does not hold", err=True)
        raise typer.Exit(1)


def _ticks(settings: Settings) -> int:
    """How many it runs; what it makes nothing of is told on stderr, a line each."""
    from scenarios.runs.idle import idle
    from scenarios.runs.settings import ticks_in

    ticks = ticks_in(settings, settings.scenario.economy(settings.users))
    warn(idle(settings.scenario, ticks))
    return ticks


def _report(result: Any, folder: Path, *, as_json: bool, quiet: bool, picture: bool) -> None:
    from scenarios.cli.summary import summary, summary_record
    from scenarios.results.cautions import cautions
    from scenarios.results.grouped import simulated
    from scenarios.text.console import console

    warn(cautions(result.frames))
    if as_json:
        typer.echo(json.dumps({**summary_record(result), "folder": str(folder)}, indent=2, allow_nan=False))
        return
    if quiet:
        typer.echo(str(folder))
        return
    console().print(summary(result))
    about = result.about
    typer.echo(f"\n{about['ticks']} ticks of {simulated(about)} in {about['wall_time_s']:.1f} s")
    typer.echo(f"wrote {folder}{f', with {PICTURE}' if picture else ''}")


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(run)
