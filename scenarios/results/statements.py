"""Statements of firms by quarter: income, cash and balance, which add up, and what is committed beside them.

Where a run simulates a week of each month, all sums are scaled to the whole time: money at the start was, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from scenarios.results.frames import Frames
from scenarios.results.simulated_days import has_gaps, simulated_days

#: Lines of the statements: column of the frame ``books``, what it is called, and its sign in the sum of its part.
INCOME: Final = {
    "sales": 1,
    "machines": -1,
    "running": -1,
    "staff": -1,
    "research": -1,
    "interest": -1,
    "depreciation": -1,
    "forgiven": 1,
}
FLOWS: Final = (*INCOME, "income", "capital", "raised", "owners_gave")
STOCKS: Final = ("cash", "debt", "racks", "equity", "commitments", "backlog")


def statements(frames: Frames, about: Mapping[str, Any]) -> pd.DataFrame:
    """One row a firm and quarter: flows of the quarter, ``before`` (cash less debt), and stocks at its end [USD]."""
    books = frames["books"]
    whole = float(about["days"]) / simulated_days(about) if has_gaps(about) else 1.0
    quarter = books["time"].dt.to_period("Q")
    by_quarter = books.assign(quarter=quarter).groupby(["firm", "quarter"], observed=True, sort=True)
    made = by_quarter[list(FLOWS)].sum().join(by_quarter[list(STOCKS)].last()) * whole
    sellers = frames["sellers"].set_index("seller")["start_cash"] * whole
    held = made["cash"] - made["debt"]
    before = held.groupby(level="firm", observed=True).shift()
    start = pd.Series(made.index.get_level_values("firm").astype(str), index=made.index).map(sellers)
    made.insert(0, "before", before.fillna(start))
    return made.reset_index().assign(
        firm=lambda table: table["firm"].astype(str), quarter=lambda t: t["quarter"].astype(str)
    )
