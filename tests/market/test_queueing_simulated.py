"""Queueing formulas against Ciw, a simulator that knows none of them.

Batch means are corrected for what the sampled arrivals and services happened to be (control variates), which
makes the standard error smaller. Exact formulas have to agree within three standard errors and two or three per
cent, approximations within ten.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import ciw
import numpy as np
import pytest
from ciw.dists import Deterministic, Exponential, HyperExponential
from numpy.typing import NDArray
from small_books import book_of
from stations import balanced_share

from market.exchange.queueing import priority_waits, wait_ggc
from market.exchange.waits import Backlog, WaitModel
from scenarios.verification.formulas import (
    erlang_a,
    erlang_c,
    processor_sharing,
    stationary_backlog,
    wait_exceeds,
    wait_mgc,
    wait_mmc,
    wait_percentile,
)

BATCHES = 50
type Records = list[Any]
type Control = tuple[Sequence[float], float]


def simulate(customers: int, *, node: Any = None, seed: int = 1, **network: Any) -> Records:
    """Run until so many customers are served; return one record each, in order of arrival."""
    ciw.seed(seed)
    simulation = ciw.Simulation(ciw.create_network(**network), node_class=node)
    simulation.simulate_until_max_customers(customers, method="Complete")
    records = [r for r in simulation.get_all_records() if r.record_type != "interrupted service"]
    records.sort(key=lambda record: record.arrival_date)
    return records[len(records) // 50 :]  # it began empty


def batched(values: Iterable[float]) -> NDArray[np.float64]:
    array = np.array(list(values), dtype=np.float64)
    size = len(array) // BATCHES
    return np.nanmean(array[: size * BATCHES].reshape(BATCHES, size), axis=1)


def agrees(values: Sequence[float], expected: float, controls: list[Control], rel: float = 0.02) -> None:
    """Compare a mean with a formula, given other series of which the mean is known."""
    means = batched(values)
    known = np.stack([batched(series) - mean for series, mean in controls], axis=1)
    design = np.hstack([np.ones((BATCHES, 1)), known])
    fit, *_ = np.linalg.lstsq(design, means, rcond=None)
    residual = means - design @ fit
    variance = residual @ residual / (BATCHES - design.shape[1]) * np.linalg.inv(design.T @ design)[0, 0]
    error, mean = math.sqrt(variance), float(fit[0])
    assert abs(mean - expected) < 3 * error
    assert mean == pytest.approx(expected, rel=rel)


def gaps(records: Records) -> list[float]:
    return np.diff([r.arrival_date for r in records], prepend=records[0].arrival_date).tolist()


def waits(records: Records) -> list[float]:
    return [r.waiting_time for r in records]


def sojourns(records: Records) -> list[float]:
    return [r.exit_date - r.arrival_date for r in records]


def moments(values: Sequence[float], mean: float, scv: float = 1.0) -> list[Control]:
    """A sampled series and its square, with the means they should have."""
    return [(values, mean), ([v * v for v in values], mean**2 * (1 + scv))]


def usual(records: Records, arrivals: float, service: float = 1.0, scv: float = 1.0) -> list[Control]:
    """What drives congestion and is known beforehand: Poisson arrivals, and services."""
    served = [r.service_time for r in records]
    return moments(gaps(records), 1 / arrivals) + (moments(served, service, scv) if scv else [])


def test_three_servers() -> None:
    records = simulate(
        120_000,
        arrival_distributions=[Exponential(1.8)],
        service_distributions=[Exponential(1)],
        number_of_servers=[3],
    )
    wait, controls = waits(records), usual(records, 1.8)
    agrees(wait, float(wait_mmc(1.8, 1, 3)), controls)
    agrees([w > 0 for w in wait], float(erlang_c(3, 1.8)), controls)
    agrees([w > 1 for w in wait], float(wait_exceeds(1, 1.8, 1, 3)), controls)
    assert np.quantile(wait, 0.9) == pytest.approx(wait_percentile(0.9, 1.8, 1, 3), rel=0.03)


@pytest.mark.slow
def test_three_classes_at_ten_servers() -> None:
    rates = {"first": 2.0, "second": 3.0, "third": 3.0}
    records = simulate(
        200_000,
        arrival_distributions={name: [Exponential(rate)] for name, rate in rates.items()},
        service_distributions={name: [Exponential(1)] for name in rates},
        number_of_servers=[10],
        priority_classes={"first": 0, "second": 1, "third": 2},
    )
    controls = usual(records, 8)
    agrees([w > 0 for w in waits(records)], float(erlang_c(10, 8)), controls)
    agrees(waits(records), float(wait_mmc(8, 1, 10)), controls, rel=0.03)
    for name, expected in zip(rates, priority_waits(list(rates.values()), 1, 10), strict=True):
        # A class's wait over all requests, so that all series stand in the same batches.
        own = [r.waiting_time * (r.customer_class == name) for r in records]
        agrees(own, float(expected) * rates[name] / 8, controls, rel=0.03)


@pytest.mark.parametrize("preemptive", [False, True])
def test_three_classes_at_three_servers(preemptive: bool) -> None:
    rates = {"first": 0.7, "second": 0.6, "third": 0.5}
    records = simulate(
        90_000,
        arrival_distributions={name: [Exponential(rate)] for name, rate in rates.items()},
        service_distributions={name: [Exponential(1)] for name in rates},
        number_of_servers=[3],
        priority_classes=({"first": 0, "second": 1, "third": 2}, ["resume" if preemptive else False]),
    )
    expected = priority_waits(list(rates.values()), 1, 3, preemptive=preemptive)
    for name, wait in zip(rates, expected, strict=True):
        own = [r.customer_class == name for r in records]
        time = [t * here for t, here in zip(sojourns(records), own, strict=True)]
        controls = [*moments(gaps(records), 1 / 1.8), (own, rates[name] / 1.8)]
        agrees(time, (float(wait) + 1) * rates[name] / 1.8, controls)


def test_two_classes_with_services_of_their_own() -> None:
    records = simulate(
        120_000,
        arrival_distributions={"short": [Exponential(0.4)], "long": [Exponential(0.1)]},
        service_distributions={"short": [Deterministic(0.5)], "long": [Exponential(0.25)]},
        number_of_servers=[1],
        priority_classes={"short": 0, "long": 1},
    )
    expected = priority_waits([0.4, 0.1], [0.5, 4], service_scv=[0, 1])
    for name, wait, share in zip(["short", "long"], expected, [0.8, 0.2], strict=True):
        own = [r.waiting_time * (r.customer_class == name) for r in records]
        # Services are a mixture: half a unit four times out of five, else four on average.
        agrees(own, float(wait) * share, usual(records, 0.5, 1.2, 6.6 / 1.2**2 - 1))


@pytest.mark.parametrize("preemptive", [False, True])
def test_tiers_that_differ_in_work(preemptive: bool) -> None:
    """As users of a rack expect to wait; several racks are put to exact chains in test_disciplines.py."""
    rates, work = {"short": 0.5, "long": 0.05}, {"short": 0.4, "long": 8.0}
    records = simulate(
        150_000,
        arrival_distributions={name: [Exponential(rate)] for name, rate in rates.items()},
        service_distributions={name: [Exponential(1 / work[name])] for name in rates},
        number_of_servers=[1],
        priority_classes=({"short": 0, "long": 1}, ["resume" if preemptive else False]),
    )
    book = book_of([[*work.values()]], priority=[0.0, 1.0])
    orders = np.array([[*rates.values()]])
    expected = WaitModel(preemptive=preemptive).expected(
        book, orders, Backlog(np.zeros(orders.shape), np.zeros(len(orders))), np.ones(1), 1.0
    )
    for name, wait in zip(rates, expected, strict=True):
        own = [r.customer_class == name for r in records]
        share = rates[name] / 0.55
        if preemptive:
            late = [(t - work[name]) * here for t, here in zip(sojourns(records), own, strict=True)]
        else:
            late = [t * here for t, here in zip(waits(records), own, strict=True)]
        agrees(late, float(wait) * share, [*moments(gaps(records), 1 / 0.55), (own, share)], rel=0.05)


def test_the_upper_class_of_an_overloaded_station() -> None:
    simulation = ciw.Simulation(
        ciw.create_network(
            arrival_distributions={"first": [Exponential(1.2)], "second": [Exponential(1.0)]},
            service_distributions={"first": [Exponential(1)], "second": [Exponential(1)]},
            number_of_servers=[2],
            priority_classes={"first": 0, "second": 1},
        )
    )
    ciw.seed(2)
    simulation.simulate_until_max_time(30_000)
    first = [r for r in simulation.get_all_records() if r.customer_class == "first"]
    first.sort(key=lambda record: record.arrival_date)
    expected = float(priority_waits([1.2, 1.0], 1, 2)[0])
    agrees(waits(first[2000:]), expected, moments(gaps(first[2000:]), 1 / 1.2))


def test_requests_that_give_up() -> None:
    records = simulate(
        80_000,
        arrival_distributions=[Exponential(3.6)],
        service_distributions=[Exponential(1)],
        number_of_servers=[3],
        reneging_time_distributions=[Exponential(0.5)],
    )
    expected = erlang_a(3.6, 1, 3, 2)
    controls = usual(records, 3.6)
    agrees(waits(records), float(expected.wait), controls)
    agrees([r.record_type == "renege" for r in records], float(expected.abandoned), controls)
    agrees([r.waiting_time > 0 for r in records], float(expected.delayed), controls)


def test_processor_sharing_of_very_uneven_sizes() -> None:
    records = simulate(
        90_000,
        node=ciw.PSNode,
        arrival_distributions=[Exponential(1.8)],
        service_distributions=[HyperExponential([2, 0.4], [0.75, 0.25])],
        number_of_servers=[float("inf")],
        ps_thresholds=[3],
    )
    # There, the recorded service lasts as long as the stay, so that only arrivals are known beforehand.
    agrees(sojourns(records), float(processor_sharing(1, 1.8, 1, 3)), moments(gaps(records), 1 / 1.8))


def test_constant_service_at_four_servers() -> None:
    records = simulate(
        120_000,
        arrival_distributions=[Exponential(2.8)],
        service_distributions=[Deterministic(1)],
        number_of_servers=[4],
    )
    exact = float(stationary_backlog(2.8, 4)) / 2.8
    agrees(waits(records), exact, usual(records, 2.8, scv=0))
    assert wait_mgc(2.8, 1, 0, 4) == pytest.approx(exact, rel=0.02)


def balanced(rate: float, scv: float) -> HyperExponential:
    share = balanced_share(scv)
    return HyperExponential([2 * share * rate, 2 * (1 - share) * rate], [share, 1 - share])


@pytest.mark.slow
def test_uneven_services_and_arrivals_at_ten_servers() -> None:
    records = simulate(
        120_000,
        arrival_distributions=[balanced(8, 4)],
        service_distributions=[balanced(1, 2)],
        number_of_servers=[10],
    )
    controls = [(gaps(records), 1 / 8), ([r.service_time for r in records], 1.0)]
    agrees(waits(records), float(wait_ggc(8, 4, 1, 2, 10)), controls, rel=0.10)
