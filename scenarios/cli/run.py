"""The commands ``run``, ``dashboard`` and ``explain``. Heavy imports wait inside them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from market import TokenMarket
    from scenarios.runs.settings import Settings

PICTURE = "dashboard.png"
BATCH = "batch.json"

RUN_EXAMPLES = """Examples:

* `tokenmarket run` four weeks of the baseline, into results/baseline-2026-seed1

* `tokenmarket run compute-crunch --users 2000 --set supply.growth=5` three years, with other machines

* `tokenmarket run off-peak --variant dynamic` one of the scenario's variants, also `off-peak:dynamic`

* `tokenmarket run --days 7 --users 2000 --seed 2 --out results/quick`

* `tokenmarket run --users 2000 --efficient` beside it the same users and machines in an efficient market

* `tokenmarket run --force --json | jq .waits` again, and the summary for machines
"""
DASHBOARD_EXAMPLES = """Examples:

* `tokenmarket dashboard results/baseline-2026-seed1`

* `tokenmarket dashboard results/baseline-2026-seed1 --out market.pdf`

* `tokenmarket dashboard results/off-peak-batch` all runs of a batch, case by case
"""
EXPLAIN_EXAMPLES = """Examples:

* `tokenmarket explain results/baseline-2026-seed1 --offer "Islet gpt-oss-120b" --tick 182`

