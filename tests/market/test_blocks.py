"""Dear hours that a seller finds: which they are, when there are none, and that they lower the peak."""

from __future__ import annotations

import numpy as np
import pytest

from capacity import Workload
from capacity.errors import InputError
from market import TokenMarket
from market.calendar import Calendar
from market.demand.load_shape import LoadShape, measured
from market.demand.segment import CurveSegment, Deferral, LinearDemand, Segment
from market.demand.zones import Zone
from market.economy import Economy
from market.exchange.tariff import PeakHours, Tariff
from market.exchange.waits import WaitModel
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.blocks import Blocks
from market.supply.pricing.every import Every
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.sticky import Sticky
from market.supply.specs import Offer, Pool, Provider, Tier
from market.supply.term import Term
from market.supply.windows import most_in_windows, windows_of

UNIT = Workload(0, 1_000_000)
WEEK = 168
PEAK = (1, 2, 3, 6, 7, 8, 9)


def users(shape: LoadShape, **settings: object) -> Segment:
    """A hundred requests an hour on average, of people to whom one is worth 3 USD more or less."""
    knobs: dict[str, object] = {"worth_usd": 3.0, "taste_noise": 0.5, "time_value": 0.0, "patience_h": 1.0}
    return Segment("users", UNIT, 100.0, 1, requests_per_day=24, shape=shape, **(knobs | settings))


def market(
    pricing: PricingPolicy, shape: LoadShape, racks: float, weeks: int, tick_hours: float = 1.0, **settings: object
) -> TokenMarket:
    """One seller of one good for 1 USD that costs .1 USD, with so many racks; a rack serves a request an hour."""
    tariff = Tariff((*Tariff().components,))
    firm = Provider("firm", (Offer("good", 1.0, cost=0.1, tariff=tariff),), pools=(Pool(racks),), pricing=pricing)
    calendar = Calendar(tick_hours=tick_hours)
    economy = Economy((users(shape, **settings),), (firm,), calendar=calendar, waits=WaitModel(chance=False))
    model = TokenMarket(economy, rng=1)
    model.run_for(round(weeks * WEEK / tick_hours))
    return model


def hours_of(model: TokenMarket) -> list[PeakHours]:
    return [part for part in model.book.tariffs[0].components if isinstance(part, PeakHours)]


SHAPE = LoadShape(tuple(2.0 if hour in PEAK else 0.8 for hour in range(24)), (0.8,) * 24)


@pytest.fixture(scope="module")
def five_weeks() -> tuple[TokenMarket, list[PeakHours]]:
    """A busy seller's market of five weeks, and the hours that were dear after three."""
    model = market(Blocks(blocks_hours=WEEK, near=1e-3), SHAPE, racks=90.0, weeks=3)
    third = hours_of(model)
    model.run_for(2 * WEEK)
    return model, third


def test_monday_to_friday_1_to_4_and_6_to_10_utc_is_found(
    five_weeks: tuple[TokenMarket, list[PeakHours]],
) -> None:
    model, (found,) = five_weeks
    assert found.peak_days == (1.0, 2.0, 3.0, 4.0, 5.0)
    assert found.peak_hours == (1.0, 4.0, 6.0, 10.0)
    # Machines are full in dear hours, and cheap hours are as dear as if there were machines without end.
    third = slice(2 * WEEK, 3 * WEEK)
    ordered = model.records.series("pools", "ordered", "firm")[third]
    assert ordered.max() == pytest.approx(90.0, rel=1e-2)
    plenty = market(Blocks(blocks=1, blocks_hours=WEEK, near=1e-3), SHAPE, racks=1e6, weeks=3)
    cheap = model.records.series("offers", "price", "good")[third].min()
    assert cheap == pytest.approx(float(plenty.book.price[0]), rel=2e-2)


def test_one_window_where_only_one_may_be() -> None:
    (found,) = hours_of(market(Blocks(windows=1, blocks_hours=WEEK, near=1e-3), SHAPE, racks=90.0, weeks=3))
    assert len(found.peak_hours) == 2


@pytest.mark.parametrize("racks", [300.0, 1e6])
def test_no_hour_is_dearer_where_no_machine_is_lacking(racks: float) -> None:
    model = market(Blocks(keeps_mean=True, blocks_hours=WEEK, near=1e-3, least_gain=1e-3), SHAPE, racks, weeks=3)
    assert hours_of(model) == []
    assert set(model.records.series("offers", "price", "good")) == {1.0}


