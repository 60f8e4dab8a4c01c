"""Laws that every rationing rule inherits unasked: each concrete subclass is found and put to them."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims, Floats
from market.kinds import classes_of

QUICK = settings(max_examples=25, deadline=None, derandomize=True)
ROUNDING = 1e-11  # of the capacity


def every_rule() -> list[Rationing]:
    """Each rule as it comes, and each that has a rule within it with each of the others."""
    simple = [kind() for kind in classes_of(Rationing)]
    nested = [
        type(outer)(within=inner)  # type: ignore[call-arg]
        for outer in simple
        if any(entry.name == "within" for entry in fields(outer))  # type: ignore[arg-type]
        for inner in simple
        if inner not in (outer, outer.within)  # type: ignore[attr-defined]
    ]
    return simple + nested


def draws_lots(rule: Rationing) -> bool:
    """Whether the rule touches its random stream where nothing has to be rounded."""
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    rule.share(Claims.of([3, 2, 1]), 2.5, rng)
    return rng.bit_generator.state != before


RULES = every_rule()
all_rules = pytest.mark.parametrize("rule", RULES, ids=str)
fixed_rules = pytest.mark.parametrize("rule", [rule for rule in RULES if not draws_lots(rule)], ids=str)
random_rules = pytest.mark.parametrize("rule", [rule for rule in RULES if draws_lots(rule)], ids=str)

works = st.one_of(st.sampled_from([0.0, 1.0, 2.0, 3.0, 10.0]), st.floats(1e-3, 1e6), st.sampled_from([0.1, 0.3, 1e12]))
shares = st.one_of(st.sampled_from([0.0, 0.5, 1.0, 2.0]), st.floats(1e-6, 1.1))
ranks = st.integers(0, 2)


@st.composite
def claims_of(draw: st.DrawFn, sizes: st.SearchStrategy[float], work: st.SearchStrategy[float] = works) -> Claims:
    entries = draw(st.lists(st.tuples(work, ranks, ranks, sizes), max_size=8))
    columns = np.array(entries, dtype=float).reshape(-1, 4).T
    return Claims(*columns)


divisible = claims_of(st.just(0.0))
in_requests = claims_of(st.sampled_from([0.1, 0.3, 1.0, 2.0, 7.0]), st.one_of(works, st.integers(0, 40).map(float)))
mixed = claims_of(st.sampled_from([0.0, 0.3, 1.0, 5.0]), st.one_of(works, st.integers(0, 40).map(float)))
anything = st.one_of(divisible, in_requests, mixed)


def capacity_of(claims: Claims, share: float) -> float:
    return float(claims.work.sum()) * share


def serve(rule: Rationing, claims: Claims, capacity: float, seed: int = 7) -> Floats:
    return rule.share(claims, capacity, np.random.default_rng(seed))


def test_rules_are_found() -> None:
    assert {"ProRata", "StrictPriority", "MaxMin", "FirstCome", "Lottery"} <= {type(r).__name__ for r in RULES}
    assert any(draws_lots(rule) for rule in RULES)


@all_rules
@QUICK
@given(claims=anything, share=shares)
def test_feasible(rule: Rationing, claims: Claims, share: float) -> None:
    capacity = capacity_of(claims, share)
    asked = [array.copy() for array in (claims.work, claims.priority, claims.arrived, claims.size)]
    served = serve(rule, claims, capacity)
    assert served.shape == claims.work.shape
    assert np.isfinite(served).all()
    assert (served >= 0).all()
    assert (served <= claims.work).all()
    assert served.sum() <= capacity * (1 + ROUNDING)
    for before, after in zip(asked, (claims.work, claims.priority, claims.arrived, claims.size), strict=True):
        np.testing.assert_array_equal(before, after)


@all_rules
@QUICK
@given(claims=divisible, share=shares)
def test_all_capacity_is_used_if_all_of_it_is_asked(rule: Rationing, claims: Claims, share: float) -> None:
    capacity = capacity_of(claims, share)
    served = serve(rule, claims, capacity)
    assert served.sum() == pytest.approx(min(capacity, claims.work.sum()), rel=ROUNDING, abs=1e-300)


@all_rules
@QUICK
@given(claims=anything, share=shares)
def test_only_whole_requests_are_served(rule: Rationing, claims: Claims, share: float) -> None:
    served = serve(rule, claims, capacity_of(claims, share))
    whole = claims.size > 0
    requests = served[whole] / claims.size[whole]
    np.testing.assert_allclose(requests, np.rint(requests), rtol=1e-12, atol=1e-12)


@all_rules
@QUICK
@given(claims=st.one_of(in_requests, mixed), share=shares)
def test_nothing_that_fits_is_left_waiting(rule: Rationing, claims: Claims, share: float) -> None:
    capacity = capacity_of(claims, share)
    served = serve(rule, claims, capacity)
    left = capacity - served.sum()
    slack = ROUNDING * capacity
    whole = claims.size > 0
    waiting = (claims.work - served)[whole] >= claims.size[whole] * (1 - 1e-9) + ROUNDING * claims.work[whole]
    assert not (waiting & (claims.size[whole] <= left - slack)).any()
    assert left <= slack or (claims.work - served)[~whole].sum() <= slack


@all_rules
@QUICK
@given(claims=divisible, capacity=st.sampled_from([1e30, 1e300, np.inf]))
def test_plenty_serves_all(rule: Rationing, claims: Claims, capacity: float) -> None:
    np.testing.assert_array_equal(serve(rule, claims, capacity), claims.work)
    np.testing.assert_array_equal(serve(rule, claims, float(claims.work.sum()) * (1 + 1e-12)), claims.work)


@all_rules
@QUICK
@given(claims=anything)
def test_nothing_serves_nobody(rule: Rationing, claims: Claims) -> None:
    assert not serve(rule, claims, 0.0).any()


@all_rules
@QUICK
@given(claims=anything, share=shares)
def test_same_seed_same_bytes(rule: Rationing, claims: Claims, share: float) -> None:
    capacity = capacity_of(claims, share)
    assert serve(rule, claims, capacity).tobytes() == serve(rule, claims, capacity).tobytes()


@all_rules
@QUICK
@given(
    claims=divisible,
    share=shares,
    more=st.floats(1.0, 3.0),
)
def test_more_capacity_leaves_nobody_worse_off(rule: Rationing, claims: Claims, share: float, more: float) -> None:
    capacity = capacity_of(claims, share)
    less, greater = serve(rule, claims, capacity), serve(rule, claims, capacity * more)
    assert (greater >= less - ROUNDING * capacity * more).all()


@fixed_rules
@QUICK
@given(claims=divisible, share=shares, seed=st.integers(0, 2**32 - 1))
def test_order_of_claims_changes_nothing_to_the_bit(rule: Rationing, claims: Claims, share: float, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(claims.work.size)
    capacity = capacity_of(claims, share)
    np.testing.assert_array_equal(serve(rule, claims.pick(order), capacity), serve(rule, claims, capacity)[order])


@fixed_rules
def test_order_of_many_claims_changes_nothing_to_the_bit(rule: Rationing) -> None:
    rng = np.random.default_rng(5)
    claims = Claims.of(rng.lognormal(size=60), rng.integers(0, 3, 60), rng.integers(0, 3, 60))
    served = serve(rule, claims, 0.4 * float(claims.work.sum()))
    for _ in range(10):
        order = rng.permutation(60)
        again = serve(rule, claims.pick(order), 0.4 * float(claims.work.sum()))
        np.testing.assert_array_equal(again, served[order])


@all_rules
def test_all_but_a_bit_of_what_was_asked(rule: Rationing) -> None:
    rng = np.random.default_rng(6)
    for _ in range(30):
        claims = Claims.of(rng.lognormal(sigma=3, size=200))
        capacity = float(np.nextafter(np.sort(claims.work).sum(), 0))
        np.testing.assert_allclose(serve(rule, claims, capacity).sum(), capacity, rtol=ROUNDING)


@fixed_rules
@QUICK
@given(claims=st.one_of(in_requests, mixed), share=shares, seed=st.integers(0, 2**32 - 1))
def test_order_of_claims_changes_nothing_in_whole_requests(
    rule: Rationing, claims: Claims, share: float, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(claims.work.size)
    # No two alike, so that no lot has to be drawn for a last request.
    claims = Claims(claims.work, claims.priority, np.arange(float(claims.work.size)), claims.size)
    capacity = capacity_of(claims, share)
    np.testing.assert_array_equal(serve(rule, claims.pick(order), capacity), serve(rule, claims, capacity)[order])


@fixed_rules
@QUICK
@given(claims=divisible, share=shares)
def test_equal_claims_are_served_equally(rule: Rationing, claims: Claims, share: float) -> None:
    twice = claims.pick(np.repeat(np.arange(claims.work.size), 2))
    served = serve(rule, twice, 2 * capacity_of(claims, share))
    np.testing.assert_array_equal(served[::2], served[1::2])


@random_rules
@pytest.mark.parametrize("size", [0.0, 1.0])
def test_order_of_claims_changes_nothing_on_average(rule: Rationing, size: float) -> None:
    claims = Claims.of([5, 2, 9, 4, 6], priority=[0, 1, 1, 1, 2], arrived=[0, 0, 0, 1, 1], size=size)
    order = np.array([3, 0, 4, 2, 1])
    rng = np.random.default_rng(11)
    draws = 800
    one = np.array([rule.share(claims, 13.0, rng) for _ in range(draws)])[:, order]
    other = np.array([rule.share(claims.pick(order), 13.0, rng) for _ in range(draws)])
    # What each gets, and what each two get together: lots that favour neighbours show in the second.
    pairs = [np.concatenate((x, x[:, :4] * x[:, 1:], x[:, :3] * x[:, 2:]), axis=1) for x in (one, other)]
    error = np.sqrt((pairs[0].var(axis=0) + pairs[1].var(axis=0)) / draws)
    assert (np.abs(pairs[0].mean(axis=0) - pairs[1].mean(axis=0)) <= 4.5 * error + 1e-9).all()
