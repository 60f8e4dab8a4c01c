"""What a log says, for a terminal and for machines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from scenarios.studies.trace.profile import Profile
from scenarios.studies.trace.trace import Trace
from scenarios.text.console import table


def trace_record(trace: Trace, profiles: Mapping[str, Profile]) -> dict[str, Any]:
    """All of it as plain values."""
    return {
        "file": str(trace.path),
        "sha256": trace.sha256,
        "requests": trace.requests,
        "first": _moment(trace.first),
        "last": _moment(trace.last),
        "utc_offset_h": trace.utc_offset_h,
        "left_out": trace.left_out,
        "wrong": [{"line": one.line, "words": one.words} for one in trace.wrong],
        "classes": {name: one.record for name, one in profiles.items()},
    }


def trace_report(trace: Trace, profiles: Mapping[str, Profile]) -> RenderableType:
    """A table of classes, and what cannot be told."""
    rows = ("requests", "input", "cached", "output", "spread", "a day", "bursts", "weekend")
    made = table(f"{trace.requests:,} requests, {_moment(trace.first)} to {_moment(trace.last)}", ["class", *rows])
    for name, one in profiles.items():
        ratio = sum(one.weekend) / sum(one.weekday) if sum(one.weekday) else math.nan
        cells = (one.input, one.cached, one.output, one.size_spread, one.requests_per_day, one.burstiness, ratio)
        made.add_row(Text(name), f"{one.requests:,}", *map(_cell, cells))
    notes = [
        "input, output: mean tokens of a request; cached: share of all input; spread: standard deviation of the log of "
        "a request's tokens; a day: mean requests; bursts: variance over mean of requests an hour, around the load; "
        "weekend: its load over that of a weekday",
    ]
    if not all(one.weekday for one in profiles.values()):
        notes.append("No load by hour: the log leaves out hours of a weekday or of the weekend.")
    return Group(made, *(Text(note, style="dim") for note in notes))


def _cell(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
