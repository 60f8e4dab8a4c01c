"""The command ``tokenmarket costs``. Heavy imports wait inside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scenarios.cli.offer_costs import print_offer_costs
from scenarios.cli.options import AsJson, Backend, Users, calibration_named
from scenarios.cli.own import catalogues
from scenarios.cli.printing import finite, print_json

if TYPE_CHECKING:
    from capacity import Costs, Workload
    from capacity.price_list import Offer, PriceList

EXAMPLES: Final = """Examples:

* `tokenmarket costs --chip b200 --architecture kimi-k2`

* `tokenmarket costs --chip h200 --architecture deepseek-v3 --speed 60 --ttft 2 --load-factor 0.4 --json`

* `tokenmarket costs --chip gb200-nvl72 --workload coding --cached 0.8 --owned --power-price 0.12 --plot costs.png`

* `tokenmarket costs "Aster standard"` what an offer of the baseline costs its seller; half a minute

* `tokenmarket costs "Ferry kimi-k2" --scenario compute-crunch --days 7 --json`

* `tokenmarket costs "Ferry kimi-k2" --set "open.*.chip=h200"` on machines of other chips

* `tokenmarket costs --with mine.toml --chip my-chip --architecture my-model`
"""


OfferArgument = Annotated[
    str | None,
    typer.Argument(metavar="OFFER", help="An offer of a scenario, in place of a machine.", show_default=False),
]
ScenarioOption = Annotated[str, typer.Option(help="Scenario of the offer.")]
SetsOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a parameter of the scenario.")
]
DaysOption = Annotated[float, typer.Option(help="Days that it runs; the last counts.", min=1.0, max=366.0)]
SeedOption = Annotated[int, typer.Option(help="Seed of that run.", min=0)]
ChipOption = Annotated[str | None, typer.Option(help="Chip.", show_default=False)]
ArchitectureOption = Annotated[str, typer.Option(help="Model architecture.")]
WorkloadOption = Annotated[str, typer.Option(help="A named workload.")]
InputOption = Annotated[float | None, typer.Option(help="Input tokens of a request.")]
OutputOption = Annotated[float | None, typer.Option(help="Output tokens of a request.")]
CachedOption = Annotated[float | None, typer.Option(help="Share of the input read from the prompt cache.")]
SpeedOption = Annotated[
    float | None, typer.Option(help="Promised speed, token/s for each user [default: the workload's].")
]
TtftOption = Annotated[float | None, typer.Option(help="Promised time to the first token, s [default: none].")]
LoadFactorOption = Annotated[float, typer.Option(help="Mean load over the load that the promises allow.")]
ReplicasOption = Annotated[int, typer.Option(help="Replicas that run day and night, at least.")]
DemandOption = Annotated[
    float | None, typer.Option(help="Output token/s sold on average [default: what the replicas serve].")
]
RentalOption = Annotated[float | None, typer.Option(help="USD per chip-hour [default: the chip's].")]
OwnedOption = Annotated[bool, typer.Option("--owned/--rented", help="Cost from capital and power, or rental.")]
PowerPriceOption = Annotated[float | None, typer.Option(help="Electricity, USD/kWh, with --owned [default: 0.08].")]
MarkupOption = Annotated[float, typer.Option(help="Put on top of all costs, as a share.")]
CalibrationOption = Annotated[str, typer.Option(help="published, fit, fit-low, fit-high or ideal.")]
ExtraOption = Annotated[
    Path | None, typer.Option("--with", help="Chips, architectures and workloads in a .toml or .py file.")
]
PlotOption = Annotated[Path | None, typer.Option(help="Draw the stack and the costs to this .png, .svg or .pdf.")]


#: What goes with an offer of a scenario; all else describes a machine.
OF_AN_OFFER: Final = ("offer", "scenario", "sets", "days", "users", "seed")
OF_BOTH: Final = ("as_json",)


def costs(
    context: typer.Context,
    offer: OfferArgument = None,
    chip: ChipOption = None,
    architecture: ArchitectureOption = "kimi-k2",
    workload: WorkloadOption = "general",
    input: InputOption = None,
    output: OutputOption = None,
    cached: CachedOption = None,
    speed: SpeedOption = None,
    ttft: TtftOption = None,
    load_factor: LoadFactorOption = 0.6,
    replicas: ReplicasOption = 1,
    demand: DemandOption = None,
    rental: RentalOption = None,
    owned: OwnedOption = False,
    power_price: PowerPriceOption = None,
    markup: MarkupOption = 0.0,
    calibration: CalibrationOption = "fit",
    backend: Backend = None,
    extra: ExtraOption = None,
    as_json: AsJson = False,
    plot: PlotOption = None,
    scenario: ScenarioOption = "baseline-2026",
    sets: SetsOption = None,
    days: DaysOption = 2.0,
    users: Users = 500,
    seed: SeedOption = 1,
) -> None:
    """What a million input, cached and output tokens cost on a machine, and the factors from physics to the list.

    With OFFER: what that offer of a scenario costs its seller, at the rents and the load that come out.
    """
    from capacity.errors import InputError
    from capacity.price_list import Offer, Seller

    _check_asked(context, offer)
    if offer is not None:
        print_offer_costs(offer, scenario, sets or (), days, users, seed, as_json=as_json)
        return
    if chip is None:
        raise InputError('costs needs a machine (--chip b200) or an offer of a scenario ("Aster standard")')
    known = catalogues(extra)
    given = {"input": input, "output": output, "cached": cached, "speed": speed, "first_token": ttft}
    request = _changed(known.workloads[workload], given)
    money = _money(rental, power_price, owned=owned)
    seller = Seller(load_factor=load_factor, replicas=replicas, demand_tok_s=demand, markup=markup)
    calibrated = calibration_named(calibration, backend)
    priced = Offer(known.chips[chip], known.architectures[architecture], request, calibrated, money, seller)
    _of_a_machine(priced, calibration, backend, plot, as_json=as_json)


def _changed(named: Workload, given: dict[str, float | None]) -> Workload:
    """A named request, with what is given in place of its own."""
    from dataclasses import replace

    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return replace(named, **changes, name="custom", title="") if changes else named


def _of_a_machine(offer: Offer, calibration: str, backend: str | None, plot: Path | None, *, as_json: bool) -> None:
    from dataclasses import replace

    from capacity.price_list import calibrations, contexts, price_list, speeds
    from scenarios.pictures.picture_path import checked_picture_path

    if plot is not None:
        checked_picture_path(plot)
    # Only what is fitted here knows of serving programs.
    names = ("fit-low", "fit", "fit-high", *(() if backend else ("published",)))
    found = replace(
        price_list(offer),
        by_context=tuple(contexts(offer)),
        by_speed=tuple(speeds(offer)),
        by_calibration=tuple(calibrations(offer, [calibration_named(name, backend) for name in names])),
    )
    if plot is not None:
        _plot(plot, found, f"{offer.architecture.title} on {offer.chip.title}, {offer.workload.title}, '{calibration}'")
    _print(offer, found, plot, as_json=as_json)


def _check_asked(context: typer.Context, offer: str | None) -> None:
    """Say so if what is of a machine is given with an offer, or what is of a run with a machine."""
    from capacity.errors import InputError

    allowed = (*OF_AN_OFFER, *OF_BOTH)
    for one in context.command.params:
        name = str(one.name)
        source = context.get_parameter_source(name)
        if source is None or source.name in ("DEFAULT", "DEFAULT_MAP") or name in OF_BOTH:
            continue
        if offer is not None and name not in allowed:
            raise InputError(f"{one.opts[0]} describes a machine, so it does not go with the offer '{offer}'")
        if offer is None and name in allowed:
            raise InputError(f"{one.opts[0]} is of a run, so it needs an offer of a scenario")


def _money(rental: float | None, power_price: float | None, *, owned: bool) -> Costs:
    """What machines cost: their rent, or capital and power."""
    from capacity import Costs
    from capacity.errors import InputError

    if power_price is not None and not owned:
        raise InputError("--power-price is part of the cost of machines one owns, so it needs --owned")
    if rental is not None and owned:
        raise InputError("--rental is what one pays for machines of others, so it does not go with --owned")
    if power_price is None:
        return Costs(rental_usd_per_chip_hour=rental, owned=owned)
    return Costs(rental_usd_per_chip_hour=rental, owned=owned, power_usd_per_kwh=power_price)


def _print(offer: Offer, found: PriceList, plot: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json(finite({**_asked(offer), **found.record()}))
        return
    from scenarios.cli.costs_report import costs_report
    from scenarios.text.console import console

    console().print(costs_report(offer, found))
    if plot is not None:
        typer.echo(f"wrote {plot}")


def _asked(offer: Offer) -> dict[str, Any]:
    work = offer.workload
    return {
        "chip": offer.chip.name,
        "architecture": offer.architecture.name,
        "calibration": offer.calibration.name,
        "workload": work.name,
        "input_tokens": work.input,
        "output_tokens": work.output,
        "cached_share": work.cached,
        "promised_tok_s": work.speed,
        "promised_first_token_s": work.first_token,
        "usd_per_chip_hour": offer.costs.usd_per_chip_hour(offer.chip),
        "load_factor": offer.seller.load_factor,
    }


def _plot(path: Path, found: PriceList, title: str) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from scenarios.pictures.cost_stack import cost_stack
    from scenarios.pictures.style import save

    save(cost_stack(found, title), path)


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(costs)
