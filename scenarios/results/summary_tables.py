"""What the summary and the pictures say about a run: small tables, worked out from the tidy frames in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from scenarios.results.frames import Frames, once
from scenarios.results.measures.facts import LOST, busy_and_calm, tick_hours

#: Relative error up to which a sum counts as kept: rounding of sums over many ticks.
ROUNDING: Final = 1e-9
#: By how much a list price is above another to be called dearer: less is rounding.
DEARER: Final = 1e-3
#: What can become of a request, in the order in which it is told.
OUTCOMES: Final = {
    "served": "served",
    "waiting": "still waiting",
    "local": "own machine",
    "nothing": "gave up",
    "unaffordable": "beyond the budget",
    "turned_away": "turned away",
}


@once
def products(frames: Frames) -> pd.DataFrame:
    """Listings with the name of the product (a kind's model in a tier) and of the service (a kind's tier)."""
    made = frames["listings"].copy()
    made["model"] = made["model"].where(made["model"] != "", made["offer"])
    tiers = made.groupby(["kind", "model"])["tier"].transform("nunique")
    made["product"] = made["model"].where(tiers == 1, made["model"] + " " + made["tier"])
    made["service"] = made["kind"] + " " + made["tier"]
    return made


@once
def offers(frames: Frames) -> pd.DataFrame:
    """The offers frame and its listings; ``billed`` [million tokens], ``machine_cost`` [USD] and ``for_sale`` added.

    A token is billed as output tokens are (see the tariff); the machine cost is work at the spot price. What is not for
    sale, since its seller has not come yet or has left, has the list price that it would have or had.
    """
    made = frames["offers"].astype({"offer": object}).merge(products(frames), on="offer", how="left")
    made = made.merge(frames["ticks"][["tick", "spot_price"]], on="tick", how="left")
    there = frames["providers"][["tick", "provider", "active"]].astype({"provider": object})
    made["for_sale"] = made.merge(there, on=["tick", "provider"], how="left")["active"].to_numpy() > 0
    made["billed"] = np.where(made["paid_price"] > 0, made["revenue"] / made["paid_price"].where(lambda p: p > 0), 0.0)
    made["machine_cost"] = made["work"] * made["spot_price"].fillna(0.0)
    return made


def ratio(top: Any, bottom: Any) -> Any:
    """Top over bottom; NaN where the bottom is 0."""
    return top / bottom.where(bottom > 0) if hasattr(bottom, "where") else (top / bottom if bottom > 0 else np.nan)


def weighted_quantile(values: Any, weights: Any, share: float) -> float:
    """Least value that at least this share of the weight does not pass; NaN without weight."""
    x, w = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if w.sum() <= 0:
        return float("nan")
    order = np.argsort(x, kind="stable")
    reached = np.cumsum(w[order])
    return float(x[order][min(int(np.searchsorted(reached, share * reached[-1])), x.size - 1)])


@once
def prices(frames: Frames) -> pd.DataFrame:
    """By product: list price (low, high), mean paid, running cost [USD per million], tokens billed, revenue, fees.

    The revenue is what was paid by the token; ``fees`` are those of a plan [USD].
    """
    made = offers(frames)
    made = made.assign(list=made["price"].where(made["for_sale"]))
    group = made.groupby(["kind", "model", "tier", "product"], sort=False)
    sums = {column: (column, "sum") for column in ("revenue", "fees")}
    out = group.agg(low=("list", "min"), high=("list", "max"), tokens=("billed", "sum"), **sums)
    out["paid"] = ratio(out["revenue"], out["tokens"])
    cost = (made["machine_cost"] + made["billed"] * made["cost"]).groupby(made["product"], sort=False).sum()
    out = out.reset_index()
    out["running_cost"] = ratio(cost.reindex(out["product"]).to_numpy(dtype=np.float64), out["tokens"])
    return out


def segment_prices(frames: Frames) -> pd.DataFrame:
    """By segment: paid for tokens and plans [USD], also by request served and by million tokens, input and output."""
    sums = frames["segments"].groupby("segment", observed=True, sort=False)[["served", "tokens", "paid"]].sum()
    sums["a_request"] = ratio(sums["paid"], sums["served"])
    sums["a_million"] = ratio(sums["paid"], sums["tokens"])
    sums.index = sums.index.astype(str)
    return sums.rename_axis("segment")


def dear_batches(frames: Frames) -> pd.DataFrame:
    """Where a batch tier is listed above standard: seller, model and mean list prices [USD per million]."""
    named = products(frames).astype({"offer": object})
    mean = frames["offers"].astype({"offer": object}).groupby("offer")["price"].mean().rename("price").reset_index()
    made = named.merge(mean, on="offer")
    keys = ["provider", "kind", "model"]
    both = made[made["tier"] == "batch"].merge(made[made["tier"] == "standard"], on=keys, suffixes=("_batch", ""))
    both = both[both["price_batch"] > both["price"] * (1.0 + DEARER)]
    return both[[*keys, "price_batch", "price"]].rename(columns={"price_batch": "batch", "price": "standard"})


def said_of_batches(frames: Frames) -> str:
    """The same in words; empty where batch is nowhere the dearer one."""
    found = dear_batches(frames) if not frames["offers"].empty else pd.DataFrame()
    if found.empty:
        return ""
    each = [
        f"{row['provider']} ${row['batch']:,.2f} against ${row['standard']:,.2f}" for row in found.to_dict("records")
    ]
    return (
        f"Batch is listed above standard by {'; '.join(each)}. No rule holds a tier below another: a seller lists "
        "what it expects to earn most with, and with idle machines a tier that answers later costs it no less."
    )


@once
def waits(frames: Frames) -> pd.DataFrame:
    """By kind and tier: expected wait on ordering (mean, 95th percentile) and hours waited by those served.

    The expected wait is that of an offer in a tick. ``mean_h`` and ``p95_h`` take it once for each request ordered
    then. Requests of one offer and tick differ among themselves, which the data do not hold, so the tail is a little
    longer. ``alike_h`` and ``alike_p95_h`` count every tick the same. Only these compare tiers: who buys priority buys
    it in the worst hours, so that the requests of two tiers are not of the same hours.
    """
    rows = []
    made = offers(frames)
    there = made.merge(_without_machines(frames), on=["tick", "pool"], how="left")["without"].isna().to_numpy()
    for (kind, tier), part in made.groupby(["kind", "tier"], sort=False):
        w, ordered = part["wait_h"], part["ordered"]
        by_tick = _waits_at_constant_mix(part, there[part.index])
        rows.append(
            {
                "kind": kind,
                "tier": tier,
                "ordered": ordered.sum(),
                "mean_h": ratio((w * ordered).sum(), ordered.sum()),
                "p95_h": weighted_quantile(w, ordered, 0.95),
                "alike_h": by_tick.mean(),
                "alike_p95_h": weighted_quantile(by_tick, np.ones(len(by_tick)), 0.95),
                "served_mean_h": ratio(part["served_wait_h"].sum(), part["served"].sum()),
                "left_share": ratio(part[["late", "impatient"]].to_numpy().sum(), (ordered + part["joined"]).sum()),
            }
        )
    return pd.DataFrame(rows)


def _without_machines(frames: Frames) -> pd.DataFrame:
    """Ticks in which a pool has no machine: nobody can order there, and its wait is none that anybody expects."""
    pools = frames["pools"]
    return pools.loc[pools["capacity"] <= 0, ["tick", "pool"]].astype({"pool": object}).assign(without=True)


def _waits_at_constant_mix(part: pd.DataFrame, there: Any) -> pd.Series:
    """Expected wait by tick, over offers that have machines then, weighted by their orders of the whole run."""
    ordered = part.groupby("offer")["ordered"].transform("sum")[there]
    mix = ordered if ordered.sum() > 0 else ordered + 1.0
    ticks = part.loc[there, "tick"]
    waited: pd.Series = (part.loc[there, "wait_h"] * mix).groupby(ticks).sum()
    made: pd.Series = ratio(waited, mix.groupby(ticks).sum()).dropna()
    return made


def speeds(frames: Frames) -> pd.DataFrame:
    """By product: promised speed and speed got [token/s]: mean, 5th and 95th percentile over requests served."""
    rows = []
    for (kind, product), part in offers(frames).groupby(["kind", "product"], sort=False):
        got = part[part["served"] > 0]
        rows.append(
            {
                "kind": kind,
                "product": product,
                "promised": part["promised_speed"].iloc[0],
                "mean": ratio((got["speed"] * got["served"]).sum(), got["served"].sum()),
                "low": weighted_quantile(got["speed"], got["served"], 0.05),
                "high": weighted_quantile(got["speed"], got["served"], 0.95),
            }
        )
    return pd.DataFrame(rows)


def with_asked_put_off(segments: pd.DataFrame) -> pd.DataFrame:
    """The frame with ``put_off`` as far as it would have been asked, as of what was not put off in the tick."""
    wanted = segments["asked"] + segments["not_asked"]
    part = ratio(segments["asked"], wanted).where(wanted > 0, 1.0)
    return segments.assign(put_off=segments["put_off"] * part)


@once
def outcomes(frames: Frames) -> pd.DataFrame:
    """By segment: what became of the requests asked [requests], hours in queues a request, and paid.

    Of requests put off, as many are counted as would have been asked.
    """
    group = with_asked_put_off(frames["segments"]).groupby("segment", observed=True, sort=False)
    out = group[["asked", "ordered", "served", "local", *LOST, "put_off", "moved", "paid", "tokens", "surplus"]].sum()
    out["waiting"] = group["waiting"].last()
    # Little's law: the queue summed over ticks is the wait summed over requests, whoever was served first.
    out["queue_h"] = ratio(group["waiting"].sum() * tick_hours(frames), out["ordered"])
    out.index = out.index.astype(str)
    return out


@once
def shares(frames: Frames, by: str = "provider") -> pd.DataFrame:
    """By provider or kind: tokens [million] and dollars, by the token and in fees of plans, and their shares."""
    made = offers(frames)
    out = made.assign(revenue=made["revenue"] + made["fees"]).groupby(by, sort=False)[["tokens", "revenue"]].sum()
    out["token_share"] = ratio(out["tokens"], pd.Series(out["tokens"].sum(), index=out.index))
    out["revenue_share"] = ratio(out["revenue"], pd.Series(out["revenue"].sum(), index=out.index))
    if by == "provider":
        out["kind"] = frames["listings"].drop_duplicates("provider").set_index("provider")["kind"]
    return out


def margins(frames: Frames) -> pd.DataFrame:
    """By provider: revenue, rent, running cost, profit, margin, cash before and after, utilisation."""
    group = frames["providers"].groupby("provider", observed=True, sort=False)
    machines = ["owned", "contracted", "on_demand", "spot", "homes"]
    out = group[["revenue", "rent_paid", "running_cost", "profit", *machines, "used"]].sum()
    out.index = out.index.astype(str)
    sellers = frames["sellers"].set_index("seller")
    out["kind"], out["cash_before"] = sellers["kind"], sellers["start_cash"]
    out["cash_after"] = group["cash"].last().rename(index=str)
    out["margin"] = ratio(out["profit"], out["revenue"])
    out["utilisation"] = ratio(out["used"], out[machines].sum(axis=1))
    return out


#: A row of ``peak``.
UTILISATION: Final = "utilisation"
#: What is more times as much as this is set against next to nothing: a wait that nobody has.
MOST_TIMES: Final = 1e4


@once
def peak(frames: Frames) -> pd.DataFrame:
    """Peak against off-peak: price by kind (constant mix), utilisation, wait, speed, spot price.

    Rows are named by what they are of; columns: ``unit``, ``peak``, ``off-peak`` and ``ratio``, NaN where there is
    next to nothing off-peak.
    """
    made = offers(frames)
    mix = made.groupby("offer")["billed"].sum()
    made["weight"] = made["offer"].map(mix)
    columns = {}
    for name, ticks in zip(("peak", "off-peak"), busy_and_calm(frames), strict=True):
        part, total = made[made["tick"].isin(ticks)], frames["ticks"].set_index("tick").loc[ticks]
        column = {
            (f"price, {kind}", "USD/M"): ratio((of["paid_price"] * of["weight"]).sum(), of["weight"].sum())
            for kind, of in part.groupby("kind", sort=False)
        }
        column["spot price", "USD/rack-h"] = total["spot_price"].mean()
        column[UTILISATION, "%"] = 100 * ratio(total["used"].sum(), total["capacity"].sum())
        column["expected wait", "min"] = 60 * ratio((part["wait_h"] * part["ordered"]).sum(), part["ordered"].sum())
        column["speed", "token/s"] = ratio((part["speed"] * part["served"]).sum(), part["served"].sum())
        column["gave up or turned away", "%"] = 100 * ratio(total[[*LOST]].to_numpy().sum(), total["asked"].sum())
        columns[name] = column
    out = pd.DataFrame(columns).rename_axis(["measure", "unit"]).reset_index("unit")
    out["ratio"] = ratio(out["peak"], out["off-peak"].where(out["off-peak"] * MOST_TIMES > out["peak"]))
    return out


def running_cost(frames: Frames) -> float:
    """Power and upkeep of a rack-hour in use, as its owner pays them [USD per rack-h]; NaN where nothing ran."""
    in_use = ["first_party", "contracted", "on_demand", "sold_spot"]
    total = frames["wholesale"][[*in_use, "running_cost"]].sum()
    return float(ratio(total["running_cost"], total[in_use].sum()))


def wholesale(frames: Frames) -> dict[str, float]:
    """Spot price, where the owners' rack-hours went, and what their running costs."""
    table, spot = frames["wholesale"], frames["ticks"]["spot_price"]
    uses = ["first_party", "contracted", "on_demand", "sold_spot", "idle", "short"]
    total = table[["owned", *uses]].sum()
    made = {name: float(ratio(total[name], total["owned"])) for name in uses}
    made |= {"spot_mean": float(spot.mean()), "spot_low": float(spot.min()), "spot_high": float(spot.max())}
    made["running_cost"] = running_cost(frames)
    ticks = frames["ticks"]
    made["research"] = float(ratio(ticks["research"].sum(), total["owned"]))
    made["rented_utilisation"] = float(ratio(ticks["used"].sum(), ticks["capacity"].sum()))
    return made


