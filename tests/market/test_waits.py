"""Waits that users expect, where tiers and segments differ in the work of a request."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_books import book_of
from stations import some

from market.exchange.queueing import priority_waits, wait_ggc
from market.exchange.waits import Above, Backlog, WaitModel, time_to_serve
from scenarios.verification.formulas import wait_mgc, wait_mmc

type Floats = NDArray[np.float64]


def nothing_waits(orders: Floats) -> Backlog:
    """No work of these segments and offers, of whom nobody leaves."""
    return Backlog(np.zeros(orders.shape), np.zeros(len(orders)))


def waits_of(
    rates: Any, work: Any, racks: float = 1.0, *, slots: float = 1.0, tick_hours: float = 1.0, **model: Any
) -> Floats:
    """Waits [h] at one pool whose offers are served in their order; rates [1/h] and work [rack-h] by segment."""
    table = np.array(work, dtype=np.float64)
    book = book_of(table.tolist(), priority=list(range(table.shape[1])), slots=slots)
    orders = np.array(rates, dtype=np.float64) * tick_hours
    none = nothing_waits(orders)
    return WaitModel(**model).expected(book, orders, none, np.array([racks * tick_hours]), tick_hours)


def cobham(rates: Any, means: Any, squares: Any) -> Floats:
    """E W_k = sum of rate x E S^2 / 2, over (1 - load above) (1 - load up to k), at one server [Cobham 1954]."""
    upto = np.cumsum(np.multiply(rates, means))
    return float(np.dot(rates, squares)) / 2.0 / ((1.0 - upto + np.multiply(rates, means)) * (1.0 - upto))


@pytest.mark.parametrize("tick_hours", [0.25, 1.0, 12.0])
def test_tiers_that_differ_in_work_wait_as_cobham_says(tick_hours: float) -> None:
    waits = waits_of([[0.5, 0.05]], [[0.4, 10.0]], tick_hours=tick_hours)
    np.testing.assert_allclose(waits, cobham([0.5, 0.05], [0.4, 10.0], [2 * 0.4**2, 2 * 10.0**2]), rtol=1e-12)
    np.testing.assert_allclose(waits, [6.35, 21.1666667], rtol=1e-8)  # 5.08 over .8, and over .8 x .3


@pytest.mark.parametrize("scv", [0.0, 1.0, 4.0])
def test_segments_that_differ_in_work_within_a_tier(scv: float) -> None:
    """One rank: Pollaczek and Khinchine's formula with the second moment of the mixture."""
    waits = waits_of([[0.5], [0.05]], [[0.4], [10.0]], service_scv=scv)
    square = (1 + scv) * (0.5 * 0.4**2 + 0.05 * 10.0**2)
    assert waits[0] == pytest.approx(square / 2 / (1 - 0.7), rel=1e-12)


def test_offers_of_one_rank_wait_alike_and_are_mixed() -> None:
    book = book_of([[0.4, 10.0]], priority=[3.0, 3.0])
    waits = WaitModel().expected(book, np.array([[0.5, 0.05]]), nothing_waits(np.zeros((1, 2))), np.ones(1), 1.0)
    np.testing.assert_allclose(waits, 5.08 / 0.3, rtol=1e-12)


def test_what_is_mixed_in_each_of_several_ranks() -> None:
    rates, work = np.array([[0.2, 0.1, 0.0], [0.05, 0.1, 0.02]]), np.array([[1.0, 0.5, 3.0], [2.0, 1.5, 4.0]])
    by_rank, loads = rates.sum(axis=0), (rates * work).sum(axis=0)
    squares = 3.0 * (rates * work**2).sum(axis=0)
    answer = cobham(by_rank, loads / by_rank, squares / by_rank)
    np.testing.assert_allclose(waits_of(rates, work, service_scv=2.0), answer, rtol=1e-12)


def test_interruptions_stretch_long_work_behind_short_work() -> None:
    """By hand at one server: .04 / .8 x .4 is all the first class waits; the second has 10/.8 + 5.04/.24 - 10."""
    waits = waits_of([[0.5, 0.05]], [[0.4, 10.0]], preemptive=True)
    np.testing.assert_allclose(waits, [0.08 / 0.8, 10 / 0.8 + 5.08 / (0.8 * 0.3) - 10], rtol=1e-12)


