"""The command ``tokenmarket capacity``. Heavy imports wait inside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scenarios.cli.printing import print_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capacity import Architecture, Deployment, Workload

EXAMPLES: Final = """Examples:

* `tokenmarket capacity` the world's fleet, by workload

* `tokenmarket capacity --chip gb200-nvl72 --architecture kimi-k2 --input 25000 --output 1000 --speed 35`

* `tokenmarket capacity --chip h200 --systems 2 --architecture deepseek-v3 --workload coding --json`

* `tokenmarket capacity --chip gb300-nvl72 --plot curves.png`

* `tokenmarket capacity --chip b200 --architecture deepseek-v3 --calibration fit --pools 64 --ttft 1`
"""


def capacity(
    chip: Annotated[str | None, typer.Option(help="Chip and its system; without one, the world's fleet.")] = None,
    architecture: Annotated[str, typer.Option(help="Model architecture.")] = "kimi-k2",
    workload: Annotated[str | None, typer.Option(help="A named workload; --input and --output make another.")] = None,
    input: Annotated[float | None, typer.Option(help="Input tokens of a request.")] = None,
    output: Annotated[float | None, typer.Option(help="Output tokens of a request.")] = None,
    cached: Annotated[float | None, typer.Option(help="Share of the input read from the prompt cache.")] = None,
    held: Annotated[float | None, typer.Option(help="Seconds that the state is held between calls.")] = None,
    speed: Annotated[
        float | None, typer.Option(help="Promised speed, token/s for each user [default: the workload's].")
    ] = None,
    ttft: Annotated[float | None, typer.Option(help="Promised time to the first token, s [default: none].")] = None,
    pools: Annotated[
        float | None, typer.Option(help="Best split of so many chips into a prefill and a decode pool.")
    ] = None,
    systems: Annotated[float, typer.Option(help="Scale-up systems joined as one.")] = 1,
    calibration: Annotated[str, typer.Option(help="published, fit, fit-low, fit-high or ideal.")] = "published",
    quarter: Annotated[
        str | None, typer.Option(help="Quarter of the chip counts, of the world's fleet [default: 2025Q4].")
    ] = None,
    owned: Annotated[bool, typer.Option("--owned/--rented", help="Cost from capital and power, or rental.")] = False,
    power_price: Annotated[
        float | None, typer.Option(help="Electricity, USD/kWh, with --owned [default: 0.08].", show_default=False)
    ] = None,
    extra: Annotated[
        Path | None, typer.Option("--with", help="A TOML file with chips, architectures, workloads.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw operating curves to this .png, .svg or .pdf.")] = None,
) -> None:
    """What a machine, or the world's fleet, can serve: throughput, batch, what binds, cost."""
    from capacity import CALIBRATIONS, Costs, Deployment, fleet
    from capacity.custom import SHIPPED, load
    from capacity.errors import InputError, require
    from scenarios.cli import capacity_report as report
    from scenarios.text.console import console

    known = SHIPPED if extra is None else load(extra)
    arch, calibrated = known.architectures[architecture], CALIBRATIONS[calibration]
    if chip is not None and quarter is not None:
        raise InputError("--quarter is of the counted fleet of the world, so it does not go with --chip")
    quarter = quarter or fleet.LAST_FULL_QUARTER
    if power_price is not None and not owned:
        raise InputError("--power-price is part of the cost of machines one owns, so it needs --owned")
    costs = Costs(owned=owned) if power_price is None else Costs(owned=owned, power_usd_per_kwh=power_price)
    fleet.chip_counts(quarter)
    if speed is not None:
        require("--speed", speed, above=0)
    if plot is not None:
        from scenarios.pictures.picture_path import checked_picture_path

        checked_picture_path(plot)
    if chip is None and systems != 1:
        raise InputError("--systems joins systems of one chip, so it needs --chip")
    if pools is not None and (chip is None or systems != 1 or plot is not None):
        raise InputError("--pools splits chips of one kind, so it needs --chip and goes without --systems and --plot")
    asked = {"input": input, "output": output, "cached": cached, "held": held, "first_token": ttft}
    one = _workload(known.workloads, workload, asked)
    if one is not None:
        arch.require_context(one.context)
    workloads = _all_workloads(known.workloads, arch, speed) if one is None else [one]
    if pools is not None and chip is not None:
        from scenarios.cli.pools_report import pools_record, pools_report

        split = pools_record(known.chips[chip], arch, calibrated, one or workloads[0], pools, speed, costs)
        if as_json:
            print_json(split)
        else:
            console().print(pools_report(split))
        return
    machine = None if chip is None else Deployment(known.chips[chip], arch, calibrated, systems)
    # All that can fail comes before the first line of output.
    shown: Any
    if machine is None:
        records = report.world_records(arch, workloads, speed, calibrated, quarter, costs)
        answer: Any = {"quarter": quarter, "architecture": arch.name, "calibration": calibration, "fleet": records}
        shown = report.world_report(records, arch, calibrated, quarter)
    else:
        records = report.point_records(machine, workloads, speed, costs)
        answer = records[0] if one else {**records[0], "workloads": records}
        shown = report.point_report(machine, records[0]) if one else report.machine_report(machine, records)
    if plot is not None:
        _plot_curves(
            plot,
            machine or Deployment.smallest(SHIPPED.chips[report.REFERENCE_CHIP], arch, calibrated),
            workloads,
            speed,
        )
    if as_json:
        print_json(answer)
        return
    console().print(shown)
    if plot is not None:
        typer.echo(f"wrote {plot}")


def _all_workloads(known: Mapping[str, Workload], architecture: Architecture, speed: float | None) -> list[Workload]:
    """Every workload that the model can attend to.

    Without those made in parallel (video) if one speed is asked of all: theirs is another world.
    """
    shown = [workload for workload in known.values() if workload.context <= architecture.context]
    return [workload for workload in shown if speed is None or workload.decoding is None]


def _workload(known: Mapping[str, Workload], name: str | None, asked: dict[str, float | None]) -> Workload | None:
    """The workload that was asked for: a named one, or one made from it; None if nothing was said."""
    from dataclasses import replace

    given: dict[str, Any] = {key: value for key, value in asked.items() if value is not None}
    if name is None and not given:
        return None
    base = known[name or "general"]
    return replace(base, **given, name="custom", title="", source="") if given else base


def _plot_curves(path: Path, deployment: Deployment, workloads: list[Workload], speed: float | None) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from scenarios.pictures.charts.operating_curves import operating_curves
    from scenarios.pictures.style import save

    save(operating_curves.draw(deployment, workloads=workloads, speed=speed).figure, path)  # type: ignore[arg-type]


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(capacity)
