"""Training against inference: what a rack-hour of it brings, how models follow, and who pays."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InputError
from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import Segment
from market.economy import Economy
from market.exchange.call_auction import CallAuction
from market.exchange.elastic_demand import ElasticDemand, clear_with
from market.quality import Improving
from market.simulation.stakes import learn_stakes
from market.supply.pricing.fixed import FixedPrice
from market.supply.research import Research
from market.supply.specs import Hyperscaler, Offer, Pool, Provider
from market.supply.training import AsItPays, ResearchTick
from scenarios.laws.plain_economies import UNIT
from scenarios.loading.scenarios import load
from scenarios.results.frames import frames_of
from scenarios.results.measures.measure import MEASURES
from scenarios.verification.training import MARGIN, PRICE, RACKS, REQUESTS, TEXTBOOK, labs, stake, trained

POLICIES = (AsItPays(), AsItPays(power=0.4), AsItPays(power=-2.0, behind_months=3.0))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda one: f"power {one.power:g}")
@pytest.mark.parametrize("lately", [0.0, 0.3, 1.0, 7.0])
def test_a_rack_hour_brings_the_slope_of_being_ahead(policy: AsItPays, lately: float) -> None:
    """Discounted over a running mean: 1 / (1 + d L) of what stands for ever."""
    step = 1e-6
    slope = (policy.years_ahead(lately + step) - policy.years_ahead(max(lately - step, 0.0))) / (
        step + min(step, lately)
    )
    brings = 500.0 * slope / 40.0 / (1.0 + policy.discount * policy.lag_years)
    assert policy.worth(500.0, keeps_up=40.0, trained=lately) == pytest.approx(brings, rel=1e-4)


def test_tenfold_compute_is_as_the_clock_gives_it_without_others_work() -> None:
    policy = AsItPays(behind_months=math.inf)
    assert policy.years_ahead(10.0) == pytest.approx(math.log(10.0) / math.log(3.4 * 2.8))
    assert policy.years_ahead(0.0) < -10.0
    assert AsItPays().years_ahead(0.0) == pytest.approx(-8.0 / 12.0)


@given(st.floats(1e-3, 1e3), st.floats(0.01, 50.0), st.floats(-3.0, 0.8))
def test_the_demand_is_where_the_last_rack_hour_earns_its_price(price: float, others: float, power: float) -> None:
    """As derived by hand: x + b = (1 + b) (v / p)^(1 / (1 - a))."""
    policy = AsItPays(power=power, behind_months=12.0 * math.log1p(1.0 / others) / math.log(3.4 * 2.8))
    at_pace = policy.worth(1e4, 100.0, 1.0)
    known = policy.demand(labs_tick(1e4))
    expected = max((1.0 + others) * (at_pace / price) ** (1.0 / (1.0 - power)) - others, 0.0) * 100.0
    assert known.quantity(price) == pytest.approx(expected, rel=1e-6, abs=1e-6 * others * 100.0)


def labs_tick(year_ahead_usd: float, most: float = math.inf) -> ResearchTick:
    """An hour of a lab that keeps up with 100 racks."""
    return ResearchTick(ElasticDemand(7.0, 1.0), most, year_ahead_usd, 100.0, 1.0)


def test_until_something_is_known_it_spends_its_budget_and_then_what_it_can_pay() -> None:
    assert AsItPays().demand(labs_tick(math.nan)).quantity(2.0) == 3.5
    assert AsItPays().demand(labs_tick(1e9, most=30.0)).quantity(2.0) == 15.0
    assert AsItPays().demand(labs_tick(-5.0)).quantity(1e-9) == 0.0


def test_work_that_is_lost_makes_training_dearer() -> None:
    """Of a rack-hour at 2 a fifth is lost: as many train as at 2.50, and a quarter more are rented."""
    sure = AsItPays().demand(labs_tick(1e3)).quantity(2.5)
    assert AsItPays().demand(labs_tick(1e3)._replace(lost=0.2)).quantity(2.0) == pytest.approx(1.25 * sure)
    assert AsItPays().demand(labs_tick(1e3)._replace(lost=1.0)).quantity(1e-6) == 0.0


def test_who_would_take_some_below_sets_the_price_where_it_takes_none() -> None:
    """100 are wanted at 10 and 100 asked at 3: they would go for less than 5 to who has 20 already, so 5 clears."""
    demand = ElasticDemand(100.0, 5.0, 1.0, beside=20.0)
    outcome, got = clear_with(CallAuction(), [10.0], [100.0], np.array([3.0]), np.array([100.0]), [demand])
    assert outcome.price == pytest.approx(5.0)
    assert outcome.bought[0] == pytest.approx(100.0)
    assert got[0] < 1e-6
    outcome, got = clear_with(CallAuction(), [10.0], [90.0], np.array([3.0]), np.array([100.0]), [demand])
    assert outcome.price == pytest.approx(100.0 / 30.0)
    assert got[0] == pytest.approx(10.0)


def test_who_can_pay_no_more_takes_less() -> None:
    demand = ElasticDemand(100.0, 5.0, 1.0, most=60.0)
    outcome, got = clear_with(CallAuction(), [], [], np.array([0.0]), np.array([10.0]), [demand])
    assert outcome.price == pytest.approx(6.0)
    assert got[0] == pytest.approx(10.0)


@given(st.floats(0.0, 1.0))
def test_a_part_of_a_demand_is_that_part_at_every_price(part: float) -> None:
    demand = ElasticDemand(100.0, 4.0, 1.5, beside=3.0, most=60.0)
    for price in (0.5, 4.0, 9.0, 50.0):
        assert demand.times(part).quantity(price) == pytest.approx(part * demand.quantity(price))


def test_who_cannot_train_falls_behind_as_far_as_others_publish_and_with_a_lag() -> None:
    """A rack-hour costs more than it brings from the second tick on: what was trained fades over L = 36 days."""
    policy = AsItPays(**(TEXTBOOK | {"behind_months": 6.0, "lag_months": 1.2}))
    model = labs([policy], asked=1e5, ticks=40)
    ahead = model.records.series("providers", "months_ahead", "lab 0")
    assert model.records.series("ticks", "research")[1:].max() == 0.0
    lately = math.exp(-39.0 / 36.525)
    others = policy.published
    assert ahead[-1] == pytest.approx(12.0 * math.log((lately + others) / (1.0 + others)), rel=1e-6)
    assert model.book.quality[0, 0] == pytest.approx(0.8 * (39.0 / 365.25 + ahead[-2] / 12.0), rel=1e-6)
    sold = model.records.series("offers", "served", "model 0")
    assert sold[-1] < sold[0]


def test_models_that_cannot_get_better_are_not_trained() -> None:
    """A number for a quality, in place of a path."""
    lab = Provider("lab", (Offer("model", 1.0, 0.9),), (Pool(1e3),), FixedPrice())
    research = Research("training", 240.0, funder="lab", policy=AsItPays())
    users = Segment("users", UNIT, users=10.0, individuals=1, requests_per_day=24.0)
    model = TokenMarket(Economy((users,), (lab,), (Hyperscaler("cloud", 100.0),), research=(research,)), rng=1)
    model.run_for(3)
    assert model.records.series("ticks", "research").tolist() == pytest.approx([100.0, 0.0, 0.0])


def plan_market(fee: float) -> TokenMarket:
    """100 individuals who differ, and a lab that sells nothing but a plan."""
    path = Improving({"users": 0.8}, closing=0.5)
    lab = Provider("lab", (Offer("plan", 0.0, path, fee_usd_per_month=fee),), (Pool(1e3),), FixedPrice())
    users = Segment("users", UNIT, users=100.0, individuals=100, requests_per_day=1.0, worth_usd=1.0, worth_spread=1.0)
    research = Research("training", 240.0, funder="lab", policy=AsItPays(looks_months=6.0))
    return TokenMarket(Economy((users,), (lab,), (Hyperscaler("cloud", 100.0),), research=(research,)), rng=1)


def test_what_is_at_stake_is_who_would_subscribe() -> None:
    """A better model brings members, whatever they hold today; and to ask changes neither them nor the answer."""
    model = plan_market(20.0)
    model.run_for(1)
    held, state = model.cohorts[0].memberships.offer.copy(), model.state
    asked = [
        learn_stakes(
            model.founded,
            0,
            state.machines,
            state.posted,
            state.firms,
            state.expected,
            replace(state.known, year_ahead_usd=np.array([math.nan])),
        )[0]
        for _ in range(2)
    ]
    assert asked[0] == asked[1] == state.known.year_ahead_usd[0] > 0
    fees = asked[0] * 730.5 / 20.0  # members that a year brings: half a year ahead less half a year behind
    assert fees == pytest.approx(round(fees))
    assert (model.cohorts[0].memberships.offer == held).all()


def test_investors_give_first_and_the_lab_the_rest_within_its_means() -> None:
    """Of 100 racks at the reference they give all; of ten times as many at the same price a tenth."""
    model = labs([AsItPays(power=0.5, **TEXTBOOK)])
    flows = model.ledger.flows
    spent, given = flows["lab 0", "training 0", "research"], flows["funding", "lab 0", "funding"]
    assert spent == pytest.approx(trained(model) * PRICE / 60.0, rel=1e-9)
    assert given == pytest.approx(RACKS * PRICE / 60.0, rel=1e-9)
    research = Research("r", 2400.0, funder="lab", runway_days=10.0, policy=AsItPays())
    assert research.policy.of_own(of_sales=0.0, means=research.within_means(24.0, 2_400.0, 1.0)) == 11.0


def test_a_tick_of_any_length_trains_as_much() -> None:
    """What is averaged is over time, not over ticks."""
    ran = []
    for hours in (3.0, 24.0):
        lab = Provider("lab", (Offer("model", 1.0, Improving({"users": 0.5}, 0.5)),), (Pool(1e3),), FixedPrice())
        research = Research("training", 24e3, 1.0, 5.0, funder="lab", policy=AsItPays(lag_months=1.0, trend=1.0))
        users = Segment("users", UNIT, users=1e4, individuals=1, requests_per_day=24.0)
        calendar = Calendar(tick_hours=hours)
        cloud = Hyperscaler("cloud", 1e4, reserve=5.0)
        model = TokenMarket(Economy((users,), (lab,), (cloud,), calendar=calendar, research=(research,)), rng=1)
        model.run_for(calendar.ticks_in(30.0))
        ran.append(model.records.series("providers", "months_ahead", "lab")[-1])
    assert ran[0] == pytest.approx(ran[1], rel=0.05)
    assert abs(ran[0]) > 0.1


def test_what_research_takes_is_measured() -> None:
    """Two labs alike but for their margin: what they pay for 300 and 200 racks, over what 4,000 requests sell for."""
    policy = AsItPays(**(TEXTBOOK | {"lag_months": 0.01}))
    frames = frames_of(labs([policy, policy], (0.9, 0.6), ticks=60, outside=None))
    last = {name: frame[frame["tick"] == 59] for name, frame in frames.items() if "tick" in frame}
    found = {name: MEASURES[name].of({**frames, **last}) for name in ("research-of-sales", "months-apart")}
    assert found["research-of-sales"] == pytest.approx(PRICE * (350.694049 + 233.796032) / REQUESTS, rel=1e-6)
    assert found["months-apart"] == pytest.approx(12.0 * math.log(0.9 / 0.6), rel=1e-6)
    assert MEASURES["training-share"].of({**frames, **last}) == pytest.approx(1.0)


def test_stakes_are_as_the_choice_of_users_says() -> None:
    assert stake() == pytest.approx(REQUESTS * MARGIN * 0.8 * 0.19661193, rel=1e-7)
    model = labs([AsItPays(**TEXTBOOK)])
    assert model.state.known.year_ahead_usd[0] == pytest.approx(stake(), rel=1e-6)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"funder": ""}, "research 'r': policy is 'as-it-pays', but funder names nobody"),
        ({"usd_per_day": 0.0}, "research 'r': policy is 'as-it-pays', but usd_per_day and a share .* nothing was"),
        ({"policy": "as-it-pays"}, "research 'r': policy is 'as-it-pays'"),
    ],
)
def test_training_that_cannot_be_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Research(**({"name": "r", "usd_per_day": 1.0, "funder": "lab", "policy": AsItPays()} | values))


def test_models_follow_one_budget() -> None:
    lab = Provider("lab", (Offer("model", 1.0),))
    two = tuple(Research(name, 1.0, funder="lab", policy=AsItPays()) for name in ("a", "b"))
    with pytest.raises(InputError, match="research 'b': 'lab' trains already"):
        Economy((), (lab,), research=two)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["supply.research[0].funder=", "supply.research[0].share_of_sales=0"], r"research\[0\]\.funder is ''"),
        (["supply.research[1].usd_per_day=0", "supply.research[1].share_of_sales=0"], r"research\[1\]\.usd_per_day"),
        (["supply.research[2].funder=Aster"], r"research\[2\]\.funder is 'Aster'.*trains already"),
        (["supply.research[0].policy.trend=0.5"], r"trend is 0\.5.*at least 1"),
        (["supply.research[0].policy.algorithms=1"], r"algorithms is 1.*above 1"),
        (["supply.research[0].policy.lag_months=0"], r"lag_months is 0.*above 0"),
    ],
)
def test_a_scenario_refuses_training_that_cannot_be(changes: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load("baseline-2026", ["supply.research.*.policy.kind=as-it-pays", *changes])


def test_a_scenario_trains_whom_it_names_and_leaves_the_rest() -> None:
    economy = load("baseline-2026", ["supply.research[0].policy=as-it-pays"]).economy(30)
    assert [one.policy.kind for one in economy.research] == ["as-it-pays", "budget", "budget"]
    aster, borealis = (next(p for p in economy.providers if p.name == name) for name in ("Aster", "Borealis"))
    path = aster.offers[0].quality
    assert path.ahead("coders", 1.0, 0.0) == path.at("coders", 0.0) < path.ahead("coders", 1.0, 0.5)
    assert isinstance(borealis.offers[0].quality, dict)
    advancing = load("baseline-2026", ["supply.research[0].policy=as-it-pays", "progress.advancing=true"]).economy(30)
    assert isinstance(advancing.providers[0].offers[0].quality, Improving)
