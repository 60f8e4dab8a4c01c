"""Tables over time behind the pictures: a run cut into bins, few enough to be drawn and read."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from scenarios.results.frames import Frames, once
from scenarios.results.measures.facts import LOST, PEAK_SHARE, tick_hours
from scenarios.results.summary_tables import offers, ratio, with_asked_put_off

#: Most bins that a run is cut into.
MOST_BINS: Final = 340
#: Lengths of a bin [h]: whole parts and multiples of a day, so that a bin holds the same hours of each day.
BIN_HOURS: Final = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 24.0, 168.0, 672.0)
#: How the fates of requests are told: first those served, then the rest.
FATES: Final = ("served", "waiting", "put_off", "local", *LOST)


def bin_hours(frames: Frames, least: float = 0.0) -> float:
    """Length of a bin [h]: a tick, or as much longer as it takes for few bins; at least so long."""
    tick, times = tick_hours(frames), frames["ticks"]["time"]
    span = (times.iloc[-1] - times.iloc[0]).total_seconds() / 3600.0 + tick
    lengths = [tick, *(length for length in BIN_HOURS if length > tick and (length / tick) % 1.0 == 0.0)]
    fitting = (length for length in lengths if length >= least and span / length <= MOST_BINS)
    return next(fitting, lengths[-1])


def in_bins(frame: pd.DataFrame, frames: Frames, least: float = 0.0) -> pd.DataFrame:
    """The frame with a column ``bin``: the begin of the bin that a row is in, counted from the first day."""
    if frame.empty:
        return frame.assign(bin=frame["time"])
    first = frames["ticks"]["time"].iloc[0]
    width = pd.Timedelta(hours=bin_hours(frames, least))
    begin = first.floor("D") if width >= pd.Timedelta(days=1) else first
    return frame.assign(bin=begin + (frame["time"] - begin) // width * width)


def fates(frames: Frames, segment: str | None = None) -> pd.DataFrame:
    """By bin of a day or more: what the requests at hand in an hour came to [% of them], and ``moved``.

    Exact: asked + waiting before + put off = served + waiting after + put off + own machine + gave up
    + beyond budget + turned away. ``moved`` are those who went on to another queue, part of served and waiting. Of
    requests put off, as many are counted as would have been asked.
    """
    table = with_asked_put_off(frames["segments"])
    part = table if segment is None else table[table["segment"] == segment]
    sums = in_bins(part, frames, least=24.0).groupby("bin")[[*FATES, "moved"]].sum()
    total = sums[list(FATES)].sum(axis=1)
    return 100.0 * sums.div(total.where(total > 0), axis=0)


def tier_mix(frames: Frames) -> pd.DataFrame:
    """Share of the tokens that each kind and tier serves [%]: rows are bins, columns (kind, tier)."""
    made = in_bins(offers(frames), frames)
    wide = made.pivot_table(index="bin", columns=["kind", "tier"], values="tokens", aggfunc="sum", sort=False)
    total = wide.sum(axis=1)
    return 100.0 * wide.div(total.where(total > 0), axis=0)


@once
def premiums(frames: Frames) -> pd.DataFrame:
    """List price of a tier over the standard tier of the same seller and model, mean over sellers [1].

    Rows are bins, columns (kind, tier); a tier that is given away, or has no standard beside it, has no column.
    """
    made = offers(frames)
    made = made[made["for_sale"]]
    keys = ["time", "provider", "kind", "model"]
    plain = made.loc[made["tier"] == "standard", [*keys, "price"]].rename(columns={"price": "plain"})
    beside = made[(made["tier"] != "standard") & (made["price"] > 0)].merge(plain, on=keys)
    beside = in_bins(beside.assign(premium=ratio(beside["price"], beside["plain"])), frames)
    return beside.pivot_table(index="bin", columns=["kind", "tier"], values="premium", sort=False)


#: Columns of tables of peaks and hours.
LOAD, SPOT_PRICE = "load", "spot price"


def price_of(kind: str) -> str:
    """The column of the price paid to a kind of seller."""
    return f"price, {kind}"


def kinds_of_seller(frames: Frames) -> list[str]:
    """Kinds of seller, in the order of what is listed."""
    return list(frames["listings"]["kind"].drop_duplicates().astype(str))


def prices_at_constant_mix(frames: Frames) -> pd.DataFrame:
    """By tick: ``spot price`` [USD per rack-h], and ``price, KIND`` paid by kind of seller [USD per million].

    Every offer counts by what it sold over the whole run, so that a change of the mix is no change of the price.
    """
    made = frames["ticks"].set_index("tick")[["spot_price"]].rename(columns={"spot_price": SPOT_PRICE})
    sold = offers(frames)
    paid = sold[(sold["paid_price"] > 0) & sold["for_sale"]]
    weight = paid["offer"].map(paid.groupby("offer")["billed"].sum())
    paid = paid.assign(weight=weight, dollars=weight * paid["paid_price"])
    for kind, of in paid.groupby("kind", sort=False):
        sums = of.groupby("tick")[["dollars", "weight"]].sum()
        made[price_of(str(kind))] = ratio(sums["dollars"], sums["weight"])
    return made


def peak_ratios(frames: Frames) -> pd.DataFrame:
    """Peak over off-peak by bin of a day or more [1]: ``load``, ``spot price``, and ``price, KIND`` of sellers.

    Peak and off-peak are the quarters of the bin's ticks with most and least work ordered.
    """
    load = frames["pools"].groupby("tick")["ordered"].sum().rename(LOAD)
    ticks = in_bins(frames["ticks"][["tick", "time"]], frames, least=24.0).set_index("tick")
    ticks = ticks.join(load).join(prices_at_constant_mix(frames))
    rank = ticks.groupby("bin")[LOAD].rank(method="first")
    count = ticks.groupby("bin")[LOAD].transform("size")
    part = np.maximum((PEAK_SHARE * count).round(), 1)
    columns = list(ticks.columns.drop(["time", "bin"]))
    busy = ticks[rank > count - part].groupby("bin")[columns].mean()
    calm = ticks[rank <= part].groupby("bin")[columns].mean()
    return busy / calm.where(calm > 0)


def work_and_machines(frames: Frames) -> pd.DataFrame:
    """By bin, all in racks (rack-hours an hour): work ``wanted`` and ``ordered``, machines ``owned`` and ``for_rent``.

    Wanted adds to the work ordered the requests that were lost, at the mean work of those served in the bin, and
    leaves out whoever has a machine of their own. For rent is what the owners do not use themselves.
    """
    hours = tick_hours(frames)
    ticks = in_bins(frames["ticks"], frames)
    group = ticks.groupby("bin")
    count = group.size() * hours
    made = pd.DataFrame(index=count.index)
    pools = in_bins(frames["pools"], frames).groupby("bin")[["ordered", "capacity"]].sum()
    sums = group[["served", "used", "nothing", "unaffordable"]].sum()
    lost = (sums["nothing"] + sums["unaffordable"]) * ratio(sums["used"], sums["served"])
    made["wanted"] = (pools["ordered"] + lost) / count
    made["ordered"] = pools["ordered"] / count
    made["rented"] = pools["capacity"] / count
    if not frames["wholesale"].empty:
        owners = in_bins(frames["wholesale"], frames).groupby("bin")[["owned", "first_party"]].sum()
        made["owned"] = owners["owned"] / count
        made["for_rent"] = (owners["owned"] - owners["first_party"]) / count
    return made


def accounts(frames: Frames, column: str) -> pd.DataFrame:
    """One of ``cash`` [USD] at the end of a bin or ``margin`` (profit over revenue) [1]: rows are bins.

    Columns are providers. A margin is of a bin of a day or more; who does not sell has none.
    """
    group = in_bins(frames["providers"], frames, least=24.0).groupby(["bin", "provider"], observed=True, sort=False)
    if column == "cash":
        made = group["cash"].last()
    else:
        sums = group[["profit", "revenue"]].sum()
        made = ratio(sums["profit"], sums["revenue"])
    wide = made.reset_index(name=column).pivot_table(
        index="bin", columns="provider", values=column, sort=False, observed=True
    )
    return wide.rename(columns=str)


def events(frames: Frames) -> pd.DataFrame:
    """When providers came, left and were bought: columns ``time``, ``provider``, ``event`` and ``cash`` then [USD]."""
    table = frames["providers"]
    rows = []
    for name, part in table.groupby("provider", observed=True, sort=False):
        for column, up, down in (("active", "enters", "leaves"), ("acquired", "is bought", "")):
            change = part[column].diff().fillna(0.0)
            rows += [
                (row.time, str(name), up if step > 0 else down, row.cash)
                for row, step in zip(part.itertuples(), change, strict=True)
                if step != 0
            ]
    return pd.DataFrame(rows, columns=["time", "provider", "event", "cash"])
