"""Two runs side by side: their key figures, with how far they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scenarios.results import summary_tables
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import LOST
from scenarios.text.numbers import short_number

#: Decimals that are written of each unit.
PER_MTOK, PER_TOKENS, PER_RACK_HOUR = "USD/M tokens", "USD/M tokens, input and output", "USD/rack-hour"
DIGITS: Final = {"%": 1, PER_MTOK: 2, PER_TOKENS: 2, PER_RACK_HOUR: 2, "min": 2}

SERVED: Final = "requests served"
LOST_OF_ALL: Final = "requests lost"
LOST_OF: Final = "lost of {}"
PAID_TO: Final = "paid to {}"
PAID_BY: Final = "paid by {}"
WAIT: Final = "expected wait, mean"
BUSY: Final = "machines busy"
SPOT: Final = "spot price, mean"
SOLD_BY: Final = "tokens sold by {}"
EARNED_BY: Final = "dollars earned by {}"

#: What a figure is of: what, unit and whom.
type Key = tuple[str, str, str]


@dataclass(frozen=True)
class Figure:
    """A number that two runs are compared by.

    Attributes:
        what: what it is; ``{}`` stands for whom it is of.
        unit: its unit, one of ``DIGITS``.
        this, last: its values; NaN where there is none.
        of: the kind of seller or of users; empty where it is of all.
    """

    what: str
    unit: str
    this: float
    last: float
    of: str = ""

    @property
    def digits(self) -> int:
        """Decimals that are written."""
        return DIGITS[self.unit]

    @property
    def name(self) -> str:
        """What it is, with its unit."""
        return f"{self.what.format(self.of)} [{self.unit}]"

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
    keys = [*mine, *(key for key in theirs if key not in mine)]
    nothing = float("nan")
    return [
        Figure(what, unit, mine.get((what, unit, of), nothing), theirs.get((what, unit, of), nothing), of)
        for what, unit, of in keys
    ]


def _numbers(frames: Frames) -> dict[Key, float]:
    ticks, fates = frames["ticks"], summary_tables.outcomes(frames)
    asked = max(float(fates["asked"].sum()), 1e-300)
    lost = float(fates[[*LOST]].to_numpy().sum())
    made: dict[Key, float] = {
        (SERVED, "%", ""): 100 * float(fates["served"].sum()) / asked,
        (LOST_OF_ALL, "%", ""): 100 * lost / asked,
    }
    for name, row in fates.iterrows():
        gone = row[[*LOST]].sum()
        made[LOST_OF, "%", str(name)] = 100 * float(summary_tables.ratio(gone, row["asked"]))
    if not frames["offers"].empty:
        billed = summary_tables.prices(frames).groupby("kind", sort=False)[["revenue", "tokens"]].sum()
        for kind, row in billed.iterrows():
            made[PAID_TO, PER_MTOK, str(kind)] = float(summary_tables.ratio(row["revenue"], row["tokens"]))
        for name, row in summary_tables.segment_prices(frames).iterrows():
            made[PAID_BY, PER_TOKENS, str(name)] = float(row["a_million"])
        waits = summary_tables.waits(frames)
        wait = (waits["mean_h"].fillna(0.0) * waits["ordered"]).sum() / max(waits["ordered"].sum(), 1e-300)
        made[WAIT, "min", ""] = 60 * float(wait)
    if ticks["capacity"].sum() > 0:
        made[BUSY, "%", ""] = 100 * float(ticks["used"].sum() / ticks["capacity"].sum())
    if not frames["wholesale"].empty:
        made[SPOT, PER_RACK_HOUR, ""] = float(ticks["spot_price"].mean())
    shares = summary_tables.shares(frames)
    for name, row in summary_tables.shares(frames, "kind").iterrows() if len(shares) else []:
        made[SOLD_BY, "%", str(name)] = 100 * float(row["token_share"])
        made[EARNED_BY, "%", str(name)] = 100 * float(row["revenue_share"])
    return made
