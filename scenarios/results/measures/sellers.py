"""Sellers and owners of machines: shares, margins, survival, use of machines; and what users get out of it."""

from __future__ import annotations

from functools import partial

import numpy as np

from scenarios.results.measures.facts import SMALL, Facts, Wanted, ratio
from scenarios.results.measures.measure import SHARE, Measure, register


def token_share(f: Facts, **wanted: Wanted) -> float:
    """Share of tokens."""
    tokens = f.offers("tokens")
    return ratio(tokens[f.where(**wanted)].sum(), tokens.sum())


def local_share(f: Facts) -> float:
    """Share of coders' requests done on machines of their own."""
    return ratio(f.total("segments", "local", segment="coders"), f.total("segments", "asked", segment="coders"))


def owners_at_end(f: Facts) -> float:
    """Share of coders with a machine at the end."""
    rows = f.frames["segments"]
    rows = rows[rows["segment"] == "coders"]
    return float(rows["owners"].iloc[-1]) if len(rows) else float("nan")


def members(f: Facts) -> float:
    """Users with a subscription at the end."""
    last = f.frames["offers"]["tick"].to_numpy() == f.frames["ticks"]["tick"].iloc[-1]
    return float(f.offers("members")[last].sum())


def margin(f: Facts, kind: str) -> float:
    """Profit over revenue of a kind of provider."""
    names = f.frames["listings"].loc[f.listed(kind=kind), "provider"].unique()
    rows = f.frames["providers"]
    rows = rows[rows["provider"].isin(names)]
    return ratio(rows["profit"].sum(), rows["revenue"].sum())


def independents(f: Facts) -> float:
    """Providers at the end that sell and have not been bought."""
    rows = f.frames["providers"]
    last = rows[rows["tick"] == rows["tick"].max()]
    return float(((last["active"] > 0) & (last["acquired"] == 0)).sum())


def failed_or_bought(f: Facts) -> float:
    """Open providers that sold once and have left, or that were bought."""
    names = f.frames["listings"].loc[f.listed(kind="open"), "provider"].unique()
    rows = f.frames["providers"]
    rows = rows[rows["provider"].isin(names)].astype({"provider": object})
    ever = rows.groupby("provider")["active"].max() > 0
    last = rows[rows["tick"] == rows["tick"].max()].set_index("provider")
    gone = (ever & (last["active"] == 0)) | (last["acquired"] > 0)
    return float(gone.sum())


def concentration(f: Facts) -> float:
    """Sum of squared shares of revenue, by provider."""
    codes = f.frames["listings"]["provider"].astype("category").cat.codes.to_numpy()
    sold = np.bincount(codes[f.listing_of], weights=f.offers("revenue"))
    return float(((sold / sold.sum()) ** 2).sum()) if sold.sum() > 0 else float("nan")


def contract_short(f: Facts) -> float:
    """Share of contracted machines that is not delivered."""
    short = f.total("wholesale", "short")
    return ratio(short, short + f.total("wholesale", "contracted"))


def machine_pay(f: Facts) -> float:
    """Revenue of a rack-hour of the best closed models, last week over first."""
    pay = []
    for part in (f.late, f.early):
        rows = part.where(model="frontier")
        pay.append(ratio(part.offers("revenue")[rows].sum(), part.offers("work")[rows].sum()))
    return ratio(pay[0], pay[1])


def over_the_counter(f: Facts) -> float:
    """Share of the best closed models' requests that are not casual users', last week."""
    names = f.frames["segments"]["segment"].unique()
    served = {name: f.late.bought(name, model="frontier") for name in names}
    return ratio(sum(served.values()) - served.get("casual", 0.0), sum(served.values()))


def open_in_coding(f: Facts) -> float:
    """Change of open providers' share of coders' requests less that of casual ones, last week less first."""
    rises = [
        f.late.share_bought(segment, kind="open") - f.early.share_bought(segment, kind="open")
        for segment in ("coders", "casual")
    ]
    return rises[0] - rises[1]


def per_request(f: Facts, column: str) -> float:
    """Sum of a column for each request asked."""
    return ratio(f.total("ticks", column), f.total("ticks", "asked"))


register(
    Measure("small-model-share", SHARE, "share of tokens that small models serve", partial(token_share, model=SMALL)),
    Measure("open-share", SHARE, "share of tokens that open providers serve", partial(token_share, kind="open")),
    Measure("broker-share", SHARE, "share of tokens that brokers sell", partial(token_share, kind="broker")),
    Measure(
        "priority-share", SHARE, "share of tokens sold in the priority tier", partial(token_share, tier="priority")
    ),
    Measure("free-share", SHARE, "share of tokens given away", partial(token_share, tier="free")),
    Measure("open-in-coding", SHARE,
            "change of open providers' share of coders' requests less that of casual ones, last week less first",
            open_in_coding),
    Measure("over-the-counter", SHARE,
            "share of the best closed models' requests that are not casual users', last week", over_the_counter),
    Measure("local-share", SHARE, "share of coders' requests done on machines of their own", local_share),
    Measure("local-owners", SHARE, "share of coders with a machine at the end", owners_at_end),
    Measure("subscribers", "people", "users with a subscription at the end", members),
    Measure("closed-margin", SHARE, "labs' profit over revenue", partial(margin, kind="frontier")),
    Measure("open-margin", SHARE, "open providers' profit over revenue", partial(margin, kind="open")),
    Measure("independents", "providers", "providers at the end that sell and have not been bought", independents),
    Measure("failed-or-bought", "providers", "open providers that left or were bought", failed_or_bought),
    Measure("concentration", "1", "Herfindahl index of revenue", concentration),
    Measure("utilisation", SHARE, "work done over work that could be done",
            lambda f: ratio(f.total("ticks", "used"), f.total("ticks", "capacity"))),
    Measure("machine-pay-rise", "1", "revenue of a rack-hour of the best closed models, last week over first",
            machine_pay),
    Measure("idle-share", SHARE, "share of owners' racks that nobody rents",
            lambda f: ratio(f.total("wholesale", "idle"), f.total("wholesale", "owned"))),
    Measure("contract-short", SHARE, "share of contracted machines that is not delivered", contract_short),
    Measure("late-contract-delivered", SHARE, "share of contracted machines that is delivered, last week",
            lambda f: 1.0 - contract_short(f.late)),
    Measure("surplus", "USD", "expected surplus of users for each request asked",
            partial(per_request, column="surplus")),
    Measure("spending", "USD", "paid by users for each request asked", partial(per_request, column="paid")),
    order=300,
)  # fmt: skip
