"""The capacity report: what a machine, and the world's fleet, can serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from capacity import CHIPS, WORKLOADS, Architecture, Calibration, Costs, Deployment, Workload, fleet
from capacity.calibration import FITTED, FITTED_HIGH, FITTED_LOW, PUBLISHED
from capacity.operating import CannotServeError
from capacity.units import MILLION, PETA
from scenarios.text.console import table
from scenarios.text.numbers import short_number

#: Published figures for the headline fleet, output token/s [Epoch AI, 'Is a compute crunch coming?' (2026)].
PUBLISHED_FLEET = {"general": 20e9, "agentic": 0.5e9}
#: Published growth of the fleet, factors a year, of the same source.
PUBLISHED_GROWTH = {"compute": 3.4, "bandwidth": 4.1}
#: A published figure counts as reached within this share of it.
TOLERANCE = 0.15
REFERENCE_CHIP = "gb200-nvl72"

type Record = dict[str, Any]


def point_record(deployment: Deployment, workload: Workload, speed: float | None, costs: Costs) -> Record:
    """Everything about one operating point, with plain keys that carry their units.

    Where the promise cannot be kept the throughput is 0, binding is 'none', what has no value is None,
    and ``why`` says why.
    """
    record: Record = {
        "chip": deployment.chip.name,
        "systems": deployment.systems,
        "architecture": deployment.architecture.name,
        "calibration": deployment.calibration.name,
        "workload": workload.name,
        "title": workload.title,
        "input_tokens": workload.input,
        "output_tokens": workload.output,
        "cached_share": workload.cached,
        "promised_tok_s": workload.speed if speed is None else speed,
    }
    record |= fit_range(deployment, workload, speed)
    try:
        return record | asdict(deployment.operate(workload, speed, costs)) | {"why": None}
    except CannotServeError as error:
        return record | {
            "throughput_tok_s": 0.0,
            "batch": 0,
            "speed_tok_s": None,
            "binding": "none",
            "elasticities": {},
            "first_token_s": None,
            "work_rack_s": None,
            "cost_usd_per_mtok": None,
            "memory_share": None,
            "why": str(error),
        }


def fit_range(deployment: Deployment, workload: Workload, speed: float | None) -> Record:
    """Output token/s with our own fit to measurements, and over its range (5 % to 95 %)."""
    fitted, *ends = (
        float(replace(deployment, calibration=each).throughput(workload, speed))
        for each in (FITTED, FITTED_LOW, FITTED_HIGH)
    )
    return {"fit_tok_s": fitted, "fit_range_tok_s": sorted(ends)}


def point_records(
    deployment: Deployment, workloads: Sequence[Workload], speed: float | None, costs: Costs
) -> list[Record]:
    """One record a workload; an error if the deployment can serve none of them."""
    records = [point_record(deployment, workload, speed, costs) for workload in workloads]
    if all(record["why"] for record in records):
        raise CannotServeError(records[0]["why"])
    return records


def world_records(
    architecture: Architecture,
    workloads: Sequence[Workload],
    speed: float | None,
    calibration: Calibration,
    quarter: str,
    costs: Costs,
) -> list[Record]:
    """One record a workload: the counted world, the headline fleet, and one reference rack.

    ``throughput_tok_s`` is the world's; batch, speed, binding, work, cost and the range of our own fit are those of
    the rack.
    """
    rack = Deployment.smallest(CHIPS[REFERENCE_CHIP], architecture, calibration)
    units = fleet.world_units(quarter)

    def rate(chips: Mapping[str, float], workload: Workload, under: Calibration = calibration) -> float:
        return fleet.throughput(chips, architecture, workload, speed, under)

    records = []
    for record, workload in zip(point_records(rack, workloads, speed, costs), workloads, strict=True):
        record["rack_tok_s"] = record["throughput_tok_s"]
        record["headline_tok_s"] = rate(fleet.HEADLINE_FLEET, workload)
        record["headline_fit_tok_s"] = rate(fleet.HEADLINE_FLEET, workload, FITTED)
        ends = (rate(fleet.HEADLINE_FLEET, workload, end) for end in (FITTED_LOW, FITTED_HIGH))
        record["headline_fit_range_tok_s"] = sorted(ends)
        record["throughput_tok_s"] = rate(units, workload)
        records.append(record)
    return records


def _number(value: float | None) -> str:
    return "-" if not value else short_number(value)


def _range(record: Record) -> str:
    """Our own fit, with its range."""
    low, high = (_number(end) for end in record["fit_range_tok_s"])
    return f"{_number(record['fit_tok_s'])} ({low}-{high})" if record["fit_tok_s"] else "-"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _money(value: float | None) -> str:
    return "-" if value is None else f"${value:,.2f}"


def _notes(records: list[Record]) -> list[Text]:
    return [Text(f"{record['title']}: {record['why']}") for record in records if record["why"]]


def world_table(records: list[Record], architecture: Architecture, quarter: str) -> Table:
    """The world's fleet by workload."""
    made = table(
        f"What the world's machines can serve with {architecture.title}, end of {quarter}",
        [
            "workload",
            "tok/s\neach",
            "GB200\nrack",
            "what\nbinds",
            "mem.\nused",
            "Epoch's\nfleet",
            "world\ntok/s",
            "USD per\nM tok",
        ],
    )
    for r in records:
        made.add_row(
            r["title"],
            f"{r['promised_tok_s']:,g}",
            _number(r["rack_tok_s"]),
            r["binding"],
            _share(r["memory_share"]),
            _number(r["headline_tok_s"]),
            _number(r["throughput_tok_s"]),
            _money(r["cost_usd_per_mtok"]),
        )
    return made


