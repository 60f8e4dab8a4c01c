"""Backlog from tick to tick and over a day, against loops, roots and exact arithmetic."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from stations import TIGHT, some

from scenarios.verification.formulas import backlog_recursion, fluid_overload, stationary_backlog

work = st.floats(0, 1e6)


@some
@given(st.lists(st.tuples(work, work), min_size=1, max_size=60), work)
def test_backlog_is_that_of_the_loop(ticks: list[tuple[float, float]], start: float) -> None:
    expected, backlog = [], Fraction(start)
    for arrivals, capacity in ticks:
        backlog = max(backlog + Fraction(arrivals) - Fraction(capacity), Fraction(0))
        expected.append(float(backlog))
    arrivals, capacity = np.array(ticks).T
    np.testing.assert_allclose(backlog_recursion(arrivals, capacity, start), expected, rtol=1e-9, atol=1e-7)


def test_backlog_along_either_axis() -> None:
    rng = np.random.default_rng(3)
    arrivals = rng.poisson(5, (40, 3)).astype(float)
    down = backlog_recursion(arrivals, [4, 5, 6], [0, 10, 20], axis=0)
    across = backlog_recursion(arrivals.T, np.array([[4], [5], [6]]), [0, 10, 20])
    np.testing.assert_array_equal(down, across.T)
    np.testing.assert_array_equal(down[:, 2], backlog_recursion(arrivals[:, 2], 6, 20))


def backlog_by_roots(arrivals: float, capacity: int, dispersion: float) -> float:
    """Mean backlog out of the zeros of z^c - A(z) in the unit disc (Janssen & van Leeuwaarden 2005)."""
    turns = np.exp(2j * np.pi * np.arange(1, capacity) / capacity)
    if dispersion == 1:
        use = arrivals / capacity
        z = -special.lambertw(-use * np.exp(-use) * turns) / use
    else:
        z = np.zeros(len(turns), dtype=complex)
        power = -arrivals / (dispersion - 1) / capacity
        for _ in range(3000):
            before, z = z, turns * (1 + (dispersion - 1) * (1 - z)) ** power
            if np.abs(z - before).max(initial=0) < 1e-15:
                break
    second = arrivals * (dispersion - 1) + arrivals**2
    free = second - capacity * (capacity - 1)
    return float((1 / (1 - z)).sum().real + free / (2 * (capacity - arrivals)))


@pytest.mark.parametrize("dispersion", [1.0, 1.5, 5.0, 50.0])
@pytest.mark.parametrize("capacity", [1, 2, 10, 100, 1000])
def test_stationary_backlog_is_that_of_the_roots(capacity: int, dispersion: float) -> None:
    arrivals = capacity * np.array([0.1, 0.5, 0.8, 0.95, 0.99, 0.999])
    expected = [backlog_by_roots(m, capacity, dispersion) for m in arrivals]
    measured = stationary_backlog(arrivals, capacity, dispersion)
    np.testing.assert_allclose(measured, expected, rtol=1e-11, atol=1e-10)


@pytest.mark.parametrize("dispersion", [1.0, 1.001, 1.8, 20.0, 1e4])
def test_stationary_backlog_of_capacity_one_is_closed(dispersion: float) -> None:
    arrivals = np.array([1e-3, 0.1, 0.5, 0.9, 0.99, 0.9999, 0.999999])
    expected = (arrivals * (dispersion - 1) + arrivals**2) / (2 * (1 - arrivals))
    np.testing.assert_allclose(stationary_backlog(arrivals, 1, dispersion), expected, rtol=TIGHT)
    nearly = 1 - np.array([1e-7, 1e-8, 1e-9, 1e-12, 1e-15])
    expected = (nearly * (dispersion - 1) + nearly**2) / (2 * (1 - nearly))
    np.testing.assert_allclose(stationary_backlog(nearly, 1, dispersion), expected, rtol=1e-6)


@pytest.mark.parametrize("dispersion", [1.0, 3.0])
def test_stationary_backlog_solves_the_recursion(dispersion: float) -> None:
    """A truncated linear solve of Q = max(Q + A - c, 0)."""
    capacity, mean, size = 4, 3.0, 400
    counts = np.arange(size + capacity)
    if dispersion == 1:
        log = counts * math.log(mean) - mean - special.gammaln(counts + 1)
    else:
        r = mean / (dispersion - 1)
        log = special.gammaln(counts + r) - special.gammaln(counts + 1) - special.gammaln(r)
        log += r * math.log(1 / dispersion) + counts * math.log(1 - 1 / dispersion)
    chance = np.exp(log)
    step = np.zeros((size, size))
    for q in range(size):
        reach = np.arange(max(capacity - q, 0), size + capacity - q)
        step[q, np.maximum(q + reach - capacity, 0)] = chance[reach]
        if q < capacity:
            step[q, 0] = chance[: capacity - q + 1].sum()
    system = np.vstack([step.T - np.eye(size), np.ones(size)])
    stationary = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0))[0]
    expected = stationary @ np.arange(size)
    assert stationary_backlog(mean, capacity, dispersion) == pytest.approx(expected, rel=1e-9)


def test_limits_of_stationary_backlog() -> None:
    np.testing.assert_array_equal(stationary_backlog([0, 10, 11], 10, [[1], [4]]), [[0, np.inf, np.inf]] * 2)
    assert stationary_backlog(9, 10, 1 + 1e-9) == pytest.approx(stationary_backlog(9, 10), rel=1e-7)
    assert 0 < stationary_backlog(99_900, 100_000) < 1000
    assert stationary_backlog(10, 100_000) == 0


# --- A day over capacity ----------------------------------------------------------------------------------


def test_an_evening_over_capacity() -> None:
    # 4 hours of 150 against 100, then 8 of 50: 200 queue up, drained in 4 hours.
    day = fluid_overload([150, 50], 100, [4, 8])
    assert day.largest_backlog == 200
    assert day.time_queued == 8
    assert day.mean_wait == pytest.approx(200 * 8 / 2 / 1000, rel=1e-14)
    assert day.final_backlog == 0


def test_what_is_left_waits_on() -> None:
    # Nothing more arrives after the day, and the 200 left over take 2 hours.
    day = fluid_overload([150, 0], 100, [4, 1e-12])
    whole = fluid_overload([150, 0], 100, [4, 6])
    assert day.mean_wait == pytest.approx(whole.mean_wait, rel=1e-9)
    assert fluid_overload([5, 5], [1, 0], 1).mean_wait == np.inf


def test_days_without_a_queue() -> None:
    assert fluid_overload([0, 0], 0, 1) == (0, 0, 0, 0)
    assert fluid_overload([3, 4, 4], 4, 1) == (0, 0, 0, 0)
    # A tenth three times over doesn't leave a rounding error that queues all day.
    day = fluid_overload([0.3, 0.1, 0.2, 0.2, 0.2], 0.2, [1, 1, 1, 1, 1])
    assert day.time_queued == pytest.approx(2)


interval = st.tuples(st.integers(0, 30), st.integers(1, 20), st.integers(1, 9))


@some
@given(st.lists(interval, min_size=1, max_size=12), st.integers(0, 50))
def test_fluid_is_that_of_exact_arithmetic(day: list[tuple[int, int, int]], start: int) -> None:
    backlog, largest, queued, area = Fraction(start), Fraction(start), Fraction(0), Fraction(0)
    for rate, capacity, eighths in day:
        width, slope = Fraction(eighths, 8), rate - capacity
        lasting = min(width, backlog / -slope) if slope < 0 else width
        lasting = lasting if backlog > 0 or slope > 0 else Fraction(0)
        end = backlog + slope * lasting
        area += lasting * (backlog + end) / 2
        queued += lasting
        backlog, largest = end, max(largest, end)
    arrived = start + sum(Fraction(rate * eighths, 8) for rate, _, eighths in day)
    area += backlog**2 / (2 * day[-1][1])
    rate, capacity, eighths = np.array(day).T
    measured = fluid_overload(rate, capacity, eighths / 8, start)
    expected = [largest, queued, area / arrived if arrived else 0, backlog]
    np.testing.assert_allclose(measured, [float(e) for e in expected], rtol=1e-9, atol=1e-9)


def test_fluid_mean_wait_is_that_of_work_in_order_of_arrival() -> None:
    rates, capacity = np.array([20.0, 150, 90, 130, 10]), 100.0
    fine = np.repeat(rates, 20_000)
    backlog = np.concatenate([[0], backlog_recursion(fine / 20_000, capacity / 20_000)])
    waits = (backlog[:-1] + backlog[1:]) / 2 / capacity
    expected = (fine * waits).sum() / fine.sum()
    assert fluid_overload(rates, capacity, 1).mean_wait == pytest.approx(expected, rel=1e-4)


def test_days_broadcast() -> None:
    rates = np.array([[150.0, 50.0], [90.0, 20.0]])
    both = fluid_overload(rates, 100, [4, 8])
    assert both.largest_backlog.tolist() == [200, 0]
    assert fluid_overload([150, 50], np.array([[100.0], [150.0], [75.0]]), [4, 8]).time_queued.shape == (3,)
