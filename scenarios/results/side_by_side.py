"""Two runs side by side: their key figures, with how far they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.results import summary_tables
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import LOST
from scenarios.text.numbers import short_number


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
    digits = {"%": 1, "USD/M tokens": 2, "USD/M tokens, input and output": 2, "USD/rack-hour": 2, "min": 2, "h": 3}
    nothing = float("nan")
    return [
        Figure(name, mine.get(name, nothing), theirs.get(name, nothing), digits[name.rpartition("[")[2].rstrip("]")])
        for name in names
    ]


def _numbers(frames: Frames) -> dict[str, float]:
    ticks, fates = frames["ticks"], summary_tables.outcomes(frames)
    asked = max(float(fates["asked"].sum()), 1e-300)
    lost = float(fates[[*LOST]].to_numpy().sum())
    made = {"requests served [%]": 100 * float(fates["served"].sum()) / asked, "requests lost [%]": 100 * lost / asked}
    for name, row in fates.iterrows():
        gone = row[[*LOST]].sum()
        made[f"lost of {name} [%]"] = 100 * float(summary_tables.ratio(gone, row["asked"]))
    if not frames["offers"].empty:
        billed = summary_tables.prices(frames).groupby("kind", sort=False)[["revenue", "tokens"]].sum()
        for kind, row in billed.iterrows():
            made[f"paid to {kind} [USD/M tokens]"] = float(summary_tables.ratio(row["revenue"], row["tokens"]))
        for name, row in summary_tables.segment_prices(frames).iterrows():
            made[f"paid by {name} [USD/M tokens, input and output]"] = float(row["a_million"])
        waits = summary_tables.waits(frames)
        wait = (waits["mean_h"].fillna(0.0) * waits["ordered"]).sum() / max(waits["ordered"].sum(), 1e-300)
        made["expected wait, mean [min]"] = 60 * float(wait)
    if ticks["capacity"].sum() > 0:
        made["machines busy [%]"] = 100 * float(ticks["used"].sum() / ticks["capacity"].sum())
    if not frames["wholesale"].empty:
        made["spot price, mean [USD/rack-hour]"] = float(ticks["spot_price"].mean())
    shares = summary_tables.shares(frames)
    for name, row in summary_tables.shares(frames, "kind").iterrows() if len(shares) else []:
        made[f"tokens sold by {name} [%]"] = 100 * float(row["token_share"])
        made[f"dollars earned by {name} [%]"] = 100 * float(row["revenue_share"])
    return made
