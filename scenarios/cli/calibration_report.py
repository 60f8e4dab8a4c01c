"""The calibration report: the fit, its range, and how good it is on what it has not seen."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from capacity import FITTED, PUBLISHED
from capacity.fit import bootstrap, errors, goodness, leave_one_out
from capacity.measurements import Measurements
from capacity.units import KILO
from scenarios.text.console import table

#: The goal for rows left out; the published set gives about 0.25 on similar rows.
GOAL = 0.20


def calibrate(rows: Measurements, draws: int, seed: int) -> dict[str, Any]:
    """Fit, resample, leave out each system and model in turn; everything as plain values."""
    found = bootstrap(rows, draws, seed)
    left_out = {}
    for column in ("system", "model"):
        if len(set(rows.frame[column])) > 1:
            frame, overall = leave_one_out(rows, column)
            left_out[column] = {"rows": frame.to_dict("records"), "per_token": overall}
    return {
        "rows": len(rows),
        "copies": rows.copies,
        "doubled_layouts": rows.doubled_layouts,
        "unread": [asdict(item) for item in rows.unread],
        "fit": asdict(found.calibration),
        "range": {
            name: getattr(found, name) for name in ("compute_efficiency", "bandwidth_efficiency", "step_latency")
        },
        "draws": draws,
        "median_error": {
            "fit": float(np.median(errors(rows, found.calibration))),
            "shipped fit": float(np.median(errors(rows, FITTED))),
            "published": float(np.median(errors(rows, PUBLISHED))),
        },
        "left_out": left_out,
        "goodness": goodness(rows, found.calibration, ["model", "system"]).to_dict("records"),
    }


#: Columns of the two tables: the key in the result, and its heading.
LEFT_OUT = {
    "left_out": "left out",
    "rows": "rows",
    "compute_efficiency": "compute\nefficiency",
    "bandwidth_efficiency": "bandwidth\nefficiency",
    "step_latency_ms": "step\nms",
    "per_token": "error\nper token",
    "throughput": "error\nthroughput",
}
GOODNESS = {
    "model": "model",
    "system": "system",
    "rows": "rows",
    "per_token": "per\ntoken",
    "per_token_bias": "bias",
    "throughput": "through-\nput",
    "first_token": "first\ntoken",
}


def _filled(title: str, headings: dict[str, str], rows: list[dict[str, Any]]) -> Table:
    made = table(title, list(headings.values()))
    for row in pd.DataFrame(rows)[list(headings)].itertuples(index=False):
        made.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    return made


def _fit_lines(result: dict[str, Any]) -> list[Text]:
    lines = [Text(f"Fit (5 % to 95 % over {result['draws']} resamples of set-ups)", style="bold")]
    for key, name, scale, form in (
        ("compute_efficiency", "compute efficiency", 1.0, ".3f"),
        ("bandwidth_efficiency", "bandwidth efficiency", 1.0, ".3f"),
        ("step_latency", "step latency, ms", KILO, ".2f"),
    ):
        value, (low, high) = result["fit"][key] * scale, result["range"][key]
        lines.append(Text(f"  {name:22s}{value:{form}}  ({low * scale:{form}} to {high * scale:{form}})"))
    return lines


def calibration_report(result: dict[str, Any]) -> RenderableType:
    """The report for a terminal."""
    parts: list[RenderableType] = [
        Text(
            f"{result['rows']} measurements used ({result['doubled_layouts']} with expert ranks counted twice); "
            f"{result['copies']} exact copies left out."
        )
    ]
    parts += [
        Text(f"not understood: {u['rows']} rows with {u['column']} '{u['value']}': {u['reason']}", style="bold red")
        for u in result["unread"]
    ]
    parts += ["", *_fit_lines(result), ""]
    parts.append(Text("Median |log(predicted / measured)| of the time per output token, all rows", style="bold"))
    parts += [Text(f"  {name:22s}{value:.3f}") for name, value in result["median_error"].items()]
    parts.append("")
    for column, block in result["left_out"].items():
        verdict = "reached" if block["per_token"] <= GOAL else "MISSED"
        title = f"Leaving one {column} out: {block['per_token']:.3f} over all rows (goal {GOAL:.2f}: {verdict})"
        parts.append(_filled(title, LEFT_OUT, block["rows"]))
    parts.append(_filled("Median |log error| by model and system, with the fit", GOODNESS, result["goodness"]))
    parts.append(
        Text(
            "bias: of the time per token, above 0 where the prediction is slow. first token: a rough account only; "
            "engines' own overheads are not in it."
        )
    )
    return Group(*parts)
