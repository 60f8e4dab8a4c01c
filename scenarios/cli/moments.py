"""The commands ``tokenmarket moments`` and ``tokenmarket elasticities``. Heavy imports wait inside them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scenarios.cli.options import AsJson, Quiet, Users
from scenarios.cli.own import takes_own
from scenarios.cli.printing import warn

if TYPE_CHECKING:
    from scenarios.studies.moments.moments import Moment

MOMENTS: Final = """Examples:

* `tokenmarket moments baseline-2026` the world of January 2026 against what is known of it; a minute

* `tokenmarket moments results/baseline-2026-seed1` the same of a run that is there

* `tokenmarket moments --moments sellers --days 182` what real sellers did with their lists; some minutes

* `tokenmarket moments mine.toml --moments mine.csv --json` one's own scenario and moments, for machines
"""
ELASTICITIES: Final = """Examples:

* `tokenmarket elasticities baseline-2026`

* `tokenmarket elasticities baseline-2026 --set demand.coders.intensity_elasticity=0 --json`
"""

Name = Annotated[str, typer.Argument(metavar="DIR|SCENARIO", help="Folder of a run, or a scenario to run.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a parameter.")]
Days = Annotated[float, typer.Option(help="Length of the run in days.", min=2.0, max=3660.0)]
Seed = Annotated[int, typer.Option(help="Seed.", min=0)]


def moments_command(
    name: Name = "baseline-2026",
    moments: Annotated[
        str,
        typer.Option(
            metavar="world|sellers|FILE",
            help="The winter 2025/26 as a whole, what sellers did with their lists, or a CSV file.",
        ),
    ] = "world",
    sets: Sets = None,
    days: Days = 14.0,
    users: Users = 2000,
    seed: Seed = 1,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Hold a run against what is known of the world: sizes, prices, shares, and how demand minds prices.

    A scenario is run, and its users are asked about other prices on the last day. Of a run that is there elasticities
    cannot be told.
    """
    from scenarios.cli.moments_report import moments_report
    from scenarios.studies.moments.moments import judge, named

    known = named(moments)
    found = _found(name, known, sets or [], days, users, seed, quiet=quiet)
    verdicts = judge(known, found)
    if as_json:
        typer.echo(json.dumps([one.record for one in verdicts], indent=2, allow_nan=False))
        return
    from scenarios.text.console import console

    console().print(moments_report(name, verdicts))


def _found(
    name: str, known: list[Moment], sets: list[str], days: float, users: int, seed: int, *, quiet: bool
) -> dict[str, float]:
    from capacity.errors import InputError
    from scenarios.loading.scenarios import load
    from scenarios.results import run_folder
    from scenarios.results.measures.facts import Facts
    from scenarios.results.measures.measure import MEASURES
    from scenarios.runs.idle import idle
    from scenarios.studies.moments.finding import found_in
    from scenarios.text.progress_bar import progress_bar

    measures = [one.measure for one in known]
    if Path(name).is_dir():
        if sets:
            raise InputError(f"'{name}' is a run that is there: --set cannot change it; give a scenario")
        facts = Facts(run_folder.read(Path(name)).frames)
        return {one: MEASURES[one].of(facts) for one in measures if one in MEASURES}
    scenario = load(name, sets)
    ticks = round(days * 24.0 / scenario.time.tick_hours)
    warn(idle(scenario, ticks))
    with progress_bar(name, ticks, quiet=quiet) as progress:
        return found_in(scenario, days, users, seed, measures, progress)


def elasticities_command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario to run.")] = "baseline-2026",
    sets: Sets = None,
    days: Days = 7.0,
    users: Users = 2000,
    seed: Seed = 1,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """How demand minds prices, as it comes out: elasticities, and where those go whom a seller loses.

    Users are asked in every hour of the last day what they would order if some lists were 1 % higher, and 1 % lower:
    all, those of a kind of seller, of one, and of a model that several sell.
    """
    from market.simulation.model import TokenMarket
    from scenarios.cli.moments_report import elasticities_report
    from scenarios.loading.scenarios import load
    from scenarios.runs.idle import idle
    from scenarios.studies.elasticities import elasticities, groups, model_groups
    from scenarios.text.progress_bar import progress_bar

    loaded = load(scenario, sets or [])
    model = TokenMarket(loaded.economy(users), rng=seed)
    a_day = model.calendar.ticks_per_day
    before = max(round((days - 1.0) * a_day), 1)
    warn(idle(loaded, before + a_day))
    with progress_bar(scenario, before + a_day, quiet=quiet) as progress:
        for tick in range(before):
            model.step()
            if progress:
                progress(tick + 1)
        tried = elasticities(model, a_day, [*groups(model), *model_groups(model)])
    if as_json:
        rows = {
            name: {
                "elasticity": None if math.isnan(one.elasticity) else one.elasticity,
                "diversion": one.diversion,
                "diversion_by_seller": one.diversion_by_seller,
            }
            for name, one in tried.items()
        }
        typer.echo(json.dumps(rows, indent=2, allow_nan=False))
        return
    from scenarios.text.console import console

    console().print(elasticities_report(loaded.name, tried))


def register(app: typer.Typer) -> None:
    """Add the commands to an app."""
    app.command(name="moments", epilog=MOMENTS)(takes_own(moments_command))
    app.command(name="elasticities", epilog=ELASTICITIES)(takes_own(elasticities_command))
