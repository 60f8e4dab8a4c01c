from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from typing import override

import numpy as np
import pytest
from scipy import stats

from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims, Floats
from market.exchange.rationing.first_come import FirstCome
from market.exchange.rationing.lottery import Lottery
from market.exchange.rationing.max_min import MaxMin
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.rationing.strict_priority import StrictPriority

WORK = [80, 60, 40, 20]


def rng(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("rule", "served"),
    [
        (ProRata(), [40, 30, 20, 10]),
        (StrictPriority(), [80, 20, 0, 0]),
        (MaxMin(), [80 / 3, 80 / 3, 80 / 3, 20]),
        (FirstCome(), [0, 40, 40, 20]),
    ],
    ids=str,
)
def test_published_instance(rule: Rationing, served: list[float]) -> None:
    claims = Claims.of(WORK, priority=[0, 1, 2, 3], arrived=[3, 2, 1, 0])
    np.testing.assert_allclose(rule.share(claims, 100, rng()), served, rtol=1e-15)


@pytest.mark.parametrize("rule", [ProRata(), StrictPriority(), MaxMin(), FirstCome(), Lottery()], ids=str)
def test_who_serves_by_rank_says_so(rule: Rationing) -> None:
    """By rank means: for two who ask for one each of one, the first by priority gets it, however lots fall."""
    claims = Claims.of([1, 1], priority=[1, 0])
    by_rank = all(rule.share(claims, 1, rng(seed)).tolist() == [0, 1] for seed in range(20))
    assert rule.serves_by_rank == by_rank


@pytest.mark.parametrize(
    ("capacity", "served"),
    [
        (4, [1, 1, 1, 1]),
        (7.996, [1.999, 1.999, 1.999, 1.999]),
        (8, [2, 2, 2, 2]),
        (12, [2, 10 / 3, 10 / 3, 10 / 3]),
        (15, [2, 4, 4.5, 4.5]),
    ],
)
def test_max_min_fills_from_below(capacity: float, served: list[float]) -> None:
    np.testing.assert_allclose(MaxMin().share(Claims.of([2, 4, 8, 10]), capacity, rng()), served, rtol=1e-15)


def test_equals_share_by_the_rule_within() -> None:
    claims = Claims.of([10, 30, 20, 40], priority=[0, 1, 1, 2])
    assert StrictPriority().share(claims, 30, rng()).tolist() == [10, 12, 8, 0]
    assert StrictPriority(within=MaxMin()).share(claims, 30, rng()).tolist() == [10, 10, 10, 0]
    assert StrictPriority().share(claims, 60, rng()).tolist() == [10, 30, 20, 0]
    claims = Claims.of([10, 30, 20, 40], priority=[1, 0, 0, 0], arrived=[1, 5, 5, 6])
    assert FirstCome(within=MaxMin()).share(claims, 30, rng()).tolist() == [10, 10, 10, 0]
    assert StrictPriority(within=FirstCome(within=MaxMin())).share(claims, 30, rng()).tolist() == [
        0,
        15,
        15,
        0,
    ]


# Whole requests -----------------------------------------------------------------------------------------


def test_what_is_not_said_of_a_claim_is_nothing() -> None:
    claims = Claims.of([3.0, 1.0])
    for values in (claims.priority, claims.arrived, claims.size):
        assert values.tolist() == [0.0, 0.0]
    with pytest.raises(FrozenInstanceError):
        claims.work = claims.size


def test_largest_remainder() -> None:
    # Pro rata gives 4.5, 3.3, 2.2 requests of 10: rounded down 4, 3, 2, and the tenth to the first.
    claims = Claims.of([90, 66, 44], size=[10, 10, 10])
    assert ProRata().share(claims, 100, rng()).tolist() == [50, 30, 20]


def test_claims_are_cut_to_whole_requests() -> None:
    claims = Claims.of([25, 7, 0.3], size=[10, 10, 0.1])
    np.testing.assert_allclose(ProRata().share(claims, np.inf, rng()), [20, 0, 0.3], rtol=1e-15)
    np.testing.assert_allclose(ProRata().share(Claims.of([0.1] * 3, size=0.1), 0.3, rng()), 0.1, rtol=1e-15)


