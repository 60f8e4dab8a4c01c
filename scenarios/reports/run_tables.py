"""The tables of a run."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from scenarios.reports.html import Html, element
from scenarios.reports.html_table import Cell, Column, Row, Table, word
from scenarios.reports.measured_numbers import NONE, dollars, percent, plain
from scenarios.results import summary_tables
from scenarios.results.frames import Frames
from scenarios.results.measures import Facts
from scenarios.results.measures.order import LONG_WEEKS, order_of_events
from scenarios.results.quotas import quotas
from scenarios.results.run_folder import RunResult
from scenarios.results.welfare import beside_efficient, said_of_efficient
from scenarios.text.durations import hours_in_words


def number(value: Any) -> Cell:
    """A number as people read it."""
    return Cell(plain(float(value)), float(value))


def money(value: Any) -> Cell:
    """Dollars."""
    return Cell(dollars(float(value)), float(value), "bad" if float(value) < 0 else "")


def share(value: Any) -> Cell:
    """A share as percent."""
    return Cell(percent(float(value)), float(value))


def wait(value: Any) -> Cell:
    """A time, from hours."""
    return Cell(hours_in_words(float(value)).replace("-", NONE), float(value))


def price(value: Any) -> Cell:
    """A price with two decimals."""
    known = np.isfinite(value)
    return Cell(f"{value:,.2f}" if known else NONE, float(value))


def cost(value: float) -> str:
    """What one request costs: cents and parts of them."""
    return f"{value:,.4f}" if np.isfinite(value) else NONE


def of_run(result: RunResult, prefix: str = "") -> list[Html]:
    """All tables of a run."""
    makers = (_prices, _paid_by, _waits, _quotas, _fates, _sellers, _providers, _peak)
    found = [make(result.frames, prefix) for make in makers]
    return [table.html() for table in (*found, _gains(result, prefix), _checks(result.frames, prefix)) if table.rows]


def _prices(frames: Frames, prefix: str) -> Table:
    found = summary_tables.prices(frames).to_dict("records") if not frames["offers"].empty else []
    rows: list[Row] = [[row["product"], row["kind"], row["tier"], price(row["low"]), price(row["high"]),
             _paid(row), price(row["running_cost"]), money(row["revenue"] + row["fees"])] for row in found]  # fmt: skip
    heads = [
        word("product"),
        word("kind of seller"),
        word("tier"),
        Column("lowest list price"),
        Column("highest list price"),
        Column("mean paid"),
        Column("running cost"),
        Column("revenue"),
    ]
    note = (
        "Prices in USD per million output-equivalent tokens; the running cost counts machines at the spot price; the "
        "revenue of a plan is its fees."
    )
    note = " ".join(filter(None, (note, summary_tables.said_of_batches(frames))))
    return Table(f"{prefix}table-prices", "What a million tokens cost", heads, rows, note)


def _paid(row: Mapping[Hashable, Any]) -> Cell:
    """The mean price paid by the token; what has none is given away, or sold for a fee."""
    return price(row["paid"]) if row["high"] > 0 else Cell("by the month" if row["fees"] > 0 else "free", 0.0)


def _paid_by(frames: Frames, prefix: str) -> Table:
    rows: list[Row] = [
        [str(name), money(row["paid"]), Cell(cost(row["a_request"]), float(row["a_request"])), price(row["a_million"])]
        for name, row in summary_tables.segment_prices(frames).iterrows()
    ]
    heads = [word("users"), *map(Column, ("dollars", "a request served", "a million tokens, input and output"))]
    note = "In USD, for tokens; subscriptions are aside."
    return Table(f"{prefix}table-paid", "What users pay", heads, rows, note)


def _waits(frames: Frames, prefix: str) -> Table:
    found = summary_tables.waits(frames).to_dict("records") if not frames["offers"].empty else []
    rows: list[Row] = [[f"{row['kind']} {row['tier']}", number(row["ordered"]), wait(row["mean_h"]), wait(row["p95_h"]),
             wait(row["alike_h"]), wait(row["served_mean_h"]), share(row["left_share"])] for row in found]  # fmt: skip
    heads = [word("tier"), *map(Column, ("requests ordered", "expected, mean", "expected, 95 of 100 below",
                                         "expected, hours alike", "in queue, mean", "lost patience"))]  # fmt: skip
    note = (
        "Expected is what users are told on ordering, over requests; in hours alike every hour counts the same, "
        "which is how tiers compare, since people who buy priority do so in the worst hours. Time in queue is in "
        "whole ticks; who came from another offer's queue waits a tick."
    )
    return Table(f"{prefix}table-waits", "How long requests wait", heads, rows, note)


def _quotas(frames: Frames, prefix: str) -> Table:
    rows: list[Row] = [
        [f"{row['kind']} {row['tier']}", *(number(row[name]) for name in ("first", "mean", "last", "least", "most"))]
        for row in quotas(frames).to_dict("records")
    ]
    heads = [word("tier"), *map(Column, ("first day", "mean", "last day", "least day", "most"))]
    note = "Requests that one user may make a day, mean over sellers: the listed quota times the share that is granted."
    return Table(f"{prefix}table-quotas", "What one user may ask", heads, rows, note)


def _fates(frames: Frames, prefix: str) -> Table:
    found = summary_tables.outcomes(frames)
    shown = {
        name: label for name, label in summary_tables.OUTCOMES.items() if name == "served" or found[name].sum() > 0
    }
    rows: list[Row] = []
    for name, row in found.iterrows():
        asked = row["asked"] if row["asked"] > 0 else np.nan
        rows.append(
            [
                str(name),
                number(row["asked"]),
                *(share(row[key] / asked) for key in shown),
                wait(row["queue_h"]),
                share(row["put_off"] / asked),
            ]
        )
    heads = [word("users"), *map(Column, ("requests asked", *shown.values(), "time in queue, mean", "put off"))]
    note = "Shares are of the requests asked; without those put off to a later hour they add up to 100 %."
    return Table(f"{prefix}table-fates", "What became of requests", heads, rows, note)


def _sellers(frames: Frames, prefix: str) -> Table:
    rows: list[Row] = []
    for name, row in summary_tables.shares(frames).iterrows() if not frames["offers"].empty else []:
        rows.append(
            [
                str(name),
                str(row["kind"]),
                number(row["tokens"] * 1e6),
                share(row["token_share"]),
                money(row["revenue"]),
                share(row["revenue_share"]),
            ]
        )
    heads = [word("seller"), word("kind"), *map(Column, ("tokens", "share of tokens", "dollars", "share of dollars"))]
    return Table(f"{prefix}table-sellers", "Who sells and who earns", heads, rows)


def _providers(frames: Frames, prefix: str) -> Table:
    rows: list[Row] = []
    for name, row in summary_tables.margins(frames).iterrows() if not frames["providers"].empty else []:
        flows = [money(row[key]) for key in ("revenue", "rent_paid", "running_cost", "profit")]
        rows.append(
            [
                str(name),
                str(row["kind"]),
                *flows,
                share(row["margin"]),
                money(row["cash_before"]),
                money(row["cash_after"]),
                share(row["utilisation"]),
            ]
        )
    heads = [
        word("provider"),
        word("kind"),
        *map(
            Column,
            ("revenue", "rent", "running cost", "profit", "margin", "cash before", "cash after", "machines busy"),
        ),
    ]
    return Table(f"{prefix}table-providers", "What providers keep", heads, rows)


def _peak(frames: Frames, prefix: str) -> Table:
    rows: list[Row] = [
        [f"{name} [{row['unit']}]", *(price(row[key]) for key in ("peak", "off-peak", "ratio"))]
        for name, row in summary_tables.peak(frames).iterrows()
    ]
    note = "Peak and off-peak: the quarters of all ticks with most and least work ordered; prices at a constant mix."
    heads = [word("what"), *map(Column, ("peak", "off-peak", "ratio"))]
    return Table(f"{prefix}table-peak", "Peak against off-peak", heads, rows, note)


def _gains(result: RunResult, prefix: str) -> Table:
    table = beside_efficient(result.frames, result.efficient.frames if result.efficient else None)
    total = float(table["gain"].sum())
    best = "gain in an efficient market, a day"
    rows: list[Row] = []
    for row in table.to_dict("records"):
        beside = [] if result.efficient is None else [money(row["best"]), money(row["gain"] - row["best"])]
        rows.append(
            [row["kind"], row["side"], money(row["gain"]), share(row["gain"] / total if total > 0 else np.nan), *beside]
        )
    heads = [word("who"), word("side"), Column("gain a day"), Column("share of all")]
    heads += [] if result.efficient is None else [Column(best), Column("difference")]
    note = "Users gain their expected surplus, sellers their profit, owners their rent above power and upkeep."
    if result.efficient is not None:
        note = f"{note} {said_of_efficient(table)}"
    return Table(f"{prefix}table-gains", "Who gains", heads, rows, note)


def _checks(frames: Frames, prefix: str) -> Table:
    rows: list[Row] = [
        [
            check.name,
            number(check.left),
            check.unit,
            Cell(f"{check.error:.0e}", float(check.error)),
            Cell("kept" if check.kept else "BROKEN", mark="good" if check.kept else "bad"),
        ]
        for check in summary_tables.checks(frames)
    ]
    heads = [word("two sums that must be the same"), Column("sum"), word("unit"), Column("relative error"), word("")]
    return Table(f"{prefix}table-checks", "What must add up", [*heads[:-1], word("verdict")], rows)


def first_to_give(frames: Frames, prefix: str = "") -> list[Html]:
    """What gave first, in a run that is long enough to tell a trend from a busy week."""
    run = Facts(frames)
    if run.ticks < LONG_WEEKS * run.week or run.ticks * run.hours < LONG_WEEKS * 168:
        text = f"This run is too short to say: it takes {LONG_WEEKS} simulated weeks to tell a trend from a busy one."
        return [element("p", text)]
    rows: list[Row] = []
    moved: list[str] = []
    for row in order_of_events(run).to_dict("records"):
        known = np.isfinite(row["day"])
        when = f"{row['date']:%-d %b %Y}" if known else "never"
        rows.append(
            [
                str(row["signal"]),
                Cell(when, float(row["day"])),
                Cell(f"{row['day']:.0f}" if known else NONE, float(row["day"])),
                str(row["meaning"]),
            ]
        )
        moved += [f"{row['signal']} ({when})"] if known else []
    said = f"In this order: {', '.join(moved)}." if moved else "Nothing gave: no signal ever moved far enough."
    note = "Means of seven days are compared with the first week's. Days are those simulated, from 0."
    heads = [word("what"), word("date"), Column("day"), word("is when")]
    table = Table(f"{prefix}table-order", "When each signal first moved", heads, rows, note)
    return [element("p", said, class_="lead"), table.html()]
