"""Sizes that are known of the world: sales a year, tokens a second, what a kind of seller spends on machines."""

from __future__ import annotations

from functools import partial
from typing import Final

from market.calendar import HOURS_PER_MONTH
from scenarios.results.measures.facts import Facts, ratio
from scenarios.results.measures.measure import SHARE, Measure, register

HOURS_PER_YEAR: Final = 8766.0
SECONDS_PER_HOUR: Final = 3600.0
#: The segment that chats.
CHAT: Final = "casual"


def length_h(f: Facts) -> float:
    """Length of the run [h]."""
    return f.ticks * f.hours


def of_kind(f: Facts, kind: str, column: str) -> float:
    """Sum of a column over the providers of a kind; over all for ''."""
    rows = f.frames["providers"]
    if kind:
        names = f.frames["listings"].loc[f.listed(kind=kind), "provider"].unique()
        rows = rows[rows["provider"].isin(names)]
    return float(rows[column].sum())


def over_sales(f: Facts, kind: str, column: str) -> float:
    """What providers of a kind pay for something, over their revenue."""
    return ratio(of_kind(f, kind, column), of_kind(f, kind, "revenue"))


def sales_a_year(f: Facts) -> float:
    """Revenue of all sellers of tokens at the pace of the run [billion USD/year]."""
    return ratio(of_kind(f, "", "revenue"), length_h(f)) * HOURS_PER_YEAR / 1e9


def tokens_a_second(f: Facts) -> float:
    """Tokens served, input and output [billion/s]."""
    return ratio(f.total("ticks", "tokens") * 1e6, length_h(f) * SECONDS_PER_HOUR) / 1e9


def paid_by_the_token(f: Facts) -> float:
    """Paid for a million tokens, input and output, where they are paid for one by one [USD]."""
    sold = f.offers("revenue") > 0
    return ratio(f.offers("revenue").sum(), f.offers("tokens")[sold].sum())


def closed_list(f: Facts) -> float:
    """Mean list price of closed labs' best models on the usual terms [USD per million output tokens]."""
    rows = f.where(kind="frontier", model="frontier", tier="standard")
    return float(f.offers("price")[rows].mean()) if rows.any() else float("nan")


def chats_a_day(f: Facts) -> float:
    """Chat requests served in a day [billion]."""
    return ratio(f.total("segments", "served", segment=CHAT), length_h(f)) * 24.0 / 1e9


def chat_usd_a_month(f: Facts) -> float:
    """Paid by one chat user in a month, for tokens and plans [USD]."""
    segments = f.frames["segments"]
    users = float(segments.loc[segments["segment"] == CHAT, "users"].mean())
    return ratio(f.total("segments", "paid", segment=CHAT), length_h(f) * users) * HOURS_PER_MONTH


def open_dollars(f: Facts) -> float:
    """Share of all sales that open providers make."""
    return ratio(of_kind(f, "open", "revenue"), of_kind(f, "", "revenue"))


def lab_load(f: Facts) -> float:
    """Work that closed labs' machines did, over what all they held could have done."""
    pools = f.frames["pools"]
    rows = pools["pool"].isin(f.frames["listings"].loc[f.listed(kind="frontier"), "pool"].unique())
    return ratio(float(pools.loc[rows, "used"].sum()), float(pools.loc[rows, "capacity"].sum()))


def spot_variation(f: Facts) -> float:
    """Standard deviation of the spot price over its mean."""
    spot = f.frames["ticks"]["spot_price"]
    return ratio(float(spot.std(ddof=0)), float(spot.mean()))


register(
    Measure("sales-a-year", "billion USD/year", "sales of all sellers of tokens", sales_a_year),
    Measure("tokens-a-second", "billion tokens/s", "tokens served, input and output", tokens_a_second),
    Measure(
        "paid-by-the-token",
        "USD per million tokens",
        "paid for a million tokens, input and output, where they are paid one by one",
        paid_by_the_token,
    ),
    Measure("closed-list", "USD per million tokens", "list price of output of closed labs' best models", closed_list),
    Measure("chats-a-day", "billion/day", "chat requests served", chats_a_day),
    Measure("chat-usd-a-month", "USD/month", "paid by a chat user, most of whom pay nothing", chat_usd_a_month),
    Measure(
        "plan-share",
        SHARE,
        "of labs' sales that plans make",
        partial(over_sales, kind="frontier", column="subscriptions"),
    ),
    Measure("open-dollar-share", SHARE, "of all sales that open providers make", open_dollars),
    Measure(
        "lab-machines",
        SHARE,
        "of labs' sales that goes to machines",
        partial(over_sales, kind="frontier", column="rent_paid"),
    ),
    Measure(
        "lab-other-cost",
        SHARE,
        "of labs' sales that goes to other running cost",
        partial(over_sales, kind="frontier", column="running_cost"),
    ),
    Measure(
        "open-machines",
        SHARE,
        "of open providers' sales that goes to machines",
        partial(over_sales, kind="open", column="rent_paid"),
    ),
    Measure("lab-load", SHARE, "of what labs' machines can do that is used, over all hours", lab_load),
    Measure("spot-variation", "1", "standard deviation of the spot price over its mean", spot_variation),
    order=700.0,
)