def test_so_many_requests_are_counted_right() -> None:
    """100,000,001 of 0.1 are as many, although in binary their sum over 0.1 is 1.5e-8 less."""
    claims = Claims.of([100_000_001 * 0.1], size=0.1)
    assert ProRata().share(claims, np.inf, rng())[0] == pytest.approx(10_000_000.1, rel=1e-15)


def test_half_a_small_request_lets_no_other_in() -> None:
    """5e12 requests of 0.001 fill 5e9 rack-hours; half of one more is no rounding, though it is 1e-13 of all."""
    claims = Claims.of([1e10], size=0.001)
    assert ProRata().share(claims, 5e9 + 0.0005, rng())[0] == pytest.approx(5e9, rel=4e-16)


def test_a_claim_holds_so_many_requests() -> None:
    assert Claims.of([1e15], size=1.0).work.tolist() == [1e15]
    with pytest.raises(ValueError, match=r"size\[0\] is 1 for work of 1e\+15"):
        Claims.of([1e15 + 1.0], size=1.0)


def test_a_small_request_may_pass_a_large_one() -> None:
    claims = Claims.of([80, 50], priority=[0, 1], size=[40, 5])
    assert StrictPriority().share(claims, 58, rng()).tolist() == [40, 15]


def test_divisible_claims_take_what_requests_leave() -> None:
    claims = Claims.of([80, 50], size=[40, 0])
    assert ProRata().share(claims, 80, rng()).tolist() == [40, 40]  # pro rata 49.2, 30.8
    assert ProRata().share(claims, 39, rng()).tolist() == [0, 39]


def test_last_request_goes_by_priority_then_arrival_then_lot() -> None:
    assert ProRata().share(Claims.of([1, 1], priority=[1, 0], size=1), 1, rng()).tolist() == [0, 1]
    assert ProRata().share(Claims.of([1, 1], arrived=[1, 0], size=1), 1, rng()).tolist() == [0, 1]
    drawn = [ProRata().share(Claims.of([1, 1], size=1), 1, rng(seed))[0] for seed in range(200)]
    assert 70 < sum(drawn) < 130


def test_a_new_rule_inherits_whole_requests_and_the_easy_cases() -> None:
    @dataclass(frozen=True)
    class LastCome(Rationing):
        @override
        def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
            assert (claims.work > 0).all()
            assert 0 < capacity < claims.work.sum()
            order = np.argsort(-claims.arrived, kind="stable")
            before = np.concatenate(([0.0], claims.work[order].cumsum()[:-1]))
            served = np.zeros(claims.work.size)
            served[order] = np.clip(capacity - before, 0, claims.work[order])
            return served

    claims = Claims.of([30, 0, 20], arrived=[0, 1, 2])
    assert LastCome().share(claims, 25, rng()).tolist() == [5, 0, 20]
    for enough in (50, 99):
        assert LastCome().share(claims, enough, rng()).tolist() == [30, 0, 20]
    assert LastCome().share(claims, 0, rng()).tolist() == [0, 0, 0]
    assert not LastCome().serves_by_rank
    assert LastCome().share(Claims.of([30, 9, 20], arrived=[0, 1, 2], size=10), 35, rng()).tolist() == [
        10,
        0,
        20,
    ]


# The lottery --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("capacity", [1.0, 5.0, 9.0])
def test_lottery_is_pro_rata_on_average(size: float, capacity: float) -> None:
    draw, draws = rng(), 1200
    claims = Claims.of([7, 2, 1, 3], size=size)
    served = np.array([Lottery().share(claims, capacity, draw) for _ in range(draws)])
    error = served.std(axis=0) / np.sqrt(draws)
    assert (np.abs(served.mean(axis=0) - claims.work * capacity / 13) <= 4 * error).all()


@pytest.mark.parametrize("size", [0.0, 1.0])
def test_a_split_claim_neither_gains_nor_loses(size: float) -> None:
    draw, draws = rng(), 1200
    whole = np.array([Lottery().share(Claims.of([6, 3, 5], size=size), 6, draw) for _ in range(draws)])[:, 0]
    parts = np.array([Lottery().share(Claims.of([4, 2, 3, 5], size=size), 6, draw) for _ in range(draws)])
    split = parts[:, 0] + parts[:, 1]
    assert abs(whole.mean() - split.mean()) <= 4 * np.sqrt((whole.var() + split.var()) / draws)


