"""The summary of a run for a terminal: readable at 80 columns, every number with its unit."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from scenarios.results import summary_tables
from scenarios.results.called import title
from scenarios.results.frames import Frames
from scenarios.results.grouped import said_of_cells
from scenarios.results.key_figures import key_figures, subtitle
from scenarios.results.measures import Facts
from scenarios.results.measures.order import LONG_WEEKS, order_of_events
from scenarios.results.quotas import quotas
from scenarios.results.run_folder import RunResult
from scenarios.results.warm_up import said_of_warm_up, warm_up_days
from scenarios.results.welfare import beside_efficient, said_of_efficient
from scenarios.text.console import table
from scenarios.text.durations import hours_in_words
from scenarios.text.numbers import money, short_number

type Record = dict[str, Any]


def summary(result: RunResult) -> RenderableType:
    """The whole summary."""
    frames = result.frames
    parts: list[RenderableType] = [
        Text(title(result.about), style="bold"),
        Text(subtitle(result.about)),
        "",
        *(Text(f"  {value:>15}  {meaning}") for value, meaning in key_figures(result)),
        "",
        *_lines(said_of_warm_up(warm_up_days(frames))),
        *_lines(said_of_cells(result.about)),
        price_table(frames),
        *_lines(summary_tables.said_of_batches(frames)),
        segment_table(frames),
        wait_table(frames),
        Text(
            "Expected: what users are told on ordering. Mean and percentile are over requests, each with the mean of "
            "its offer and hour; by hours, every hour counts the same, at a constant mix of offers. Compare tiers by "
            "hours: people who buy priority do so in the worst of them. In queue: whole ticks that those served have "
            "waited, and who came from another offer's queue waits a tick."
        ),
        "",
        *quota_parts(frames),
        outcome_table(frames),
        share_table(frames),
        peak_table(frames),
        Text("Peak and off-peak: the quarters of all ticks with most and least work ordered; prices at constant mix."),
        "",
        provider_table(frames),
        Text("Profit is before, and cash after, what staff, training and research take and investors give."),
        *map(Text, wholesale_lines(frames)),
        "",
        *gain_parts(result),
        "",
        *order_tables(frames),
        check_table(frames),
    ]
    return Group(*parts)


def _lines(text: str) -> list[RenderableType]:
    """A paragraph, or nothing."""
    return [Text(text), ""] if text else []


def _count(value: float) -> str:
    return short_number(value) if np.isfinite(value) else "-"


def _percent(value: float) -> str:
    if not np.isfinite(value):
        return "-"
    number = 100 * value
    return f"{number:.1f} %" if abs(number) >= 0.95 or number == 0 else f"{number:.2g} %"


def _price(value: float) -> str:
    return f"{value:,.2f}" if np.isfinite(value) else "-"


def _paid(row: Mapping[Hashable, Any]) -> str:
    """The mean price paid by the token; what has none is given away, or sold for a fee."""
    return _price(row["paid"]) if row["high"] > 0 else "by the month" if row["fees"] > 0 else "free"


def segment_table(frames: Frames) -> Table:
    """What each segment pays."""
    made = table(
        "What users pay (USD)",
        ["segment", "in all", "a request\nserved", "a million tokens,\ninput and output"],
    )
    for name, row in summary_tables.segment_prices(frames).iterrows():
        cost = row["a_request"]
        written = f"{cost:,.4f}" if np.isfinite(cost) else "-"
        made.add_row(str(name), money(row["paid"]), written, _price(row["a_million"]))
    return made


def price_table(frames: Frames) -> Table:
    """Prices by kind of provider, model and tier."""
    made = table(
        "What a million tokens cost (USD, output-equivalent)",
        ["provider", "model", "tier", "list price\nfrom - to", "mean\npaid", "running\ncost"],
    )
    for row in summary_tables.prices(frames).to_dict("records"):
        made.add_row(
            row["kind"],
            row["model"],
            row["tier"],
            f"{row['low']:,.2f} - {row['high']:,.2f}",
            _paid(row),
            _price(row["running_cost"]),
        )
    for column in made.columns[1:3]:
        column.justify = "left"
    return made


def wait_table(frames: Frames) -> Table:
    """Waits by kind and tier."""
    heads = [
        "provider",
        "tier",
        "ordered",
        "expected\nmean",
        "expected\n95 %",
        "expected\nby hours",
        "in queue\nmean",
        "lost\npatience",
    ]
    made = table("How long requests wait", heads)
    for row in summary_tables.waits(frames).to_dict("records"):
        made.add_row(
            row["kind"],
            row["tier"],
            _count(row["ordered"]),
            hours_in_words(row["mean_h"]),
            hours_in_words(row["p95_h"]),
            hours_in_words(row["alike_h"]),
            hours_in_words(row["served_mean_h"]),
            _percent(row["left_share"]),
        )
    made.columns[1].justify = "left"
    return made


def quota_parts(frames: Frames) -> list[RenderableType]:
    """What one user may ask a day, where there are quotas."""
    found = quotas(frames)
    if found.empty:
        return []
    made = table(
        "What one user may ask (requests a day)", ["provider", "tier", "first\nday", "mean", "last\nday", "from - to"]
    )
    for row in found.to_dict("records"):
        days = [short_number(row[name]) for name in ("first", "mean", "last")]
        span = f"{short_number(row['least'])} - {short_number(row['most'])}"
        made.add_row(row["kind"], row["tier"], *days, span)
    made.columns[1].justify = "left"
    return [made]


def outcome_table(frames: Frames) -> Table:
    """What became of the requests of each segment."""
    found = summary_tables.outcomes(frames)
    shown = {
        name: label for name, label in summary_tables.OUTCOMES.items() if name == "served" or found[name].sum() > 0
    }
    heads = [label.replace(" ", "\n", 1) for label in shown.values()]
    made = table(
        "What became of requests (share of those asked; a row adds up to 100 %)",
        ["segment", "asked", *heads, "in queue\nmean", "put off"],
    )
    total = found.sum()
    total["queue_h"] = summary_tables.ratio((found["queue_h"] * found["ordered"]).sum(), found["ordered"].sum())
    for name, row in [*found.iterrows(), ("all", total)] if len(found) else []:
        asked = row["asked"] if row["asked"] > 0 else np.nan
        made.add_row(
            str(name),
            _count(row["asked"]),
            *(_percent(row[key] / asked) for key in shown),
            hours_in_words(row["queue_h"]),
            _percent(row["put_off"] / asked),
        )
    return made


def share_table(frames: Frames) -> Table:
    """Shares of tokens and dollars by provider and kind."""
    made = table(
        "Who sells and who earns", ["seller", "kind", "tokens", "share of\ntokens", "dollars", "share of\ndollars"]
    )
    kinds = summary_tables.shares(frames, "kind")
    kinds["kind"] = kinds.index
    kinds.index = [f"all {kind}" for kind in kinds.index]
    both = pd.concat([summary_tables.shares(frames).assign(style=None), kinds.assign(style="bold")])
    for name, row in both.iterrows():
        made.add_row(
            str(name),
            row["kind"],
            _count(row["tokens"] * 1e6),
            _percent(row["token_share"]),
            money(row["revenue"]),
            _percent(row["revenue_share"]),
            style=row["style"] if isinstance(row["style"], str) else None,
        )
    made.columns[1].justify = "left"
    return made


def peak_table(frames: Frames) -> Table:
    """Peak against off-peak."""
    made = table("Peak against off-peak", ["", "peak", "off-peak", "ratio"])
    for name, row in summary_tables.peak(frames).iterrows():
        made.add_row(
            f"{name} [{row['unit']}]",
            *("-" if not np.isfinite(row[key]) else f"{row[key]:,.2f}" for key in ("peak", "off-peak", "ratio")),
        )
    return made


def provider_table(frames: Frames) -> Table:
    """What providers earn, pay and keep."""
    made = table("What providers keep",
                 ["provider", "revenue", "rent", "running\ncost", "profit", "margin", "cash\nbefore", "cash\nafter",
                  "machines\nbusy"])  # fmt: skip
    for name, row in summary_tables.margins(frames).iterrows():
        flows = (money(row[key]) for key in ("revenue", "rent_paid", "running_cost", "profit"))
        made.add_row(
            str(name),
            *flows,
            _percent(row["margin"]),
            money(row["cash_before"]),
            money(row["cash_after"]),
            _percent(row["utilisation"]),
        )
    return made


def gain_parts(result: RunResult) -> list[RenderableType]:
    """Who gains what, and what an efficient market would give if that was run, too."""
    found = beside_efficient(result.frames, result.efficient.frames if result.efficient else None)
    efficient = result.efficient is not None
    total = found["gain"].sum()
    made = table("Who gains (USD a day)", ["who", "side", "gain", "share", *(["efficient\nmarket"] * efficient)])
    for row in found.to_dict("records"):
        made.add_row(
            row["kind"],
            row["side"],
            money(row["gain"]),
            _percent(row["gain"] / total if total > 0 else np.nan),
            *([money(row["best"])] * efficient),
        )
    made.columns[1].justify = "left"
    said = "Users: expected surplus; sellers: profit; owners: rent above power and upkeep."
    return [made, Text(said), *([Text(said_of_efficient(found))] if efficient else [])]


def order_tables(frames: Frames) -> list[RenderableType]:
    """What gave first, in a run that is long enough to tell a trend from a busy week."""
    run = Facts(frames)
    if run.ticks < LONG_WEEKS * run.week:
        return []
    made = table("What gave first (means of seven days against the first week's)", ["date", "day", "what", "is when"])
    for row in order_of_events(run).to_dict("records"):
        never = not np.isfinite(row["day"])
        date = "-" if never else f"{row['date']:%-d %b %Y}"
        made.add_row(date, "-" if never else f"{row['day']:.0f}", row["signal"], row["meaning"])
    for column in made.columns[2:]:
        column.justify = "left"
    return [made, Text("Days are those simulated, from 0."), ""]


def wholesale_lines(frames: Frames) -> list[str]:
    """The wholesale market in two sentences."""
    if frames["wholesale"].empty:
        return ["There is no wholesale market: providers own their machines."]
    w = summary_tables.wholesale(frames)
    research = f" ({_percent(w['research'])} for research)" if w["research"] > 0 else ""
    listed = f" {_percent(w['on_demand'])} rented at lists," if w["on_demand"] > 0 else ""
    return [
        f"Wholesale: a rack-hour cost {money(w['spot_mean'])} on the spot market on average "
        f"({money(w['spot_low'])} to {money(w['spot_high'])}); its power and upkeep {money(w['running_cost'])}.",
        f"Of the owners' machines {_percent(w['first_party'])} served their own products and training, "
        f"{_percent(w['contracted'])} were under contract,{listed} "
        f"{_percent(w['sold_spot'])} rented on spot{research}, "
        f"{_percent(w['idle'])} idle. Of the machines that sellers had {_percent(w['rented_utilisation'])} were busy.",
    ]


def check_table(frames: Frames) -> Table:
    """What must add up, and whether it does."""
    made = table("What must add up", ["", "sum", "error", ""])
    for check in summary_tables.checks(frames):
        verdict = Text("kept", "green") if check.kept else Text("BROKEN", "bold red")
        made.add_row(check.name, f"{short_number(check.left)} {check.unit}", f"{check.error:.0e}", verdict)
    return made


# -------------------------------------------------------------------- for machines


def summary_record(result: RunResult) -> Record:
    """The summary as plain values for JSON; what has no value is None."""
    frames = result.frames
    peaks = summary_tables.peak(frames).reset_index()
    peaks["measure"] = peaks["measure"] + " [" + peaks.pop("unit") + "]"
    checked = summary_tables.checks(frames)
    return {
        "run": dict(result.about),
        "warm_up_days": warm_up_days(frames),
        "prices": _records(summary_tables.prices(frames)),
        "segment_prices": _records(summary_tables.segment_prices(frames).reset_index()),
        "waits": _records(summary_tables.waits(frames)),
        "quotas": _records(quotas(frames)),
        "outcomes": _records(summary_tables.outcomes(frames).rename_axis("segment").reset_index()),
        "providers": _records(
            summary_tables.margins(frames)
            .join(summary_tables.shares(frames)[["tokens", "token_share", "revenue_share"]])
            .rename_axis("provider")
            .reset_index()
        ),
        "kinds": _records(summary_tables.shares(frames, "kind").reset_index()),
        "peak": _records(peaks),
        "speeds": _records(summary_tables.speeds(frames)),
        "order": [_event(row) for row in order_of_events(Facts(frames)).to_dict("records")],
        "wholesale": {key: _plain(value) for key, value in summary_tables.wholesale(frames).items()},
        "gains": _records(beside_efficient(frames, result.efficient.frames if result.efficient else None)),
        "checks": [
            {
                "name": c.name,
                "left": float(c.left),
                "right": float(c.right),
                "unit": c.unit,
                "error": float(c.error),
                "kept": bool(c.kept),
            }
            for c in checked
        ],
    }


def _event(row: Mapping[Hashable, Any]) -> Record:
    moved = np.isfinite(row["day"])
    day, date = (int(row["day"]), row["date"].isoformat()) if moved else (None, None)
    return {"signal": row["signal"], "meaning": row["meaning"], "day": day, "date": date}


def _records(frame: pd.DataFrame) -> list[Record]:
    return [{str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    number = float(value)
    return number if np.isfinite(number) else None