def test_the_mean_stays_where_it_is_kept() -> None:
    model = market(Blocks(keeps_mean=True, blocks_hours=WEEK, near=1e-3), SHAPE, racks=90.0, weeks=2)
    assert hours_of(model)
    posted = model.state.posted.hours[0]
    assert float(model.state.posted.level[0]) * posted.mean == pytest.approx(1.0)


def test_it_works_around_another_policy() -> None:
    """What a best response wishes for on average is not moved by the hours around it."""
    flat = market(BestResponse(), SHAPE, racks=60.0, weeks=2)
    both = market(Blocks(BestResponse(), blocks_hours=WEEK, near=1e-3), SHAPE, racks=60.0, weeks=2)
    assert hours_of(both)
    mean = float(both.state.posted.level[0]) * both.state.posted.hours[0].mean
    assert mean == pytest.approx(float(flat.book.price[0]), rel=1e-6)


def test_what_is_posted_is_worth_more_than_what_was(five_weeks: tuple[TokenMarket, list[PeakHours]]) -> None:
    """On the seller's own estimate: its profit of a week does not fall when it changes its hours."""
    model, _ = five_weeks
    profit = model.records.series("providers", "profit", "firm").reshape(5, WEEK).sum(axis=1)
    assert profit[-1] > profit[0]
    assert profit[-1] >= profit[-2] * (1.0 - 1e-3)


@pytest.mark.parametrize("wrap", [lambda p: Every(p, 24.0), lambda p: Sticky(p, 0.1), Blocks])
def test_it_stands_outermost(wrap: object) -> None:
    offer = Offer("good", 1.0)
    with pytest.raises(InputError, match=r"provider 'firm': .*policy"):
        Provider("firm", (offer,), pricing=wrap(Blocks()))


def test_tiers_on_spare_machines_and_fixed_lists_have_no_dear_hours() -> None:
    offers = (
        Offer("standard", 1.0, cost=0.1),
        Offer("batch", 0.5, cost=0.1, tier=Tier("batch", deadline_h=24.0, spare=True)),
        Offer("fixed", 1.2, cost=0.1, fixed_price=True),
    )
    firm = Provider("firm", offers, pools=(Pool(90.0),), pricing=Blocks(blocks_hours=WEEK, near=1e-2))
    model = TokenMarket(Economy((users(SHAPE),), (firm,), waits=WaitModel(chance=False)), rng=1)
    model.run_for(2 * WEEK)
    factors = model.founded.calendar.moment(0), 24.0 * 7
    found = [tariff.factor(*factors) for tariff in model.book.tariffs]
    assert found[1:] == [1.0, 1.0]


# ------------------------------------------------------------------------------------------------ herds


#: Demand of an elasticity of about 1; and of people to whom a request is worth far more than it costs.
ELASTIC = {"worth_usd": 1.2, "taste_noise": 0.3}
INELASTIC = {"worth_usd": 3.0, "taste_noise": 0.5}
CASES = [(ELASTIC, 123.0, 0.2), (ELASTIC, 123.0, 0.4), (INELASTIC, 130.0, 0.4)]


