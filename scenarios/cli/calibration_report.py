"""The calibration report: the fit, its range, and how good it is on what it has not seen."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from capacity import FITTED, PUBLISHED
from capacity.fit import (
    FIRST_TOKEN_FIELDS,
    FITTED_FIELDS,
    FitRange,
    bootstrap,
    errors,
    first_token_errors,
    goodness,
    headline,
    leave_one_out,
)
from capacity.measurements import Measurements
from capacity.units import MEGA
from scenarios.text.console import table
from scenarios.text.numbers import short_number

#: The goals for rows left out (tests/published/targets.toml): of the time per token, of the first token, and of that
#: over a constant's error.
GOAL, FIRST_TOKEN_GOAL, SHARE_GOAL = 0.17, 0.45, 0.67
#: Fields of a serving program.
ENGINE_FIELDS = ("first_token_steps", "company")


def calibrate(rows: Measurements, draws: int, seed: int) -> dict[str, Any]:
    """Fit, resample, leave out each system and model in turn; everything as plain values."""
    found = bootstrap(rows, draws, seed)
    left_out = {}
    for column in ("system", "model"):
        if len(set(rows.frame[column])) > 1:
            frame, overall = leave_one_out(rows, column, found.calibration)
            left_out[column] = {"rows": frame.to_dict("records"), **asdict(overall)}
    return {
        "rows": len(rows),
        "copies": rows.copies,
        "doubled_layouts": rows.doubled_layouts,
        "unread": [asdict(item) for item in rows.unread],
        "fit": asdict(found.calibration),
        "range": {name: found.range(name) for name in (*FITTED_FIELDS, *FIRST_TOKEN_FIELDS)},
        "headline_tok_s": {
            "fit": headline(found.calibration),
            "range": [float(x) for x in np.quantile(found.headlines, [0.05, 0.95])],
        },
        "low": asdict(found.at(0.05)),
        "high": asdict(found.at(0.95)),
        "draws": draws,
        "median_error": {
            "fit": float(np.median(errors(rows, found.calibration))),
            "shipped fit": float(np.median(errors(rows, FITTED))),
            "published": float(np.median(errors(rows, PUBLISHED))),
        },
        "median_first_token_error": float(np.median(first_token_errors(rows, found.calibration))),
        "engines": _engines(rows, found),
        "left_out": left_out,
        "goodness": goodness(rows, found.calibration, ["model", "system"]).to_dict("records"),
    }


def _engines(rows: Measurements, found: FitRange) -> list[dict[str, Any]]:
    """Each serving program: its rows, its numbers with their ranges, and the first token's error with and without."""
    names, which = rows.engines
    error = first_token_errors(rows, found.calibration)
    typical = first_token_errors(rows, replace(found.calibration, engines=()))
    known = [engine.name for engine in found.calibration.engines]
    return [
        {
            "engine": name if name in known else f"{name or 'not named'} (typical)",
            "rows": int(np.count_nonzero(which == number)),
            **{field: getattr(found.calibration.engine(name), field) for field in ENGINE_FIELDS},
            **{f"{field}_range": found.engine_range(name, field) for field in ENGINE_FIELDS},
            "first_token": float(np.median(error[which == number])),
            "typical": float(np.median(typical[which == number])),
        }
        for number, name in enumerate(names)
    ]


#: Columns of the two tables: the key in the result, and its heading.
LEFT_OUT = {
    "left_out": "left out",
    "rows": "rows",
    "per_token": "error\nper token",
    "per_token_bias": "bias",
    "first_token": "error\nfirst token",
    "typical": "typical\nengine",
    "constant": "of a\nconstant",
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


def _engine_table(rows: list[dict[str, Any]]) -> Table:
    made = table(
        "What a first token waits for, by serving program",
        ["engine", "rows", "decode steps", "company", "error\nfirst token", "as typical"],
    )
    for row in rows:
        (least, most), (few, many) = (row[f"{field}_range"] for field in ENGINE_FIELDS)
        made.add_row(
            row["engine"],
            str(row["rows"]),
            f"{row['first_token_steps']:.3g} ({least:.3g} to {most:.3g})",
            f"{row['company']:.2g} ({few:.2g} to {many:.2g})",
            f"{row['first_token']:.3f}",
            f"{row['typical']:.3f}",
        )
    return made


def _filled(title: str, headings: dict[str, str], rows: list[dict[str, Any]]) -> Table:
    made = table(title, list(headings.values()))
    for row in pd.DataFrame(rows)[list(headings)].itertuples(index=False):
        made.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    return made


def _fit_lines(result: dict[str, Any]) -> list[Text]:
    lines = [Text(f"Fit (5 % to 95 % over {result['draws']} resamples of clusters)", style="bold")]
    for key in (*FITTED_FIELDS, *FIRST_TOKEN_FIELDS):
        scale, unit = (MEGA, ", µs") if key.endswith("latency") else (1.0, "")
        value, (low, high) = result["fit"][key] * scale, result["range"][key]
        lines.append(
            Text(f"  {key.replace('_', ' ') + unit:26s}{value:8.3g}  ({low * scale:.3g} to {high * scale:.3g})")
        )
    served, (least, most) = result["headline_tok_s"]["fit"], result["headline_tok_s"]["range"]
    lines.append(
        Text(
            f"  {'the published fleet serves':26s}{short_number(served):>8s} token/s "
            f"({short_number(least)} to {short_number(most)})"
        )
    )
    return lines


def _verdict(value: float, goal: float) -> str:
    return "reached" if value <= goal else "MISSED"


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
    parts.append(Text(f"  {'fit, first token':22s}{result['median_first_token_error']:.3f}"))
    parts.append("")
    parts.append(_engine_table(result["engines"]))
    for column, block in result["left_out"].items():
        share = block["first_token"] / block["constant"]
        title = (
            f"Leaving one {column} out: {block['per_token']:.3f} over all rows "
            f"(goal {GOAL:.2f}: {_verdict(block['per_token'], GOAL)}); first token {block['first_token']:.3f} "
            f"(goal {FIRST_TOKEN_GOAL:.2f}: {_verdict(block['first_token'], FIRST_TOKEN_GOAL)}), {share:.2f} of a "
            f"constant's error (goal {SHARE_GOAL:.2f}: {_verdict(share, SHARE_GOAL)}); {block['typical']:.3f} where "
            "the serving program is not known"
        )
        parts.append(_filled(title, LEFT_OUT, block["rows"]))
    parts.append(_filled("Median |log error| by model and system, with the fit", GOODNESS, result["goodness"]))
    parts.append(
        Text(
            "bias: of the time per token, above 0 where the prediction is slow. typical engine: the first token's "
            "error where the serving program is not known. constant: that of calling every first token the median of "
            "the rows that the fit has seen."
        )
    )
    return Group(*parts)
