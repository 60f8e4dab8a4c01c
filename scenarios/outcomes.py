"""Measures that answer the questions of scenarios: each one number, from the tidy frames of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from capacity.errors import Catalogue, InputError

if TYPE_CHECKING:
    from scenarios.scenario import Outcome

type Frames = Mapping[str, pd.DataFrame]

#: Models that count as small.
SMALL: Final = ("mini", "gpt-oss-120b", "local-27b")
#: Open models that count as large.
LARGE_OPEN: Final = ("kimi-k2", "deepseek-v3")
#: Part of a run that is its start, and part that is its end; in whole weeks, since weekends are calm. A run of less
#: than two weeks is cut into quarters.
PART: Final = 1.0 / 12.0
SHORT_PART: Final = 1.0 / 4.0
#: Share of hours that is the peak, and that is off the peak.
PEAK: Final = 0.25
#: Relative change up to which two values count as the same.
SAME: Final = 0.02


@dataclass(frozen=True)
class Measure:
    """A number that a run gives.

    Attributes:
        name: what it is called.
        unit: its unit.
        meaning: what it says.
        of: worked out from the frames.
    """

    name: str
    unit: str
    meaning: str
    of: Callable[[Frames], float]


def ratio(top: float, bottom: float) -> float:
    """Top over bottom, NaN where that is nothing."""
    return float(top / bottom) if bottom > 0 else float("nan")


def during(frames: Frames, begin: float, end: float) -> dict[str, pd.DataFrame]:
    """The frames of a part of the run, from and to shares of its ticks."""
    ticks = len(frames["ticks"])
    first, last = round(begin * ticks), max(round(end * ticks), round(begin * ticks) + 1)
    return {
        name: frame[(frame["tick"] >= first) & (frame["tick"] < last)] if "tick" in frame else frame
        for name, frame in frames.items()
    }


def part_of(frames: Frames) -> float:
    """Share of a run that counts as its start, and as its end."""
    ticks, week = len(frames["ticks"]), 168.0 / _hours(frames)
    return SHORT_PART if ticks < 2 * week else max(round(PART * ticks / week), 1) * week / ticks


def compare(outcome: Outcome, frames: Frames, other: Frames | None = None) -> tuple[float, float, bool | None]:
    """Value, what it is compared with, and whether it went as expected (None where nothing is expected).

    ``other``: frames of the variant or scenario that the outcome is against; against the start of the run the
    last weeks of it are compared with the first.
    """
    measure = MEASURES[outcome.measure].of
    if outcome.against == "start":
        share = part_of(frames)
        value, before = measure(during(frames, 1.0 - share, 1.0)), measure(during(frames, 0.0, share))
    elif other is None:
        raise InputError(f"measure '{outcome.measure}' is against '{outcome.against}', whose frames are needed")
    else:
        value, before = measure(frames), measure(other)
    if outcome.expected == "reported" or not np.isfinite([value, before]).all():
        return value, before, None
    same = abs(value - before) <= SAME * max(abs(value), abs(before))
    went = "same" if same else "up" if value > before else "down"
    return value, before, went == outcome.expected


# ------------------------------------------------------------------------------------------------ worked out


def _sold(frames: Frames, **where: str | tuple[str, ...]) -> pd.DataFrame:
    made = frames["offers"].astype({"offer": object}).merge(frames["listings"], on="offer", how="left")
    for column, wanted in where.items():
        made = made[made[column].isin([wanted] if isinstance(wanted, str) else list(wanted))]
    paid = made["paid_price"].where(made["paid_price"] > 0)
    return made.assign(billed=(made["revenue"] / paid).fillna(0.0))


def _price(frames: Frames, **where: str | tuple[str, ...]) -> float:
    sold = _sold(frames, **where)
    return ratio(sold["revenue"].sum(), sold["billed"].sum())


def _list_price(frames: Frames, **where: str | tuple[str, ...]) -> float:
    sold = _sold(frames, **where)
    sold = sold[sold["price"] > 0]
    return float(sold["price"].mean()) if len(sold) else float("nan")


def _tier_ratio(frames: Frames, tier: str) -> float:
    return ratio(
        _list_price(frames, model="frontier", tier=tier), _list_price(frames, model="frontier", tier="standard")
    )


def _hours(frames: Frames) -> float:
    times = frames["ticks"]["time"]
    return (times.iloc[1] - times.iloc[0]).total_seconds() / 3600.0 if len(times) > 1 else 1.0


def _queue(frames: Frames, **where: str | tuple[str, ...]) -> float:
    sold = _sold(frames, **where)
    return ratio(sold["waiting"].sum() * _hours(frames), sold["ordered"].sum())


def _speed(frames: Frames, **where: str | tuple[str, ...]) -> float:
    sold = _sold(frames, **where)
    sold = sold[sold["served"] > 0]
    return ratio((sold["speed"] * sold["served"]).sum(), sold["served"].sum())


def _unserved(frames: Frames, segment: str = "") -> float:
    rows = frames["segments"]
    rows = rows[rows["segment"] == segment] if segment else rows
    return ratio(rows[["nothing", "unaffordable", "turned_away"]].to_numpy().sum(), rows["asked"].sum())


def _token_share(frames: Frames, **where: str | tuple[str, ...]) -> float:
    return ratio(_sold(frames, **where)["tokens"].sum(), frames["offers"]["tokens"].sum())


def _local(frames: Frames) -> float:
    rows = frames["segments"]
    rows = rows[rows["segment"] == "coders"]
    return ratio(rows["local"].sum(), rows["asked"].sum())


def _at_end(frames: Frames, frame: str, column: str, entity: str, name: str) -> float:
    rows = frames[frame]
    rows = rows[rows[entity] == name]
    return float(rows[column].iloc[-1]) if len(rows) else float("nan")


def _independents(frames: Frames) -> float:
    rows = frames["providers"]
    last = rows[rows["tick"] == rows["tick"].max()]
    return float(((last["active"] > 0) & (last["acquired"] == 0)).sum())


def _margin(frames: Frames, kind: str) -> float:
    names = frames["listings"].loc[frames["listings"]["kind"] == kind, "provider"].unique()
    rows = frames["providers"]
    rows = rows[rows["provider"].isin(names)]
    return ratio(rows["profit"].sum(), rows["revenue"].sum())


def _granted(frames: Frames) -> float:
    limited = frames["listings"]
    limited = limited[limited["kind"] == "frontier"]["provider"].unique()
    rows = frames["providers"]
    return float(rows.loc[rows["provider"].isin(limited), "granted"].mean())


def _wholesale(frames: Frames, column: str) -> float:
    rows = frames["wholesale"]
    return ratio(rows[column].sum(), rows["owned"].sum())


def _short(frames: Frames) -> float:
    rows = frames["wholesale"]
    return ratio(rows["short"].sum(), rows["short"].sum() + rows["contracted"].sum())


def _busy(frames: Frames) -> tuple[pd.Index, pd.Index]:
    work = frames["pools"].groupby("tick")["ordered"].sum().sort_values(kind="stable")
    count = max(round(len(work) * PEAK), 1)
    return work.index[-count:], work.index[:count]


def _spot_peak(frames: Frames) -> float:
    spot = frames["ticks"].set_index("tick")["spot_price"]
    busy, calm = _busy(frames)
    return ratio(spot.loc[busy].mean(), spot.loc[calm].mean())


def _price_peak(frames: Frames) -> float:
    sold = _sold(frames)
    sold = sold[sold["price"] > 0]
    weight = sold.groupby("offer")["billed"].sum()
    means = []
    for ticks in _busy(frames):
        part = sold[sold["tick"].isin(ticks)].groupby("offer")["paid_price"].mean()
        means.append(float((part * weight.reindex(part.index)).sum()))
    return ratio(means[0], means[1])


def _load_peak(frames: Frames) -> float:
    work = frames["pools"].groupby("tick")["ordered"].sum()
    return ratio(float(work.quantile(0.95)), float(work.mean()))


def _hhi(frames: Frames) -> float:
    sold = _sold(frames).groupby("provider")["revenue"].sum()
    return float(((sold / sold.sum()) ** 2).sum()) if sold.sum() > 0 else float("nan")


def _per_request(frames: Frames, column: str) -> float:
    return ratio(frames["ticks"][column].sum(), frames["ticks"]["asked"].sum())


def _members(frames: Frames) -> float:
    rows = frames["offers"]
    return float(rows.loc[rows["tick"] == rows["tick"].max(), "members"].sum())


PER_MTOK: Final = "USD per million output-equivalent tokens"

MEASURES: Final[Catalogue[Measure]] = Catalogue(
    "measure",
    [
        Measure(
            "spot-price",
            "USD per rack-h",
            "mean wholesale spot price",
            lambda f: float(f["ticks"]["spot_price"].mean()),
        ),
        Measure("spot-peak-ratio", "1", "spot price of the busiest quarter of hours over the calmest", _spot_peak),
        Measure("paid-price", PER_MTOK, "mean price paid", _price),
        Measure(
            "large-model-price",
            PER_MTOK,
            "mean price paid for the best closed models",
            partial(_price, model="frontier"),
        ),
        Measure(
            "closed-list-price", PER_MTOK, "mean list price of closed models", partial(_list_price, kind="frontier")
        ),
        Measure("open-price", PER_MTOK, "mean price paid for open models", partial(_price, kind="open")),
        Measure(
            "open-large-price",
            PER_MTOK,
            "the same for large open models, so that a move to small ones does not hide a rise",
            partial(_price, kind="open", model=LARGE_OPEN),
        ),
        Measure("priority-premium", "1", "list price of priority over standard", partial(_tier_ratio, tier="priority")),
        Measure("batch-ratio", "1", "list price of batch over standard", partial(_tier_ratio, tier="batch")),
        Measure(
            "price-peak-ratio",
            "1",
            "price paid in the busiest quarter of hours over the calmest, constant mix",
            _price_peak,
        ),
        Measure("load-peak-ratio", "1", "95th percentile of work ordered over its mean", _load_peak),
        Measure("queue-hours", "h", "hours in queues for each request ordered", _queue),
        Measure("closed-queue-hours", "h", "the same at labs", partial(_queue, kind="frontier")),
        Measure("open-queue-hours", "h", "the same at open providers", partial(_queue, kind="open")),
        Measure("priority-queue-hours", "h", "the same in the priority tier", partial(_queue, tier="priority")),
        Measure("batch-queue-hours", "h", "the same in the batch tier", partial(_queue, tier="batch")),
        Measure("closed-speed", "token/s", "mean speed at labs", partial(_speed, kind="frontier")),
        Measure("unserved", "1", "share of requests given up, unaffordable or turned away", _unserved),
        Measure("unserved-casual", "1", "the same of casual users", partial(_unserved, segment="casual")),
        Measure("unserved-coders", "1", "the same of coders", partial(_unserved, segment="coders")),
        Measure("unserved-agentic", "1", "the same of agentic users", partial(_unserved, segment="agentic")),
        Measure(
            "unserved-video",
            "1",
            "the same of users of video, where there are some",
            partial(_unserved, segment="video"),
        ),
        Measure(
            "small-model-share", "1", "share of tokens that small models serve", partial(_token_share, model=SMALL)
        ),
        Measure("open-share", "1", "share of tokens that open providers serve", partial(_token_share, kind="open")),
        Measure("broker-share", "1", "share of tokens that brokers sell", partial(_token_share, kind="broker")),
        Measure(
            "priority-share", "1", "share of tokens sold in the priority tier", partial(_token_share, tier="priority")
        ),
        Measure("free-share", "1", "share of tokens given away", partial(_token_share, tier="free")),
        Measure("local-share", "1", "share of coders' requests done on machines of their own", _local),
        Measure(
            "local-owners",
            "1",
            "share of coders with a machine at the end",
            partial(_at_end, frame="segments", column="owners", entity="segment", name="coders"),
        ),
        Measure("subscribers", "people", "users with a subscription at the end", _members),
        Measure("quota-granted", "1", "share of quotas that labs grant", _granted),
        Measure("closed-margin", "1", "labs' profit over revenue", partial(_margin, kind="frontier")),
        Measure("open-margin", "1", "open providers' profit over revenue", partial(_margin, kind="open")),
        Measure("independents", "providers", "providers at the end that sell and have not been bought", _independents),
        Measure("concentration", "1", "Herfindahl index of revenue", _hhi),
        Measure(
            "utilisation",
            "1",
            "work done over work that could be done",
            lambda f: ratio(f["ticks"]["used"].sum(), f["ticks"]["capacity"].sum()),
        ),
        Measure("idle-share", "1", "share of owners' racks that nobody rents", partial(_wholesale, column="idle")),
        Measure("contract-short", "1", "share of contracted machines that is not delivered", _short),
        Measure(
            "surplus",
            "USD",
            "expected surplus of users for each request asked",
            partial(_per_request, column="surplus"),
        ),
        Measure("spending", "USD", "paid by users for each request asked", partial(_per_request, column="paid")),
    ],
)
