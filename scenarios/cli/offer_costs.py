"""What an offer of a scenario costs to serve, for ``tokenmarket costs OFFER``. Heavy imports wait inside."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING

from scenarios.cli.printing import finite, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from capacity import Chip
    from scenarios.studies.offer_costs import OfferCosts


def print_offer_costs(
    offer: str, scenario: str, sets: Sequence[str], days: float, users: int, seed: int, *, as_json: bool
) -> None:
    """Run the scenario, and print what the offer cost on the last day."""
    from market.simulation.model import TokenMarket
    from scenarios.loading.scenarios import load
    from scenarios.studies.offer_costs import check_offer, offer_costs
    from scenarios.text.progress_bar import progress_bar

    loaded = load(scenario, sets)
    rack = loaded.known.chips[loaded.supply.chip]
    economy = loaded.economy(users)
    check_offer(economy, offer)
    model = TokenMarket(economy, rng=seed)
    ticks = round(days * model.calendar.ticks_per_day)
    with progress_bar(scenario, ticks, quiet=as_json) as progress:
        found = offer_costs(model, offer, ticks, progress or (lambda _: None), rack)
    if as_json:
        print_json(finite({"scenario": loaded.name, **asdict(found)}))
        return
    from scenarios.text.console import console

    console().print(_report(found, loaded.name, rack))


def _report(found: OfferCosts, scenario: str, rack: Chip) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from scenarios.cli.costs_report import money
    from scenarios.text.console import table
    from scenarios.text.numbers import short_number

    made = table(f"{found.offer} in {scenario}: USD per million tokens", ["", "input", "cached input", "output"])
    by_capacity = {f"full racks of {rack.title}, by capacity": found.racks}
    if not all(math.isclose(found.chips[kind], one, rel_tol=1e-9) for kind, one in found.racks.items()):
        by_capacity["full chips of its own, by capacity"] = found.chips
    rows = {
        **(by_capacity if found.served_by else {}),
        "on machines that are full": found.full,
        "as its machines are loaded": found.loaded,
        "with hosting and the like": found.all,
        "list price": found.listed,
    }
    for name, one in rows.items():
        made.add_row(name, *(money(one[kind]) for kind in ("input", "cached", "output")))
    served = f"{found.served_by}. " if found.served_by else ""
    said = (
        f"{served}{found.seller} paid {money(found.rack_hour_usd)} for a rack-hour on the last day; {found.load:.0%} "
        f"of the machines that serve this were in use, for {short_number(found.requests)} requests."
        if found.requests > 0
        else "Nobody bought it on the last day."
    )
    return Group(made, Text(said))