@dataclass(frozen=True)
class Check:
    """Two sums that must be the same."""

    name: str
    left: float
    right: float
    unit: str

    @property
    def error(self) -> float:
        """Difference relative to the larger sum."""
        scale = max(abs(self.left), abs(self.right))
        return 0.0 if self.left == self.right else abs(self.left - self.right) / scale

    @property
    def kept(self) -> bool:
        """Whether they are the same but for rounding."""
        return self.error <= ROUNDING


def checks(frames: Frames) -> list[Check]:
    """What must add up in any run: money in = money out, and every request is accounted for."""
    ticks, providers, owners = frames["ticks"], frames["providers"], frames["wholesale"]
    by_segment = outcomes(frames)
    ends = sum(by_segment[name].sum() for name in OUTCOMES)
    accounts = frames["accounts"]
    outside = accounts.loc[accounts["side"] == "outside", "balance"]
    held = accounts.loc[accounts["side"] == "inside", "balance"].sum()
    last = ticks["tick"].max()
    cash = sum(table.loc[table["tick"] == last, "cash"].sum() for table in (providers, owners))
    change = cash - frames["sellers"]["start_cash"].sum()
    beside = (providers["funding"] - providers["burn"] - providers["research"]).sum()
    kept = (owners["income"] - owners["running_cost"] - owners["capital"]).sum()
    creditors = (frames["books"]["forgiven"] - frames["books"]["interest"]).sum()
    earned = providers["profit"].sum() + beside + kept + creditors
    paid, sold = ticks["paid"].sum(), frames["offers"]["revenue"].sum() + frames["segments"]["fees"].sum()
    came, went = -outside[outside < 0].sum(), outside[outside > 0].sum()
    rent, income = providers["rent_paid"].sum() + ticks["research_spent"].sum(), owners["income"].sum()
    asked = "requests asked = " + " + ".join(OUTCOMES.values())
    return [
        Check("money in = money out + money held", came, went + held, "USD"),
        Check("what sellers earned and were given = what their cash grew by", earned, change, "USD"),
        Check("users' payments = offers' revenue + fees of plans", paid, sold, "USD"),
        Check("rent paid by providers and research = income of the owners", rent, income, "USD"),
        Check(asked, ticks["asked"].sum(), ends, "requests"),
        Check("work sold = work done", frames["offers"]["work"].sum(), ticks["used"].sum(), "rack-h"),
    ]
