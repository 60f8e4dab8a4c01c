"""The one-page map: growth of demand by growth of supply, with and without ways out, and what gives where.

A batch like any other, so it can be stopped, resumed, compared and read with pandas.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from scenarios.batches.plan.study import Study
    from scenarios.definition.scenario import Scenario

#: Growth of demand and of supply [factor a year]: from standing still over supply's 3.4 to demand's 10 [Epoch], and on.
DEMAND: Final = (1.0, 2.0, 3.4, 6.0, 10.0, 17.0)
SUPPLY: Final = (1.0, 2.0, 3.4, 6.0, 10.0)
PICTURE: Final = "growth-map.png"

#: No machines at home, and no token gets cheaper to make.
NO_WAY_OUT: Final[dict[str, Any]] = {
    "demand.coders.local.owners": 0.0, "demand.coders.local.price_usd": math.inf, "progress.efficiency_growth": 1.0,
}  # fmt: skip
#: Coders may buy machines whose models get better, and work for a token halves every year.
WAYS_OUT: Final[dict[str, Any]] = {"progress.advancing": True, "progress.efficiency_growth": 2.0}
WITHOUT: Final = "no way out"
WITH: Final = "local machines and efficiency"

EXAMPLES = """Examples:

* `tokenmarket growth-map` one year, 30 pairs of growth, with and without ways out; about half an hour on two cores

* `tokenmarket growth-map --users 100 --days 28 --seeds 1` a rough one

* `tokenmarket compare results/growth-map --by demand.growth --measure spot-rise` the same runs as a table
"""


def scenarios_of_the_map(days: float) -> list[Scenario]:
    """The crunch without, and with ways out."""
    from scenarios.library import SCENARIOS

    base = SCENARIOS["compute-crunch"].with_changes({"time.days": days, "variants": {}, "outcomes": ()})
    made = []
    for name, changes in ((WITHOUT, NO_WAY_OUT), (WITH, WAYS_OUT)):
        plain = base.model_copy(update={"variants": {}, "outcomes": ()})
        made.append(plain.with_changes({**changes, "name": name.replace(" ", "-")}))
    return made


def study_of_the_map(days: float = 364.0, seeds: int = 2, users: int = 300) -> Study:
    """All runs of the map."""
    from scenarios.batches.plan.study import Study

    return Study.of(
        scenarios_of_the_map(days), vary={"demand.growth": DEMAND, "supply.growth": SUPPLY}, seeds=seeds, users=users,
        name="growth-map",
    )  # fmt: skip


def growth_map_command(
    days: Annotated[float, typer.Option(help="Length in days, one week of each month.")] = 364.0,
    seeds: Annotated[int, typer.Option(help="Seeds of each pair.", min=1, max=1000)] = 2,
    users: Annotated[int, typer.Option(help="Simulated users.", min=10, max=1_000_000)] = 300,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes [default: one a core].", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the batch; what it holds is not run again.")] = Path(
        "results/growth-map"
    ),
    picture: Annotated[
        Path | None, typer.Option(help=f".png, .svg or .pdf [default: OUT/{PICTURE}].", show_default=False)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Draw where prices rise, queues grow and quotas bind, by growth of demand and of supply.

    Left: nothing but machines in racks. Right: coders may buy machines of their own, and work for a token halves
    every year. It can be stopped and goes on where it was.
    """
    from scenarios.batches.store.folder import resume_hint
    from scenarios.batches.work.running import run_batch
    from scenarios.pictures.picture_path import checked_picture_path
    from scenarios.studies.growth_map_picture import draw

    if picture is not None:
        checked_picture_path(picture)
    study = study_of_the_map(days, seeds, users)
    try:
        batch = run_batch(study, out, workers=workers, resume=True, quiet=quiet)
    except KeyboardInterrupt:
        typer.echo(f"tokenmarket: stopped; finished runs are kept, {resume_hint(out)}", err=True)
        raise typer.Exit(130) from None
    typer.echo(f"wrote {draw(batch, batch.folder / PICTURE if picture is None else picture)}")
    if failed := batch.state.count("failed"):
        typer.echo(f"tokenmarket: {failed} runs failed, see '{out}'", err=True)
        raise typer.Exit(1)
