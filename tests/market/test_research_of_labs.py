"""Research that a lab pays for: what investors give and a share of its sales, through its books."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InputError
from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import Segment
from market.economy import Economy
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.fixed import FixedPrice
from market.supply.research import Research
from market.supply.specs import Hyperscaler, Offer, Pool, Provider
from scenarios.laws.plain_economies import UNIT, frame_bytes
from scenarios.loading.scenarios import load

#: 20 requests an hour, whatever they cost, each a rack-hour.
USERS = Segment("users", UNIT, users=20.0, requests_per_day=24.0, worth_usd=1e6, outside=None)
RACKS, SOLD, MARGIN = 100.0, 20.0, 1.0
#: Spent on research, of investors and of sales.
GIVEN, SHARE, DAYS = 60.0, 0.5, 7.0
TICKS = (1.0, 3.0, 6.0, 12.0, 24.0)


def a_market(
    pricing: PricingPolicy | None = None,
    tick_hours: float = 1.0,
    pool: Pool | None = None,
    lab: dict[str, object] | None = None,
    **research: float,
) -> TokenMarket:
    """A lab that rents its machines, or owns a pool, and lists cost and as much again; research takes the rest."""
    changes = {"usd_per_day": 24.0 * GIVEN, "share_of_sales": SHARE, "sales_days": DAYS} | research
    seller = Provider(
        "lab",
        (Offer("offer", 3.0),),
        (pool or Pool(),),
        pricing or CostPlus(MARGIN),
        spot=not pool,
        headroom=0.0,
        **(lab or {}),
    )
    economy = Economy(
        (USERS,),
        (seller,),
        (Hyperscaler("cloud", RACKS),),
        calendar=Calendar(tick_hours=tick_hours),
        research=(Research("training", funder="lab", **changes),),
    )
    return TokenMarket(economy, rng=1)


def test_a_share_of_sales_is_paid_from_the_lab_s_books_and_investors_pay_the_rest_into_them() -> None:
    """20 requests at 3 are 60 USD an hour, of which half: with 60 of investors 90, for 100 racks at .9."""
    model = a_market(FixedPrice(), pool=Pool(1e3), sales_usd_per_day=24.0 * 60.0)
    model.run_for(48)
    books = model.frames()["providers"]
    assert model.records.series("ticks", "spot_price") == pytest.approx(0.9)
    assert model.records.series("ticks", "research") == pytest.approx(RACKS)
    assert books["research"].to_numpy() == pytest.approx(90.0)
    assert books["funding"].to_numpy() == pytest.approx(60.0)
    assert books["profit"].to_numpy() == pytest.approx(60.0)  # as before: research is no running cost
    assert np.diff(books["cash"]) == pytest.approx(60.0 - 30.0)
    assert model.ledger["training"] == 0.0
    assert model.ledger["funding"] == pytest.approx(-48.0 * 60.0)


def test_plans_are_sales_too() -> None:
    """A fee of 730.5 USD a month is one an hour: 20 members or fewer, and the budget follows what they pay."""
    offer = Offer("plan", 0.0, fee_usd_per_month=730.5)
    lab = Provider("lab", (offer,), (Pool(1e3),))
    research = Research("training", 0.0, funder="lab", share_of_sales=1.0, sales_days=1.0)
    model = TokenMarket(Economy((USERS,), (lab,), (Hyperscaler("cloud", RACKS),), research=(research,)), rng=1)
    model.run_for(24 * 20)
    books = model.frames()["providers"]
    assert books["subscriptions"].iloc[-1] > 0
    assert books["research"].iloc[-1] == pytest.approx(books["subscriptions"].iloc[-1], rel=1e-6)


def test_sales_are_averaged_over_days() -> None:
    """Nothing was sold before: after a day of 60 USD an hour the mean is 60 (1 - exp(-1/7)) of that."""
    model = a_market(FixedPrice(), pool=Pool(1e3))
    model.run_for(25)
    of_sales = SHARE * 60.0 * (1.0 - math.exp(-1.0 / DAYS))
    assert model.records.series("providers", "research")[-1] == pytest.approx(GIVEN + of_sales)


@pytest.mark.parametrize("tick_hours", TICKS)
def test_the_feedback_settles_where_theory_says_at_every_length_of_ticks(tick_hours: float) -> None:
    """Dearer machines make dearer tokens, larger sales, larger budgets and dearer machines.

    A lab lists (1 + m) p and sells q, research takes R - q: p (R - q) = given + share (1 + m) q p. What a dollar more
    of mean sales brings in sales is the gain G = share (1 + m) q / (R - q). With n ticks of k = exp(-h / 24 D) the gap
    to the fixed point shrinks by (k + G (1 - k))^n: straight to it wherever G < 1, and nowhere past it.
    """
    gain = SHARE * (1.0 + MARGIN) * SOLD / (RACKS - SOLD)
    settled = GIVEN / (RACKS - SOLD) / (1.0 - gain)
    first = GIVEN / (RACKS - SOLD)
    model = a_market(tick_hours=tick_hours)
    model.run_for(model.calendar.ticks_in(28.0))
    kept = math.exp(-tick_hours / (24.0 * DAYS))
    steps = np.arange(model.calendar.ticks_in(28.0))
    expected = settled + (first - settled) * (kept + gain * (1.0 - kept)) ** steps
    assert model.records.series("ticks", "spot_price") == pytest.approx(expected, rel=1e-6)


def test_lengths_of_ticks_agree_on_the_way() -> None:
    """After a week, to a part in a hundred: ticks of a day know the last day's sales a little later."""
    prices = [a_market(tick_hours=hours) for hours in TICKS]
    for model in prices:
        model.run_for(model.calendar.ticks_in(7.0) + 1)
    after = [float(model.records.series("ticks", "spot_price")[-1]) for model in prices]
    assert after == pytest.approx([after[0]] * len(after), rel=0.01)