@some
@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=4), st.floats(0.1, 0.99), st.floats(0.1, 500), st.booleans())
def test_equal_work_is_the_station_with_one_service(
    shares: list[float], use: float, racks: float, preemptive: bool
) -> None:
    rates = np.array(shares) / sum(shares) * use * racks / 0.3
    waits = waits_of([rates], [[0.3] * len(shares)], racks, slots=4.0, preemptive=preemptive)
    np.testing.assert_allclose(waits, priority_waits(rates, 1.2, 4 * racks, preemptive=preemptive), rtol=1e-7)


@pytest.mark.parametrize("racks", [1.0, 2.5, 40.0])
def test_one_rank_of_mixed_work_is_mgc(racks: float) -> None:
    rates, work = np.array([[0.3 * racks], [0.05 * racks]]), np.array([[1.0], [8.0]])
    mean = float((rates * work).sum() / rates.sum())
    scv = 2.0 * float((rates * work**2).sum() / rates.sum()) / mean**2 - 1.0
    for preemptive in (False, True):
        waits = waits_of(rates, work, racks, preemptive=preemptive)
        assert waits[0] == pytest.approx(wait_mgc(rates.sum(), mean, scv, racks), rel=1e-7)
    bursty = waits_of(rates, work, racks, arrival_scv=3.0)
    assert bursty[0] == pytest.approx(wait_ggc(rates.sum(), 3.0, mean, scv, racks), rel=1e-12)


def test_arrivals_in_bursts_scale_all_ranks_alike() -> None:
    plain, bursty = (waits_of([[0.5, 0.05]], [[0.4, 10.0]], arrival_scv=scv) for scv in (1.0, 2.5))
    np.testing.assert_allclose(bursty / plain, bursty[0] / plain[0], rtol=1e-12)
    assert bursty[0] > plain[0]


def test_tiers_without_orders_wait_as_their_first_request_would() -> None:
    waits = waits_of([[0.5, 0.0, 0.05, 0.0]], [[0.4, 7.0, 10.0, 2.0]])
    between, last = 5.08 / 0.8**2, 5.08 / 0.3**2
    np.testing.assert_allclose(waits, [6.35, between, 5.08 / (0.8 * 0.3), last], rtol=1e-12)
    np.testing.assert_array_equal(waits_of([[0.0, 0.0]], [[0.4, 10.0]]), 0.0)


def test_pools_wait_apart() -> None:
    book = book_of([[0.4, 1.0, 10.0]], pool=[0, 1, 0], priority=[0.0, 0.0, 1.0])
    waits = WaitModel().expected(book, np.array([[0.5, 0.6, 0.05]]), nothing_waits(np.zeros((1, 3))), np.ones(2), 1.0)
    np.testing.assert_allclose(waits, [6.35, wait_mmc(0.6, 1.0, 1), 5.08 / 0.24], rtol=1e-12)


def test_work_that_hardly_anybody_orders_stays_a_number() -> None:
    for tiny in (1e-300, 1e-200, 1e-13):
        waits = waits_of([[0.5, tiny]], [[0.4, 1e-6]])
        np.testing.assert_allclose(waits, cobham([0.5, 0.0], [0.4, 0.0], [0.32, 0.0]), rtol=1e-6)


@some
@given(
    st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 10)), min_size=1, max_size=4),
    st.floats(0.05, 0.95),
    st.floats(0.2, 50),
    st.booleans(),
)
def test_more_orders_never_shorten_a_wait_that_they_join(
    classes: list[tuple[float, float]], use: float, racks: float, preemptive: bool
) -> None:
    loads, work = (np.array(column) for column in zip(*classes, strict=True))
    rates = loads / loads.sum() * use * racks / work
    less, more = (waits_of([rates * f], [work], racks, preemptive=preemptive) for f in (1.0, 1.02))
    assert (more >= less * (1 - 1e-9)).all()
    assert np.isfinite(less).all()


