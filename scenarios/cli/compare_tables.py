"""A comparison in a terminal of 80 columns: one table a measure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from scenarios.results.measures import MEASURES
from scenarios.text.console import table
from scenarios.text.estimates import seeds_above, value_in_words, with_half

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from scenarios.batches.comparison import Comparison

#: Least width of the column with names.
NAME: Final = 13
#: Gain of pairing from which it is said, and from which it is no longer counted.
WORTH_SAYING, MUCH = 1.1, 1_000


def tables(comparison: Comparison, *, with_precision: bool = False) -> Iterator[tuple[str, Table]]:
    """A title and a table for each measure."""
    for measure in comparison.means["measure"].unique():
        means, gaps = (part[part["measure"] == measure] for part in (comparison.means, comparison.gaps))
        yield _title(str(measure)), _table(comparison, means, gaps, with_precision=with_precision)


def _table(comparison: Comparison, means: pd.DataFrame, gaps: pd.DataFrame, *, with_precision: bool) -> Table:
    by, name = comparison.by, "case" if comparison.by == "label" else comparison.by
    seeds = ["seeds"] if _uneven(comparison) else []
    needed = [f"for ±{_percent(comparison.precision)}"] if with_precision else []
    made = table("", (name, "mean", *seeds, *needed, "difference", "", "above"))
    made.columns[0].min_width = NAME
    for column in made.columns[1:]:
        column.no_wrap = True
    changes = {row[by]: row for row in gaps.to_dict("records")}
    for row in means.to_dict("records"):
        cells = [value_in_words(row[by]), with_half(row["mean"], row["high"] - row["mean"])]
        cells += [f"{row['seeds']}"] if seeds else []
        cells += [_count(row["seeds_needed"])] if with_precision else []
        made.add_row(*cells, *_gap(changes.get(row[by])))
    return made


def _uneven(comparison: Comparison) -> bool:
    return len(set(comparison.means["seeds"])) > 1


def _title(measure: str) -> str:
    if measure not in MEASURES:
        return measure
    one = MEASURES[measure]
    return f"{measure}: {one.in_full}" + one.unit_behind


def _gap(row: dict[Any, Any] | None) -> tuple[str, str, str]:
    if row is None:
        return "", "", ""
    above = seeds_above(row["up"], row["down"], row["seeds"]) if row["seeds"] else "-"
    if row["seeds"] and not row["up"] and not row["down"]:
        return "no change", "", above
    relative = _percent(row["relative"], "+") if math.isfinite(row["relative"]) else "-"
    signed = with_half(row["difference"], row["high"] - row["difference"], sign=True)
    return signed, relative, above


def _percent(share: float, sign: str = "") -> str:
    points = 100.0 * share
    return f"{points:{sign},.1f} %" if abs(points) < 9.95 and points != round(points) else f"{points:{sign},.0f} %"


def _count(value: float) -> str:
    return "-" if math.isnan(value) else "many" if math.isinf(value) else f"{value:,.0f}"


def _share(value: float, half: float) -> str:
    return f"{value:.2f} ± {half:.2f}" if math.isfinite(value) else "-"


def legend(comparison: Comparison, pooled: int) -> list[str]:
    """What the numbers are, in words."""
    gain = comparison.gaps["gain"].dropna().median()
    if comparison.means["seeds"].max() <= 1:
        return ["One seed only: there is no interval, and no telling a difference from luck.", *_pooled(pooled)]
    number = "" if _uneven(comparison) else f"{comparison.means['seeds'].iloc[0]} "
    lines = [f"± is the {_percent(comparison.level)} interval of a mean over {number}seeds (Student's t)."]
    if len(comparison.gaps):
        base = value_in_words(comparison.against)
        lines.append(f"Differences are from {base}, seed by seed; above: in how many seeds it is higher.")
        if (comparison.gaps["up"] + comparison.gaps["down"] < comparison.gaps["seeds"]).any():
            lines.append("alike: seeds in which nothing differs but by rounding.")
    if gain > WORTH_SAYING:
        times = f"{gain:,.2g}" if gain < MUCH else f"over {MUCH:,}"
        lines.append(f"Common seeds make them as sharp as {times} times as many separate ones would (median).")
    return lines + _pooled(pooled)


def _pooled(count: int) -> list[str]:
    return [f"Each row is the mean of up to {count:,} cases."] if count > 1 else []


def sensitivity_tables(found: pd.DataFrame) -> Iterator[tuple[str, Table]]:
    """A title and a table for each measure and sample: which input explains how much of it."""
    sobol = "total" in found.columns
    about = list(found.columns[: list(found.columns).index("measure")])
    for key, part in found.groupby([*about, "measure"], sort=False, dropna=False):
        *sample, measure = key
        where = ", ".join(value_in_words(one) for one in sample if one != "")
        heads = ("alone", "with interactions") if sobol else ("effect of the range", "strength", "spread")
        made = table("", ("input", *heads))
        order = "total" if sobol else "strength"
        for row in part.sort_values(order, ascending=False, kind="stable").to_dict("records"):
            if sobol:
                cells = [_share(row[one], row[f"{one}_high"] - row[one]) for one in ("first", "total")]
            else:
                strength = with_half(row["strength"], row["strength_high"] - row["strength"])
                cells = [with_half(row["mean"], math.nan, sign=True), strength, with_half(row["spread"], math.nan)]
            made.add_row(str(row["input"]), *cells)
        yield f"{_title(str(measure))} · {where}" if where else _title(str(measure)), made
