"""Erlang's B, C and A (with abandonment) against sums in exact arithmetic, closed forms and integrals."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stations import TIGHT, exact_blocking, exact_delay, servers_, some, time_

from market.exchange.queueing import erlang_a
from scenarios.verification.formulas import erlang_b, erlang_c, wait_exceeds, wait_mmc, wait_percentile

LOADS = [0.01, 0.5, 0.9, 0.99, 1.0, 1.001, 1.05, 1.3, 3.0, 100.0]


@pytest.mark.parametrize("servers", [1, 2, 3, 10, 31, 144, 1000, 20_000])
def test_blocking_is_that_of_the_recursion(servers: int) -> None:
    loads = servers * np.array(LOADS)
    expected = [float(exact_blocking(servers, load)) for load in loads]
    np.testing.assert_allclose(erlang_b(servers, loads), expected, rtol=TIGHT)


@pytest.mark.parametrize("deviations", [-30, -5, -4.1, -1, 0, 1, 3.9, 4.1, 4.6, 30])
def test_blocking_of_a_hundred_thousand_servers(deviations: float) -> None:
    servers = 100_000
    load = servers + deviations * math.sqrt(servers)
    assert erlang_b(servers, load) == pytest.approx(float(exact_blocking(servers, load)), rel=TIGHT)


@pytest.mark.parametrize("servers", [1, 2, 10, 144, 1000])
def test_delay_is_that_of_the_recursion(servers: int) -> None:
    loads = servers * np.array([0.1, 0.5, 0.9, 0.99, 0.999999])
    expected = [float(exact_delay(servers, load)) for load in loads]
    np.testing.assert_allclose(erlang_c(servers, loads), expected, rtol=TIGHT)


def test_ten_servers_with_a_load_of_eight() -> None:
    assert erlang_c(10, 8) == pytest.approx(0.409180, abs=5e-7)
    assert wait_mmc(8, 1, 10) == pytest.approx(0.204590, abs=5e-7)
    load = Fraction(8)
    terms = [load**k / math.factorial(k) for k in range(10)]
    last = load**10 / math.factorial(10) / (1 - load / 10)
    assert erlang_c(10, 8) == pytest.approx(float(last / (sum(terms) + last)), rel=1e-13)


@some
@given(st.floats(0.01, 3e4), st.floats(0.01, 3))
def test_blocking_recursion_holds_between_whole_numbers(servers: float, use: float) -> None:
    load = use * servers
    here = erlang_b(servers, load)
    assert erlang_b(servers + 1, load) == pytest.approx(load * here / (servers + 1 + load * here), rel=1e-10)


@pytest.mark.parametrize(("servers", "load"), [(0.3, 0.2), (0.3, 5.0), (0.5, 40.0), (2.5, 2.0), (7.25, 30.0)])
def test_blocking_is_the_integral_between_whole_numbers(servers: float, load: float) -> None:
    u, weight = np.polynomial.legendre.leggauss(400)
    edges = np.linspace(0, 1, 41)
    # 1/B as an integral over u, mapped to (0, 1) by u = 50 v.
    v = (edges[:-1, None] + edges[1:, None]) / 2 + u * (edges[1:, None] - edges[:-1, None]) / 2
    integrand = np.exp(-50 * v) * (1 + 50 * v / load) ** servers
    inverse = (integrand * weight).sum() * 50 / 80
    assert erlang_b(servers, load) == pytest.approx(1 / inverse, rel=1e-9)


@some
@given(servers_, st.floats(0, 10))
def test_probabilities_are_probabilities(servers: float, use: float) -> None:
    blocked, late = erlang_b(servers, use * servers), erlang_c(servers, use * servers)
    assert 0 <= blocked <= late * (1 + 1e-12) <= 1 + 1e-12


@some
@given(servers_, st.floats(0.01, 0.98))
def test_more_servers_or_less_load_means_less_waiting(servers: float, use: float) -> None:
    load = use * servers
    assert erlang_c(servers * 1.01, load) <= erlang_c(servers, load)
    assert erlang_c(servers, load) <= erlang_c(servers, load * 1.01)


def test_limits_of_load() -> None:
    assert erlang_b(10, 0) == 0
    assert erlang_c(10, 0) == 0
    assert wait_mmc(0, 1, 10) == 0
    np.testing.assert_array_equal(erlang_c(10, [10, 10.5, 1e9]), 1)
    np.testing.assert_array_equal(wait_mmc([10, 10.5, 1e9], 1, 10), np.inf)
    assert erlang_b(10, 1e9) == pytest.approx(1 - 1e-8, rel=1e-12)


def test_one_server_waits_as_in_the_textbook() -> None:
    arrivals = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(wait_mmc(arrivals, 1, 1), arrivals / (1 - arrivals), rtol=1e-12)
    np.testing.assert_allclose(wait_mmc(arrivals / 3, 3, 1), 3 * arrivals / (1 - arrivals), rtol=1e-12)


@some
@given(servers_, st.floats(0.01, 0.99), time_, st.floats(0.0, 0.9999))
def test_percentile_inverts_the_tail(servers: float, use: float, service: float, quantile: float) -> None:
    arrivals = use * servers / service
    wait = wait_percentile(quantile, arrivals, service, servers)
    tail = wait_exceeds(wait, arrivals, service, servers)
    if wait > 0:
        assert tail == pytest.approx(1 - quantile, rel=1e-9)
    else:
        assert tail <= (1 - quantile) * (1 + 1e-12)


def test_tail_integrates_to_the_mean() -> None:
    time = np.linspace(0, 40, 400_001)
    tail = wait_exceeds(time, 8, 1, 10)
    assert np.trapezoid(tail, time) == pytest.approx(wait_mmc(8, 1, 10), rel=1e-8)


def test_percentiles_at_their_ends() -> None:
    assert wait_percentile(0.5, 8, 1, 10) == 0  # 59 % don't wait at all
    assert wait_percentile(0.95, 8, 1, 10) == pytest.approx(math.log(0.409180151 / 0.05) / 2, rel=1e-8)
    np.testing.assert_array_equal(wait_percentile([0, 0.1, 1], 12, 1, 10), [0, np.inf, np.inf])
    assert wait_percentile(1, 8, 1, 10) == np.inf
    assert wait_percentile(1, 0, 1, 10) == 0
    assert wait_exceeds(5, 12, 1, 10) == 1


# --- With abandonment -------------------------------------------------------------------------------------


def exact_abandonment(arrivals: float, servers: int, patience: float) -> tuple[float, float, float]:
    """The birth-death sums of M/M/c+M with service rate 1, in 60 digits."""
    with localcontext() as context:
        context.prec = 60
        rate, leave = Decimal(arrivals), 1 / Decimal(patience)
        weight, total, late, queue, n = Decimal(1), Decimal(0), Decimal(0), Decimal(0), 0
        while n <= servers + 1 or weight > queue * Decimal("1e-40") or rate > servers + (n - servers) * leave:
            total += weight
            if n >= servers:
                late += weight
                queue += weight * (n - servers)
            n += 1
            weight *= rate / (min(n, servers) + max(n - servers, 0) * leave)
        return float(late / total), float(queue * leave / total / rate), float(queue / total / rate)


@pytest.mark.parametrize("servers", [1, 3, 10, 200])
@pytest.mark.parametrize("use", [0.2, 0.8, 0.97, 1.0, 1.2, 4.0])
@pytest.mark.parametrize("patience", [0.01, 0.3, 1.0, 7.0, 150.0])
def test_abandonment_is_that_of_the_sums(servers: int, use: float, patience: float) -> None:
    expected = exact_abandonment(use * servers, servers, patience)
    np.testing.assert_allclose(erlang_a(use * servers, 1, servers, patience), expected, rtol=TIGHT)


@pytest.mark.parametrize("use", [0.99, 1.0, 1.02])
def test_abandonment_of_many_servers(use: float) -> None:
    expected = exact_abandonment(use * 20_000, 20_000, 0.5)
    np.testing.assert_allclose(erlang_a(use * 20_000, 1, 20_000, 0.5), expected, rtol=TIGHT)


@some
@given(servers_, st.floats(0.0, 5), time_, st.floats(0, 1e8))
def test_what_arrives_is_served_or_gives_up(servers: float, use: float, service: float, patience: float) -> None:
    arrivals = use * servers / service
    late, lost, wait = erlang_a(arrivals, service, servers, patience)
    assert 0 <= lost <= late * (1 + 1e-12) <= 1 + 1e-9
    assert lost >= 1 - 1 / use - 1e-12 if use else lost == 0
    assert wait == pytest.approx(patience * lost, rel=1e-12)
    assert (1 - lost) * use <= 1 + 1e-9


def test_limits_of_patience() -> None:
    for arrivals in (0.0, 8.0, 10.0, 15.0):
        late, lost, wait = erlang_a(arrivals, 1, 10, 0)
        blocked = erlang_b(10, arrivals)
        assert (late, lost, wait) == pytest.approx((blocked, blocked, 0), rel=1e-14)
        late, lost, wait = erlang_a(arrivals, 1, 10, np.inf)
        assert late == erlang_c(10, arrivals)
        assert lost == max(0.0, 1 - 10 / max(arrivals, 1e-9))
        assert wait == wait_mmc(arrivals, 1, 10)
    assert erlang_a(8, 1, 10, 1e9).wait == pytest.approx(wait_mmc(8, 1, 10), rel=1e-7)
    assert erlang_a(9e4, 1, 1e5, 1e60).wait == pytest.approx(wait_mmc(9e4, 1, 1e5), rel=1e-9)
