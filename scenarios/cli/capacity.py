"""The command ``tokenmarket capacity``. Heavy imports wait inside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scenarios.cli.options import AsJson, Backend, calibration_named
from scenarios.cli.own import catalogues
from scenarios.cli.printing import print_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capacity import Architecture, Calibration, Chip, Costs, Deployment, Workload

EXAMPLES: Final = """Examples:

* `tokenmarket capacity` the world's fleet, by workload

* `tokenmarket capacity --chip gb200-nvl72 --architecture kimi-k2 --input 25000 --output 1000 --speed 35`

* `tokenmarket capacity --chip h200 --systems 2 --architecture deepseek-v3 --workload coding --json`

* `tokenmarket capacity --chip gb300-nvl72 --plot curves.png`

* `tokenmarket capacity --chip b200 --architecture deepseek-v3 --calibration fit --pools 64 --ttft 1`
"""


ChipOption = Annotated[str | None, typer.Option(help="Chip and its system; without one, the world's fleet.")]
ArchitectureOption = Annotated[str, typer.Option(help="Model architecture.")]
WorkloadOption = Annotated[str | None, typer.Option(help="A named workload; --input and --output make another.")]
InputOption = Annotated[float | None, typer.Option(help="Input tokens of a request.")]
OutputOption = Annotated[float | None, typer.Option(help="Output tokens of a request.")]
CachedOption = Annotated[float | None, typer.Option(help="Share of the input read from the prompt cache.")]
HeldOption = Annotated[float | None, typer.Option(help="Seconds that the state is held between calls.")]
SpeedOption = Annotated[
    float | None, typer.Option(help="Promised speed, token/s for each user [default: the workload's].")
]
TtftOption = Annotated[float | None, typer.Option(help="Promised time to the first token, s [default: none].")]
PoolsOption = Annotated[
    float | None, typer.Option(help="Best split of so many chips into a prefill and a decode pool.")
]
SystemsOption = Annotated[float, typer.Option(help="Scale-up systems joined as one.")]
CalibrationOption = Annotated[str, typer.Option(help="published, fit, fit-low, fit-high or ideal.")]
QuarterOption = Annotated[
    str | None, typer.Option(help="Quarter of the chip counts, of the world's fleet [default: 2025Q4].")
]
OwnedOption = Annotated[bool, typer.Option("--owned/--rented", help="Cost from capital and power, or rental.")]
PowerPriceOption = Annotated[
    float | None, typer.Option(help="Electricity, USD/kWh, with --owned [default: 0.08].", show_default=False)
]
ExtraOption = Annotated[
    Path | None, typer.Option("--with", help="Chips, architectures and workloads in a .toml or .py file.")
]
PlotOption = Annotated[Path | None, typer.Option(help="Draw operating curves to this .png, .svg or .pdf.")]


def capacity(
    chip: ChipOption = None,
    architecture: ArchitectureOption = "kimi-k2",
    workload: WorkloadOption = None,
    input: InputOption = None,
    output: OutputOption = None,
    cached: CachedOption = None,
    held: HeldOption = None,
    speed: SpeedOption = None,
    ttft: TtftOption = None,
    pools: PoolsOption = None,
    systems: SystemsOption = 1,
    calibration: CalibrationOption = "published",
    backend: Backend = None,
    quarter: QuarterOption = None,
    owned: OwnedOption = False,
    power_price: PowerPriceOption = None,
    extra: ExtraOption = None,
    as_json: AsJson = False,
    plot: PlotOption = None,
) -> None:
    """What a machine, or the world's fleet, can serve: throughput, batch, what binds, cost."""
    from capacity import fleet
    from capacity.errors import require
    from scenarios.pictures.picture_path import checked_picture_path

    known = catalogues(extra)
    arch, calibrated = known.architectures[architecture], calibration_named(calibration, backend)
    options = {"systems": systems != 1, "pools": pools, "quarter": quarter, "plot": plot, "backend": backend}
    _refuse_together(options, one_chip=chip is not None)
    costs = _costs(power_price, owned=owned)
    quarter = quarter or fleet.LAST_FULL_QUARTER
    fleet.chip_counts(quarter)
    if speed is not None:
        require("--speed", speed, above=0)
    if plot is not None:
        checked_picture_path(plot)
    changes = {"input": input, "output": output, "cached": cached, "held": held, "first_token": ttft}
    one = _workload(known.workloads, workload, changes)
    if one is not None:
        arch.require_context(one.context)
    workloads = _all_workloads(known.workloads, arch, speed) if one is None else [one]
    question = Question(arch, calibrated, workloads, one, speed, costs)
    # All that can fail comes before the first line of output.
    found = _answer(question, None if chip is None else known.chips[chip], systems, pools, quarter)
    if plot is not None and found.machine is not None:
        _plot_curves(plot, found.machine, workloads, speed)
    if as_json:
        print_json(found.record)
    else:
        _print(found.report, plot)