def test_requests_drawn_are_hypergeometric() -> None:
    draw, draws = rng(), 2000
    claims = Claims.of([6, 5, 3], size=1)
    served = np.array([Lottery().share(claims, 7, draw)[0] for _ in range(draws)], dtype=int)
    expected = stats.hypergeom(14, 6, 7).pmf(np.arange(7)) * draws
    seen = np.bincount(served, minlength=7)
    pooled = [slice(0, 2), slice(2, 3), slice(3, 4), slice(4, 5), slice(5, 7)]
    result = stats.chisquare([seen[s].sum() for s in pooled], [expected[s].sum() for s in pooled])
    assert result.pvalue > 0.001


def test_lottery_serves_most_divisible_claims_wholly_or_not_at_all() -> None:
    claims = Claims.of(np.arange(1.0, 51.0))
    served = Lottery().share(claims, 400, rng())
    assert np.count_nonzero((served > 0) & (served < claims.work)) <= 2


def test_lottery_of_more_requests_than_can_be_listed() -> None:
    claims = Claims.of([6e12, 3e12, 1e12, 5], size=1)
    served = Lottery().share(claims, 5e12, rng())
    assert served.sum() == 5e12
    np.testing.assert_allclose(served[:3], [3e12, 1.5e12, 0.5e12], rtol=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_more_capacity_in_the_same_lottery_leaves_nobody_worse_off(seed: int) -> None:
    claims = Claims.of([30, 20, 10, 1], size=1)
    served = np.array([Lottery().share(claims, capacity, rng(seed)) for capacity in range(0, 64, 3)])
    assert (np.diff(served, axis=0) >= 0).all()


# Edges and bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [ProRata(), StrictPriority(), MaxMin(), FirstCome(), Lottery()], ids=str)
@pytest.mark.parametrize("capacity", [0.0, 1.0, 1e300, np.inf])
def test_empty_and_zero_claims(rule: Rationing, capacity: float) -> None:
    assert rule.share(Claims.of([]), capacity, rng()).size == 0
    assert rule.share(Claims.of([0, 0]), capacity, rng()).tolist() == [0, 0]
    assert rule.share(Claims.of([0, 3], size=[1, 5]), capacity, rng()).tolist() == [0, 0]


@pytest.mark.parametrize("capacity", [-1.0, float("nan"), -np.inf])
def test_bad_capacity_is_named(capacity: float) -> None:
    with pytest.raises(ValueError, match=r"capacity is .*; allowed is 0 or more"):
        ProRata().share(Claims.of([1]), capacity, rng())


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([1, -2], [0, 0], [0, 0], [0, 0]), r"work\[1\] is -2.0; allowed is a number from 0"),
        (([np.inf], [0], [0], [0]), r"work\[0\] is inf"),
        (([1], [np.nan], [0], [0]), r"priority\[0\] is nan"),
        (([1], [0], [np.nan], [0]), r"arrived\[0\] is nan"),
        (([1], [0], [0], [-1]), r"size\[0\] is -1.0"),
        (([1, 2], [0], [0, 0], [0, 0]), "priority has 1 entries and work 2"),
        (([1, 2], [0, 0], [0, 0], [0, 0, 0]), "size has 3 entries and work 2"),
        (([[1]], [0], [0], [0]), "work has 2 dimensions"),
        (([1], [0], [0], [1e-20]), r"size\[0\] is 1e-20 for work of 1"),
    ],
)
def test_bad_claims_are_named(columns: tuple[list[float], ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Claims(*(np.array(column, dtype=float) for column in columns))


def test_last_and_first_may_be_infinite() -> None:
    claims = Claims.of([5, 5, 5], priority=[np.inf, 0, -np.inf])
    assert StrictPriority().share(claims, 7, rng()).tolist() == [0, 2, 5]


def test_the_first_claim_that_is_not_allowed_is_named() -> None:
    """The largest that is allowed before it is not taken for one."""
    with pytest.raises(ValueError, match=r"^work\[1\] is nan; allowed is a number from 0 to 1e\+100"):
        Claims.of([1e100, np.nan])
    with pytest.raises(ValueError, match=r"^work\[2\] is -1"):
        Claims.of([0.0, 1e100, -1.0, -2.0])
