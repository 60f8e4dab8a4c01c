"""A run in a line and in six numbers, for the page and for the summary."""

from __future__ import annotations

from typing import Any

import pandas as pd

from scenarios.results import summary_tables
from scenarios.results.called import first_line
from scenarios.results.grouped import simulated
from scenarios.results.measures.facts import LOST
from scenarios.results.run_folder import RunResult
from scenarios.results.simulated_days import has_gaps, simulated_days
from scenarios.text.durations import hours_in_words
from scenarios.text.numbers import short_number


def subtitle(about: Any) -> str:
    """What the run is, period, how much of it is simulated, users and seed in a line."""
    begin, end = pd.Timestamp(about["begin"]), pd.Timestamp(about["end"])
    last = end - pd.Timedelta(seconds=1)
    step = "hourly" if about["tick_hours"] == 1 else f"{about['tick_hours']:g} h"
    part = f"{simulated_days(about):,.4g} of {about['days']:,.4g} days simulated, a week of each month  ·  "
    of = part if has_gaps(about) else ""
    return (
        f"{first_line(about)}  ·  {begin:%-d %B %Y} to {last:%-d %B %Y}, {step} ticks  ·  {of}"
        f"{simulated(about)} stand for {short_number(about['real_users'])}  ·  seed {about['seed']}"
    )


def key_figures(result: RunResult) -> list[tuple[str, str]]:
    """The run in six numbers: value and meaning."""
    frames = result.frames
    ticks, by_segment = frames["ticks"], summary_tables.outcomes(frames)
    asked = max(by_segment["asked"].sum(), 1e-300)
    lost = by_segment[[*LOST]].to_numpy().sum()
    made = [
        (f"{100 * by_segment['served'].sum() / asked:.1f} %", f"of requests served; {100 * lost / asked:.1f} % lost")
    ]
    if not frames["offers"].empty:
        billed = summary_tables.prices(frames).groupby("kind", sort=False)[["revenue", "tokens"]].sum()
        paid = (billed["revenue"] / billed["tokens"].where(billed["tokens"] > 0)).dropna()
        if len(paid):
            label = f"paid per M output-equivalent tokens: {' / '.join(paid.index)}"
            made.append((" / ".join(f"${price:,.2f}" for price in paid), label))
        waits = summary_tables.waits(frames)
        mean = (waits["mean_h"].fillna(0.0) * waits["ordered"]).sum() / max(waits["ordered"].sum(), 1e-300)
        worst = waits.iloc[int(waits["alike_h"].fillna(0.0).argmax())]
        tier = f"{worst['kind']} {worst['tier']}, {hours_in_words(worst['alike_h'])}"
        made.append((hours_in_words(float(mean)), f"expected wait; longest by hours: {tier}"))
    if ticks["capacity"].sum() > 0:
        peak = summary_tables.peak(frames).loc[summary_tables.UTILISATION]
        made.append(
            (
                f"{100 * ticks['used'].sum() / ticks['capacity'].sum():.0f} %",
                f"of machines busy; peak {peak['peak']:.0f} %, off {peak['off-peak']:.0f} %",
            )
        )
    if not frames["wholesale"].empty:
        made.append((f"${ticks['spot_price'].mean():,.0f}", "a rack-hour on the spot market"))
    kinds = summary_tables.shares(frames, "kind")
    if "frontier" in kinds.index and kinds["tokens"].sum() > 0:
        row = kinds.loc["frontier"]
        made.append(
            (
                f"{100 * row['revenue_share']:.0f} %",
                f"of dollars for {100 * row['token_share']:.0f} % of tokens: frontier",
            )
        )
    return made