@dataclass(frozen=True)
class Question:
    """What is to be served, by which model, and how machines are paid for.

    Attributes:
        architecture, calibration: the model, and how far machines are from their bounds.
        workloads: those that are asked for.
        one: the one that is asked for; None for all.
        speed: promised speed [token/s]; None for each workload's.
        costs: of machines.
    """

    architecture: Architecture
    calibration: Calibration
    workloads: list[Workload]
    one: Workload | None
    speed: float | None
    costs: Costs


@dataclass(frozen=True)
class Answer:
    """For machines to read, for people to read, and the machine whose curves can be drawn, if there is one."""

    record: Any
    report: Any
    machine: Deployment | None = None


def _refuse_together(options: Mapping[str, object], *, one_chip: bool) -> None:
    """Refuse options that do not go with each other."""
    from capacity.errors import InputError

    if one_chip and options["quarter"] is not None:
        raise InputError("--quarter is of the counted fleet of the world, so it does not go with --chip")
    if not one_chip and options["systems"]:
        raise InputError("--systems joins systems of one chip, so it needs --chip")
    alone = ("systems", "plot", "backend")
    if options["pools"] is not None and (not one_chip or any(options[name] for name in alone)):
        raise InputError(
            "--pools splits chips of one kind, so it needs --chip and goes without --systems, --plot and --backend"
        )


def _costs(power_price: float | None, *, owned: bool) -> Costs:
    from capacity import Costs
    from capacity.errors import InputError

    if power_price is not None and not owned:
        raise InputError("--power-price is part of the cost of machines one owns, so it needs --owned")
    return Costs(owned=owned) if power_price is None else Costs(owned=owned, power_usd_per_kwh=power_price)


def _answer(question: Question, chip: Chip | None, systems: float, pools: float | None, quarter: str) -> Answer:
    if chip is None:
        return _of_world(question, quarter)
    return _of_machine(question, chip, systems) if pools is None else _of_pools(question, chip, pools)


def _of_world(question: Question, quarter: str) -> Answer:
    """What the world's fleet can serve."""
    from capacity import Deployment
    from capacity.custom import SHIPPED
    from scenarios.cli import capacity_report as report

    arch, calibration = question.architecture, question.calibration
    records = report.world_records(arch, question.workloads, question.speed, calibration, quarter, question.costs)
    record = {"quarter": quarter, "architecture": arch.name, "calibration": calibration.name, "fleet": records}
    machine = Deployment.smallest(SHIPPED.chips[report.REFERENCE_CHIP], arch, calibration)
    return Answer(record, report.world_report(records, arch, calibration, quarter), machine)


def _of_machine(question: Question, chip: Chip, systems: float) -> Answer:
    """What systems of one chip can serve."""
    from capacity import Deployment
    from scenarios.cli import capacity_report as report

    machine = Deployment(chip, question.architecture, question.calibration, systems)
    records = report.point_records(machine, question.workloads, question.speed, question.costs)
    if question.one:
        return Answer(records[0], report.point_report(machine, records[0]), machine)
    return Answer({**records[0], "workloads": records}, report.machine_report(machine, records), machine)


def _of_pools(question: Question, chip: Chip, chips: float) -> Answer:
    """What so many chips can serve, split into a pool for prefill and one for decode."""
    from scenarios.cli.pools_report import pools_record, pools_report

    arch, calibration, workload = question.architecture, question.calibration, question.workloads[0]
    split = pools_record(chip, arch, calibration, workload, chips, question.speed, question.costs)
    return Answer(split, pools_report(split))


def _print(report: Any, plot: Path | None) -> None:
    from scenarios.text.console import console

    console().print(report)
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