# Who may leave, and who comes before -------------------------------------------------------------------------------


def waits_with_patience(rates: Any, work: Any, leaves: float, **model: Any) -> Floats:
    """Waits [h] at four racks of four slots, by rank, of requests that leave at this rate [1/h] while they wait."""
    table = np.array([work], dtype=np.float64)
    book = book_of(table.tolist(), priority=list(range(table.shape[1])), slots=4.0)
    orders = np.array([rates], dtype=np.float64)
    backlog = Backlog(np.zeros(orders.shape), np.array([leaves]))
    return WaitModel(**model).expected(book, orders, backlog, np.array([4.0]), 1.0)


@some
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(1e-4, 10)), min_size=1, max_size=4),
    st.floats(0.01, 0.999),
    st.floats(1e-4, 1e4),
    st.booleans(),
)
def test_who_may_leave_waits_no_longer_than_who_may_not(
    classes: list[tuple[float, float]], use: float, leaves: float, preemptive: bool
) -> None:
    loads, work = (np.array(column) for column in zip(*classes, strict=True))
    rates = loads / max(loads.sum(), 1e-9) * use * 4.0 / work
    stay, leave, leave_sooner = (
        waits_with_patience(rates, work, a, preemptive=preemptive) for a in (0.0, leaves, 3.0 * leaves)
    )
    assert np.isfinite(leave).all()
    assert (leave >= 0).all()
    assert (leave <= stay * (1 + 1e-9)).all()
    assert (leave_sooner <= leave * (1 + 1e-6) + 1e-12).all()


def test_who_never_leaves_waits_as_if_nobody_could() -> None:
    stay, hardly = (waits_with_patience([6.0, 8.0], [0.25, 0.25], a) for a in (0.0, 1e-8))
    np.testing.assert_allclose(hardly, stay, rtol=1e-5)


@some
@given(
    room=st.lists(st.floats(-5, 5), min_size=1, max_size=6),
    work=st.floats(0.1, 20),
    leaves=st.floats(0, 3),
    waits=st.floats(0, 5),
    leave_above=st.sampled_from([0.0, 0.5, 3.0, 200.0]),
    first_h=st.floats(0.1, 1.0),
)
def test_work_is_gone_when_it_has_been_done_or_has_left(
    room: list[float], work: float, leaves: float, waits: float, leave_above: float, first_h: float
) -> None:
    """Two ranks in small steps: the upper one is done first, and what is left serves the lower one."""
    above = Above(np.array([waits]), np.array([leave_above]))
    found = float(time_to_serve(np.array([work]), np.array([leaves]), np.array(room)[:, None], 1.0, first_h, above)[0])
    ends = first_h + np.arange(len(room))
    steps = 6_000
    until = min(found, float(ends[-1]))
    step = until / steps
    left, upper = work, waits
    for k in range(steps):
        s = room[min(int(np.searchsorted(ends, (k + 0.5) * step)), len(room) - 1)]
        behind = upper - s * step
        upper = max(behind, 0.0) / (1.0 + leave_above * step)
        left += min(behind, 0.0) - leaves * left * step
        if k < steps - 1 - steps // 100:
            assert left > -0.05 * (1.0 + work)
    if found <= ends[-1]:
        assert left == pytest.approx(0.0, abs=0.02 * (1.0 + work))


def test_of_who_leave_before_their_turn_no_more_waits_than_came_lately() -> None:
    """Requests of an upper rank that is too much all day leave in minutes: at night nobody waits for them."""
    room = np.array([[-10.0]] * 12 + [[10.0]] * 12)
    wait = time_to_serve(np.array([5.0]), np.zeros(1), room, 1.0, above=Above(np.zeros(1), np.full(1, 60.0)))
    assert wait.item() == pytest.approx(12.0 + np.log(2.0) / 60.0 + 0.5)
    patient = time_to_serve(np.array([5.0]), np.zeros(1), room, 1.0, above=Above(np.zeros(1), np.zeros(1)))
    assert patient.item() > 24.0
