"""Two runs in the same panels, and their key figures side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from scenarios.pictures.panel import head
from scenarios.pictures.style import BLUE, ORANGE, readable_axis, style
from scenarios.results import summary_tables as measures
from scenarios.results.measures.facts import LOST, tick_hours
from scenarios.results.run_folder import Frames
from scenarios.text.numbers import short_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: This run and the last one: told apart by colour and by line.
LOOKS: Final = (("this run", BLUE, "-", 1.8), ("last run", ORANGE, "--", 1.5))


@dataclass(frozen=True)
class Figure:
    """A number that two runs are compared by.

    Attributes:
        name: what it is, with its unit.
        this, last: its values; NaN where there is none.
        digits: decimals that are written.
    """

    name: str
    this: float
    last: float
    digits: int

    @property
    def row(self) -> tuple[str, str, str, str, str]:
        """Name, this run, last run, difference, difference relative to the last run."""
        change = self._written(self.this - self.last, sign=True)
        return self.name, self._written(self.this), self._written(self.last), change, self._relative()

    def _relative(self) -> str:
        """The difference in percent; where it is many times the last run, how many times; none of next to nothing."""
        if round(self.this, self.digits) == round(self.last, self.digits) == 0:
            return "–"
        ratio = self.this / self.last if self.last else float("nan")
        if not np.isfinite(ratio):
            return "–"
        return f"× {short_number(ratio)}" if ratio >= 10 else f"{_signed(100 * (ratio - 1), 1)} %"

    def _written(self, value: float, *, sign: bool = False) -> str:
        if not np.isfinite(value):
            return "–"
        if abs(value) >= 1e6:
            return (("+" if sign and value > 0 else "") + short_number(value)).replace("-", "−")
        if sign:
            return _signed(value, self.digits)
        return f"{round(value, self.digits) + 0.0:,.{self.digits}f}".replace("-", "−")  # + 0.0: no minus before 0


def _signed(value: float, digits: int) -> str:
    """A difference with its sign; none where it rounds to nothing."""
    rounded = round(value, digits)
    return f"{rounded:+,.{digits}f}".replace("-", "−") if rounded else f"{0:.{digits}f}"


def figures(this: Frames, last: Frames) -> list[Figure]:
    """The key figures of two runs; the last one's NaN where it does not have the same."""
    mine, theirs = _numbers(this), _numbers(last)
    names = [*mine, *(name for name in theirs if name not in mine)]
    digits = {"%": 1, "USD/M tokens": 2, "USD/rack-hour": 2, "min": 2, "h": 3}
    nothing = float("nan")
    return [
        Figure(name, mine.get(name, nothing), theirs.get(name, nothing), digits[name.rpartition("[")[2].rstrip("]")])
        for name in names
    ]


def _numbers(frames: Frames) -> dict[str, float]:
    ticks, fates = frames["ticks"], measures.outcomes(frames)
    asked = max(float(fates["asked"].sum()), 1e-300)
    lost = float(fates[[*LOST]].to_numpy().sum())
    made = {"requests served [%]": 100 * float(fates["served"].sum()) / asked, "requests lost [%]": 100 * lost / asked}
    for name, row in fates.iterrows():
        gone = row[[*LOST]].sum()
        made[f"lost of {name} [%]"] = 100 * float(measures.ratio(gone, row["asked"]))
    if not frames["offers"].empty:
        billed = measures.prices(frames).groupby("kind", sort=False)[["revenue", "tokens"]].sum()
        for kind, row in billed.iterrows():
            made[f"paid to {kind} [USD/M tokens]"] = float(measures.ratio(row["revenue"], row["tokens"]))
        waits = measures.waits(frames)
        wait = (waits["mean_h"].fillna(0.0) * waits["ordered"]).sum() / max(waits["ordered"].sum(), 1e-300)
        made["expected wait, mean [min]"] = 60 * float(wait)
    if ticks["capacity"].sum() > 0:
        made["machines busy [%]"] = 100 * float(ticks["used"].sum() / ticks["capacity"].sum())
    if not frames["wholesale"].empty:
        made["spot price, mean [USD/rack-hour]"] = float(ticks["spot_price"].mean())
    shares = measures.shares(frames)
    for name, row in measures.shares(frames, "kind").iterrows() if len(shares) else []:
        made[f"tokens sold by {name} [%]"] = 100 * float(row["token_share"])
        made[f"dollars earned by {name} [%]"] = 100 * float(row["revenue_share"])
    return made


def together(this: Frames, last: Frames) -> list[Axes]:
    """Price paid, spot price, machines busy and requests lost by day, both runs in each panel."""
    days = [_by_day(frames) for frames in (this, last)]
    with style():
        return _drawn(days)


def _drawn(days: list[pd.DataFrame]) -> list[Axes]:
    _, grid = plt.subplots(2, 2, figsize=(11.0, 5.6), layout="constrained")
    axes = list(grid.ravel())
    for panel, (column, title, unit) in zip(axes, PANELS, strict=True):
        head(panel, title)
        for (name, colour, line, width), table in zip(LOOKS, days, strict=True):
            marker = "o" if len(table) < 3 else None
            panel.plot(table.index, table[column], color=colour, ls=line, lw=width, marker=marker, label=name)
        panel.set_ylabel(unit)
        panel.set_ylim(bottom=0)
        readable_axis(panel)
        panel.spines[["top", "right"]].set_visible(False)
    for panel in axes[2:]:
        panel.set_xlabel("days since the start of the run")
    axes[0].legend(frameon=False, loc="best")
    return axes


PANELS: Final = (
    ("paid", "Mean price paid", "USD per million tokens"),
    ("spot", "Spot price of machines", "USD per rack-hour"),
    ("busy", "Machines busy", "%"),
    ("lost", "Requests lost", "% of those asked then"),
)


def _by_day(frames: Frames) -> pd.DataFrame:
    """By day, or by tick in runs of up to three days."""
    ticks = frames["ticks"]
    hours = (ticks["time"] - ticks["time"].iloc[0]).dt.total_seconds() / 3600.0
    step = 24.0 if hours.iloc[-1] >= 72.0 else tick_hours(frames)
    bins = np.floor(hours / step) * step / 24.0
    offers = frames["offers"]
    billed = measures.ratio(offers["revenue"], offers["paid_price"]).fillna(0.0)
    tokens = billed.groupby(offers["tick"]).sum().reindex(ticks["tick"]).fillna(0.0)
    table = ticks[["paid", "used", "capacity", "nothing", "turned_away", "unaffordable", "asked"]].copy()
    table["tokens"] = tokens.to_numpy()
    sums = table.groupby(bins).sum()
    return pd.DataFrame(
        {
            "paid": measures.ratio(sums["paid"], sums["tokens"]),
            "spot": ticks["spot_price"].groupby(bins).mean(),
            "busy": 100 * measures.ratio(sums["used"], sums["capacity"]),
            "lost": 100 * measures.ratio(sums[["nothing", "turned_away", "unaffordable"]].sum(axis=1), sums["asked"]),
        }
    )
