"""Laws that every deployment keeps, whatever the chip, the architecture and the request."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from machines import between, cases, deployments, rack, with_chip, workloads

from capacity import Calibration, Workload
from capacity.calibration import LATENCIES
from capacity.throughput import memory_used

FEW = settings(max_examples=60)
#: For rounding in the arithmetic, not for the physics.
SLACK = 1e-9


@FEW
@given(deployments(), workloads, st.sampled_from(["flops", "bandwidth", "memory"]), between(1.0, 10.0))
def test_throughput_never_falls_with_more_of_anything(deployment, workload, what, factor):
    more = with_chip(deployment, **{what: factor})
    # With state held between calls a faster machine keeps fewer requests in flight, and whole requests are
    # lost to rounding: at most one of the batch. Without, the batch never shrinks and the law is exact.
    lost = 1.0 / max(float(more.batch(workload)) + 1.0, 1.0) if workload.held else 0.0
    assert more.throughput(workload) >= deployment.throughput(workload) * (1 - lost - SLACK)


@FEW
@given(cases(), between(1.1, 10.0))
def test_throughput_rises_with_compute_and_bandwidth_together(case, factor):
    deployment, workload = case
    more = with_chip(deployment, flops=factor, bandwidth=factor)
    assert more.throughput(workload) > deployment.throughput(workload)


@FEW
@given(deployments(), workloads, between(1.0, 10.0))
def test_throughput_falls_with_context(deployment, workload, factor):
    # A request that ends sooner leaves its state behind more often, so with held state short ones can need more.
    workload = replace(workload, held=0.0)
    longer = replace(workload, input=min(workload.input * factor, 1e9))
    assert longer.fresh >= workload.fresh
    assert deployment.throughput(longer) <= deployment.throughput(workload) * (1 + SLACK)


@FEW
@given(deployments(), workloads, between(1.0, 10.0))
def test_throughput_falls_with_promised_speed(deployment, workload, factor):
    slow, fast = deployment.throughput(workload, np.array([workload.speed, workload.speed * factor]))
    assert fast <= slow * (1 + SLACK)


@FEW
@given(deployments(), workloads)
def test_work_is_never_negative_and_is_the_inverse_of_throughput(deployment, workload):
    work, rate = float(deployment.work(workload)), float(deployment.throughput(workload))
    assert work > 0
    if rate > 0:
        assert work * rate == pytest.approx(workload.output * deployment.systems)
    else:
        assert work == np.inf
        assert deployment.cost_usd_per_mtok(workload) == np.inf


@FEW
@given(deployments(), workloads, st.lists(between(0.5, 1000), min_size=1, max_size=7))
def test_arrays_in_are_scalars_one_by_one(deployment, workload, speeds):
    for method in (deployment.batch, deployment.throughput, deployment.work, deployment.cost_usd_per_mtok):
        together = method(workload, np.array(speeds))
        assert together.shape == (len(speeds),)
        assert together == pytest.approx([float(method(workload, speed)) for speed in speeds], rel=1e-12)
    grid = np.array(speeds)[:, None]
    assert deployment.throughput(workload, grid).shape == grid.shape


def keeps_promise(deployment, workload, batch):
    times = deployment.cycle(workload, batch)
    fast = workload.output / times.total >= workload.speed * (1 - 1e-12)
    return bool(
        fast and memory_used(deployment.served, deployment.machine, workload, times) <= deployment.machine.memory
    )


@FEW
@given(deployments(), workloads)
def test_the_batch_is_the_largest_that_keeps_the_promise_within_memory(deployment, workload):
    batch = float(deployment.batch(workload))
    assert batch == int(batch)
    if batch >= 1:
        assert keeps_promise(deployment, workload, batch)
    assert not keeps_promise(deployment, workload, batch + 1) or batch >= 2.0**40


@FEW
@given(cases(), between(0.0, 1000.0))
def test_state_held_between_calls_is_in_the_memory(case, held):
    deployment, workload = case
    holding = replace(workload, held=held)
    batch = float(deployment.batch(holding))
    assert deployment.throughput(holding) <= deployment.throughput(workload) * (1 + SLACK)
    assume(batch >= 1)
    time = float(deployment.cycle(holding, batch).total)
    states = batch + batch / time * held  # in flight, and left behind at the rate at which requests end
    kv = deployment.served.cache_bytes * deployment.cache_copies * holding.context
    assert deployment.served.weight_bytes + states * kv <= deployment.machine.memory * (1 + SLACK)


@FEW
@given(deployments(), workloads, between(0.0, 1.0))
def test_a_cached_share_lowers_the_work(deployment, workload, cached):
    """Where no state is held after it: else shorter cycles leave more of it in memory, and whole batches jump."""
    plain = replace(workload, cached=0.0, held=0.0)
    assert deployment.work(replace(plain, cached=cached)) <= deployment.work(plain) * (1 + SLACK)


@FEW
@given(deployments(), workloads, between(0.01, 100.0))
def test_units_of_time(deployment, workload, scale):
    """All rates times s and all times over s: a cycle takes 1/s of the time, and the batch stays."""
    fast = with_chip(deployment, flops=scale, bandwidth=scale)
    quicker = {name: getattr(fast.calibration, name) / scale for name in LATENCIES}
    fast = replace(fast, calibration=replace(fast.calibration, **quicker))
    quick = replace(workload, held=workload.held / scale)
    speeds = np.array([0.3, 1.0, 3.0]) * workload.speed
    batches = deployment.batch(workload, speeds)
    # a speed at the very edge of a whole batch may round either way
    assert np.all(np.abs(fast.batch(quick, speeds * scale) - batches) <= 1)
    at = np.maximum(batches, 1)
    assert fast.cycle(quick, at).total * scale == pytest.approx(deployment.cycle(workload, at).total)


@FEW
@given(cases())
def test_units_of_bytes(case):
    """Numbers twice as long on a chip with twice the bandwidth and memory: nothing changes."""
    deployment, workload = case
    plain = replace(deployment, chip=replace(deployment.chip, flops={"bf16": deployment.chip.flops["bf16"]}))
    wide = with_chip(plain, bandwidth=2, memory=2)
    wide = replace(wide, weight_precision="bf16", cache_precision="bf16")
    assert wide.throughput(workload) == pytest.approx(float(plain.throughput(workload)))
    assert wide.batch(workload) == plain.batch(workload)


@FEW
@given(deployments(), workloads, st.integers(2, 9))
def test_more_systems_joined_as_one_never_serve_less_each_where_exchanges_cost_nothing(deployment, workload, number):
    free = {"exchange_latency": 0.0, "sequence_latency": 0.0, "link_efficiency": None}
    deployment = replace(deployment, calibration=replace(deployment.calibration, **free))
    workload = replace(workload, held=0.0)  # with held state the rounding to whole requests differs
    joined = replace(deployment, systems=deployment.systems * number)
    assert joined.throughput(workload) >= number * deployment.throughput(workload) * (1 - SLACK)


@FEW
@given(deployments(), workloads)
def test_throughput_rises_and_speed_falls_along_the_curve(deployment, workload):
    curve = deployment.curve(workload)
    assert curve.batch[0] == 1
    assert np.all(np.diff(curve.throughput) >= -1e-9 * curve.throughput[1:])
    assert np.all(np.diff(curve.speed) <= 1e-9 * curve.speed[1:])
    assert np.all(curve.fits) or not np.any(curve.fits), "the curve ends where memory is full"
    assert set(curve.binding) <= {"compute", "bandwidth", "latency", "memory"}
    assert np.all((curve.binding == "memory") == ~curve.fits)


@FEW
@given(cases(latency=False))
def test_elasticities_add_up_without_latency(case):
    """Rates and promise times s give s times the throughput, so compute + bandwidth - (slower promise) = 1."""
    deployment, workload = case
    found = deployment.operate(workload).elasticities
    assert set(found) == {"compute", "bandwidth", "memory", "speed"}
    assert all(value >= 0 for value in found.values())
    # They are forward differences, so the sum is exact where no kink of the roofline or end of memory is near ahead.
    ahead = deployment.operate(workload, workload.speed / 1.01).elasticities
    assume(found["memory"] == 0 and all(abs(ahead[name] - value) < 0.02 for name, value in found.items()))
    assert found["compute"] + found["bandwidth"] - found["speed"] == pytest.approx(1.0, abs=0.05)


@FEW
@given(cases(), between(0.0, 2.0))
def test_latency_keeps_littles_law(case, share):
    deployment, workload = case
    most = deployment.curve(workload)
    limit = most.throughput[-1] / workload.output
    load = share * limit
    seen = deployment.latency(workload, load)
    if share > 1.0001:
        assert np.isinf([seen.first_token_s, seen.per_token_s, seen.request_s]).all()
    elif share < 0.9999:
        assert seen.batch == pytest.approx(load * seen.request_s)
        assert seen.first_token_s + workload.output * seen.per_token_s == pytest.approx(seen.request_s)
        assert seen.request_s == pytest.approx(deployment.cycle(workload, max(float(seen.batch), 1.0)).total, rel=1e-6)


@FEW
@given(cases(), st.lists(between(0, 1), min_size=2, max_size=6))
def test_latency_rises_with_load(case, shares):
    deployment, workload = case
    curve = deployment.curve(workload)
    loads = np.sort(shares) * curve.throughput[-1] / workload.output * 0.999
    seen = deployment.latency(workload, loads)
    for times in (seen.request_s, seen.batch):
        assert np.all(np.diff(times) >= -1e-9 * times[1:])


def test_latency_without_load_is_one_request_alone():
    deployment, workload = rack(), Workload(8000, 1000)
    seen, alone = deployment.latency(workload, 0.0), deployment.cycle(workload, 1.0)
    assert seen.batch == 0
    assert seen.request_s == pytest.approx(float(alone.total))
    assert seen.first_token_s == pytest.approx(float(alone.prefill) + deployment.calibration.step_latency)
    with pytest.raises(ValueError, match="load is -1, but must be at least 0"):
        deployment.latency(workload, [1.0, -1.0])
    with pytest.raises(ValueError, match="load is nan"):
        deployment.latency(workload, float("nan"))


def test_latency_is_infinite_where_not_one_request_fits():
    small = rack("rtx-5090", "local-27b", calibration=Calibration(1, 1, 0))
    seen = small.latency(Workload(10_000_000, 1000), [0.0, 1.0])
    assert np.isinf(seen.request_s).all()
