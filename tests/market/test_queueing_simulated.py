"""Queueing formulas against stations that are simulated request by request, and know none of them.

Batch means are corrected for what the sampled arrivals and services happened to be (control variates), which
makes the standard error smaller. Exact formulas have to agree within three standard errors and two or three per
cent, approximations within ten. The simulation itself has to agree with Ciw, an independent one, customer for customer.
"""

import math
from collections.abc import Sequence
from typing import Any

import ciw
import numpy as np
import pytest
from ciw.dists import Distribution
from numpy.typing import NDArray
from simulated import Requests, queued, requests, shared
from small_books import book_of
from stations import balanced_share

from market.exchange.queueing import erlang_a, priority_waits, wait_ggc
from market.exchange.waits import Backlog, WaitModel
from scenarios.verification.formulas import (
    erlang_c,
    processor_sharing,
    stationary_backlog,
    wait_exceeds,
    wait_mgc,
    wait_mmc,
    wait_percentile,
)

BATCHES = 50
type Floats = NDArray[np.float64]
type Series = NDArray[Any]
type Control = tuple[Series, float]


def batched(values: Series) -> Floats:
    size = len(values) // BATCHES
    return np.asarray(values[: size * BATCHES].reshape(BATCHES, size).mean(axis=1))


def agrees(values: Series, expected: float, controls: list[Control], rel: float = 0.02) -> None:
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


def moments(values: Floats, mean: float, scv: float = 1.0) -> list[Control]:
    """A sampled series and its square, with the means they should have."""
    return [(values, mean), (values**2, mean**2 * (1 + scv))]


def usual(of: Requests, arrivals: float, service: float = 1.0, scv: float = 1.0) -> list[Control]:
    """What drives congestion and is known beforehand: Poisson arrivals, and services."""
    return moments(of.gaps, 1 / arrivals) + (moments(of.service, service, scv) if scv else [])


def classes(rates: Sequence[float], services: Sequence[float], customers: int, seed: int = 1) -> Requests:
    """Classes that come at these rates, with exponential services."""
    rng = np.random.default_rng(seed)
    rank = rng.choice(len(rates), customers, p=np.array(rates) / sum(rates))
    gaps = rng.exponential(1 / sum(rates), customers)
    return requests(gaps, rng.exponential(np.array(services)[rank]), rank)


def uneven(rate: float, scv: float, customers: int, rng: np.random.Generator) -> Floats:
    """Times of that rate: one of two exponential ones, with balanced means."""
    share = balanced_share(scv)
    fast = rng.random(customers) < share
    return rng.exponential(1 / np.where(fast, 2 * share * rate, 2 * (1 - share) * rate))


# --- The simulation against Ciw -----------------------------------------------------------------------------


class InOrder(Distribution):
    """The one after the other, and no more after the last."""

    def __init__(self, values: Floats) -> None:
        super().__init__()
        self.values, self.taken = values.tolist(), 0

    def sample(self, t: Any = None, ind: Any = None) -> float:
        self.taken += 1
        return self.values[self.taken - 1] if self.taken <= len(self.values) else math.inf


def by_ciw(come: Requests, servers: float, preempt: Any = False, **more: Any) -> Requests:
    """The same arrivals and services, served by Ciw."""
    node = more.pop("node", None)
    names = {int(rank): f"class {rank}" for rank in np.unique(come.rank)}
    own = {rank: come.rank == rank for rank in names}
    network = ciw.create_network(
        arrival_distributions={
            name: [InOrder(np.diff(come.arrived[own[rank]], prepend=0.0))] for rank, name in names.items()
        },
        service_distributions={name: [InOrder(come.service[own[rank]])] for rank, name in names.items()},
        number_of_servers=[servers],
        priority_classes=({name: rank for rank, name in names.items()}, [preempt]),
        **more,
    )
    simulation = ciw.Simulation(network, node_class=node)
    simulation.simulate_until_max_time(10.0 * come.arrived[-1])
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    done = [r for r in records if r.record_type != "interrupted service"]
    first = {r.id_number: r.service_start_date for r in sorted(records, key=lambda r: -r.exit_date)}
    return Requests(
        np.array([r.arrival_date for r in done]),
        come.service,
        come.rank,
        np.array([first[r.id_number] for r in done]),
        np.array([r.exit_date for r in done]),
    )


