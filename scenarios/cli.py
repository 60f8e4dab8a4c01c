"""The ``tokenmarket`` command. Heavy imports wait inside the commands, so that --help answers at once."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="tokenmarket",
    help="An agent-based model of the market for AI tokens, on a physical model of inference throughput.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """An agent-based model of the market for AI tokens, on a physical model of inference throughput."""


@app.command(
    epilog="""Examples:

* `tokenmarket capacity` the world's fleet, by workload

* `tokenmarket capacity --chip gb200-nvl72 --architecture kimi-k2 --input 25000 --output 1000 --speed 35`

* `tokenmarket capacity --chip h200 --systems 2 --architecture deepseek-v3 --workload coding --json`

* `tokenmarket capacity --chip gb300-nvl72 --plot curves.png`
"""
)
def capacity(
    chip: Annotated[str | None, typer.Option(help="Chip or system; without one, the world's fleet.")] = None,
    architecture: Annotated[str, typer.Option(help="Model architecture.")] = "kimi-k2",
    workload: Annotated[
        str | None, typer.Option(help="A named workload; --input and --output make another.")
    ] = None,
    input: Annotated[float | None, typer.Option(help="Input tokens of a request.")] = None,
    output: Annotated[float | None, typer.Option(help="Output tokens of a request.")] = None,
    cached: Annotated[
        float | None, typer.Option(help="Share of the input read from the prompt cache.")
    ] = None,
    held: Annotated[float | None, typer.Option(help="Seconds that the state is held between calls.")] = None,
    speed: Annotated[
        float | None, typer.Option(help="Promised speed, token/s for each user [default: 35].")
    ] = None,
    systems: Annotated[float, typer.Option(help="Scale-up systems joined as one.")] = 1,
    calibration: Annotated[
        str, typer.Option(help="published, fit, fit-low, fit-high or ideal.")
    ] = "published",
    quarter: Annotated[str, typer.Option(help="Quarter of the chip counts.")] = "2025Q4",
    owned: Annotated[
        bool, typer.Option("--owned/--rented", help="Cost from capital and power, or rental.")
    ] = False,
    power_price: Annotated[float, typer.Option(help="Electricity, USD/kWh, for --owned.")] = 0.08,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Draw operating curves to this .png, .svg or .pdf.")
    ] = None,
) -> None:
    """What a machine, or the world's fleet, can serve: throughput, batch, what binds, cost."""
    from capacity import ARCHITECTURES, CALIBRATIONS, CHIPS, Costs, Deployment, fleet
    from scenarios import capacity_report as report

    arch, calibrated = ARCHITECTURES[architecture], CALIBRATIONS[calibration]
    workloads = _workloads(workload, input, output, cached, held)
    costs = Costs(owned=owned, power_usd_per_kwh=power_price)
    fleet.chip_counts(quarter)
    if plot is not None:
        from scenarios.charts.style import checked_picture_path

        checked_picture_path(plot)
    from capacity.errors import require

    if speed is not None:
        require("--speed", speed, above=0)
    deployment = (
        Deployment(CHIPS[chip or report.REFERENCE_CHIP], arch, calibrated, systems) if chip or plot else None
    )
    if chip and deployment is not None:
        one = workloads[0]
        record = report.point_record(deployment, one, deployment.operate(one, speed, costs))
        if as_json:
            _print_json(record)
        else:
            report.console().print(report.point_report(record, deployment.chip, arch))
    else:
        records = report.world_records(arch, workloads, speed, calibrated, quarter, costs)
        if as_json:
            _print_json(
                {"quarter": quarter, "architecture": arch.name, "calibration": calibration, "fleet": records}
            )
        else:
            report.console().print(
                report.world_report(arch, workloads, speed, calibrated, quarter, costs, records)
            )
    if plot is not None and deployment is not None:
        _plot_curves(
            plot,
            deployment,
            _workloads(None, *([None] * 4)) if workload is None else workloads,
            speed,
            as_json,
        )


def _workloads(
    name: str | None, input_: float | None, output: float | None, cached: float | None, held: float | None
) -> list[Any]:
    from dataclasses import replace

    from capacity import WORKLOADS, Workload

    changes = {"input": input_, "output": output, "cached": cached, "held": held}
    given = {key: value for key, value in changes.items() if value is not None}
    if name is None and not given:
        return list(WORKLOADS.values())
    base = WORKLOADS[name or "general"]
    if not given:
        return [base]
    shape = replace(base, **given, name="custom", title="x")
    return [Workload(**{**vars(shape), "title": ""})]


def _plot_curves(path: Path, deployment: Any, workloads: list[Any], speed: float | None, quiet: bool) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from scenarios.charts.operating_curves import operating_curves
    from scenarios.charts.style import save, style

    with style():
        figure = operating_curves(deployment, workloads, speed).figure
        save(figure, path)  # type: ignore[arg-type]
    if not quiet:
        typer.echo(f"wrote {path}")


@app.command(
    epilog="""Examples:

* `tokenmarket calibrate` the measurements that come with the package

* `tokenmarket calibrate my-measurements.csv --draws 50 --json`
"""
)
def calibrate(
    file: Annotated[Path | None, typer.Argument(help="Measurements [default: the shipped ones].")] = None,
    draws: Annotated[int, typer.Option(help="Resamples for the range.", min=2, max=10_000)] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the resampling.", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Fit compute efficiency, bandwidth efficiency and step latency to measurements, and say how good it is."""
    from rich.status import Status

    from capacity import measurements
    from capacity.errors import InputError
    from scenarios import calibration_report as report
    from scenarios.capacity_report import console

    rows = measurements.read(file or measurements.shipped())
    if not len(rows):
        unread = "; ".join(f"{u.column} '{u.value}': {u.reason}" for u in rows.unread)
        raise InputError(f"no measurement could be used: {unread or 'the file has no rows'}")
    with Status(f"fitting to {len(rows)} measurements, {draws} resamples, about {draws // 10 + 2} s"):
        result = report.calibrate(rows, draws, seed)
    if as_json:
        _print_json(result)
    else:
        console().print(report.calibration_report(result))


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, allow_nan=False))


def main() -> None:
    """Run the command; what a person got wrong is one line on stderr and exit status 2."""
    try:
        app()
    except ValueError as error:
        from capacity.errors import InputError

        if not isinstance(error, InputError):
            raise
        typer.echo(f"tokenmarket: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
