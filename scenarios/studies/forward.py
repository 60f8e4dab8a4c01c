"""The forward curve of runs: what the market expected of spot at each date, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from capacity.errors import InputError
from market.simulation.quoting import AHEAD
from scenarios.results.frames import Frames
from scenarios.results.measures.machines import H100_PER_RACK

HOURS_A_YEAR: Final = 8_766.0
#: Time about a date over which the spot price that came is averaged [h]: the hours of a week differ.
ABOUT_H: Final = 84.0


@dataclass(frozen=True)
class Forward:
    """What was expected, asked for and paid, over the runs of several seeds.

    Attributes:
        curve: by date and time ahead: ``spot`` expected, ``term`` asked and ``listed`` (the lowest on-demand list then,
            0 without one), mean and lowest and highest over the runs, and ``came``: the spot price that came, NaN
            where the run ends before [USD per rack-h].
        errors: by time ahead: how often it can be told, and the mean and root mean square of expected over what
            came, less 1.
        runs: how many runs.
    """

    curve: pd.DataFrame
    errors: pd.DataFrame
    runs: int


def forward(runs: Sequence[Frames], every_days: float = 30.4375, *, per_h100: bool = False) -> Forward:
    """Expectations at dates some days apart, of one run or of several with the same dates.

    ``per_h100``: prices in USD per H100-hour, as rental lists have them, in place of USD per rack-hour.
    """
    unit = H100_PER_RACK if per_h100 else 1.0
    for k, one in enumerate(runs):
        for before in range(k):
            if all(one[name].equals(runs[before][name]) for name in ("ticks", "forward")):
                raise InputError(f"runs {before + 1} and {k + 1} are the same run, which would be counted twice")
    tables = [_of_run(frames, every_days, unit) for frames in runs]
    if any(not one.index.equals(tables[0].index) for one in tables):
        raise InputError("the runs have different dates, but a forward curve needs the same in all")
    together = pd.concat(tables, keys=range(len(tables)), names=["run"])
    by_date = together.groupby(level=["time", "ahead"], sort=False, observed=True)
    parts = {name: by_date[name].agg(["mean", "min", "max"]) for name in ("spot", "term", "listed")}
    curve = pd.concat(parts, axis=1)
    flat = {"mean": "", "min": "_min", "max": "_max"}
    curve.columns = pd.Index([f"{name}{flat[how]}" for name in parts for how in flat])
    curve["came"] = by_date["came"].mean()
    return Forward(curve.reset_index(), _errors(together), len(tables))


def _of_run(frames: Frames, every_days: float, unit: float) -> pd.DataFrame:
    """Rows by date and time ahead: spot expected, term asked, the list of that hour, spot that came."""
    rows, ticks = frames["forward"], frames["ticks"]
    first, last = ticks["time"].iloc[0], ticks["time"].iloc[-1]
    dates = pd.date_range(first + pd.Timedelta(days=1), last, freq=pd.Timedelta(days=every_days))
    found = ticks["time"].searchsorted(dates if len(dates) else pd.DatetimeIndex([last]))
    told = rows[rows["tick"].isin(ticks["tick"].iloc[np.unique(found)])].copy()
    paid = ticks.set_index("time")["spot_price"]
    told["listed"] = told["tick"].map(ticks.set_index("tick")["on_demand_price"])
    told["came"] = [
        _came(paid, time, AHEAD[str(ahead)]) for time, ahead in zip(told["time"], told["ahead"], strict=True)
    ]
    made = told.set_index(["time", "ahead"])[["spot", "term", "listed", "came"]]
    return made / unit


def _came(paid: pd.Series[float], time: pd.Timestamp, years: float) -> float:
    """Mean spot price of the week about a date, now too; NaN where nothing is simulated about it."""
    date = time + pd.Timedelta(hours=years * HOURS_A_YEAR)
    about = pd.Timedelta(hours=ABOUT_H)
    near = paid.loc[date - about : date + about]
    whole = date + about <= paid.index[-1] + pd.Timedelta(hours=ABOUT_H / 2.0)
    return float(near.mean()) if len(near) and whole else float("nan")


def _errors(together: pd.DataFrame) -> pd.DataFrame:
    """Relative errors of what was expected, by time ahead."""
    off = (together["spot"] / together["came"] - 1.0).dropna()
    by_ahead = off.groupby(level="ahead", sort=False, observed=True)
    made = pd.DataFrame(
        {
            "told": by_ahead.size(),
            "mean": by_ahead.mean(),
            "rms": by_ahead.apply(lambda x: float(np.sqrt((x**2).mean()))),
        }
    )
    return made[made["told"] > 0].reset_index()


def records(found: Forward) -> dict[str, Any]:
    """For machines: dates as text, and null for what cannot be told."""
    curve = found.curve.assign(
        time=found.curve["time"].dt.strftime("%Y-%m-%dT%H:%M"), ahead=found.curve["ahead"].astype(str)
    )
    plain = curve.astype(object).where(curve.notna(), None).to_dict("records")
    return {
        "runs": found.runs,
        "curve": plain,
        "errors": found.errors.assign(ahead=found.errors["ahead"].astype(str)).to_dict("records"),
    }
