"""Prices: what is listed, what is paid, and how peak and tiers differ."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from scenarios.results.measures.facts import LARGE, LARGE_OPEN, Facts, Wanted, busy_and_calm, divided, ratio
from scenarios.results.measures.measure import Measure, register

PER_TOKEN: Final = "USD per million tokens, input and output"
OPEN_PAID: Final = "mean price paid for open models"
PER_MTOK: Final = "USD per million output-equivalent tokens"


def paid(f: Facts, **wanted: Wanted) -> float:
    """Mean price paid."""
    rows = f.where(**wanted)
    return ratio(f.offers("revenue")[rows].sum(), f.billed[rows].sum())


def paid_by(f: Facts, segment: str) -> float:
    """What a segment pays for a million tokens, input and output."""
    return ratio(f.total("segments", "paid", segment=segment), f.total("segments", "tokens", segment=segment))


def listed(f: Facts, **wanted: Wanted) -> float:
    """Mean list price of what is not free."""
    rows = f.where(**wanted) & (f.offers("price") > 0)
    return float(f.offers("price")[rows].mean()) if rows.any() else float("nan")


def tier_ratio(f: Facts, tier: str) -> float:
    """List price of a tier of the best closed models over the standard one."""
    return ratio(listed(f, model="frontier", tier=tier), listed(f, model="frontier", tier="standard"))


def spot_peak(f: Facts) -> float:
    """Spot price of busy hours over that of calm ones."""
    spot = f.frames["ticks"].set_index("tick")["spot_price"]
    busy, calm = busy_and_calm(f.frames)
    return ratio(spot.loc[busy].mean(), spot.loc[calm].mean())


def price_peak(f: Facts) -> float:
    """Price paid in busy hours over that in calm ones, each offer weighted by all that it sold."""
    rows = f.offers("price") > 0
    sold = f.frames["offers"][rows].assign(billed=f.billed[rows], offer=f.listing_of[rows])
    weight = sold.groupby("offer")["billed"].sum()
    means = []
    for ticks in busy_and_calm(f.frames):
        part = sold[sold["tick"].isin(ticks)].groupby("offer")["paid_price"].mean()
        means.append(float((part * weight.reindex(part.index)).sum()))
    return ratio(means[0], means[1])


def load_peak(f: Facts) -> float:
    """Work ordered in busy hours over the mean."""
    work = f.frames["pools"].groupby("tick")["ordered"].sum()
    return ratio(float(work.quantile(0.95)), float(work.mean()))


def large_model_rise(f: Facts) -> float:
    """Price paid for large models, by tick, the list price where nothing is sold: last week over first."""
    rows = f.where(model=LARGE)
    listed = f.mean_by_tick("price", rows)
    billed = f.by_tick(f.billed, rows)
    price = np.where(billed > 0, divided(f.by_tick(f.offers("revenue"), rows), billed), listed)
    return ratio(price[-f.week :].mean(), price[: f.week].mean())


def premium_rise(f: Facts) -> float:
    """List price of the priority tier, last week over first."""
    rows = f.where(tier="priority")
    price = f.mean_by_tick("price", rows)
    return ratio(price[-f.week :].mean(), price[: f.week].mean()) if rows.any() else float("nan")


def spot_rise(f: Facts) -> float:
    """Spot price, last week over first."""
    return ratio(late_spot(f), float(f.early.frames["ticks"]["spot_price"].mean()))


def late_spot(f: Facts) -> float:
    """Spot price in the last week."""
    return float(f.late.frames["ticks"]["spot_price"].mean())


def spot_over_ask(f: Facts) -> float:
    """Spot price in the last week over the lowest at which an owner rents."""
    sellers = f.frames["sellers"]
    asks = sellers.loc[sellers["kind"] == "hyperscaler", "ask"]
    return ratio(late_spot(f), float(asks.min())) if len(asks) else float("nan")


def hours_of_the_day(f: Facts) -> float:
    """Spot price of the dearest six hours of the day over the cheapest six, in the last week."""
    spot = f.late.frames["ticks"]["spot_price"].to_numpy()
    if spot.size < f.day:
        return float("nan")
    by_hour = np.sort(spot[: spot.size // f.day * f.day].reshape(-1, f.day).mean(axis=0))
    quarter = max(f.day // 4, 1)
    return ratio(by_hour[-quarter:].mean(), by_hour[:quarter].mean())


def late_coders_price(f: Facts) -> float:
    """What coders pay for a request in the last week."""
    return ratio(f.late.bought("coders", "paid"), f.late.bought("coders"))


register(
    Measure(
        "spot-price",
        "USD per rack-h",
        "mean wholesale spot price",
        lambda f: float(f.frames["ticks"]["spot_price"].mean()),
    ),
    Measure("spot-peak-ratio", "1", "spot price of the busiest quarter of hours over the calmest", spot_peak),
    Measure("paid-price", PER_MTOK, "mean price paid", paid),
    Measure(
        "large-model-price", PER_MTOK, "mean price paid for the best closed models", partial(paid, model="frontier")
    ),
    Measure(
        "paid-by-casual", PER_TOKEN, "paid by casual users, subscriptions aside", partial(paid_by, segment="casual")
    ),
    Measure("paid-by-coders", PER_TOKEN, "paid by coders, subscriptions aside", partial(paid_by, segment="coders")),
    Measure(
        "paid-by-agentic", PER_TOKEN, "paid by agentic users, subscriptions aside", partial(paid_by, segment="agentic")
    ),
    Measure("closed-list-price", PER_MTOK, "mean list price of closed models", partial(listed, kind="frontier")),
    Measure("open-price", PER_MTOK, OPEN_PAID, partial(paid, kind="open")),
    Measure(
        "open-large-price",
        PER_MTOK,
        "for large open models, so that a move to small ones does not hide a rise",
        partial(paid, kind="open", model=LARGE_OPEN),
        whole=OPEN_PAID,
    ),
    Measure("priority-premium", "1", "list price of priority over standard", partial(tier_ratio, tier="priority")),
    Measure("batch-ratio", "1", "list price of batch over standard", partial(tier_ratio, tier="batch")),
    Measure(
        "price-peak-ratio", "1", "price paid in the busiest quarter of hours over the calmest, constant mix", price_peak
    ),
    Measure("load-peak-ratio", "1", "95th percentile of work ordered over its mean", load_peak),
    Measure("large-model-rise", "1", "price paid for large models, last week over first", large_model_rise),
    Measure("premium-rise", "1", "list price of the priority tier, last week over first", premium_rise),
    Measure("spot-rise", "1", "wholesale spot price, last week over first", spot_rise),
    Measure("late-spot-price", "USD per rack-h", "spot price in the last week", late_spot),
    Measure("spot-over-ask", "1", "spot price in the last week over the lowest at which an owner rents", spot_over_ask),
    Measure(
        "late-spot-day-ratio",
        "1",
        "spot price of the dearest six hours of the day over the cheapest, last week",
        hours_of_the_day,
    ),
    Measure("late-coders-price", "USD", "what coders pay for a request in the last week", late_coders_price),
    order=100,
)
