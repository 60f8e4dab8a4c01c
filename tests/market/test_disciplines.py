"""Who is served first: processor sharing and priorities against closed forms and conservation laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stations import exact_delay, exact_two_classes, servers_, some, time_, use_

from market.exchange.queueing import priority_waits
from scenarios.verification.formulas import processor_sharing, wait_mgc, wait_mmc


@some
@given(use_, time_, time_)
def test_sharing_one_server_stretches_by_the_idle_share(use: float, service: float, size: float) -> None:
    sojourn = processor_sharing(size, use / service, service)
    assert sojourn == pytest.approx(size / (1 - use), rel=1e-9)


@some
@given(use_, time_, servers_)
def test_sharing_takes_the_mean_request_as_long_as_queueing(use: float, service: float, servers: float) -> None:
    arrivals = use * servers / service
    sojourn = processor_sharing(service, arrivals, service, servers)
    assert sojourn == pytest.approx(service + wait_mmc(arrivals, service, servers), rel=1e-9)


def test_limits_of_sharing() -> None:
    np.testing.assert_array_equal(processor_sharing([0, 1], 12, 1, 10), [0, np.inf])
    assert processor_sharing(3, 0, 1, 10) == 3


# --- Priorities -------------------------------------------------------------------------------------------


def test_three_classes_at_ten_servers() -> None:
    waits = priority_waits([2, 3, 3], 1, 10)
    np.testing.assert_allclose(waits, [0.051148, 0.102295, 0.409180], atol=5e-7)
    late = float(exact_delay(10, 8.0))
    np.testing.assert_allclose(waits, [late / 8, late / 4, late], rtol=1e-12)


@some
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
    st.floats(0.1, 0.99),
    st.floats(0.1, 500),
    st.booleans(),
)
def test_ranks_only_redistribute_the_wait(shares: list[float], use: float, servers: float, preemptive: bool) -> None:
    """Kleinrock's conservation law: with one exponential service the total wait doesn't depend on ranks."""
    total = sum(shares)
    if total < 1e-3:
        return
    arrivals = np.array(shares) / total * use * servers
    waits = priority_waits(arrivals, 1, servers, preemptive=preemptive)
    together = wait_mmc(arrivals.sum(), 1, servers)
    assert (arrivals * waits).sum() / arrivals.sum() == pytest.approx(together, rel=1e-8)
    assert (np.diff(waits) >= -1e-9 * waits[1:]).all()


@some
@given(st.lists(st.tuples(st.floats(0.01, 1), time_, st.floats(0, 8)), min_size=1, max_size=4), st.floats(0.1, 0.95))
def test_one_server_conserves_work(classes: list[tuple[float, float, float]], use: float) -> None:
    """For any services: the sum of load times wait is that of M/G/1 in order of arrival."""
    load, service, scv = (np.array(column) for column in zip(*classes, strict=True))
    load *= use / load.sum()
    waits = priority_waits(load / service, service, 1, service_scv=scv)
    residual = (load * service * (1 + scv) / 2).sum()
    assert (load * waits).sum() == pytest.approx(use * residual / (1 - use), rel=1e-9)


def test_two_classes_with_services_of_their_own() -> None:
    # By hand: λ = (.2, .1), S = (1, 4), scv = (0, 2): W0 = .1 + 2.4 = 2.5, loads .2 and .4.
    waits = priority_waits([0.2, 0.1], [1, 4], service_scv=[0, 2])
    np.testing.assert_allclose(waits, [2.5 / 0.8, 2.5 / (0.8 * 0.4)], rtol=1e-12)
    interrupting = priority_waits([0.2, 0.1], [1, 4], service_scv=[0, 2], preemptive=True)
    np.testing.assert_allclose(interrupting, [0.1 / 0.8, 4 / 0.8 + 2.5 / (0.8 * 0.4) - 4], rtol=1e-12)


@some
@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=4), st.floats(0.1, 0.99))
def test_both_preemptive_formulas_agree_on_one_server(shares: list[float], use: float) -> None:
    arrivals = np.array(shares) / sum(shares) * use
    single = priority_waits(arrivals, 1, 1, preemptive=True)
    shared = priority_waits(arrivals, 1, 1 + 1e-12, preemptive=True)  # takes the path for several servers
    np.testing.assert_allclose(shared, single, rtol=1e-8)


@pytest.mark.parametrize("servers", [1.5, 10, 1000])
@pytest.mark.parametrize("use", [0.3, 0.9, 0.999])
def test_a_vanishing_class_waits_as_its_marginal_request(servers: float, use: float) -> None:
    tiny = priority_waits([use * servers, 1e-13 * servers], 1, servers, preemptive=True)[1]
    none = priority_waits([use * servers, 0], 1, servers, preemptive=True)[1]
    assert tiny == pytest.approx(none, rel=1e-7)
    step = 1e-4 * (1 - use) * servers

    def queue(load: float) -> float:
        return float(load * wait_mmc(load, 1, servers))

    slope = (queue(use * servers + step) - queue(use * servers - step)) / (2 * step)
    if none > 1e-6:
        assert none == pytest.approx(slope, rel=1e-4)


def test_the_sum_over_fine_classes_is_smooth() -> None:
    """The difference and its slope meet: halving a class at the switch between them changes nothing."""
    servers, low = 50.0, 45.0
    for step in np.geomspace(1e-3, 1.0, 40):
        whole = priority_waits([low, step], 1, servers, preemptive=True)[1]
        halves = priority_waits([low, step / 2, step / 2], 1, servers, preemptive=True)[1:]
        assert whole == pytest.approx(halves.mean(), rel=1e-10)


@pytest.mark.parametrize("loads", [(0.4, 0.2), (0.2, 0.5), (0.3, 0.5)])
@pytest.mark.parametrize("services", [(0.5, 4.0), (1.0, 1.0), (4.0, 0.5)])
@pytest.mark.parametrize("servers", [2, 3])
@pytest.mark.parametrize("preemptive", [False, True])
def test_several_servers_and_services_of_their_own(
    preemptive: bool, servers: int, services: tuple[float, float], loads: tuple[float, float]
) -> None:
    """Against the exact chain: as near as ``priority_waits`` says, and exact where it says so."""
    rates = servers * loads[0] / services[0], servers * loads[1] / services[1]
    exact = exact_two_classes(rates, services, servers, (40, 200) if preemptive else (25, 100), preemptive=preemptive)
    found = priority_waits(rates, services, servers, preemptive=preemptive)
    if services[0] == services[1]:
        np.testing.assert_allclose(found, exact, rtol=1e-3)  # the chain has an end
    elif preemptive:
        np.testing.assert_allclose(found[0], exact[0], rtol=1e-6)
        np.testing.assert_allclose(found[1], exact[1], rtol=0.08 if servers == 2 else 0.15)
    else:
        np.testing.assert_allclose(found[1], exact[1], rtol=0.15)
        np.testing.assert_allclose(found[0], exact[0], rtol=0.08 if services[0] < services[1] else 1.0)


def test_preemption_of_uneven_services_at_several_servers() -> None:
    """One class is M/G/c; a second that hardly comes leaves it alone."""
    one = priority_waits([8.0, 1e-9], [1.0, 5.0], 10, preemptive=True, service_scv=[3.0, 1.0])[0]
    assert one == pytest.approx(wait_mgc(8, 1, 3, 10), rel=1e-12)
    same = priority_waits([3.0, 5.0], 1.0, 10, preemptive=True, service_scv=3.0)
    assert same.shape == (2,)
    assert same[0] == pytest.approx(wait_mgc(3, 1, 3, 10), rel=1e-12)
    assert priority_waits([3.0, 0.0], [1.0, 2.0], 10, preemptive=True)[1] > 0  # what the first of them would wait


def test_overload_below_leaves_those_above_finite() -> None:
    waits = priority_waits([1.0, 1.5, 9.0, 1.0], 1, 4)
    np.testing.assert_array_equal(np.isinf(waits), [False, False, True, True])
    # All servers are always busy: a server frees every 1/4, and class 1 has 3/4 of them to itself.
    np.testing.assert_allclose(waits[:2], [0.25 / 0.75, 0.25 / (0.75 * (1 - 2.5 / 4))], rtol=1e-12)
    interrupting = priority_waits([1.0, 1.5, 9.0, 1.0], 1, 4, preemptive=True)
    np.testing.assert_allclose(interrupting[:2], priority_waits([1.0, 1.5], 1, 4, preemptive=True), rtol=1e-12)
    np.testing.assert_array_equal(interrupting[2:], np.inf)
    # One server: what's met in service is class 1 for .2 of the time and class 2 for the rest.
    waits = priority_waits([0.2, 5.0], [1, 4], service_scv=[0, 2])
    np.testing.assert_allclose(waits[0], (0.2 * 0.5 + 0.8 * 6) / 0.8, rtol=1e-12)


def test_one_class_is_the_station_itself() -> None:
    assert priority_waits([8], 1, 10)[0] == pytest.approx(wait_mmc(8, 1, 10), rel=1e-12)
    assert priority_waits([8], 1, 10, service_scv=3)[0] == pytest.approx(wait_mgc(8, 1, 3, 10), rel=1e-12)
    np.testing.assert_array_equal(priority_waits([0, 0], 1, 10), 0)
    np.testing.assert_array_equal(priority_waits([0, 0], 1, 10, preemptive=True), 0)


def test_priorities_broadcast_over_stations() -> None:
    arrivals = np.array([[2.0, 3.0, 3.0], [1.0, 1.0, 1.0]])
    waits = priority_waits(arrivals, 1, [10, 4])
    np.testing.assert_allclose(waits[0], priority_waits(arrivals[0], 1, 10), rtol=1e-14)
    np.testing.assert_allclose(waits[1], priority_waits(arrivals[1], 1, 4), rtol=1e-14)
    assert priority_waits([2, 3, 3], 1, [10, 12, 14, 16]).shape == (4, 3)
