"""The summary: its numbers follow from the frames, add up, and can be read at 80 columns."""

import io
import json
import math

import numpy as np
import pandas as pd
import pytest
from market_runs import copy_of, small_run, without_rows
from rich.console import Console

from scenarios.cli.summary import summary, summary_record
from scenarios.library import SCENARIOS
from scenarios.results import summary_tables
from scenarios.results.key_figures import key_figures, subtitle
from scenarios.results.measures import MEASURES
from scenarios.results.measures.facts import busy_and_calm, tick_hours
from scenarios.results.quotas import quotas
from scenarios.results.run_folder import RunResult
from scenarios.runs.run import run
from scenarios.runs.settings import Settings
from scenarios.text.durations import hours_in_words


def printed(result, width=80):
    out = io.StringIO()
    Console(file=out, width=width, markup=False).print(summary(result))
    return out.getvalue()


@pytest.fixture(scope="module")
def frames():
    return small_run().frames


def test_requests_of_every_segment_are_all_accounted_for(frames):
    found = summary_tables.outcomes(frames)
    assert found[list(summary_tables.OUTCOMES)].sum(axis=1).to_numpy() == pytest.approx(
        found["asked"].to_numpy(), rel=1e-9
    )


def test_shares_add_up_to_one(frames):
    for by in ("provider", "kind"):
        found = summary_tables.shares(frames, by)
        assert found["token_share"].sum() == pytest.approx(1)
        assert found["revenue_share"].sum() == pytest.approx(1)


def test_mean_price_lies_between_the_lowest_and_highest_list_price(frames):
    found = summary_tables.prices(frames)
    sold = found[found["high"] > 0]  # products of a plan are paid by the month
    assert (sold["paid"] >= sold["low"] - 1e-9).all()
    assert (sold["paid"] <= sold["high"] + 1e-9).all()
    assert (sold["running_cost"] > 0).all()


def test_tokens_billed_give_the_revenue_back(frames):
    made = summary_tables.offers(frames)
    assert (made["billed"] * made["paid_price"]).to_numpy() == pytest.approx(made["revenue"].to_numpy())


def test_tiers_are_compared_over_the_same_hours():
    """One lab: nobody is slower with priority in any hour, but it is bought in the hours in which all are slow."""
    calm, rush = {"priority": (0.0, 1.0), "batch": (0.1, 99.0)}, {"priority": (2.0, 99.0), "batch": (3.0, 1.0)}
    frames = waits_of([*[calm] * 19, rush])
    found = summary_tables.waits(frames).set_index("tier")
    assert found.loc["priority", "mean_h"] > found.loc["batch", "mean_h"], "by request priority looks slower"
    assert found.loc["priority", "alike_h"] == pytest.approx(2.0 / 20)
    assert found.loc["batch", "alike_h"] == pytest.approx((19 * 0.1 + 3.0) / 20)
    assert found["alike_p95_h"].tolist() == [0.0, 0.1], "19 of 20 hours are calm"


def test_hours_without_machines_have_no_wait_and_an_offer_counts_by_all_that_it_sold():
    hours = [
        {"big": (1.0, 30.0), "small": (4.0, 0.0)},
        {"big": (2.0, 0.0), "small": (5.0, 10.0)},
        {"big": (10_000.0, 0.0), "small": (6.0, 0.0)},
    ]
    frames = waits_of(hours, one_tier=True)
    pools = frames["pools"]
    pools.loc[(pools["tick"] == 2) & (pools["pool"] == "big"), "capacity"] = 0.0
    (found,) = summary_tables.waits(frames).to_dict("records")
    assert found["alike_h"] == pytest.approx(((30 * 1 + 10 * 4) / 40 + (30 * 2 + 10 * 5) / 40 + 6) / 3)
    frames["offers"]["ordered"] = 0.0
    (found,) = summary_tables.waits(frames).to_dict("records")
    assert found["alike_h"] == pytest.approx(((1 + 4) / 2 + (2 + 5) / 2 + 6) / 3), "nothing ordered: all alike"


