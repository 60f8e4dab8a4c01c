"""The goals of the hindcast, written down before anything was tuned, and whether the runs hit them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from scenarios.studies.hindcast.observed import LAST_MONTH, observed_moves

#: The half-year in which sellers filled.
FILLED: Final = ("2025-07", "2025-12")
STEP: Final = (0.08, 0.20)
CLOSED_WITHIN: Final = 0.05
HALF_YEARS: Final = (("2024-10", "2024-12"), ("2025-01", "2025-06"), ("2025-07", "2025-12"))
#: The rent that is known best: lists of the same sellers.
RENT: Final = "H100 on-demand"
HELD: Final = (0.80, 0.97)


@dataclass(frozen=True)
class Goal:
    """A goal, what was observed, what the runs give, and whether that hits; None where it cannot be told."""

    name: str
    observed: str
    found: str
    hit: bool | None


def goals(
    table: pd.DataFrame,
    runs: Sequence[dict[str, Any]],
    errors: Sequence[Mapping[str, Any]],
    covered: pd.DataFrame,
) -> list[Goal]:
    """All that can be told from the runs."""
    if table["month"].max() < LAST_MONTH:
        return []
    return [*_moves(runs), *_step(table), *_no_worse(errors), _closed(table), *_signs(table), *_bands(covered)]


def _moves(runs: Sequence[dict[str, Any]]) -> list[Goal]:
    made = []
    for kind in ("open", "closed"):
        for name, seen in observed_moves(kind).items():
            values = [run["moves"][kind][name] for run in runs if name in run["moves"][kind]]
            if not values or np.isnan(seen):
                made.append(Goal(f"a. {kind}: {name}", f"{seen:.2f}", "-", None))
                continue
            low, high = np.quantile(values, [0.05, 0.95])
            hit = bool(low <= seen <= high)
            made.append(Goal(f"a. {kind}: {name}", f"{seen:.2f}", f"{low:.2f} to {high:.2f}", hit))
    return made


def _series(table: pd.DataFrame, series: str, column: str) -> pd.Series:
    return table[table["series"] == series].set_index("month")[column]


def largest_rise(path: pd.Series) -> float:
    """Largest rise from a month to a later one within the half-year, in parts of the lower one."""
    inside = path.loc[FILLED[0] : FILLED[1]].to_numpy(dtype=np.float64)
    lowest = np.minimum.accumulate(inside)
    return float((inside / lowest - 1.0).max())


def _step(table: pd.DataFrame) -> list[Goal]:
    seen, found = (largest_rise(_series(table, "open index (trimmed)", one)) for one in ("observed", "p50"))
    hit = STEP[0] <= found <= STEP[1]
    return [Goal("b. open, trimmed: rise of the middle in July to December 2025", f"{seen:.0%}", f"{found:.0%}", hit)]


def _no_worse(errors: Sequence[Mapping[str, Any]]) -> list[Goal]:
    made = []
    for row in errors:
        if row["series"] == "open index (trimmed)" and row["months"] == "not fitted" and row["horizon"] in (3, 6):
            walk, model = row["random walk"], row["model"]
            told = None not in (walk, model)
            made.append(
                Goal(
                    f"b. open, trimmed: error at {row['horizon']} months against a random walk's",
                    f"{walk:.1f}" if told else "-",
                    f"{model:.1f}" if told else "-",
                    model <= walk if told else None,
                )
            )
    return made


def _closed(table: pd.DataFrame) -> Goal:
    seen, found = (_series(table, "closed index", one).loc[:LAST_MONTH] for one in ("observed", "p50"))
    off = float((found / seen - 1.0).abs().max())
    return Goal("c. closed index: furthest off in any month", "0%", f"{off:.0%}", off <= CLOSED_WITHIN)


def _signs(table: pd.DataFrame) -> list[Goal]:
    made = []
    for first, last in HALF_YEARS:
        seen, found = (
            float(np.log(_series(table, RENT, one)[last] / _series(table, RENT, one)[first]))
            for one in ("observed", "p50")
        )
        hit = bool(np.sign(seen) == np.sign(found))
        made.append(Goal(f"d. H100, change from {first} to {last}", f"{seen:+.1%}", f"{found:+.1%}", hit))
    return made


def _bands(covered: pd.DataFrame) -> list[Goal]:
    low, high = HELD
    return [
        Goal(
            f"e. {row['series']}: months in the 90 % band",
            f"{low:.0%} to {high:.0%}",
            f"{row['in 90 %']:.0%}",
            bool(low <= row["in 90 %"] <= high),
        )
        for row in covered.to_dict("records")
    ]