@pytest.mark.slow
@pytest.mark.parametrize(("people", "racks", "share"), CASES)
def test_dear_hours_and_work_that_waits_never_raise_the_peak(
    people: dict[str, float], racks: float, share: float
) -> None:
    """Highest load over machines in the last two weeks: not above that of one price and nothing that waits."""
    zone = (Zone("one", -5.0, 1.0),)
    knobs: dict[str, object] = {"zones": zone, "time_value": 0.3, **people}
    # One price: the second week is like the last.
    plain = market(FixedPrice(), measured("code"), racks, 2, tick_hours=3.0, **knobs)
    waits = Deferral(share, 12.0, cost_usd_per_h=0.002)
    policy = Blocks(keeps_mean=True, blocks_hours=WEEK, near=1e-2, first_step=0.5)
    both = market(policy, measured("code"), racks, 8, tick_hours=3.0, deferral=waits, **knobs)

    def peak(model: TokenMarket) -> float:
        return float(model.records.series("pools", "ordered", "firm")[-2 * WEEK // 3 :].max())

    assert hours_of(both)
    assert both.records.series("segments", "put_off", "users")[-2 * WEEK // 3 :].sum() > 0
    assert peak(both) <= 1.02 * peak(plain)


def test_hours_in_which_users_are_turned_away_are_never_the_cheap_ones() -> None:
    """Who is turned away pays nothing, so the mean that stays is that of what is served.

    By what is ordered, calm hours could be made dearer at the price of busy ones, whose machines are full anyway.
    """
    policy = Blocks(keeps_mean=True, blocks_hours=WEEK, near=1e-2)
    model = market(policy, SHAPE, racks=90.0, weeks=2, tick_hours=1.0, **INELASTIC)
    price = model.records.series("offers", "price", "good")[-WEEK:]
    ordered = model.records.series("pools", "ordered", "firm")[-WEEK:]
    served = np.minimum(ordered, 90.0)
    assert price[ordered > 1.2 * 90.0].min() >= price[ordered < 90.0].max()
    first = np.minimum(model.records.series("pools", "ordered", "firm")[:WEEK], 90.0)
    assert price @ first / first.sum() == pytest.approx(1.0, rel=1e-6)
    assert price @ served / served.sum() == pytest.approx(1.0, rel=0.05)


# ------------------------------------------------------------------------------------------------ terms


def test_machines_of_a_term_follow_its_busiest_tick() -> None:
    curves = (LinearDemand(10.0, 0.1), LinearDemand(6.0, 0.1))
    pool = Pool(10.0, term=Term(2.0, 4, headroom=0.5))
    firm = Provider("firm", (Offer("good", 1.0),), pools=(pool,))
    economy = Economy((CurveSegment("users", curves),), (firm,), waits=WaitModel(chance=False))
    model = TokenMarket(economy, rng=1)
    model.run_for(8)
    capacity = model.records.series("pools", "capacity", "firm")
    np.testing.assert_allclose(capacity, [10.0] * 4 + [1.5 * 90.0] * 4)
    paid = model.ledger.flows["firm", "capital", "capital"]
    assert paid == pytest.approx(2.0 * 1.5 * 90.0)


def test_the_less_users_mind_prices_the_dearer_are_the_hours_that_bear_machines_held_for_a_term() -> None:
    """Elasticities of about .7, 1 and 1.25 at the list: the first and the last had no dear hours at all."""
    ratios = []
    for noise in (0.5, 0.3, 0.2):
        crowd = users(measured("code"), worth_usd=1.2, taste_noise=noise)
        held = Pool(600.0, term=Term(0.3, WEEK // 6, headroom=0.05))
        policy = Blocks(blocks_hours=WEEK, near=1e-2, keeps_mean=True, first_step=1.0)
        firm = Provider("firm", (Offer("good", 1.0, cost=0.05),), pools=(held,), pricing=policy)
        calendar = Calendar(tick_hours=6.0)
        model = TokenMarket(Economy((crowd,), (firm,), calendar=calendar, waits=WaitModel(chance=False)), rng=1)
        model.run_for(2 * WEEK // 6)
        price = model.records.series("offers", "price", "good")[-WEEK // 6 :]
        ordered = model.records.series("pools", "ordered", "firm")
        ratios.append(float(price.max() / price.min()))
        assert ordered[-WEEK // 6 :].max() < 0.95 * ordered[: WEEK // 6].max()
    assert 1.1 < ratios[2] < ratios[1] < ratios[0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"term": Term(1.0, 1), "racks": (1.0, 2.0)}, "term is given"),
        ({"term": 3}, "term is 3"),
    ],
)
def test_terms_that_cannot_be(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Pool(**values)


# ------------------------------------------------------------------------------------------------ windows


@pytest.mark.parametrize("seed", range(20))
def test_windows_are_the_best_there_are(seed: int) -> None:
    """Against all sets of hours."""
    rng = np.random.default_rng(seed)
    ticks, most = int(rng.integers(2, 9)), int(rng.integers(1, 4))
    gain = rng.normal(size=ticks)
    best = 0.0
    for number in range(2**ticks):
        chosen = (number >> np.arange(ticks)) & 1
        windows = int(((chosen == 1) & (np.roll(chosen, 1) == 0)).sum()) or int(chosen.all())
        if windows <= most:
            best = max(best, float(gain @ chosen))
    assert most_in_windows(gain[None, :], most)[0] == pytest.approx(best)
    assert gain[windows_of(gain, most)].sum() == pytest.approx(best)
