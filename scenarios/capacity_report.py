"""The capacity report: what a rack, and the world's fleet, can serve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from capacity import (
    CHIPS,
    WORKLOADS,
    Architecture,
    Calibration,
    Chip,
    Costs,
    Deployment,
    Workload,
    fleet,
)
from capacity.calibration import FITTED, FITTED_HIGH, FITTED_LOW, PUBLISHED
from capacity.deployment import CannotServeError, OperatingPoint
from scenarios.charts.numbers import short_number

#: Published figures for the headline fleet, output token/s [Epoch AI, 'Is a compute crunch coming?' (2026)].
PUBLISHED_FLEET = {"general": 20e9, "agentic": 0.5e9}
REFERENCE_CHIP = "gb200-nvl72"


def point_record(deployment: Deployment, workload: Workload, point: OperatingPoint) -> dict[str, Any]:
    """Everything about one operating point, with plain keys that carry their units."""
    return {
        "chip": deployment.chip.name,
        "systems": deployment.systems,
        "architecture": deployment.architecture.name,
        "calibration": deployment.calibration.name,
        "workload": workload.name,
        "input_tokens": workload.input,
        "output_tokens": workload.output,
        "cached_share": workload.cached,
        **asdict(point),
    }


def world_records(
    architecture: Architecture,
    workloads: Sequence[Workload],
    speed: float | None,
    calibration: Calibration,
    quarter: str,
    costs: Costs,
) -> list[dict[str, Any]]:
    """One record a workload: the headline fleet, the counted world, and one reference rack."""
    rack = Deployment.smallest(CHIPS[REFERENCE_CHIP], architecture, calibration)
    units = fleet.world_units(quarter)
    records = []
    for workload in workloads:
        try:
            point = asdict(rack.operate(workload, speed, costs))
        except CannotServeError as error:
            point = {
                "throughput_tok_s": 0.0, "batch": 0, "speed_tok_s": 0.0, "binding": "speed", "elasticities": {},
                "work_rack_s": None, "cost_usd_per_mtok": None, "memory_share": 0.0, "why": str(error),
            }  # fmt: skip
        rack_rate = point.pop("throughput_tok_s")
        records.append(
            {
                "workload": workload.name, "title": workload.title, "promised_tok_s": speed or workload.speed,
                "throughput_tok_s": fleet.throughput(units, architecture, workload, speed, calibration),
                "headline_tok_s": fleet.throughput(fleet.HEADLINE_FLEET, architecture, workload, speed, calibration),
                "rack_tok_s": rack_rate, **point,
            }
        )  # fmt: skip
    return records


def _table(title: str, columns: Sequence[str], caption: str = "") -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, caption=caption or None
    )
    table.caption_justify = "left"
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number == 0 else "right", overflow="fold")
    return table


def _money(value: float | None) -> str:
    return "-" if value is None else f"${value:,.2f}"


def world_table(records: list[dict[str, Any]], architecture: Architecture, quarter: str) -> Table:
    """The world's fleet by workload."""
    table = _table(
        f"What the world's machines can serve with {architecture.title}, end of {quarter}",
        ["workload (in:out)", "promised\ntok/s", "one GB200\nrack tok/s", "batch", "binds", "memory\nused",
         "headline\nfleet tok/s", "world\ntok/s", "USD per\nM tokens"],
        "headline fleet: 1.9M GB200 + 1.5M GB300 (Epoch AI); world: every counted chip, each in the fewest systems "
        "that hold the model;\nUSD: running cost of the rented rack per million output tokens",
    )  # fmt: skip
    for r in records:
        table.add_row(
            r["title"], f"{r['promised_tok_s']:g}", short_number(r["rack_tok_s"]), short_number(r["batch"]), r["binding"],
            f"{r['memory_share']:.0%}", short_number(r["headline_tok_s"]), short_number(r["throughput_tok_s"]),
            _money(r["cost_usd_per_mtok"]),
        )  # fmt: skip
    return table


def published_lines(architecture: Architecture) -> list[str]:
    """How the headline compares with the published figures, and how far the calibrations differ."""
    lines = []
    for name, published in PUBLISHED_FLEET.items():
        workload = WORKLOADS[name]

        def rate(calibration: Calibration, workload: Workload = workload) -> float:
            return fleet.throughput(fleet.HEADLINE_FLEET, architecture, workload, None, calibration)

        found = rate(PUBLISHED)
        low, middle, high = (rate(c) for c in (FITTED_LOW, FITTED, FITTED_HIGH))
        lines.append(
            f"  {workload.title}: {short_number(found)} tok/s with the published calibration "
            f"(published: {short_number(published)}, {found / published - 1:+.0%}); {short_number(middle)} with our own "
            f"fit to measurements (range {short_number(low)} to {short_number(high)})"
        )
    return lines


