"""What all queueing formulas keep: arrays, extremes and refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stations import some

from market.exchange import queueing
from market.exchange.queueing import erlang_a
from scenarios.verification import formulas


def test_arrays_give_what_their_elements_give() -> None:
    arrivals = np.array([[0.0], [3.0], [9.99], [40.0]])
    servers = np.array([0.7, 3.0, 10.0, 55.5])
    for function in (
        lambda a, s: formulas.wait_mmc(a, 1.0, s),
        lambda a, s: queueing.wait_ggc(a, 2.0, 1.0, 0.5, s),
        lambda a, s: erlang_a(a, 1.0, s, 2.0).wait,
        lambda a, s: formulas.processor_sharing(2.0, a, 1.0, s),
        lambda a, s: formulas.wait_percentile(0.9, a, 1.0, s),
    ):
        grid = function(arrivals, servers)
        assert grid.shape == (4, 4)
        for i, j in np.ndindex(4, 4):
            assert grid[i, j] == pytest.approx(function(arrivals[i, 0], servers[j]), rel=1e-13, nan_ok=False)


def test_scalars_come_back_as_scalars() -> None:
    for result in (formulas.wait_mmc(1, 1, 2), erlang_a(1, 1, 2, 3).wait, formulas.stationary_backlog(1, 2)):
        assert isinstance(result, float)


@some
@given(st.floats(0, 1e12), st.floats(1e-9, 1e9), st.floats(1e-3, 1e9), st.floats(0, 1e12))
def test_nothing_is_ever_undefined(arrivals: float, service: float, servers: float, patience: float) -> None:
    results = [
        formulas.erlang_b(servers, arrivals),
        formulas.erlang_c(servers, arrivals),
        formulas.wait_mmc(arrivals, service, servers),
        formulas.wait_percentile(0.99, arrivals, service, servers),
        formulas.wait_exceeds(patience, arrivals, service, servers),
        queueing.wait_ggc(arrivals, 3, service, 2, servers),
        formulas.processor_sharing(1, arrivals, service, servers),
        *queueing.priority_waits([arrivals, arrivals / 2], service, servers),
        *queueing.priority_waits([arrivals, arrivals / 2], service, servers, preemptive=True),
        *erlang_a(arrivals, service, servers, patience),
        formulas.stationary_backlog(arrivals, math.ceil(servers), 1.5),
    ]
    assert not np.isnan(results).any()
    assert (np.array(results) >= 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: formulas.erlang_b(0, 1), r"servers must be above zero and finite, got 0\.0"),
        (lambda: formulas.erlang_c(10, [1, -2]), r"load must be zero or more and finite, got -2\.0 at \[1\]"),
        (lambda: formulas.wait_mmc(np.nan, 1, 1), r"arrivals must be zero or more and finite, got nan"),
        (lambda: formulas.wait_mmc(1, 0, 1), r"service_mean must be above zero and finite, got 0\.0"),
        (lambda: formulas.wait_mmc("8", 1, 1), r"arrivals must be a real number or an array of real numbers, got '8'"),
        (lambda: formulas.wait_mmc([[1], [1, 2]], 1, 1), r"arrivals must be a real number or an array"),
        (lambda: formulas.wait_mmc(1j, 1, 1), r"arrivals must be a real number"),
        (lambda: formulas.wait_mmc([1, 2], 1, [1, 2, 3]), r"shapes .* arrivals \(2,\), .* servers \(3,\)"),
        (lambda: formulas.wait_exceeds(-1, 1, 1, 1), r"time must be zero or more and finite, got -1\.0"),
        (lambda: formulas.wait_percentile(1.5, 1, 1, 1), r"quantile must be from 0 to 1, got 1\.5"),
        (lambda: formulas.wait_mgc(1, 1, -1, 2), r"service_scv must be zero or more and finite, got -1\.0"),
        (lambda: queueing.wait_ggc(1, np.inf, 1, 1, 2), r"arrival_scv must be zero or more and finite, got inf"),
        (lambda: formulas.processor_sharing(-1, 1, 1), r"size must be zero or more and finite, got -1\.0"),
        (lambda: erlang_a(1, 1, 1, -1), r"patience must be zero or more, got -1\.0"),
        (lambda: queueing.priority_waits(1, 1), r"arrivals_by_class must be an array with an axis for classes"),
        (lambda: queueing.priority_waits([], 1), r"arrivals_by_class must have at least one class"),
        (lambda: queueing.priority_waits([1], [1, 2]), r"service_mean and service_scv must have one entry"),
        (lambda: formulas.backlog_recursion(1, 1), r"arrivals must be an array with an axis for ticks"),
        (lambda: formulas.backlog_recursion([1], -1), r"capacity must be zero or more and finite, got -1\.0"),
        (lambda: formulas.backlog_recursion([1], 1, axis=1), r"axis must be an axis of the shape \(1,\), got 1"),
        (lambda: formulas.stationary_backlog(1, 1.5), r"capacity must be a whole number of one or more, got 1\.5"),
        (lambda: formulas.stationary_backlog(1, 2, 0.5), r"dispersion must be one or more and finite, got 0\.5"),
        (lambda: formulas.fluid_overload(1, 1, 1), r"arrival_rate_by_interval must be an array with an axis"),
        (lambda: formulas.fluid_overload([1], [1, 2], 1), r"must have an entry for each interval"),
        (lambda: formulas.fluid_overload([1], 1, 0), r"width must be above zero and finite, got 0\.0"),
        (lambda: formulas.fluid_overload([1], 1, 1, -1), r"start must be zero or more and finite, got -1\.0"),
    ],
)
def test_refusals_name_the_argument_and_what_is_allowed(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_everything_public_exists() -> None:
    assert all(callable(getattr(queueing, name)) for name in queueing.__all__)
    assert queueing.__all__ == sorted(queueing.__all__)
