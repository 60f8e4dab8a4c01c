"""What machines cost by the hour, at lists and for a term, in the unit of rental lists: an H100-hour."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capacity import CHIPS
from scenarios.results.measures.facts import Facts, ratio
from scenarios.results.measures.measure import SHARE, Measure, register

type Floats = NDArray[np.float64]

PER_H100: Final = "USD per H100-hour"
#: H100s that a rack of capacity stands for, by dense 16-bit compute as chips are counted in the sources.
H100_PER_RACK: Final = (
    CHIPS["gb200-nvl72"].compute("bf16") * CHIPS["gb200-nvl72"].chips_per_system / CHIPS["h100"].compute("bf16")
)


def later_half(values: Floats) -> Floats:
    """What was recorded in the second half of a run: lists and terms look back over a month."""
    return values[values.size // 2 :]


def hourly(f: Facts, column: str) -> Floats:
    """A column of the frame of ticks in the second half of the run; nothing where it says 0, for none."""
    values = later_half(f.frames["ticks"][column].to_numpy(dtype=np.float64))
    return values[values > 0]


def mean(values: Floats) -> float:
    """Mean, NaN of none."""
    return float(values.mean()) if values.size else float("nan")


def by_the_hour(f: Facts, column: str) -> float:
    """Mean price [USD per H100-hour]."""
    return mean(hourly(f, column)) / H100_PER_RACK


def for_a_term(f: Facts, ahead: str) -> float:
    """Mean price of a contract of that length [USD per H100-hour]."""
    rows = f.frames["forward"]
    return mean(later_half(rows.loc[rows["ahead"] == ahead, "term"].to_numpy(dtype=np.float64))) / H100_PER_RACK


def over_list(f: Facts, ahead: str = "") -> float:
    """Price of spot, or of a term, over that of lists."""
    price = for_a_term(f, ahead) if ahead else by_the_hour(f, "spot_price")
    return ratio(price, by_the_hour(f, "on_demand_price"))


def at_the_list(f: Facts) -> float:
    """Share of hours in which spot is as dear as the lowest list, or dearer."""
    ticks = f.frames["ticks"]
    spot, listed = (later_half(ticks[name].to_numpy(dtype=np.float64)) for name in ("spot_price", "on_demand_price"))
    there = listed > 0
    return float((spot[there] >= listed[there] * (1.0 - 1e-9)).mean()) if there.any() else float("nan")


def on_contract(f: Facts) -> float:
    """Share of machines rented out that are under contract."""
    rows = f.frames["wholesale"]
    rented = rows[["contracted", "on_demand", "sold_spot"]].sum().sum()
    return ratio(float(rows["contracted"].sum()), float(rented))


def for_that_long(f: Facts, ahead: str) -> float:
    """Share of machines under contract whose term is about so long, by the end of the run."""
    rows = f.frames["forward"]
    last = rows[rows["tick"] == rows["tick"].max()]
    return ratio(float(last.loc[last["ahead"] == ahead, "racks"].sum()), float(last["racks"].sum()))


register(
    Measure("spot-h100", PER_H100, "spot price of machines", partial(by_the_hour, column="spot_price")),
    Measure("list-h100", PER_H100, "lowest list price of machines", partial(by_the_hour, column="on_demand_price")),
    Measure("year-h100", PER_H100, "price of a contract of a year", partial(for_a_term, ahead="1 year")),
    Measure("three-years-h100", PER_H100, "price of a contract of three years", partial(for_a_term, ahead="3 years")),
    Measure("spot-over-list", "1", "spot price of machines over the lowest list price", over_list),
    Measure("year-over-list", "1", "price of a contract of a year over that", partial(over_list, ahead="1 year")),
    Measure("hours-at-list", SHARE, "of hours in which spot is as dear as the lowest list, or dearer", at_the_list),
    Measure("contract-share", SHARE, "of machines rented out that are under contract", on_contract),
    Measure(
        "month-contracts", SHARE, "of these that is for a month, at the end", partial(for_that_long, ahead="1 month")
    ),
    Measure("year-contracts", SHARE, "of these that is for a year, at the end", partial(for_that_long, ahead="1 year")),
    order=150.0,
)