def published_lines(architecture: Architecture) -> list[str]:
    """How the headline compares with the published figures, and how far the calibrations differ."""
    lines = []
    for name, published in PUBLISHED_FLEET.items():
        found, low, middle, high = (
            fleet.throughput(fleet.HEADLINE_FLEET, architecture, WORKLOADS[name], None, calibration)
            for calibration in (PUBLISHED, FITTED_LOW, FITTED, FITTED_HIGH)
        )
        lines.append(
            f"  {WORKLOADS[name].title}: {short_number(found)} with the published calibration (published: "
            f"{short_number(published)}, {found / published - 1:+.0%}); {short_number(middle)} with our own fit "
            f"to measurements (range {short_number(low)} to {short_number(high)})"
        )
    return lines


def growth_sentence() -> str:
    """How fast the counted chips grew, against what was published."""
    found = asdict(fleet.growth_rates())
    parts = [
        f"{found[name]:.2f}x a year in {name} (published: {published:g}x"
        f"{', a miss' if abs(found[name] / published - 1) > TOLERANCE else ''})"
        for name, published in PUBLISHED_GROWTH.items()
    ]
    return f"The counted chips grew {' and '.join(parts)}, {fleet.FIRST_FULL_QUARTER} to {fleet.LAST_FULL_QUARTER}."


def owners_table(quarter: str, architecture: Architecture, calibration: Calibration) -> Table:
    """Who owns the capacity."""
    owned = fleet.installed(quarter)
    workload = WORKLOADS["general"]
    made = table(f"Who owns it ({workload.title})", ["owner", "chips", "tok/s", "share"])
    rows = []
    for owner, part in owned.groupby("owner"):
        units = dict(zip(part["chip"], part["units"], strict=True))
        rows.append(
            (fleet.throughput(units, architecture, workload, None, calibration), str(owner), sum(units.values()))
        )
    total = sum(rate for rate, _, _ in rows)
    for rate, owner, chips in sorted(rows, reverse=True):
        made.add_row(owner, short_number(chips), _number(rate), _share(rate / total if total else None))
    return made


def build_out_table(path: pd.DataFrame) -> Table:
    """The build-out by quarter, with the ceiling that binds."""
    made = table(
        "The build-out: what is wanted, what can come, and what binds",
        [
            "quarter",
            "wanted\nnew chips",
            "installed\nnew chips",
            "total compute\n(M H100e)",
            "wanted\n(M H100e)",
            "binds",
        ],
    )
    for r in path.to_dict("records"):
        made.add_row(
            str(r["quarter"]),
            short_number(r["wanted_units"]),
            short_number(r["new_units"]),
            f"{r['compute_h100e'] / MILLION:,.1f}",
            f"{r['wanted_h100e'] / MILLION:,.1f}",
            _ceiling(r["binding"]),
        )
    return made


def _ceiling(name: str) -> str:
    return "DRAM" if name == "dram" else name


def binding_sentence(path: pd.DataFrame) -> str:
    """Which ceiling binds, and when, in words."""
    runs: list[tuple[str, str, str]] = []
    for quarter, name in zip(path["quarter"], path["binding"], strict=True):
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1], quarter)
        else:
            runs.append((name, quarter, quarter))
    parts = [
        f"{'nothing' if name == 'none' else _ceiling(name)} "
        f"{'in ' + first if first == last else f'from {first} to {last}'}"
        for name, first, last in runs
    ]
    return "What holds the build-out back: " + ", then ".join(parts) + "."


def dram_sentence(quarter: str) -> str:
    """The DRAM ceiling against the memory of the chips that the counts say came in a quarter."""
    before = fleet.quarter_name(fleet.quarter_index(quarter) - 1)
    came = fleet.memory(fleet.world_units(quarter)) - fleet.memory(fleet.world_units(before))
    allowed = max(fleet.dram_ceiling().per_quarter.values())
    verdict = ": the published ceiling and the counts do not agree" if came > (1 + TOLERANCE) * allowed else ""
    return (
        f"The chips that the counts add in {quarter} hold {came / PETA:,.0f} PB; the DRAM ceiling allows "
        f"{allowed / PETA:,.0f} PB a quarter{verdict}."
    )


