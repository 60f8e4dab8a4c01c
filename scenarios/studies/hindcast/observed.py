"""What was observed: list prices of 405 models on a router, rents of machines, shares, October 2024 to December 2025.

``list_prices.csv`` is jvrck/openrouterlist (MIT license): what a router asks for a model by default, with the days of
its changes; whether a model is open is ours, by vendor. ``observed.csv`` has the rest by month, each with its source.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

import numpy as np
import pandas as pd

from scenarios.studies.hindcast.indices import changes_a_model_year, indices, kinds_of_moves

FIRST, LAST = "2024-10-01", "2025-12-31"
#: First day of the lists.
FIRST_LISTED: Final = "2024-09-21"
#: Last day of what was fitted before the rest was looked at as a test.
FITTED_LAST: Final = "2025-06-30"
#: Last month of the data.
LAST_MONTH: Final = "2025-12"
#: Parts of a price: three of input to one of output, as in the published index.
INPUT, OUTPUT = 0.75, 0.25


def table(name: str) -> pd.DataFrame:
    """A table beside this file."""
    with resources.files(__package__).joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file)


@cache
def listed(kind: str, begin: str = FIRST) -> pd.DataFrame:
    """Listed prices of open or closed models from a day on, by day and model."""
    rows = table("list_prices.csv")
    rows = rows[rows["kind"] == kind]
    price = INPUT * rows["input_usd_per_mtok"] + OUTPUT * rows["output_usd_per_mtok"]
    rows = rows.assign(price=price)
    days = pd.date_range(begin, LAST)
    made = {}
    for model, part in rows.groupby("model", sort=False):
        steps = part.groupby("date", sort=True)["price"].last()
        steps.index = pd.DatetimeIndex(steps.index)
        line = steps.reindex(days.union(pd.DatetimeIndex(steps.index))).ffill().reindex(days)
        first, last = part["first"].iloc[0], part["last"].iloc[0]
        line[days < pd.Timestamp(first)] = np.nan
        if isinstance(last, str):
            line[days > pd.Timestamp(last)] = np.nan
        made[str(model)] = line.where(line > 0)
    return pd.DataFrame(made, index=days)


def came_out(kind: str) -> pd.Series:
    """Day on which a model was listed first, by model."""
    rows = table("list_prices.csv")
    first = rows[rows["kind"] == kind].groupby("model", sort=False)["first"].first()
    return pd.Series(pd.DatetimeIndex(first), index=first.index)


@cache
def observed() -> pd.DataFrame:
    """All that is known, by month and series."""
    made: dict[str, pd.Series] = {}
    for kind in ("open", "closed"):
        made |= indices(kind, listed(kind), LAST_MONTH)
        made[f"changes a model-year ({kind})"] = changes_a_model_year(listed(kind))
    for name, part in table("observed.csv").groupby("series", sort=False):
        made[str(name)] = part.set_index("month")["value"]
    return pd.DataFrame(made).sort_index()


@cache
def observed_moves(kind: str, first: str = FIRST, last: str = LAST) -> dict[str, float]:
    """Kinds of moves between two days."""
    return kinds_of_moves(listed(kind).loc[first:last], came_out(kind))
