"""The command ``tokenmarket explain``. Heavy imports wait inside it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli.own import takes_own

if TYPE_CHECKING:
    from market import TokenMarket
    from scenarios.runs.settings import Settings

EXAMPLES = """Examples:

* `tokenmarket explain results/baseline-2026-seed1 --offer "Islet gpt-oss-120b" --tick 182`

* `tokenmarket explain baseline-2026 --offer "Aster standard" --tick 14`

* `tokenmarket explain results/consolidation-seed1 --firm Ferry` how it stands, or why it failed
"""


def explain(
    run_or_scenario: Annotated[str, typer.Argument(help="Result folder, or a scenario.", metavar="DIR|SCENARIO")],
    offer: Annotated[str | None, typer.Option(help="Name of the offer.", show_default=False)] = None,
    firm: Annotated[str | None, typer.Option(help="Name of a firm, in place of an offer.", show_default=False)] = None,
    tick: Annotated[int | None, typer.Option(help="Tick, from 0 [default: the last].", show_default=False)] = None,
) -> None:
    """Say in words and numbers why an offer's price, wait and sales were what they were in a tick, or how a firm fares.

    For an offer a run is made again up to the tick from the seed in its run.json, so it takes as long as the run did;
    the books of a firm are read from the folder.
    """
    from capacity.errors import InputError
    from scenarios.results import run_folder
    from scenarios.runs import run as running
    from scenarios.runs.settings import ticks_in
    from scenarios.text.progress_bar import progress_bar

    if (offer is None) == (firm is None):
        raise InputError("explain needs --offer or --firm, and only one of them")
    settings, folder = _settings_of(run_or_scenario)
    economy = settings.scenario.economy(settings.users)
    if offer is not None:
        _check("offer", offer, [o.name for provider in economy.providers for o in provider.offers])
    if firm is not None:
        _check("firm", firm, [p.name for p in economy.providers] + [h.name for h in economy.hyperscalers])
    ticks = ticks_in(settings, economy)
    when = _checked_tick(tick, ticks)
    if firm is not None and folder is not None:
        model = running.start(settings)
        model.records.take(run_folder.read(folder).frames)
        typer.echo(model.explain_firm(firm, when))
        return
    with progress_bar(f"{settings.scenario.name}, to tick {when}", when + 1) as progress:
        model = running.start(settings)
        running.advance(model, when + 1, progress)
    if folder is not None:
        _warn_if_changed(model, run_folder.read(folder).frames, when)
    typer.echo(model.explain(offer, when) if offer is not None else model.explain_firm(str(firm), when))


def _settings_of(name: str) -> tuple[Settings, Path | None]:
    from capacity.errors import InputError, UnknownNameError, nearest
    from scenarios.library import SCENARIOS
    from scenarios.loading.scenarios import load, of_run, split_variant
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
    return Settings(of_run(folder / run_folder.PARAMETERS, about), *made), folder


def _check(what: str, name: str, names: list[str]) -> None:
    from capacity.errors import UnknownNameError, nearest

    if name not in names:
        raise UnknownNameError(f"unknown {what} '{name}'{nearest(name, names)}; known: {', '.join(names)}")


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
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(takes_own(explain))