def world_report(
    records: list[Record], architecture: Architecture, calibration: Calibration, quarter: str
) -> RenderableType:
    """The whole report for a terminal."""
    path, _ = fleet.BuildOut().project(
        fleet.world_units(quarter), fleet.quarter_name(fleet.quarter_index(quarter) + 1), 8
    )
    missing = fleet.uncounted(quarter)
    parts: list[RenderableType] = [
        world_table(records, architecture, quarter),
        Text(
            f"Output tokens per second, {calibration.name} calibration. Epoch's fleet: 1.9M GB200 and 1.5M GB300 (the "
            "published headline). World: every counted chip, each in the fewest systems that hold the model. USD: "
            "the rented rack, per million output tokens."
        ),
        *_notes(records),
    ]
    if missing:
        parts.append(Text(f"The source has no counts of {' and '.join(missing)} for {quarter}.", style="bold"))
    if architecture.name == "kimi-k2":
        parts += ["", Text("Epoch's fleet against what was published, tok/s:")]
        parts += map(Text, published_lines(architecture))
    else:
        first, (low, high) = records[0], map(_number, records[0]["headline_fit_range_tok_s"])
        parts.append(
            Text(
                f"With our own fit to measurements Epoch's fleet serves {_number(first['headline_fit_tok_s'])} tok/s "
                f"of {first['title']} (range {low} to {high})."
            )
        )
    parts += [
        "",
        owners_table(quarter, architecture, calibration),
        Text(growth_sentence()),
        "",
        build_out_table(path),
        Text(
            "Wanted: 3.4x a year (Epoch AI); what could not come stays wanted. Ceilings: DRAM for 15 GW over 2026-27 "
            "(Alderson); capex of three hyperscalers, 770 billion USD in 2026 and 1,000 in 2027 (Crunch), scaled to "
            "the world, two quarters ahead."
        ),
        Text(binding_sentence(path), style="bold"),
        Text(dram_sentence(fleet.LAST_FULL_QUARTER)),
    ]
    return Group(*parts)


def _headline(deployment: Deployment) -> str:
    number = "" if deployment.systems == 1 else f"{deployment.systems:g} x "
    return f"{deployment.architecture.title} on {number}{deployment.chip.title}"


def machine_report(deployment: Deployment, records: list[Record]) -> RenderableType:
    """One deployment, every workload."""
    made = table(
        _headline(deployment),
        [
            "workload",
            "asked\ntok/s",
            "kept\ntok/s",
            "batch",
            "output\ntok/s",
            "what\nbinds",
            "mem.\nused",
            "USD per\nM tok",
        ],
    )
    for r in records:
        made.add_row(
            r["title"],
            f"{r['promised_tok_s']:,g}",
            _number(r["speed_tok_s"]),
            _number(r["batch"]),
            _number(r["throughput_tok_s"]),
            r["binding"],
            _share(r["memory_share"]),
            _money(r["cost_usd_per_mtok"]),
        )
    fitted = "; ".join(f"{r['title']} {_range(r)}" for r in records if r["fit_tok_s"])
    return Group(
        made,
        Text(f"{deployment.calibration.name} calibration"),
        Text(f"With our own fit (5 % to 95 %), output tok/s: {fitted or 'none can be served'}."),
        *_notes(records),
    )


def point_report(deployment: Deployment, record: Record) -> RenderableType:
    """One deployment, one workload, one speed."""
    made = table(_headline(deployment), ["", ""])
    made.show_header = False
    made.columns[1].justify = "left"
    more = dict(record["elasticities"])
    slower = more.pop("speed")
    cached = f", {record['cached_share']:.0%} cached" if record["cached_share"] else ""
    rows = {
        "request": f"{record['input_tokens']:,.0f} tokens in, {record['output_tokens']:,.0f} out{cached}",
        "throughput": f"{record['throughput_tok_s']:,.0f} output tokens/s",
        "with our own fit": f"{_range(record)}, 5 % to 95 % in brackets",
        "batch": f"{record['batch']:,} requests in flight",
        "speed": f"{record['speed_tok_s']:.1f} tokens/s for each user, {record['promised_tok_s']:g} promised",
        "first token": f"{record['first_token_s']:.3g} s, with the queue at the prefill",
        "binding": record["binding"],
        "1 % more gives": ", ".join(f"{k} +{v:.2f} %" for k, v in more.items()),
        "1 % slower gives": f"+{slower:.2f} %",
        "work": f"{record['work_rack_s']:.4g} system-seconds a request",
        "running cost": f"{_money(record['cost_usd_per_mtok'])} per million output tokens",
        "memory used": _share(record["memory_share"]),
        "calibration": record["calibration"],
    }
    for name, value in rows.items():
        made.add_row(name, value)
    return made
