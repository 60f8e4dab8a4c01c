"""Who comes and goes with what the service is worth: its closed forms, and who counts as having got nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity import Workload
from capacity.errors import InputError
from market import TokenMarket
from market.calendar import Calendar
from market.demand.bass import Bass
from market.demand.growth import Adopters, Adoption
from market.demand.nests import Nest
from market.demand.segment import Segment
from market.economy import Economy
from market.exchange.waits import WaitModel
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.library import SCENARIOS

ONE = Workload(0, 1_000_000)
QUICK = settings(max_examples=60, deadline=None, derandomize=True)
AT_ONCE = Adoption(response=2.0, start_days=0.0)


def run(segment: Segment, *sellers: Provider, ticks: int = 4) -> np.ndarray:
    """Users by tick; a tick is a day."""
    calendar = Calendar(tick_hours=24.0)
    model = TokenMarket(Economy((segment,), sellers, calendar=calendar, waits=WaitModel(chance=False)), rng=1)
    model.run_for(ticks)
    return np.asarray(model.records.series("segments", "users", "users"))


def firm(price: float, racks: float = 1e9, tier: Tier | None = None, growth: float = 1.0) -> Provider:
    """A seller whose list stays."""
    offer = Offer("good", price, tier=tier or Tier(), efficiency_growth=growth)
    return Provider("firm", (offer,), pools=(Pool(racks),))


@QUICK
@given(
    trend=st.floats(-1, 1),
    response=st.floats(0, 3),
    full=st.sampled_from([0.0, 0.2, 0.9]),
    worths=st.lists(st.floats(-2, 2), min_size=1, max_size=5),
    parts=st.integers(1, 9),
)
def test_any_ticks_give_the_answer_of_the_differential_equation(
    trend: float, response: float, full: float, worths: list[float], parts: int
) -> None:
    """For a worth that is constant by years: logit of M/N moves by the integral of g + eta (I - I_0), in any steps."""
    adopters = Adopters(Adoption(response, 10.0 / full if full else math.inf, 0.0), 10.0)
    adopters.learn(0.0, 1e-9)
    for worth in worths:
        for _ in range(parts):
            adopters.learn(worth, 365.25 / parts)
    grown = trend * len(worths) + response * sum(worths)
    found = 10.0 * adopters.factor(math.exp(trend * len(worths)))
    if full:
        ceiling = 10.0 / full
        assert found == pytest.approx(ceiling / (1 + (ceiling / 10 - 1) * math.exp(-grown)), rel=1e-9)
    else:
        assert found == pytest.approx(10 * math.exp(grown), rel=1e-9)


def test_the_start_is_the_mean_of_its_days() -> None:
    adopters = Adopters(Adoption(1.0, start_days=1.0), 1.0)
    for hour in range(24):
        adopters.learn(float(hour), 1 / 24)
        assert adopters.drawn == 0.0
    adopters.learn(11.5, 1.0)
    assert adopters.drawn == pytest.approx(0.0, abs=1e-15)
    adopters.learn(12.5, 365.25)
    assert adopters.drawn == pytest.approx(1.0, rel=1e-12)


def test_without_a_response_users_grow_by_the_trend_to_the_bit() -> None:
    plain = run(Segment("users", ONE, 100.0, growth=3.0), firm(0.5))
    assert (plain == run(Segment("users", ONE, 100.0, growth=3.0, adoption=Adoption(start_days=3.0)), firm(0.5))).all()
    assert plain[3] == 100.0 * 3.0 ** (3 / 365.25)


def test_nothing_changes_so_nobody_comes_or_goes() -> None:
    assert run(Segment("users", ONE, 100.0, adoption=AT_ONCE), firm(0.5)) == pytest.approx([100.0] * 4, rel=1e-14)


def test_who_is_refused_for_a_quota_gets_what_nothing_is_worth() -> None:
    """Users who ask ever more beside a quota of one a day: the rest of their requests is worth what nothing is."""
    each, asked = 365.25 * math.log(2.0), np.array([2.0, 4.0, 8.0])
    users = run(
        Segment(
            "users", ONE, 100.0, requests_per_day=2.0, adoption=AT_ONCE, outside=0.2, intensity_growth=math.exp(each)
        ),
        firm(0.5, tier=Tier(quota_per_day=0.5)),
        ticks=4,
    )
    value, nothing = math.log(math.exp(0.5) + math.exp(0.2)), 0.2
    share = math.exp(0.5) / (math.exp(0.5) + math.exp(0.2))
    worth = nothing + (value - nothing) * 0.5 / (share * asked)
    drawn = np.cumsum([0.0, 0.0, *(2.0 * (worth[1:] - worth[0]) / 365.25)])
    assert users == pytest.approx(100.0 * np.exp(drawn), rel=1e-12)
    assert users[3] < users[2] < 100.0


def test_who_leaves_a_queue_gets_what_nothing_is_worth() -> None:
    """Machines that serve half: the other half leaves at the end of the tick, from the second on the same."""
    half = Segment("users", ONE, 100.0, requests_per_day=1.0, outside=None, patience_h=0.0, adoption=AT_ONCE)
    served = TokenMarket(
        Economy((half,), (firm(0.5, racks=50.0 / 24.0),), calendar=Calendar(tick_hours=24.0), fallback=False), rng=1
    )
    served.run_for(1)
    cohort = served.cohorts[0]
    away = float(served.records.series("segments", "turned_away", "users")[0])
    assert away == pytest.approx(50.0, rel=1e-9)
    assert cohort.adopters.start == pytest.approx(0.5 * (1.0 - 0.5), rel=1e-9)


def test_of_nested_tastes_the_log_sum_counts() -> None:
    nested = Segment("users", ONE, 100.0, nests=(Nest(0.5),), taste_noise=0.8, adoption=AT_ONCE, dtype="float32")
    model = TokenMarket(Economy((nested,), (firm(0.6),)), rng=1)
    model.run_for(1)
    # One offer in a nest is by itself: its log-sum is its utility.
    assert model.cohorts[0].adopters.start == pytest.approx(math.log(1 + math.exp(0.4 / 0.8)), rel=1e-6)


def test_adoption_is_checked() -> None:
    with pytest.raises(InputError, match="adoption: response is -1, but must be at least 0"):
        Adoption(-1.0)
    with pytest.raises(
        InputError, match=r"segment 'users': adoption: ceiling is 5, but must be at least 100 \(or inf\)"
    ):
        Segment("users", ONE, 100.0, adoption=Adoption(ceiling=5.0))
    with pytest.raises(InputError, match="adoption: response is 1, but must be 0 where taste_noise is 0"):
        Segment("users", ONE, 100.0, taste_noise=0.0, adoption=Adoption(1.0))


@QUICK
@given(p=st.floats(0, 1), q=st.floats(0.01, 2), begun=st.floats(1e-6, 1), years=st.floats(0, 20))
def test_the_curve_of_bass_keeps_its_equation(p: float, q: float, begun: float, years: float) -> None:
    """dF/dt = (p + q F) (1 - F), by a difference; F rises from its start to 1 and no further."""
    curve, step = Bass(p, q, begun), 1e-4
    before, here, after = (begun * curve.at(years + step * k) for k in (-1, 0, 1))
    assert begun * (1 - 1e-9) <= here <= 1 + 1e-9
    assert (after - before) / (2 * step) == pytest.approx((p + q * here) * (1 - here), rel=1e-5, abs=1e-8)


def test_bass_is_the_logistic_curve_without_innovation_and_most_come_at_its_turn() -> None:
    logistic = Adopters(Adoption(ceiling=100.0), 10.0)
    assert Bass(0.0, 0.7, 0.1).at(3.0) == pytest.approx(logistic.factor(math.exp(0.7 * 3.0)), rel=1e-12)
    p, q = 0.03, 0.38
    turn = math.log(q / p) / (p + q)  # Bass (1969), eq. 10, from nobody
    assert 1e-9 * Bass(p, q, 1e-9).at(turn) == pytest.approx(0.5 - p / (2 * q), rel=1e-6)


def test_users_of_bass_answer_to_worth_like_others() -> None:
    curve = Bass(0.5, 1.0, 0.2)
    plain = run(Segment("users", ONE, 100.0, users_path=curve), firm(0.5))
    assert plain == pytest.approx([100.0 * curve.at(day / 365.25) for day in range(4)], rel=1e-14)
    drawn = run(Segment("users", ONE, 100.0, users_path=curve, adoption=AT_ONCE), firm(0.5, growth=0.5))
    assert drawn[0] == plain[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"innovation": -1.0}, "innovation is -1, but must be at least 0"),
        ({"innovation": 0.0, "imitation": 0.0}, "one of them must be above"),
        ({"begun": 0.0}, "begun is 0, but must be above 0 and at most 1"),
    ],
)
def test_a_curve_of_bass_is_checked(changes: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Bass(**{"innovation": 0.1, "imitation": 0.2, "begun": 0.3} | changes)


def test_a_scenario_sets_bass_by_segment() -> None:
    coming = {"innovation": 0.1, "imitation": 0.4, "ceiling": 1e10}
    changed = SCENARIOS["baseline-2026"].with_changes({f"demand.casual.adoption.{k}": v for k, v in coming.items()})
    plain = {one.name: one for one in SCENARIOS["baseline-2026"].economy(individuals=30).segments}
    for users in changed.economy(individuals=30).segments:
        expected = Bass(0.1, 0.4, users.users / 1e10) if users.name == "casual" else None
        assert users == replace(plain[users.name], users_path=expected)
    with pytest.raises(InputError, match=r"ceiling.*must be a number of people"):
        SCENARIOS["baseline-2026"].with_changes({"demand.casual.adoption.imitation": 0.4})
    few = changed.with_changes({"demand.casual.adoption.ceiling": 10.0})
    with pytest.raises(InputError, match=r"adoption.ceiling is 10, but 1e\+09 users are there"):
        few.economy(individuals=30)
    with pytest.raises(InputError, match="by_month has demand as it is known"):
        changed.with_changes({"demand.casual.by_month": [1.0, 1.1]}).economy(individuals=30)
