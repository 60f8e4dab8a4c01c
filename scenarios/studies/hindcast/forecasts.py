"""Errors of forecasts made in the window, against forecasts that know nothing of markets.

A forecast of the model from a month is what was observed then, moved by what the runs' middle does from there. It knows
what is fed (machines, releases, demand) of the months to come, and no price of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Rule = Callable[[Floats, int, int], float]

HORIZONS: Final = (1, 3, 6)
#: Months before the first origin: three months' trend needs them.
FIRST_ORIGIN: Final = 3
#: Last month that was fitted.
FITTED_UNTIL: Final = "2025-06"
SERIES: Final = ("open index", "open index (trimmed)", "closed index", "H100 on-demand", "H100 one-year")


def random_walk(logs: Floats, origin: int, horizon: int) -> float:  # noqa: ARG001
    """It stays as it is."""
    return float(logs[origin])


def mean_drift(logs: Floats, origin: int, horizon: int) -> float:
    """It goes on as it went on average."""
    return float(logs[origin] + horizon * np.diff(logs[: origin + 1]).mean())


def last_three_months(logs: Floats, origin: int, horizon: int) -> float:
    """It goes on as it went in the last three months."""
    return float(logs[origin] + horizon * np.diff(logs[: origin + 1])[-3:].mean())


SIMPLE: Final[dict[str, Rule]] = {
    "random walk": random_walk,
    "mean drift": mean_drift,
    "last three months": last_three_months,
}


def errors(table: pd.DataFrame, series: Sequence[str] = SERIES) -> list[dict[str, Any]]:
    """Mean absolute errors in logs, x 100, by series, months, horizon and forecast, with the number of origins.

    ``months``: 'all' origins from the fourth month on, or those of 'not fitted' months: all that is forecast lies
    after June 2025.
    """
    made = []
    for name in series:
        part = table[(table["series"] == name) & table["observed"].notna()].sort_values("month")
        logs = np.log(part["observed"].to_numpy(dtype=np.float64))
        middle = np.log(part["p50"].to_numpy(dtype=np.float64))
        months = part["month"].tolist()
        fitted = months.index(FITTED_UNTIL) if FITTED_UNTIL in months else 0
        for which, first in (("all", FIRST_ORIGIN), ("not fitted", fitted)):
            for horizon in HORIZONS:
                origins = range(first, len(months) - horizon)
                made.append(
                    {"series": name, "months": which, "horizon": horizon, "origins": len(origins)}
                    | _errors(logs, middle, origins, horizon)
                )
    return made


def _errors(logs: Floats, middle: Floats, origins: range, horizon: int) -> dict[str, float | None]:
    rules: dict[str, Rule] = {
        "model": lambda known, t, h: float(known[t] + middle[t + h] - middle[t]),
        **SIMPLE,
    }
    found: dict[str, float | None] = {}
    for name, rule in rules.items():
        missed = [abs(rule(logs, t, horizon) - logs[t + horizon]) for t in origins]
        found[name] = 100.0 * float(np.mean(missed)) if missed else None
    return found
