"""Two pools: the best split of chips into readers and writers, as a record and for a terminal."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from rich.console import RenderableType

from capacity import Architecture, Calibration, Chip, Costs, Deployment, Workload
from capacity.errors import require
from capacity.pools import best_split, workers
from capacity.units import MILLION, SECONDS_PER_HOUR
from scenarios.text.console import table

type Record = dict[str, Any]


def pools_record(
    chip: Chip,
    architecture: Architecture,
    calibration: Calibration,
    workload: Workload,
    chips: float,
    speed: float | None,
    costs: Costs,
) -> Record:
    """The best split of so many chips into two pools, beside the best worker that does both."""
    require("--pools", chips, at_least=2)
    tried = workers(chip, architecture, calibration, most_chips=min(chips, chip.chips_per_system))
    if not tried:
        Deployment(chip, architecture, calibration, min(chips / chip.chips_per_system, 1.0))  # says why not
    found = best_split(tried, tried, workload, chips, speed)
    split = found.pools
    together = max(tried, key=lambda worker: float(worker.throughput(workload, speed)) / worker.chips)
    one_pool = float(together.throughput(workload, speed)) / together.chips
    return {
        "chip": chip.name, "architecture": architecture.name, "calibration": calibration.name,
        "workload": workload.name, "title": workload.title, "input_tokens": workload.input,
        "output_tokens": workload.output, "cached_share": workload.cached,
        "promised_tok_s": workload.speed if speed is None else speed,
        "promised_first_token_s": workload.first_token if math.isfinite(workload.first_token) else None,
        **asdict(found.point),
        "readers": split.readers, "reader_chips": split.reader.chips, "reader_layout": str(split.reader.spread),
        "writers": split.writers, "writer_chips": split.writer.chips, "writer_layout": str(split.writer.spread),
        "cost_usd_per_mtok": MILLION * costs.usd_per_chip_hour(chip) * found.point.chips / SECONDS_PER_HOUR
        / found.point.throughput_tok_s,
        "one_pool_tok_s": one_pool * found.point.chips,
        "one_pool_layout": str(together.spread) if one_pool else None,
    }  # fmt: skip


def pools_report(record: Record) -> RenderableType:
    """The best split, for a terminal."""
    made = table(f"{record['architecture']} on two pools of {record['chip']}, {record['title']}", ["", ""])
    made.show_header = False
    made.columns[1].justify = "left"
    rows = {
        "throughput": f"{record['throughput_tok_s']:,.0f} output tokens/s on {record['chips']:g} chips",
        "prefill pool": f"{record['readers']:g} of {record['reader_chips']:g} chips ({record['reader_layout']}), "
        f"{record['reader_load']:.0%} busy",
        "decode pool": f"{record['writers']:g} of {record['writer_chips']:g} chips ({record['writer_layout']}), "
        f"{record['batch']:,} requests each",
        "what binds": record["binding"],
        "speed": f"{record['speed_tok_s']:.1f} token/s after the first, {record['promised_tok_s']:g} promised",
        "first token": f"{record['first_token_s']:.3g} s",
        "running cost": f"${record['cost_usd_per_mtok']:,.2f} per million output tokens",
        "in one pool": f"{record['one_pool_tok_s']:,.0f} output tokens/s ({record['one_pool_layout'] or 'none'})",
        "calibration": record["calibration"],
    }
    for name, value in rows.items():
        made.add_row(name, value)
    return made
