"""The bill: own prices of input and cached tokens, long requests, hours of the week; and who sets them."""

from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.special import ndtri

from capacity import ARCHITECTURES, CHIPS, Deployment, Workload
from capacity.errors import InputError
from capacity.token_times import token_times
from market import TokenMarket
from market.demand.segment import CurveSegment, LinearDemand, Segment
from market.economy import Economy
from market.exchange.tariff import CachedTokens, InputTokens, LongContext, OutputTokens, PeakHours, Rates, Tariff
from market.exchange.technology import FixedWork, Inference
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.every import Every
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.parts import PartsOfBill
from market.supply.pricing.sticky import Sticky
from market.supply.specs import Hyperscaler, Offer, Pool, Provider, Tier

ASKED = Workload(20_000, 500, cached=0.8)
WORKDAYS = PeakHours(peak_hours=(1.0, 4.0, 6.0, 10.0), peak_factor=2.0)
THREE = Tariff().components


# The bill ---------------------------------------------------------------------------------------------------


def test_a_bill_is_the_sum_of_its_parts() -> None:
    tariff = Tariff((OutputTokens(), InputTokens(0.2), CachedTokens(0.02)))
    assert tariff.billed(ASKED) * 1e6 == pytest.approx(500 + 0.2 * 4_000 + 0.02 * 16_000)
    assert tariff.quoted == Rates(1.0, 0.2, 0.02)


def test_a_long_request_costs_more_from_the_first_token() -> None:
    tariff = Tariff((*THREE, LongContext(long_above=10_000, long_output_ratio=0.5, long_input_ratio=0.25)))
    short, long = Workload(10_000, 100), Workload(10_001, 100)
    assert tariff.billed(short) * 1e6 == pytest.approx(100 + 0.25 * 10_000)
    assert tariff.billed(long) * 1e6 == pytest.approx(1.5 * 100 + 0.5 * 10_001)
    assert tariff.quoted, tariff.rates(20_000) == (Rates(1.0, 0.25, 0.025), Rates(1.5, 0.5, 0.05))


@pytest.mark.parametrize(
    ("begin", "hours", "factor"),
    [
        (datetime(2026, 1, 5, 1, tzinfo=UTC), 1.0, 2.0),  # a Monday
        (datetime(2026, 1, 5, 4, tzinfo=UTC), 1.0, 1.0),
        (datetime(2026, 1, 5, 3, tzinfo=UTC), 3.0, 4.0 / 3.0),
        (datetime(2026, 1, 5, 0, tzinfo=UTC), 24.0, 1.0 + 7.0 / 24.0),
        (datetime(2026, 1, 4, 22, tzinfo=UTC), 6.0, 1.5),  # from Sunday into Monday
        (datetime(2026, 1, 9, 22, tzinfo=UTC), 6.0, 1.0),  # from Friday into Saturday
        (datetime(2026, 1, 5, 0, 30, tzinfo=UTC), 1.0, 1.5),
    ],
)
def test_hours_of_the_week(begin: datetime, hours: float, factor: float) -> None:
    assert Tariff((*THREE, WORKDAYS)).factor(begin, hours) == pytest.approx(factor)


# In the market ----------------------------------------------------------------------------------------------


def market_of(offer: Offer, pricing: PricingPolicy) -> TokenMarket:
    """One seller with machines enough; a demand of 100 - 10 p requests a tick."""
    users = CurveSegment("users", (LinearDemand(10.0, 0.1),), workload=ASKED)
    firm = Provider("firm", (offer,), pools=(Pool(1e6),), pricing=pricing)
    return TokenMarket(Economy((users,), (firm,)), rng=1)


def test_two_sellers_bill_the_same_request_by_their_own_tariffs() -> None:
    lists = {"one": Tariff(), "other": Tariff((OutputTokens(), InputTokens(1.0), CachedTokens(1.0)))}
    offers = [Offer(name, 100.0, tariff=tariff) for name, tariff in lists.items()]
    firms = tuple(Provider(f"{o.name} firm", (o,), pools=(Pool(1e6),)) for o in offers)
    users = Segment("users", ASKED, 100.0, worth_usd=5.0)
    model = TokenMarket(Economy((users,), firms), rng=1)
    model.run_for(3)
    rows = model.frames()["offers"].set_index("offer")
    for name, tariff in lists.items():
        own = rows.loc[name]
        np.testing.assert_allclose(own["revenue"], own["served"] * 100.0 * tariff.billed(ASKED))
        np.testing.assert_allclose(own["input_price"], 100.0 * tariff.quoted.input)
        np.testing.assert_allclose(own["cached_price"], 100.0 * tariff.quoted.cached)
    assert (rows.loc["one", "served"].to_numpy() > rows.loc["other", "served"].to_numpy()).all()


def test_peak_hours_cost_more_and_sell_less() -> None:
    price = 4.0 / Tariff().billed(ASKED)
    model = market_of(Offer("good", price, tariff=Tariff((*THREE, WORKDAYS))), FixedPrice())
    model.run_for(7 * 24)
    rows = model.frames()["offers"]
    peak = rows["price"] > 1.5 * price
    hours, weekdays = rows["time"].dt.hour, rows["time"].dt.day_of_week
    assert peak.eq((weekdays < 5) & (((hours >= 1) & (hours < 4)) | ((hours >= 6) & (hours < 10)))).all()
    np.testing.assert_allclose(rows.loc[peak, "served"], 100.0 - 10.0 * 8.0)
    np.testing.assert_allclose(rows.loc[~peak, "served"], 100.0 - 10.0 * 4.0)
    np.testing.assert_allclose(rows["revenue"], rows["served"] * np.where(peak, 8.0, 4.0))


