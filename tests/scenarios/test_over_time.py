"""The tables over time behind the pictures: bins, shares and ratios, against the frames by hand."""

import numpy as np
import pandas as pd
import pytest
from market_runs import copy_of, small_run

from scenarios.library import SCENARIOS
from scenarios.pictures.registry import CHARTS
from scenarios.results import summary_tables
from scenarios.results.over_time import (
    FATES,
    MOST_BINS,
    accounts,
    bin_hours,
    events,
    fates,
    in_bins,
    peak_ratios,
    premiums,
    tier_mix,
    work_and_machines,
)


def ticks_over(days, tick_hours=1.0):
    times = pd.date_range("2026-01-05", periods=round(days * 24 / tick_hours), freq=pd.Timedelta(hours=tick_hours))
    return {"ticks": pd.DataFrame({"tick": range(len(times)), "time": times})}


@pytest.mark.parametrize(
    ("days", "tick", "hours"),
    [(7, 1, 1), (14, 1, 1), (28, 1, 2), (365, 1, 168), (3 * 365, 1, 168), (90, 6, 12), (28, 0.5, 2)],
)
def test_bins_are_few_and_whole(days, tick, hours):
    frames = ticks_over(days, tick)
    assert bin_hours(frames) == hours
    assert in_bins(frames["ticks"], frames)["bin"].nunique() <= MOST_BINS


def test_a_bin_holds_its_own_rows():
    frames = ticks_over(28)
    made = in_bins(frames["ticks"], frames)
    assert ((made["time"] >= made["bin"]) & (made["time"] < made["bin"] + pd.Timedelta(hours=2))).all()
    assert made.groupby("bin").size().eq(2).all()


@pytest.mark.parametrize("segment", [None, "casual", "coders", "agentic"])
def test_what_became_of_requests_adds_up(segment):
    frames = small_run().frames
    made = fates(frames, segment)
    assert made[list(FATES)].sum(axis=1).to_numpy() == pytest.approx(100.0)
    part = frames["segments"] if segment is None else frames["segments"].query("segment == @segment")
    whole = part[list(FATES)].to_numpy().sum()
    # What was at hand: asked, waiting before (but at the end of the run), and put off.
    before = part["waiting"].sum() - part[part["tick"] == part["tick"].max()]["waiting"].sum()
    assert whole == pytest.approx(part["asked"].sum() + before + part["put_off"].sum(), rel=1e-6)


def test_tiers_share_all_tokens():
    frames = small_run().frames
    mix = tier_mix(frames)
    assert mix.sum(axis=1).to_numpy() == pytest.approx(100.0)
    first = (
        frames["offers"][frames["offers"]["tick"] == 0].astype({"offer": object}).merge(frames["listings"], on="offer")
    )
    batch = first.loc[first["tier"] == "batch", "tokens"].sum() / first["tokens"].sum()
    assert mix["frontier", "batch"].iloc[0] == pytest.approx(100 * batch)


def test_a_premium_is_over_the_same_sellers_standard():
    frames = copy_of(small_run())
    doubled = frames["offers"]["offer"].astype(str).str.endswith(" priority")
    plain = frames["offers"]["offer"].astype(str).str.endswith(" standard")
    frames["offers"].loc[doubled, "price"] = 30.0
    frames["offers"].loc[plain, "price"] = 20.0
    made = premiums(frames)
    assert made["frontier", "priority"].to_numpy() == pytest.approx(1.5)
    assert ("open", "standard") not in made


def test_peak_over_off_peak_by_hand():
    frames = copy_of(small_run())
    work = frames["pools"].groupby("tick")["ordered"].sum()
    day = work.iloc[:24].sort_values()
    made = peak_ratios(frames)
    assert made["load"].iloc[0] == pytest.approx(day.iloc[-6:].mean() / day.iloc[:6].mean())
    frames["ticks"]["spot_price"] = 100.0
    frames["ticks"].loc[day.index[-6:], "spot_price"] = 250.0
    assert peak_ratios(frames)["spot price"].iloc[0] == pytest.approx(2.5)