def waits_of(hours, one_tier=False):
    """Frames in which every offer has a pool of its own: a dictionary an hour, of an offer's wait and orders."""
    rows = [
        {"tick": tick, "offer": name, "wait_h": wait, "ordered": ordered}
        for tick, hour in enumerate(hours)
        for name, (wait, ordered) in hour.items()
    ]
    table = pd.DataFrame(rows)
    others = dict.fromkeys(
        ("paid_price", "revenue", "work", "served_wait_h", "served", "late", "impatient", "joined"), 0.0
    )
    names = list(hours[0])
    listings = pd.DataFrame(
        {
            "offer": names,
            "provider": "lab",
            "kind": "lab",
            "model": "m",
            "pool": names,
            "tier": "standard" if one_tier else names,
        }
    )
    return {
        "offers": table.assign(**others),
        "listings": listings,
        "providers": pd.DataFrame({"tick": range(len(hours)), "provider": "lab", "active": 1.0}),
        "pools": table[["tick"]].assign(pool=table["offer"], capacity=1.0),
        "ticks": pd.DataFrame({"tick": range(len(hours)), "spot_price": 1.0}),
    }


def test_in_a_real_run_priority_is_the_fastest_tier(frames):
    found = summary_tables.waits(frames)
    labs = found[found["kind"] == "frontier"].set_index("tier")["alike_h"]
    assert labs["priority"] <= labs["standard"] <= labs["batch"]


def test_the_longest_tier_is_named_by_hours(frames):
    found = summary_tables.waits(frames)
    worst = found.loc[found["alike_h"].idxmax()]
    (said,) = [meaning for _, meaning in key_figures(small_run()) if meaning.startswith("expected wait")]
    assert said.endswith(f"{worst['kind']} {worst['tier']}, {hours_in_words(worst['alike_h'])}")


def test_the_subtitle_says_how_much_of_the_period_is_simulated():
    about = small_run().about
    assert "days simulated" not in subtitle(about), "every hour of it is"
    part = {**about, "days": 364.0, "ticks": 2016}
    assert "84 of 364 days simulated, a week of each month" in subtitle(part)


def test_waiting_in_queues_is_littles_law(frames):
    found = summary_tables.outcomes(frames)
    queue = frames["segments"].groupby("segment", observed=True)["waiting"].sum()
    assert (found["queue_h"] * found["ordered"]).to_numpy() == pytest.approx(queue.to_numpy())


def test_peak_is_busier_than_off_peak(frames):
    peak, off = busy_and_calm(frames)
    assert len(peak) == len(off) == 42
    assert not set(peak) & set(off)
    found = summary_tables.peak(frames)
    assert found.loc[summary_tables.UTILISATION, "peak"] > found.loc[summary_tables.UTILISATION, "off-peak"]


def test_a_wait_that_nobody_has_off_peak_has_no_ratio():
    """It stood there as a number of a hundred digits."""
    frames = copy_of(small_run())
    _, calm = busy_and_calm(frames)
    offers = frames["offers"]
    offers["wait_h"] = np.where(offers["tick"].isin(calm), 1e-120, 0.001)
    found = summary_tables.peak(frames)
    assert found.loc["expected wait", "peak"] == pytest.approx(0.06)
    assert np.isnan(found.loc["expected wait", "ratio"])
    assert (found["ratio"].drop("expected wait").dropna() > 0).sum() >= 5


def test_everything_adds_up(frames):
    for check in summary_tables.checks(frames):
        assert check.kept, check


@pytest.mark.parametrize(
    ("frame", "column", "broken"),
    [
        ("ticks", "asked", "requests asked"),
        ("ticks", "paid", "users' payments"),
        ("ticks", "used", "work sold"),
        ("wholesale", "income", "rent paid"),
        ("providers", "cash", "what sellers earned"),
        ("accounts", "balance", "money in"),
    ],
)
def test_a_sum_that_is_off_is_found(frames, frame, column, broken):
    changed = copy_of(small_run())
    changed[frame].loc[changed[frame].index[-1], column] += 1e-6 * changed[frame][column].abs().sum() + 1.0
    wrong = [check.name for check in summary_tables.checks(changed) if not check.kept]
    assert any(name.startswith(broken) for name in wrong)
    assert "BROKEN" in printed(RunResult(changed, small_run().about))


def test_the_percentile_counts_requests_not_rows():
    assert summary_tables.weighted_quantile([1.0, 2.0, 3.0], [94, 1, 5], 0.95) == 2.0
    assert summary_tables.weighted_quantile([3.0, 1.0], [1, 99], 0.5) == 1.0
    assert np.isnan(summary_tables.weighted_quantile([1.0], [0.0], 0.95))


