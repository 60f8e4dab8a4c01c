"""The command ``tokenmarket capacity``. Heavy imports wait inside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scenarios.cli.printing import print_json

if TYPE_CHECKING:
    from capacity import Deployment, Workload

EXAMPLES: Final = """Examples:

* `tokenmarket capacity` the world's fleet, by workload

* `tokenmarket capacity --chip gb200-nvl72 --architecture kimi-k2 --input 25000 --output 1000 --speed 35`

* `tokenmarket capacity --chip h200 --systems 2 --architecture deepseek-v3 --workload coding --json`

* `tokenmarket capacity --chip gb300-nvl72 --plot curves.png`
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
    systems: Annotated[float, typer.Option(help="Scale-up systems joined as one.")] = 1,
    calibration: Annotated[str, typer.Option(help="published, fit, fit-low, fit-high or ideal.")] = "published",
    quarter: Annotated[str, typer.Option(help="Quarter of the chip counts.")] = "2025Q4",
    owned: Annotated[bool, typer.Option("--owned/--rented", help="Cost from capital and power, or rental.")] = False,
    power_price: Annotated[
        float | None, typer.Option(help="Electricity, USD/kWh, with --owned [default: 0.08].", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw operating curves to this .png, .svg or .pdf.")] = None,
) -> None:
    """What a machine, or the world's fleet, can serve: throughput, batch, what binds, cost."""
    from capacity import ARCHITECTURES, CALIBRATIONS, CHIPS, Costs, Deployment, fleet
    from capacity.errors import InputError, require
    from scenarios.cli import capacity_report as report
    from scenarios.text.console import console

    arch, calibrated = ARCHITECTURES[architecture], CALIBRATIONS[calibration]
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
    one = _workload(workload, input, output, cached, held)
    workloads = _all_workloads(speed) if one is None else [one]
    machine = None if chip is None else Deployment(CHIPS[chip], arch, calibrated, systems)
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
            plot, machine or Deployment.smallest(CHIPS[report.REFERENCE_CHIP], arch, calibrated), workloads, speed
        )
    if as_json:
        print_json(answer)
        return
    console().print(shown)
    if plot is not None:
        typer.echo(f"wrote {plot}")


def _all_workloads(speed: float | None) -> list[Workload]:
    """Every workload; without those made in parallel (video) if one speed is asked of all: theirs is another world."""
    from capacity import WORKLOADS

    return [workload for workload in WORKLOADS.values() if speed is None or workload.decoding is None]


def _workload(
    name: str | None, input_: float | None, output: float | None, cached: float | None, held: float | None
) -> Workload | None:
    """The workload that was asked for: a named one, or one made from it; None if nothing was said."""
    from dataclasses import replace

    from capacity import WORKLOADS

    changes = {"input": input_, "output": output, "cached": cached, "held": held}
    given: dict[str, Any] = {key: value for key, value in changes.items() if value is not None}
    if name is None and not given:
        return None
    base = WORKLOADS[name or "general"]
    return replace(base, **given, name="custom", title="", source="") if given else base


def _plot_curves(path: Path, deployment: Deployment, workloads: list[Workload], speed: float | None) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from scenarios.pictures.operating_curves import operating_curves
    from scenarios.pictures.style import save

    save(operating_curves(deployment, workloads, speed).figure, path)  # type: ignore[arg-type]


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(capacity)
