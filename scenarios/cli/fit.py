"""The command ``tokenmarket fit``. Heavy imports wait inside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from scenarios.cli.options import Quiet, Users
from scenarios.cli.own import takes_own
from scenarios.cli.printing import warn

EXAMPLES: Final = """Examples:

* `tokenmarket fit` the parameters of the baseline to what is known of the winter 2025/26; an hour on two cores

* `tokenmarket fit --rounds 1 --users 200 --days 3 --seeds 1 --out results/slopes` slopes only, roughly: which moment
  moves what

* `tokenmarket fit mine.toml --moments mine.csv --parameters free.csv --out results/my-fit` one's own
"""


def fit_command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Where the fit begins.")] = "baseline-2026",
    moments: Annotated[
        Path | None, typer.Option(help="CSV file of moments [default: the winter 2025/26].", show_default=False)
    ] = None,
    parameters: Annotated[
        Path | None,
        typer.Option(help="CSV file of path, start, low, high [default: those of the baseline].", show_default=False),
    ] = None,
    days: Annotated[float, typer.Option(help="Length of each run in days.", min=2.0, max=366.0)] = 7.0,
    users: Users = 1000,
    seeds: Annotated[int, typer.Option(help="Seeds of each run, the same in all.", min=1, max=100)] = 2,
    rounds: Annotated[int, typer.Option(help="Steps at most.", min=1, max=100)] = 6,
    workers: Annotated[int, typer.Option(help="Worker processes.", min=1, max=64)] = 2,
    out: Annotated[Path, typer.Option(help="Folder; runs that it holds are not made again.")] = Path("results/fit"),
    quiet: Quiet = False,
) -> None:
    """Move parameters until a market is like the world, and say how well each is known and by which moment.

    It can be stopped, and goes on where it was with the same command, or with more rounds. A folder is one fit's.
    """
    from scenarios.cli.moments_report import fit_report
    from scenarios.loading.scenarios import load
    from scenarios.runs.idle import idle
    from scenarios.studies.moments.fitting import Task, fit
    from scenarios.studies.moments.free import free_from, of_the_world
    from scenarios.studies.moments.moments import moments_from, world
    from scenarios.studies.moments.written import prepare, write
    from scenarios.text.console import console
    from scenarios.text.progress_bar import late_bar

    known = world() if moments is None else moments_from(moments)
    free = of_the_world() if parameters is None else free_from(parameters)
    task = Task(load(scenario), tuple(free), tuple(known), days, users, tuple(range(11, 11 + seeds)))
    prepare(task, out)
    warn(idle(task.scenario, round(days * 24.0 / task.scenario.time.tick_hours)))
    most = (rounds + 1) * (len(free) + 1)
    with late_bar(f"fitting {scenario}, runs at most", quiet=quiet) as bar:
        found = fit(task, out, rounds, workers, lambda done: bar(done, most))
    for path in write(found, out):
        typer.echo(f"wrote {path}")
    console().print(fit_report(found))


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(name="fit", epilog=EXAMPLES)(takes_own(fit_command))
