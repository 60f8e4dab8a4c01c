"""The price list of a machine, for a terminal."""

from __future__ import annotations

import math
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from capacity.price_list import Offer, PriceList
from scenarios.text.console import table


def money(value: float) -> str:
    """Dollars with cents, or more digits below a dollar."""
    if not math.isfinite(value):
        return "-"
    return f"${value:,.2f}" if value >= 0.995 else f"${value:.3f}"


def costs_report(offer: Offer, found: PriceList) -> RenderableType:
    """What the tokens cost, the factors behind it, and the same by length and by speed."""
    work = offer.workload
    cached = f", {work.cached:.0%} cached" if work.cached else ""
    first = f" and a first token in {work.first_token:g} s" if math.isfinite(work.first_token) else ""
    hour = offer.costs.usd_per_chip_hour(offer.chip)
    parts: list[RenderableType] = [
        _tokens(offer, found),
        Text(
            f"{work.input:,.0f} tokens in, {work.output:,.0f} out{cached}; {work.speed:g} token/s{first} promised, "
            f"{found.speed_tok_s:.0f} token/s and {found.first_token_s:.2g} s kept. A replica: {found.chips:g} chips "
            f"({found.layout}) at ${hour:.2f} an hour, {found.throughput_tok_s:,.0f} token/s when full; "
            f"{found.replicas} run and sell {found.sold_tok_s:,.0f} token/s. '{offer.calibration.name}' calibration."
        ),
        Text(
            f"Energy: {found.kwh_per_mtok:.2f} kWh a million output tokens with their input; water: "
            f"{found.water_l_per_mtok:.2f} l on site, {found.grid_water_l_per_mtok:.2f} l where the power is made."
        ),
        "",
        _stack(found),
        "",
        _along("The same by length of the input (full cost)", "input\ntokens", "input_tokens", found.by_context),
        "",
        _along("The same by promised speed (full cost)", "token/s", "speed", found.by_speed),
        "",
        _along("The same by calibration (full cost)", "calibration", "calibration", found.by_calibration),
        Text("fit-low to fit-high: from 5 % to 95 % of what a fleet serves with our own fit to measurements."),
    ]
    tables = (*found.by_context, *found.by_speed, *found.by_calibration)
    notes = {row["why"]: row for row in tables if row["why"]}
    parts += [Text(why) for why in notes]
    return Group(*parts)


def _tokens(offer: Offer, found: PriceList) -> Table:
    made = table(
        f"{offer.architecture.title} on {offer.chip.title}: USD per million tokens",
        ["", "input", "cached input", "output"],
    )
    for name, tokens in (("one more token", found.marginal), ("full cost", found.full), ("list price", found.listed)):
        made.add_row(name, *(money(value) for value in vars(tokens).values()))
    return made


def _stack(found: PriceList) -> Table:
    made = table("From physics to the list, per million output tokens with their input", ["", "factor", "USD", "what"])
    made.columns[3].justify = "left"
    for line in found.stack:
        made.add_row(line.name, f"{line.factor:.2f}", money(line.usd_per_mtok), line.why)
    return made


def _along(title: str, heading: str, key: str, rows: tuple[dict[str, Any], ...]) -> Table:
    made = table(title, [heading, "input", "cached input", "output", "kWh", "chips"])
    for row in rows:
        kwh = row["kwh_per_mtok"]
        made.add_row(
            row[key] if isinstance(row[key], str) else f"{row[key]:,g}",
            *(money(row[name]) for name in ("input_usd_per_mtok", "cached_usd_per_mtok", "output_usd_per_mtok")),
            f"{kwh:.2f}" if math.isfinite(kwh) else "-",
            f"{row['chips']:g}" if row["chips"] else "-",
        )
    return made