def assert_same(found: Requests, expected: Requests) -> None:
    for name in ("arrived", "began", "left"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9, err_msg=name)
    assert (found.waits > 0).mean() > 0.2


CUSTOMERS = 3_000


@pytest.mark.parametrize("servers", [1, 3])
@pytest.mark.parametrize("preempt", [False, "resume"])
def test_classes_are_served_as_ciw_serves_them(servers: int, preempt: Any) -> None:
    come = classes([0.3 * servers, 0.3 * servers, 0.3 * servers], [0.5, 1.0, 1.3], CUSTOMERS)
    assert_same(queued(come, servers, preemptive=bool(preempt)), by_ciw(come, servers, preempt))


def test_who_gives_up_is_who_gives_up_by_ciw() -> None:
    rng = np.random.default_rng(1)
    come = requests(rng.exponential(1 / 3.6, CUSTOMERS), np.ones(CUSTOMERS))
    patience = rng.exponential(2.0, CUSTOMERS)
    expected = by_ciw(come, 3, reneging_time_distributions={"class 0": [InOrder(patience)]})
    found = queued(come, 3, patience=patience)
    assert 0.1 < np.isnan(found.began).mean() < 0.5
    assert_same(found, expected)


def test_servers_are_shared_as_ciw_shares_them() -> None:
    rng = np.random.default_rng(1)
    come = requests(rng.exponential(1 / 1.8, CUSTOMERS), uneven(1.0, 3.0, CUSTOMERS, rng))
    expected = by_ciw(come, math.inf, node=ciw.PSNode, ps_thresholds=[3])
    np.testing.assert_allclose(shared(come, 3).left, expected.left, rtol=1e-9)


# --- Formulas against the simulation ------------------------------------------------------------------------


def test_three_servers() -> None:
    served = queued(classes([1.8], [1.0], 500_000), 3).settled
    wait, controls = served.waits, usual(served, 1.8)
    agrees(wait, float(wait_mmc(1.8, 1, 3)), controls)
    agrees(wait > 0, float(erlang_c(3, 1.8)), controls)
    agrees(wait > 1, float(wait_exceeds(1, 1.8, 1, 3)), controls)
    assert np.quantile(wait, 0.9) == pytest.approx(wait_percentile(0.9, 1.8, 1, 3), rel=0.03)


def test_three_classes_at_ten_servers() -> None:
    rates = [2.0, 3.0, 3.0]
    served = queued(classes(rates, [1.0, 1.0, 1.0], 800_000), 10).settled
    controls = usual(served, 8)
    agrees(served.waits > 0, float(erlang_c(10, 8)), controls)
    agrees(served.waits, float(wait_mmc(8, 1, 10)), controls, rel=0.03)
    for rank, expected in enumerate(priority_waits(rates, 1, 10)):
        # A class's wait over all requests, so that all series stand in the same batches.
        own = served.waits * (served.rank == rank)
        agrees(own, float(expected) * rates[rank] / 8, controls, rel=0.03)


@pytest.mark.parametrize("preemptive", [False, True])
def test_three_classes_at_three_servers(preemptive: bool) -> None:
    rates = [0.7, 0.6, 0.5]
    served = queued(classes(rates, [1.0, 1.0, 1.0], 400_000), 3, preemptive=preemptive).settled
    for rank, wait in enumerate(priority_waits(rates, 1, 3, preemptive=preemptive)):
        own = served.rank == rank
        controls = [*moments(served.gaps, 1 / 1.8), (own, rates[rank] / 1.8)]
        agrees(served.stays * own, (float(wait) + 1) * rates[rank] / 1.8, controls)