def test_the_summary_fits_80_columns_and_says_what_was_asked_for():
    text = printed(small_run())
    assert max(map(len, text.splitlines())) <= 80
    for wanted in (
        "served",
        "frontier",
        "open",
        "priority",
        "coders",
        "gave",
        "off-peak",
        "spot market",
        "Aster",
        "money in = money out",
        "kept",
        "seed 3",
        "expected wait [min]",
    ):
        assert wanted in text
    assert "nan" not in text
    assert "BROKEN" not in text


def test_the_summary_of_nothing_is_no_crash():
    empty = without_rows(small_run())
    text = printed(RunResult({**empty.frames, "listings": small_run().frames["listings"]}, small_run().about))
    assert "What became of requests" in text
    assert "nan" not in text


def test_the_record_is_strict_json():
    record = summary_record(small_run())
    again = json.loads(json.dumps(record, allow_nan=False))
    assert {row["tier"] for row in again["waits"]} == {"priority", "standard", "batch", "free", "plan", "pro"}
    assert all(check["kept"] for check in again["checks"])
    assert sum(row["revenue_share"] for row in again["providers"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (0, "0 s"),
        (1e-5, "< 1 s"),
        (0.01, "36 s"),
        (0.2, "12 min"),
        (1, "1 h"),
        (30, "30 h"),
        (72, "3 d"),
        (np.nan, "-"),
    ],
)
def test_times_as_people_say_them(hours, text):
    assert hours_in_words(hours) == text


def test_frames_of_one_tick_have_an_hour():
    assert tick_hours({"ticks": pd.DataFrame({"time": [pd.Timestamp("2026-01-05")]})}) == 1.0


@pytest.mark.parametrize(("left", "right"), [(np.nan, 1.0), (1.0, np.nan), (np.nan, np.nan), (np.inf, 1.0), (1.0, 0.0)])
def test_a_sum_that_is_no_number_is_not_kept(left, right):
    assert not summary_tables.Check("sums", left, right, "USD").kept


def test_nothing_is_nothing():
    assert summary_tables.Check("sums", 0.0, 0.0, "USD").kept


def test_what_each_segment_pays_adds_up_to_what_is_paid():
    frames = small_run().frames
    found = summary_tables.segment_prices(frames)
    assert found["paid"].sum() == pytest.approx(frames["ticks"]["paid"].sum())
    assert found["a_million"].to_numpy() == pytest.approx((found["paid"] / found["tokens"]).to_numpy())
    for name, price in found["a_million"].items():
        assert MEASURES[f"paid-by-{name}"].of(frames) == pytest.approx(price)


def test_a_free_tier_is_free_and_not_nan():
    result = run(Settings(SCENARIOS["free-tier"], 1.0, 1, 60))
    text = printed(result)
    assert "nan" not in text
    assert "free" in next(line for line in text.splitlines() if "0.00 - 0.00" in line).split()[-2:]


def test_a_dearer_batch_is_said_in_words():
    frames = copy_of(small_run())
    offers = frames["offers"].astype({"offer": object})["offer"]
    for lab in ("Aster", "Borealis", "Cygnus"):
        frames["offers"].loc[offers == f"{lab} batch", "price"] = 20.0
        frames["offers"].loc[offers == f"{lab} standard", "price"] = 20.0
    assert summary_tables.said_of_batches(frames) == ""
    frames["offers"].loc[offers == "Aster batch", "price"] *= 1.5
    said = "Batch is listed above standard by Aster $30.00 against $20.00."
    assert summary_tables.said_of_batches(frames).startswith(said)


def test_quotas_are_what_the_list_says_times_what_is_granted() -> None:
    frames = run(Settings(length_days=2, users=60, seed=1)).frames
    offers = frames["offers"].merge(frames["listings"], on="offer")
    offers = offers[offers["tier"] == "plan"]
    days = (offers["granted"] * offers["quota_per_day"]).groupby(offers["time"].dt.day).mean()
    found = quotas(frames).set_index("tier")
    assert list(found.index) == ["free", "plan", "pro"]
    row = found.loc["plan"]
    assert (row["first"], row["last"], row["mean"]) == pytest.approx((days.iloc[0], days.iloc[1], days.mean()))
    assert (row["least"], row["most"]) == pytest.approx((days.min(), days.max()))
    none = frames | {"listings": frames["listings"].assign(quota_per_day=math.inf)}
    assert quotas(none).empty
