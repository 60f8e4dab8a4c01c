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
from scenarios.capacity_report import _table

#: The goal for rows left out; the published set gives about 0.25 on similar rows.
GOAL = 0.20


def calibrate(rows: Measurements, draws: int, seed: int) -> dict[str, Any]:
    """Fit, resample, leave out each system and model in turn; everything as plain values and frames."""
    found = bootstrap(rows, draws, seed)
    left_out = {}
    for column in ("system", "model"):
        if rows.frame[column].nunique() > 1:
            table, overall = leave_one_out(rows, column)
            left_out[column] = {"rows": table.to_dict("records"), "per_token": overall}
    return {
        "rows": len(rows),
        "doubled_layouts": rows.doubled_layouts,
        "unread": [asdict(item) for item in rows.unread],
        "fit": asdict(found.calibration),
        "range": {
            name: getattr(found, name)
            for name in ("compute_efficiency", "bandwidth_efficiency", "step_latency")
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


def _frame_table(title: str, frame: pd.DataFrame, caption: str = "") -> Table:
    table = _table(title, [str(name).replace("_", " ") for name in frame.columns], caption)
    for row in frame.itertuples(index=False):
        table.add_row(*(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
    return table


def calibration_report(result: dict[str, Any]) -> RenderableType:
    """The report for a terminal."""
    fit, span, median = result["fit"], result["range"], result["median_error"]
    parts: list[RenderableType] = [
        Text(f"{result['rows']} measurements read ({result['doubled_layouts']} with expert ranks counted twice)."),
        *(Text(f"not understood: {u['rows']} rows with {u['column']} '{u['value']}': {u['reason']}", style="bold red")
          for u in result["unread"]),
        "",
        Text("Fit (5 % to 95 % over " + str(result["draws"]) + " resamples of set-ups)", style="bold"),
        f"  compute efficiency    {fit['compute_efficiency']:.3f}   ({span['compute_efficiency'][0]:.3f} to "
        f"{span['compute_efficiency'][1]:.3f})",
        f"  bandwidth efficiency  {fit['bandwidth_efficiency']:.3f}   ({span['bandwidth_efficiency'][0]:.3f} to "
        f"{span['bandwidth_efficiency'][1]:.3f})",
        f"  step latency          {1e3 * fit['step_latency']:.2f} ms ({1e3 * span['step_latency'][0]:.2f} to "
        f"{1e3 * span['step_latency'][1]:.2f})",
        "",
        Text("Median |log(predicted / measured)| of the time per output token, on the rows fitted", style="bold"),
        *(f"  {name:12s} {value:.3f}" for name, value in median.items()),
        "",
    ]  # fmt: skip
    for column, block in result["left_out"].items():
        verdict = "hit" if block["per_token"] <= GOAL else "MISS"
        parts.append(
            _frame_table(
                f"Leaving one {column} out: {block['per_token']:.3f} over all rows (goal at most {GOAL:.2f}: {verdict})",
                pd.DataFrame(block["rows"]),
            )
        )
    parts.append(
        _frame_table(
            "By model and system: median |log error|",
            pd.DataFrame(result["goodness"]),
            "per token bias: above 0 where the prediction is slow. first token: a rough account only, engines' own "
            "overheads are not in it.",
        )
    )
    return Group(*parts)