def test_two_classes_with_services_of_their_own() -> None:
    come = classes([0.4, 0.1], [0.5, 4.0], 500_000)
    come = requests(come.gaps, np.where(come.rank == 0, 0.5, come.service), come.rank)
    served = queued(come, 1).settled
    expected = priority_waits([0.4, 0.1], [0.5, 4], service_scv=[0, 1])
    for rank, (wait, share) in enumerate(zip(expected, [0.8, 0.2], strict=True)):
        own = served.waits * (served.rank == rank)
        # Services are a mixture: half a unit four times out of five, else four on average.
        agrees(own, float(wait) * share, usual(served, 0.5, 1.2, 6.6 / 1.2**2 - 1))


@pytest.mark.parametrize("preemptive", [False, True])
def test_tiers_that_differ_in_work(preemptive: bool) -> None:
    """As users of a rack expect to wait; several racks are put to exact chains in test_disciplines.py."""
    rates, work = [0.5, 0.05], [0.4, 8.0]
    served = queued(classes(rates, work, 500_000), 1, preemptive=preemptive).settled
    orders = np.array([rates])
    expected = WaitModel(preemptive=preemptive).expected(
        book_of([work], priority=[0.0, 1.0]),
        orders,
        Backlog(np.zeros(orders.shape), np.zeros(len(orders))),
        np.ones(1),
        1.0,
    )
    for rank, wait in enumerate(expected):
        own = served.rank == rank
        share = rates[rank] / 0.55
        late = served.stays - work[rank] if preemptive else served.waits
        agrees(late * own, float(wait) * share, [*moments(served.gaps, 1 / 0.55), (own, share)], rel=0.05)


def test_the_upper_class_of_an_overloaded_station() -> None:
    served = queued(classes([1.2, 1.0], [1.0, 1.0], 300_000), 2)
    first = served.of(served.rank == 0).of(slice(2000, None))
    expected = float(priority_waits([1.2, 1.0], 1, 2)[0])
    agrees(first.waits, expected, moments(first.gaps, 1 / 1.2))


def test_requests_that_give_up() -> None:
    patience = np.random.default_rng(2).exponential(2.0, 400_000)
    served = queued(classes([3.6], [1.0], 400_000), 3, patience=patience).settled
    expected = erlang_a(3.6, 1, 3, 2)
    controls = usual(served, 3.6)
    agrees(served.waits, float(expected.wait), controls)
    agrees(np.isnan(served.began), float(expected.abandoned), controls)
    agrees(served.waits > 0, float(expected.delayed), controls)


def test_processor_sharing_of_very_uneven_sizes() -> None:
    rng = np.random.default_rng(1)
    sizes = np.where(rng.random(400_000) < 0.75, rng.exponential(0.5, 400_000), rng.exponential(2.5, 400_000))
    served = shared(requests(rng.exponential(1 / 1.8, 400_000), sizes), 3).settled
    agrees(served.stays, float(processor_sharing(1, 1.8, 1, 3)), moments(served.gaps, 1 / 1.8))


def test_constant_service_at_four_servers() -> None:
    come = requests(np.random.default_rng(1).exponential(1 / 2.8, 500_000), np.ones(500_000))
    served = queued(come, 4).settled
    exact = float(stationary_backlog(2.8, 4)) / 2.8
    agrees(served.waits, exact, usual(served, 2.8, scv=0))
    assert wait_mgc(2.8, 1, 0, 4) == pytest.approx(exact, rel=0.02)


def test_uneven_services_and_arrivals_at_ten_servers() -> None:
    rng = np.random.default_rng(1)
    served = queued(requests(uneven(8, 4, 500_000, rng), uneven(1, 2, 500_000, rng)), 10).settled
    controls = [(served.gaps, 1 / 8), (served.service, 1.0)]
    agrees(served.waits, float(wait_ggc(8, 4, 1, 2, 10)), controls, rel=0.10)
