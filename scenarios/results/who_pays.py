"""Who pays for whom: what users pay for each product, and for each kind of request, beside what its machines cost."""

from __future__ import annotations

import pandas as pd

from scenarios.results.frames import Frames
from scenarios.results.measures.facts import tick_hours
from scenarios.results.summary_tables import products, ratio

HOURS_PER_YEAR = 8766.0


def paid_and_cost(frames: Frames) -> pd.DataFrame:
    """By kind of seller and tier: ``paid`` and ``machines`` [billion USD a year], ``tokens_share`` [%].

    Paid is for tokens and fees of plans. A seller's machines, idle ones among them, are shared by the work that its
    offers took: rent and running cost over the rack-hours used. Tiers that nobody used or paid for have no row.
    """
    sold = frames["offers"].groupby("offer", observed=True, sort=False)[["revenue", "fees", "work", "tokens"]].sum()
    sold.index = sold.index.astype(str)
    made = products(frames).set_index("offer").join(sold)
    by_provider = frames["providers"].groupby("provider", observed=True, sort=False)
    books = by_provider[["rent_paid", "running_cost", "used"]].sum()
    per_rack_hour = ratio(books["rent_paid"] + books["running_cost"], books["used"]).fillna(0.0).rename(index=str)
    made["paid"] = made["revenue"] + made["fees"]
    made["machines"] = made["work"] * made["provider"].astype(str).map(per_rack_hour).fillna(0.0)
    table = made.groupby(["kind", "tier"], sort=False, observed=True)[["paid", "machines", "tokens"]].sum()
    years = len(frames["ticks"]) * tick_hours(frames) / HOURS_PER_YEAR
    table[["paid", "machines"]] /= years * 1e9
    table["tokens_share"] = 100.0 * ratio(table.pop("tokens"), made["tokens"].sum())
    return table[(table["paid"] > 0) | (table["machines"] > 0)].reset_index()


def paid_by_request(frames: Frames) -> pd.DataFrame:
    """By segment: ``paid`` and ``machines`` [USD per request served], ``tokens`` [1,000 a request], ``cached`` [%].

    Paid is for tokens and fees of plans. All sellers' machines, idle ones among them, are shared by the work done for
    each segment, so that a rack-hour used costs the same for all. Shortest requests first; segments that nobody served
    have no row.
    """
    names = ["served", "paid", "work", "tokens", "cached"]
    sums = frames["segments"].groupby("segment", observed=True, sort=False)[names].sum()
    sums = sums[sums["served"] > 0]
    books = frames["providers"][["rent_paid", "running_cost", "used"]].sum()
    rack_hour = float(books["rent_paid"] + books["running_cost"]) / float(books["used"]) if books["used"] > 0 else 0.0
    table = pd.DataFrame(
        {
            "paid": sums["paid"] / sums["served"],
            "machines": sums["work"] * rack_hour / sums["served"],
            "tokens": 1e3 * sums["tokens"] / sums["served"],
            "cached": 100.0 * sums["cached"] / sums["tokens"],
        }
    )
    return table.sort_values("tokens", kind="stable").reset_index().astype({"segment": str})