* `tokenmarket explain baseline-2026 --offer "Aster standard" --tick 14`
"""


def run(
    scenario: Annotated[
        str, typer.Argument(help="Scenario, scenario:variant, or a .toml file.", metavar="[SCENARIO]")
    ] = "baseline-2026",
    variant: Annotated[
        str, typer.Option(help="One of the scenario's variants; the same as scenario:variant.", show_default=False)
    ] = "",
    days: Annotated[
        float | None, typer.Option(help="Length in days [default: the scenario's].", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every random stream.")] = 1,
    users: Annotated[int, typer.Option(help="Simulated users.")] = 10_000,
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="Change a parameter: path=value; again for more.", metavar="SET")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the result [default: results/SCENARIO-seedSEED].", show_default=False)
    ] = None,
    beside_efficient: Annotated[
        bool, typer.Option("--efficient", help="Run an efficient market beside it, to see what is lost and by whom.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a result that is there.")] = False,
    no_picture: Annotated[bool, typer.Option("--no-picture", help="Draw no dashboard.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON for machines.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, no summary: only where the result is.")] = False,
) -> None:
    """Run a market: a progress bar, a summary, tidy results in Parquet, and a dashboard."""
    from scenarios.loading.checking import checked
    from scenarios.loading.scenarios import load
    from scenarios.pictures.chart_options import told
    from scenarios.pictures.dashboard import draw
    from scenarios.results import run_folder
    from scenarios.runs import run as running
    from scenarios.runs.efficient import efficient, with_efficient
    from scenarios.runs.settings import Settings, ticks_in
    from scenarios.text.progress_bar import progress_bar

    settings = Settings(load(scenario, sets or (), variant), days, seed, users)
    ticks = ticks_in(settings, settings.scenario.economy(users))
    folder = settings.folder if out is None else out
    run_folder.check_target(folder, force=force)
    if beside_efficient:
        checked(efficient(settings.scenario), f"the efficient companion of {settings.scenario.name}")
    try:
        with progress_bar(f"{settings.scenario.name}, seed {seed}", ticks, quiet=quiet) as progress:
            result = running.run(settings, progress)
        if beside_efficient:
            with progress_bar("efficient companion", ticks, quiet=quiet) as progress:
                result = with_efficient(result, settings, progress)
        with run_folder.new_folder(folder, force=force) as temporary:
            run_folder.write_files(result, temporary)
            if not no_picture:
                draw(result, temporary / PICTURE, told(result, settings.scenario))
    except KeyboardInterrupt:
        typer.echo("tokenmarket: stopped; nothing was written", err=True)
        raise typer.Exit(130) from None
    _report(result, folder, as_json=as_json, quiet=quiet, picture=not no_picture)
    _refuse_broken(result)


def _refuse_broken(result: Any) -> None:
    """Say so, and end with status 1, if money or requests do not add up: that is an error of the model."""
    from scenarios.results.summary_tables import checks

    broken = [check.name for check in checks(result.frames) if not check.kept]
    if broken:
        typer.echo(f"tokenmarket: do not trust this run: {'; '.join(broken)} does not hold", err=True)
        raise typer.Exit(1)


def _report(result: Any, folder: Path, *, as_json: bool, quiet: bool, picture: bool) -> None:
    from scenarios.cli.summary import summary, summary_record
    from scenarios.text.console import console

    if as_json:
        typer.echo(json.dumps({**summary_record(result), "folder": str(folder)}, indent=2, allow_nan=False))
        return
    if quiet:
        typer.echo(str(folder))
        return
    console().print(summary(result))
    about = result.about
    typer.echo(f"\n{about['ticks']} ticks of {about['users']:,} simulated users in {about['wall_time_s']:.1f} s")
    typer.echo(f"wrote {folder}{f', with {PICTURE}' if picture else ''}")


def dashboard(
    folder: Annotated[Path, typer.Argument(help="Folder of a run or of a batch.", metavar="DIR")],
    out: Annotated[
        Path | None, typer.Option(help=f".png, .svg or .pdf [default: DIR/{PICTURE}].", show_default=False)
    ] = None,
) -> None:
    """Draw the one-page picture of a run, or of a batch with intervals over its seeds."""
    from scenarios.pictures.picture_path import checked_picture_path
    from scenarios.results import run_folder

    path = folder / PICTURE if out is None else out
    if (folder / BATCH).is_file():
        from scenarios.batches import open_batch
        from scenarios.pictures import batch_dashboard

        batch = open_batch(folder)
        checked_picture_path(path)
        batch_dashboard.draw(batch, path)
    else:
        from scenarios.loading.scenarios import named_scenario
        from scenarios.pictures.chart_options import told
        from scenarios.pictures.dashboard import draw

        result = run_folder.read(folder)
        checked_picture_path(path)
        kept = folder / run_folder.PARAMETERS
        draw(result, path, told(result, named_scenario(str(kept)) if kept.is_file() else None))
    typer.echo(f"wrote {path}")


def explain(
    run_or_scenario: Annotated[str, typer.Argument(help="Result folder, or a scenario.", metavar="DIR|SCENARIO")],
    offer: Annotated[str, typer.Option(help="Name of the offer.")],
    tick: Annotated[int | None, typer.Option(help="Tick, from 0 [default: the last].", show_default=False)] = None,
) -> None:
    """Say in words and numbers why an offer's price, wait and sales were what they were in a tick.

    A run is made again up to the tick from the seed in its run.json, so it takes as long as the run did.
    """
    from scenarios.results import run_folder
    from scenarios.runs import run as running
    from scenarios.runs.settings import ticks_in
    from scenarios.text.progress_bar import progress_bar

    settings, folder = _settings_of(run_or_scenario)
    economy = settings.scenario.economy(settings.users)
    _check_offer(offer, [o.name for provider in economy.providers for o in provider.offers])
    ticks = ticks_in(settings, economy)
    when = _checked_tick(tick, ticks)
    with progress_bar(f"{settings.scenario.name}, to tick {when}", when + 1) as progress:
        model = running.start(settings)
        running.advance(model, when + 1, progress)
    if folder is not None:
        _warn_if_changed(model, run_folder.read(folder).frames, when)
    typer.echo(model.explain(offer, when))


def _settings_of(name: str) -> tuple[Settings, Path | None]:
    from capacity.errors import InputError, UnknownNameError, nearest
    from scenarios.library import SCENARIOS
    from scenarios.loading.scenarios import load, split_variant
    from scenarios.results import run_folder
    from scenarios.runs.settings import Settings

    folder = Path(name)
    if split_variant(name)[0] in SCENARIOS or split_variant(name)[0].endswith(".toml"):
        return Settings(load(name)), None
    if not folder.is_dir() and "/" not in name:
        raise UnknownNameError(
            f"there is no result folder '{name}', and no scenario of that name{nearest(name, SCENARIOS)}; "
            f"known: {', '.join(SCENARIOS)}"
        )
    about = run_folder.read_about(folder)
    if not (folder / run_folder.PARAMETERS).is_file():
        raise InputError(f"'{folder}' holds no {run_folder.PARAMETERS}: run the scenario again")
    try:
        made = about["days"], about["seed"], about["users"]
    except KeyError as error:
        raise InputError(f"'{folder / run_folder.ABOUT}' does not say {error}: run the scenario again") from error
    return Settings(load(folder / run_folder.PARAMETERS), *made), folder


def _check_offer(offer: str, names: list[str]) -> None:
    from capacity.errors import UnknownNameError, nearest

    if offer not in names:
        raise UnknownNameError(f"unknown offer '{offer}'{nearest(offer, names)}; known: {', '.join(names)}")


def _checked_tick(tick: int | None, ticks: int) -> int:
    from capacity.errors import InputError

    if tick is not None and not 0 <= tick < ticks:
        raise InputError(f"--tick is {tick}, but must be from 0 to {ticks - 1}")
    return ticks - 1 if tick is None else tick


def _warn_if_changed(model: TokenMarket, frames: Any, tick: int) -> None:
    """Say so if the same seed no longer gives the numbers in the folder: then the code has changed."""
    stored, found = frames["offers"], model.records.frame("offers")
    columns = ["price", "served", "revenue"]
    before = stored.loc[stored["tick"] == tick, columns].to_numpy()
    now = found.loc[found["tick"] == tick, columns].to_numpy()
    if before.shape != now.shape or (before != now).any():
        sys.stderr.write("tokenmarket: the code has changed since this run; what follows is of the code as it is now\n")


def register(app: typer.Typer) -> None:
    """Add the commands to an app."""
    app.command(epilog=RUN_EXAMPLES)(run)
    app.command(epilog=DASHBOARD_EXAMPLES)(dashboard)
    app.command(epilog=EXPLAIN_EXAMPLES)(explain)