def test_a_share_that_outruns_the_machines_finds_no_price() -> None:
    """G = 3 (1 + m) 20 / 80 = 1.5: with users who pay anything the price rises from week to week."""
    model = a_market(share_of_sales=3.0)
    model.run_for(24 * 21)
    price = model.records.series("ticks", "spot_price")
    assert price[24 * 20] > 1.5 * price[24 * 13] > 2.25 * price[24 * 6]


def test_a_lab_that_is_gone_researches_nothing() -> None:
    model = a_market(FixedPrice(), pool=Pool(1e3), lab={"leaves": True, "burn_usd_per_day": 1e5})
    model.run_for(48)
    assert model.records.series("providers", "active")[-1] == 0
    assert model.records.series("ticks", "research")[0] > 0
    assert model.records.series("ticks", "research")[-1] == 0.0


def test_no_share_is_as_if_there_were_no_sales() -> None:
    """To the bit, and whatever is said of them."""
    one = a_market(share_of_sales=0.0)
    other = a_market(share_of_sales=0.0, sales_days=1.0, sales_usd_per_day=1e6)
    for model in (one, other):
        model.run_for(48)
    assert frame_bytes(one) == frame_bytes(other)


@given(st.floats(0.0, 1e9), st.floats(0.0, 1e9), st.sampled_from(TICKS), st.floats(1.0, 365.0))
def test_a_running_mean_of_steady_sales_is_the_same_at_every_length_of_ticks(
    before: float, a_day: float, tick_hours: float, days: float
) -> None:
    budget = Research("r", 0.0, sales_days=days)
    mean = before
    for _ in range(round(24.0 / tick_hours)):
        mean = budget.sales_lately(mean, a_day * tick_hours / 24.0, tick_hours)
    expected = a_day + (before - a_day) * math.exp(-1.0 / days)
    assert mean == pytest.approx(expected, rel=1e-9, abs=1e-9 * max(before, a_day))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"share_of_sales": -0.1}, r"research 'r': share_of_sales is -0\.1, but must be at least 0"),
        ({"share_of_sales": 0.5, "funder": ""}, r"research 'r': share_of_sales is 0\.5, but funder names nobody"),
        ({"sales_days": 0.0}, "research 'r': sales_days is 0, but must be above 0"),
        ({"sales_usd_per_day": -1.0}, "research 'r': sales_usd_per_day is -1, but must be at least 0"),
    ],
)
def test_numbers_that_cannot_be(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Research(**({"name": "r", "usd_per_day": 1.0, "funder": "lab"} | values))


def test_a_scenario_says_whose_research_it_is() -> None:
    sets = ["supply.research.*.sales_days=28"]
    weeks = ["time.mode=representative-weeks", "time.days=365"]
    assert load("baseline-2026", sets).economy(30).research[0].sales_days == 28.0
    assert load("baseline-2026", [*sets, *weeks]).economy(30).research[0].sales_days == 7.0


def test_a_scenario_refuses_a_share_of_nobody_s_sales() -> None:
    with pytest.raises(InputError, match=r"supply\.research\[0\]\.funder is '', but .*share_of_sales"):
        load("baseline-2026", ["supply.research[0].funder="])


@pytest.mark.parametrize(("cash", "spent"), [(0.0, 0.0), (2_400.0, 10.0), (1e9, 60.0)])
def test_a_lab_researches_within_its_means(cash: float, spent: float) -> None:
    """It earns nothing beyond staff, and its cash has to last for ten days: a tenth of it goes in a day, 1/240 an hour.

    Sales pay for sixty dollars an hour as long as there is cash enough.
    """
    assert Research("r", 0.0, funder="lab", share_of_sales=1.0, runway_days=10.0).within_means(0.0, cash, 1.0) >= spent
    research = Research(
        "training", 0.0, funder="lab", share_of_sales=1.0, sales_usd_per_day=24 * 60.0, runway_days=10.0
    )
    lab = Provider("lab", (Offer("offer", 1e6),), burn_usd_per_day=0.0, cash=cash)
    model = TokenMarket(Economy((USERS,), (lab,), (Hyperscaler("cloud", RACKS),), research=(research,)), rng=1)
    model.run_for(1)
    assert model.records.series("providers", "research")[0] == pytest.approx(min(spent, 60.0))