def test_racks_are_counted_once():
    frames = small_run().frames
    made = work_and_machines(frames)
    racks = frames["wholesale"].groupby("tick")["racks"].sum()
    assert made["owned"].to_numpy() == pytest.approx(racks.to_numpy())
    assert (made["rented"] <= made["for_rent"] * (1 + 1e-9)).all()
    assert (made["wanted"] >= made["ordered"]).all()


def test_cash_and_margins_are_those_of_the_summary():
    frames = small_run().frames
    table = summary_tables.margins(frames)
    assert accounts(frames, "cash").iloc[-1].to_dict() == pytest.approx(table["cash_after"].to_dict())
    day = frames["providers"].query("tick < 24").groupby("provider", observed=True)[["profit", "revenue"]].sum()
    assert accounts(frames, "margin").iloc[0].to_dict() == pytest.approx((day["profit"] / day["revenue"]).to_dict())


def test_who_comes_leaves_and_is_bought():
    frames = copy_of(small_run())
    table = frames["providers"]
    one, other = table["provider"] == "Ferry", table["provider"] == "Islet"
    table.loc[one & (table["tick"] >= 50), "active"] = 0.0
    table.loc[other & (table["tick"] < 10), "active"] = 0.0
    table.loc[other & (table["tick"] >= 90), "acquired"] = 1.0
    found = {(row.provider, row.event): row.time for row in events(frames).itertuples()}
    start = frames["ticks"]["time"].iloc[0]
    assert found == {
        ("Ferry", "leaves"): start + pd.Timedelta(hours=50),
        ("Islet", "enters"): start + pd.Timedelta(hours=10),
        ("Islet", "is bought"): start + pd.Timedelta(hours=90),
    }


def test_ceilings_hold_the_racks_back():
    from scenarios.definition.ceilings import ceilings

    table = ceilings(SCENARIOS["dram-ceiling"])
    assert set(table["name"]) == {"DRAM", "capex"}
    free = ceilings(SCENARIOS["dram-ceiling"].variant("no-ceiling"))
    assert free.empty
    assert ceilings(SCENARIOS["baseline-2026"]).empty, "a steady fleet has no ceilings"
    first = table.groupby("name")["racks"].first()
    frames = small_run().frames
    assert first["DRAM"] == first["capex"]
    assert first["DRAM"] == pytest.approx(frames["wholesale"].query("tick == 0")["racks"].sum(), rel=1e-3)
    dram = table[table["name"] == "DRAM"].set_index("time")["racks"]
    both = table.groupby("time")["racks"].min()
    assert (np.diff(both) > 0).all()
    assert dram.loc["2027-12-01":"2028-01-31"].iloc[0] < 2 * dram.iloc[0], "DRAM lets the fleet less than double"


def test_what_is_sold_no_more_has_no_price():
    """The list of a seller that has left is in the frames, but in no line and no range."""
    frames = copy_of(small_run())
    named = summary_tables.products(frames)
    sellers = named[named["kind"] == "open"].groupby("product")["provider"].agg(["nunique", "first"])
    alone, seller = next((name, row["first"]) for name, row in sellers.iterrows() if row["nunique"] == 1)
    ticks = frames["ticks"]["tick"]
    left = int(ticks.median())
    gone = (frames["providers"]["provider"] == seller) & (frames["providers"]["tick"] >= left)
    frames["providers"].loc[gone, "active"] = 0.0
    dear = frames["offers"]["offer"].isin(named.loc[named["product"] == alone, "offer"])
    frames["offers"].loc[dear & (frames["offers"]["tick"] >= left), "price"] = 1e9
    found = summary_tables.prices(frames).set_index("product")
    assert found.loc[alone, "high"] < 1e9
    line = CHARTS["price-paths"].data(frames).frame
    ends = line[line["what"] == "mean paid"].groupby("series")["time"].max()
    others = ends.drop(alone)
    assert ends[alone] <= frames["ticks"].set_index("tick")["time"][left] < others.max()
