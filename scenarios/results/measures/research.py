"""Research: how much of the machines and of sales it takes, and how far apart models are by it."""

from __future__ import annotations

from scenarios.results.measures.facts import Facts, ratio
from scenarios.results.measures.measure import SHARE, Measure, register


def training_share(f: Facts) -> float:
    """Share of the machines rented out that research has."""
    rented = f.frames["wholesale"][["contracted", "on_demand", "sold_spot"]].sum().sum()
    return ratio(float(f.frames["ticks"]["research"].sum()), float(rented))


def research_of_sales(f: Facts) -> float:
    """What sellers pay for research over the sales of those who do."""
    rows = f.frames["providers"]
    names = rows.loc[rows["research"] > 0, "provider"].unique()
    theirs = rows[rows["provider"].isin(names)]
    return ratio(float(theirs["research"].sum()), float(theirs["revenue"].sum()))


def months_apart(f: Facts) -> float:
    """Months of training between the first and the last of those who do research, at the end."""
    rows = f.frames["providers"]
    names = rows.loc[rows["research"] > 0, "provider"].unique()
    last = rows[(rows["tick"] == rows["tick"].max()) & rows["provider"].isin(names)]["months_ahead"]
    return float(last.max() - last.min()) if len(last) else float("nan")


register(
    Measure("training-share", SHARE, "of machines rented out that research has", training_share),
    Measure("research-of-sales", "1", "research over sales of those who pay for it", research_of_sales),
    Measure("months-apart", "months", "of training between the first and the last lab, at the end", months_apart),
    order=160.0,
)