def owners_table(quarter: str, architecture: Architecture, calibration: Calibration) -> Table:
    """Who owns the capacity."""
    owned = fleet.installed(quarter)
    workload = WORKLOADS["general"]
    rates = {
        str(owner): fleet.throughput(
            dict(zip(part["chip"], part["units"], strict=True)), architecture, workload, None, calibration
        )
        for owner, part in owned.groupby("owner")
    }
    table = _table(f"Who owns it ({workload.title})", ["owner", "chips", "tok/s", "share"])
    for owner, rate in sorted(rates.items(), key=lambda item: -item[1]):
        chips = float(owned.loc[owned["owner"] == owner, "units"].sum())
        table.add_row(owner, short_number(chips), short_number(rate), f"{rate / sum(rates.values()):.0%}")
    return table


def build_out_table(path: pd.DataFrame) -> Table:
    """The build-out by quarter, with the ceiling that binds."""
    table = _table(
        "The build-out: what is wanted, what can come, and what binds",
        ["quarter", "wanted\nnew chips", "installed\nnew chips", "total compute\n(M H100e)", "wanted\n(M H100e)", "binds"],
        "wanted: 3.4x a year (Epoch AI). Ceilings: DRAM for 15 GW over 2026-27 (Alderson); capex 770 billion USD in "
        "2026 and\n1,000 in 2027 (Crunch) for three hyperscalers, scaled to the world, two quarters ahead.",
    )  # fmt: skip
    for r in path.itertuples():
        table.add_row(
            str(r.quarter), short_number(float(r.wanted_units)), short_number(float(r.new_units)),  # type: ignore[arg-type]
            f"{float(r.compute_h100e) / 1e6:,.1f}", f"{float(r.wanted_h100e) / 1e6:,.1f}", str(r.binding),  # type: ignore[arg-type]
        )  # fmt: skip
    return table


def binding_sentence(path: pd.DataFrame) -> str:
    """Which ceiling binds, and when, in words."""
    runs: list[tuple[str, str, str]] = []
    for quarter, name in zip(path["quarter"], path["binding"], strict=True):
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1], quarter)
        else:
            runs.append((name, quarter, quarter))
    parts = [
        f"{'nothing binds' if name == 'none' else name.upper() if name == 'dram' else name} "
        f"{'in ' + first if first == last else f'from {first} to {last}'}"
        for name, first, last in runs
    ]
    return "What holds the build-out back: " + ", then ".join(parts) + "."


def world_report(
    architecture: Architecture,
    workloads: Sequence[Workload],
    speed: float | None,
    calibration: Calibration,
    quarter: str,
    costs: Costs,
    records: list[dict[str, Any]],
) -> RenderableType:
    """The whole report for a terminal."""
    path, _ = fleet.BuildOut().project(
        fleet.world_units(quarter), fleet.quarter_name(fleet.quarter_index(quarter) + 1), 8
    )
    growth = fleet.growth_rates(quarter)
    parts: list[RenderableType] = [world_table(records, architecture, quarter)]
    if architecture.name == "kimi-k2":
        parts += [
            Text("The headline fleet against what was published:"),
            *map(Text, published_lines(architecture)),
            "",
        ]
    parts += [
        owners_table(quarter, architecture, calibration),
        Text(
            f"Counted chips grew {growth.compute:.2f}x a year in compute over two years (published: 3.4x) and "
            f"{growth.bandwidth:.2f}x in bandwidth (published: 4.1x, a miss)."
            if abs(growth.bandwidth / 4.1 - 1) > 0.15
            else f"Counted chips grew {growth.compute:.2f}x a year in compute and {growth.bandwidth:.2f}x in bandwidth."
        ),
        "",
        build_out_table(path),
        Text(binding_sentence(path), style="bold"),
    ]
    return Group(*parts)


def point_report(record: dict[str, Any], chip: Chip, architecture: Architecture) -> RenderableType:
    """One deployment, one workload, one speed."""
    table = _table(
        f"{architecture.title} on {record['systems']:g} x {chip.title}",
        ["", ""],
        f"calibration: {record['calibration']}",
    )
    table.show_header = False
    rows = {
        "request": f"{record['input_tokens']:,.0f} in, {record['output_tokens']:,.0f} out"
        + (f", {record['cached_share']:.0%} cached" if record["cached_share"] else ""),
        "throughput": f"{record['throughput_tok_s']:,.0f} output tokens/s",
        "batch": f"{record['batch']:,} requests in flight",
        "speed": f"{record['speed_tok_s']:.1f} tokens/s for each user",
        "binding": record["binding"],
        "1 % more of it gives": ", ".join(f"{k} {v:.2f} %" for k, v in record["elasticities"].items()),
        "work": f"{record['work_rack_s']:.4g} system-seconds a request",
        "running cost": f"{_money(record['cost_usd_per_mtok'])} per million output tokens",
        "memory used": f"{record['memory_share']:.0%}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def console() -> Console:
    """A console that keeps tables whole where output is no terminal."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=120)