def test_a_policy_sets_the_level_and_the_hours_stay_on_top() -> None:
    offer = Offer("good", 50.0, cost=100.0, tariff=Tariff((*THREE, WORKDAYS)))
    model = market_of(offer, CostPlus(margin=0.1))
    model.run_for(7 * 24)
    assert sorted(set(model.frames()["offers"]["price"].round(9))) == pytest.approx([110.0, 220.0])


# Input and cached tokens at what they cost ------------------------------------------------------------------


def at_cost(policy: PricingPolicy) -> PartsOfBill:
    """Parts by machine time, in every tick."""
    return PartsOfBill(policy, market_power=False, parts_hours=1.0)


def test_every_token_of_a_textbook_good_costs_the_same() -> None:
    model = market_of(Offer("good", 50.0, technology=FixedWork(2.0)), at_cost(CostPlus()))
    model.run_for(2)
    rows = model.frames()["offers"]
    np.testing.assert_allclose(rows["input_price"], rows["price"])
    np.testing.assert_allclose(rows["cached_price"], rows["price"])


def real(policy: PricingPolicy) -> TokenMarket:
    """A seller of a real model on rented machines, without other cost."""
    chip = CHIPS["gb200-nvl72"]
    served = Inference(Deployment.smallest(chip, ARCHITECTURES["kimi-k2"]))
    users = Segment("users", ASKED, 1e6, individuals=50, worth_usd=1.0)
    offer = Offer("good", 5.0, technology=served, tier=Tier(speed=35.0))
    firm = Provider("firm", (offer,), pricing=policy, spot=True)
    owner = Hyperscaler("owner", 1e4, reserve=300.0)
    model = TokenMarket(Economy((users,), (firm,), (owner,)), rng=1)
    model.run_for(30)
    return model


def test_parts_at_cost_are_the_machine_times_of_the_tokens_and_add_up_to_the_cost_of_a_request() -> None:
    model = real(at_cost(CostPlus(margin=0.0)))
    deployment = Deployment.smallest(CHIPS["gb200-nvl72"], ARCHITECTURES["kimi-k2"])
    times = token_times(deployment, ASKED, deployment.operate(ASKED, 35.0).batch)
    last = model.frames()["offers"].iloc[-1]
    assert last["input_price"] / last["price"] == pytest.approx(times.fresh / times.output)
    assert last["cached_price"] / last["price"] == pytest.approx(times.cached / times.output)
    bill = (last["price"] * 500 + last["input_price"] * 4_000 + last["cached_price"] * 16_000) / 1e6
    work = last["work"] / last["served"]
    assert bill == pytest.approx(300.0 * work)
    assert 0 < last["cached_price"] < last["input_price"] < last["price"]


@pytest.mark.parametrize(("every", "moved"), [(24.0, True), (1_000.0, False)])
def test_parts_move_when_it_is_time_for_them_and_a_mean_bill_stays(every: float, moved: bool) -> None:
    model = real(PartsOfBill(Sticky(Every(CostPlus(margin=0.0), 24.0), 100.0), market_power=False, parts_hours=every))
    rows = model.frames()["offers"]
    assert (abs(rows["input_price"] / rows["price"] - 0.25) > 1e-6).iloc[-1] == moved
    bills = rows["price"] * 500 + rows["input_price"] * 4_000 + rows["cached_price"] * 16_000
    np.testing.assert_allclose(bills, bills[0])


def test_who_sets_parts_is_around_who_looks_now_and_then() -> None:
    with pytest.raises(InputError, match="policy sets parts of the bill, so it must be around this one"):
        real(Sticky(at_cost(CostPlus())))


@pytest.mark.parametrize(("mean", "spread"), [(50_000, 0.5), (120_000, 1.0), (400_000, 2.0)])
def test_long_requests_are_billed_by_the_distribution_of_their_lengths(mean: float, spread: float) -> None:
    """The mean bill of requests of many lengths, each billed by itself; what they write does not hang on it."""
    tariff = Tariff((*THREE, LongContext(long_above=200_000)))
    share = (np.arange(200_000) + 0.5) / 200_000
    lengths = mean * np.exp(spread * ndtri(share) - spread**2 / 2)
    kinds = [lengths[lengths <= 200_000], lengths[lengths > 200_000]]
    each = [
        of.size / lengths.size * tariff.billed(Workload(float(of.mean()), 700, cached=0.8)) for of in kinds if of.size
    ]
    assert tariff.billed(Workload(mean, 700, cached=0.8, spread=spread)) == pytest.approx(sum(each), rel=2e-3)


def test_lengths_without_spread_are_long_or_not() -> None:
    tariff = Tariff((*THREE, LongContext(long_above=200_000)))
    for length in (100_000.0, 300_000.0):
        nearly = tariff.billed(Workload(length, 700, spread=1e-6))
        assert tariff.billed(Workload(length, 700)) == pytest.approx(nearly, rel=1e-12)
