"""A run in a few sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from scenarios.reports import time_span
from scenarios.reports.measured_numbers import dollars, percent
from scenarios.results import summary_tables
from scenarios.results.measures.facts import LOST
from scenarios.text.durations import hours_in_words

if TYPE_CHECKING:
    from scenarios.reports.subject import Run
    from scenarios.results.frames import Frames

KINDS: Final = {"frontier": "frontier labs", "open": "open-weight providers", "broker": "brokers"}
#: What becomes of requests that are neither served nor lost.
REST: Final = {"local": "were done on machines of the users' own", "waiting": "still waited at the end"}
#: Shares of requests below this are not worth a clause.
WORTH_SAYING: Final = 0.005


def in_short(run: Run) -> str:
    """A run in a few sentences."""
    frames = run.frames
    if frames["ticks"]["asked"].sum() <= 0:
        return "Nobody asked for anything in this run."
    parts = [_requests(run), _prices(frames), _machines(frames), _waits(frames)]
    return " ".join(part for part in parts if part)


def together(parts: Sequence[str]) -> str:
    """Things one after the other: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def _requests(run: Run) -> str:
    fates = summary_tables.outcomes(run.frames)
    asked = float(fates["asked"].sum())
    lost = float(fates[[*LOST]].to_numpy().sum())
    begin = pd.Timestamp(run.about["begin"])
    rest = {said: float(fates[name].sum()) / asked for name, said in REST.items()}
    left = together([f"{percent(share)} {said}" for said, share in rest.items() if share >= WORTH_SAYING])
    return (
        f"{time_span.period(run.about, f'{begin:%-d %B %Y}')} the market served "
        f"{percent(float(fates['served'].sum()) / asked)} of the requests asked; {percent(lost / asked)} were lost: "
        f"given up, beyond a budget or turned away.{f' The rest: {left}.' if left else ''}"
    )


def _prices(frames: Frames) -> str:
    if frames["offers"].empty:
        return "Nobody offered anything."
    billed = summary_tables.prices(frames).groupby("kind", sort=False)[["revenue", "tokens"]].sum()
    paid = (billed["revenue"] / billed["tokens"].where(billed["tokens"] > 0)).dropna()
    several = [f"{dollars(float(price))} at {KINDS.get(str(kind), str(kind))}" for kind, price in paid.items()]
    return f"A million output-equivalent tokens cost {together(several)} on average." if several else ""


def _machines(frames: Frames) -> str:
    ticks = frames["ticks"]
    if ticks["capacity"].sum() <= 0:
        return ""
    peak = summary_tables.peak(frames).loc[summary_tables.UTILISATION]
    busy = percent(float(ticks["used"].sum() / ticks["capacity"].sum()))
    text = (
        f"The machines that sellers rent were {busy} busy: {peak['peak']:.0f} % in the busiest quarter of hours, "
        f"{peak['off-peak']:.0f} % in the calmest"
    )
    if frames["wholesale"].empty:
        return f"{text}."
    return f"{text}; a rack-hour cost {dollars(float(ticks['spot_price'].mean()))} on the spot market."


def _waits(frames: Frames) -> str:
    if frames["offers"].empty:
        return ""
    waits = summary_tables.waits(frames)
    mean = (waits["mean_h"].fillna(0.0) * waits["ordered"]).sum() / max(waits["ordered"].sum(), 1e-300)
    said = f"Users expected to wait {hours_in_words(float(mean))} on average"
    alike = waits["alike_h"].dropna()
    if len(alike) < 2:
        return f"{said}."
    worst = waits.iloc[int(waits["alike_h"].argmax())]
    return (
        f"{said}; with all hours counted alike, the wait was longest in the tier {worst['kind']} {worst['tier']}, "
        f"{hours_in_words(worst['alike_h'])}."
    )
