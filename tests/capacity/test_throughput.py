"""The physics of a batch, function by function, with plain numbers worked out by hand."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from capacity import GQA, MLA, Architecture, Calibration, Experts, Layers, Layout, Linear, Speculation, Workload
from capacity.attention import Indexer
from capacity.throughput import (
    LARGEST_BATCH,
    Machine,
    Served,
    Terms,
    attention_terms,
    combine,
    cycle,
    exchanges,
    first_token,
    keeps,
    largest_batch,
    memory_batch,
    memory_used,
    scaled,
    terms,
    weights_read,
)

#: 4 heads of 8 numbers, keys and values of one head kept.
HEADS = GQA(4, 1, 8)
DENSE = Architecture("dense", "Dense", 1e9, 1e9, 10, HEADS, precision="fp8", full_attention_layers=0)
MIXED = Architecture("mixed", "Mixed", 8e9, 2e9, 10, HEADS, experts=Experts(16, 4, 0.75), hidden=100.0)
ATTENDING = Architecture("attending", "Attending", 1e9, 1e9, 10, HEADS, full_attention_layers=6)
PLAIN = Speculation(1, 1)
MACHINE = Machine(weight_flops=1e15, attention_flops=2e15, bandwidth=1e12, memory=1e11)
EXACT = Calibration(1.0, 1.0, 0.0)


def served(architecture: Architecture = DENSE, speculation: Speculation = PLAIN) -> Served:
    return Served(architecture, "fp8", "fp8", speculation)


def test_what_is_asked_and_answered_cannot_be_changed() -> None:
    asked = Workload(10, 10)
    parts = terms(served(), MACHINE, asked, 1.0)
    for one, name in (
        (MACHINE, "memory"),
        (served(), "speculation"),
        (parts, "steps"),
        (combine(parts, EXACT, np.ones(1)), "total"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, 0.0)


# Weights and state -------------------------------------------------------------------------------------------


def test_share_of_weights_that_a_batch_reads() -> None:
    """A quarter of the experts see a token: of the routed three quarters, 1 - (3/4)^x are read by x tokens."""
    found = weights_read(MIXED, [0.0, 1.0, 2.0, 1e9])
    np.testing.assert_allclose(found, [0.25, 0.25 + 0.75 / 4, 0.25 + 0.75 * 7 / 16, 1.0])
    np.testing.assert_array_equal(weights_read(DENSE, [0.0, 7.0]), 1.0)
    every = replace(MIXED, experts=Experts(16, 16, 0.75))
    np.testing.assert_array_equal(weights_read(every, [0.5, 7.0]), 1.0)


def test_bytes_of_weights_and_state() -> None:
    s = served(ATTENDING)
    assert s.weight_bytes == 1e9
    assert s.cache_bytes == 6 * 2 * 8
    assert Served(ATTENDING, "bf16", "bf16", PLAIN).weight_bytes == 2e9
    assert s.state_bytes(Workload(100, 50)) == 150 * 6 * 16
    mixed = replace(ATTENDING, other_layers=(Layers(3, GQA(4, 1, 8, window=20)), Layers(1, Linear(2, 8, 8))))
    fixed = mixed.other_layers[1].attention.fixed_state_bytes
    assert fixed > 0
    assert served(mixed).state_bytes(Workload(100, 50)) == 150 * 6 * 16 + 20 * 3 * 16 + fixed


def test_copies_of_weights_outside_the_experts() -> None:
    machine = replace(MACHINE, dense_copies=3.0)
    assert served(MIXED).stored_bytes(MACHINE) == 8e9
    assert served(MIXED).stored_bytes(machine) == pytest.approx(8e9 * (1 + 0.25 * 2))
    assert served(DENSE).stored_bytes(machine) == pytest.approx(3e9)


def test_memory_of_weights_requests_in_flight_and_held() -> None:
    """10 requests in 2 s leave 5 states a second, each for 4 s: 20 beside the 10 in flight."""
    machine, work = replace(MACHINE, cache_copies=2.0), Workload(100, 50, held=4.0)
    one = 150 * 6 * 16 * 2
    times = replace(cycle(served(ATTENDING), machine, EXACT, work, 10.0), total=np.asarray(2.0))
    assert memory_used(served(ATTENDING), machine, work, times) == pytest.approx(1e9 + one * 30)
    assert memory_batch(served(ATTENDING), machine, work) == pytest.approx((1e11 - 1e9) / one)
    assert memory_batch(served(DENSE), machine, work) == LARGEST_BATCH
    small = replace(machine, memory=0.5e9)
    assert memory_batch(served(ATTENDING), small, work) < 0


# What chips send each other ------------------------------------------------------------------------------------


def test_exchanges_of_tensor_ranks() -> None:
    """Two all-reduces a layer, each 2 x 3/4 of 100 numbers of 16 bits; two doublings."""
    sent, doublings = exchanges(replace(MIXED, experts=None), Layout(tensor=4))
    assert sent == pytest.approx(10 * 2 * (2 * 0.75 * 2 * 100))
    assert doublings == pytest.approx(2.0)
    assert exchanges(MIXED, Layout()) == (0.0, 0.0)
    assert exchanges(MIXED, Layout(tensor=4)) == pytest.approx((sent, 2.0))  # without data ranks experts change nothing


def test_exchanges_of_data_ranks() -> None:
    """With experts each token goes to the chips of its four experts, 8 bits there and 16 back; 7/8 elsewhere."""
    layout = Layout(tensor=2, data=4)
    attention = 2 * 0.5 * 2 * 100 / 4
    sent, doublings = exchanges(MIXED, layout)
    assert sent == pytest.approx(10 * (attention + 4 * 3 * 100 * (7 / 8) / 8))
    assert doublings == pytest.approx(0.5 + 1.5)
    few = exchanges(MIXED, Layout(data=2))[0]  # two ranks: a token goes to both at most
    assert few == pytest.approx(10 * (0.0 + 2 * 3 * 100 * 0.5 / 2))
    dense = exchanges(replace(MIXED, experts=None), layout)[0]
    assert dense == pytest.approx(10 * (attention + 2 * (7 / 8) * 2 * 100 / 4))


# The parts of a cycle ---------------------------------------------------------------------------------------------

WORK = Workload(1000, 200, cached=0.4)  # 600 tokens to compute; decode sees 1,100 on average


def test_weights_in_a_cycle_by_hand() -> None:
    guess = Speculation(2.0, 3.0)
    parts = terms(served(MIXED, guess), replace(MACHINE, dense_copies=2.0, link=1e9, layout=Layout(data=2)), WORK, 10.0)
    token, steps = 2 * 2e9 / 1e15, 100.0
    assert parts.prefill_weight_compute == pytest.approx(token * 10 * 600)
    assert parts.decode_weight_compute == pytest.approx(token * 10 * 1.5 * 200)
    read = 8e9 / 1e12
    assert parts.prefill_weight_bandwidth == pytest.approx(read * (float(weights_read(MIXED, 6000.0)) + 0.25))
    assert parts.decode_weight_bandwidth == pytest.approx(read * steps * (float(weights_read(MIXED, 30.0)) + 0.25))
    sent = exchanges(MIXED, Layout(data=2))[0] / 1e9
    assert parts.prefill_traffic == pytest.approx(sent * 10 * 600)
    assert parts.decode_traffic == pytest.approx(sent * 10 * 1.5 * 200)


def test_counts_of_steps_by_hand() -> None:
    machine = replace(MACHINE, layout=Layout(tensor=2, data=4), latency_share=0.5)
    parts = terms(served(MIXED, Speculation(2.0, 3.0)), machine, WORK, 10.0)
    assert float(parts.steps) == pytest.approx(50.0)
    assert float(parts.layer_steps) == float(parts.expert_layer_steps) == pytest.approx(500.0)
    assert float(parts.exchange_steps) == pytest.approx(500.0 * 2.0)
    assert float(parts.sequence_steps) == pytest.approx(50.0 * 2.5)
    assert float(parts.with_experts) == 1.0
    few = terms(served(DENSE), machine, WORK, 2.0)
    assert float(few.sequence_steps) == pytest.approx(100.0)  # not less than one request a rank
    assert float(few.expert_layer_steps) == float(few.with_experts) == 0.0


def test_a_workload_brings_its_own_speculation() -> None:
    own = replace(WORK, decoding=Speculation(4.0, 5.0))
    parts = terms(served(MIXED), MACHINE, own, 10.0)
    assert float(parts.steps) == pytest.approx(50.0)
    assert parts.decode_weight_compute == pytest.approx(2 * 2e9 / 1e15 * 10 * 1.25 * 200)


def test_no_input_takes_no_reading() -> None:
    parts = terms(served(MIXED), MACHINE, Workload(0, 100), [1.0, 10.0])
    np.testing.assert_array_equal(parts.prefill_weight_bandwidth, [0.0, 0.0])
    np.testing.assert_array_equal(parts.prefill_weight_compute, [0.0, 0.0])
    assert (parts.decode_weight_bandwidth > 0).all()


def of_attention(architecture: Architecture, machine: Machine = MACHINE) -> list[float]:
    """The four terms for one request of WORK, 100 steps of two tokens of which three are looked at."""
    found = attention_terms(served(architecture), machine, WORK, np.asarray(1.0), 100.0, 1.5)
    return [float(term) for term in found]


def test_attention_by_hand() -> None:
    """Six layers of four heads of eight; the 600 computed tokens see 700 on average."""
    pair, token = 2 * 6 * 4 / 2e15, 6 * 16 * 2 / 1e12
    expected = [
        pair * 16 * 700 * 600,
        token * 1000,
        pair * 16 * 1100 * 200 * 1.5,
        token * 1100 * 100,
    ]
    assert of_attention(ATTENDING, replace(MACHINE, cache_copies=2.0)) == pytest.approx(expected)
    ten = attention_terms(served(ATTENDING), MACHINE, WORK, np.asarray(10.0), 100.0, 1.5)
    assert [float(term) / 10 for term in ten] == pytest.approx(of_attention(ATTENDING))


def test_attention_in_a_window() -> None:
    windowed = replace(ATTENDING, attention=GQA(4, 1, 8, window=300))
    pair, token = 2 * 6 * 4 / 2e15, 6 * 16 / 1e12
    expected = [pair * 16 * 300 * 600, token * 300, pair * 16 * 300 * 200 * 1.5, token * 300 * 100]
    assert of_attention(windowed) == pytest.approx(expected)


def test_attention_with_an_indexer() -> None:
    """Scores every token by two heads of four, and attends to 50 of them."""
    latent = MLA(4, latent=16, rope=4, key_dim=8, value_dim=8, sparse=50, index=Indexer(2, 4))
    plain = replace(latent, sparse=math.inf, index=None)
    pair, token = 2 * 6 * 4 / 2e15, 6 * 20 / 1e12
    whole = of_attention(replace(ATTENDING, attention=plain))
    assert whole == pytest.approx(
        [pair * 16 * 700 * 600, token * 1000, pair * 32 * 1100 * 300, token * 1100 * 100], rel=1e-12
    )
    scored, key = 2 * 6 * 2 * 4 / 2e15, 6 * 4 / 1e12
    found = of_attention(replace(ATTENDING, attention=latent))
    expected = [
        pair * 16 * 50 * 600 + scored * 700 * 600,
        token * 1000 + key * 1000,
        pair * 32 * 50 * 300 + scored * 1100 * 300,
        token * 50 * 100 + key * 1100 * 100,
    ]
    assert found == pytest.approx(expected, rel=1e-12)


def test_attention_without_pairs() -> None:
    """A linear layer reads and writes its state at each step, and once for the input."""
    block = Linear(2, 8, 8)
    found = of_attention(replace(DENSE, other_layers=(Layers(5, block),)))
    moved, worked = 2 * 5 * block.fixed_state_bytes / 1e12, 2 * 5 * block.token_work / 2e15
    assert found == pytest.approx([worked * 600, moved, worked * 300, moved * 100])
    both = of_attention(replace(ATTENDING, other_layers=(Layers(2, block), Layers(2, HEADS))))
    alone = of_attention(ATTENDING)
    two = of_attention(replace(DENSE, other_layers=(Layers(2, block),)))
    assert both == pytest.approx([a * 8 / 6 + b for a, b in zip(alone, two, strict=True)])


# Putting parts together --------------------------------------------------------------------------------------------

PARTS = Terms(
    *(np.asarray(value) for value in (6.0, 2.0, 3.0, 4.0, 0.5, 1.0, 9.0, 5.0, 8.0, 0.25)),
    with_experts=np.asarray(1.0),
    steps=np.asarray(100.0),
    layer_steps=np.asarray(1000.0),
    expert_layer_steps=np.asarray(400.0),
    exchange_steps=np.asarray(300.0),
    sequence_steps=np.asarray(50.0),
)
BATCH = np.asarray(10.0)


@pytest.mark.parametrize(
    ("overlap", "weights"),
    [(1.0, 11.0), (0.0, 6.0 + 9.0), (0.25, 0.75 * 15.0 + 0.25 * 11.0)],  # together max(6 + 1, 2 + 9)
)
def test_kernels_that_run_together_and_apart(overlap: float, weights: float) -> None:
    found = combine(PARTS, replace(EXACT, overlap=overlap), BATCH)
    assert found.total == pytest.approx(weights + 4.0 + 8.0)
    assert found.prefill == pytest.approx(6.0 + 4.0)
    assert found.compute == pytest.approx(7.0 + 8.0)
    assert found.bandwidth == pytest.approx(11.0 + 12.0)
    assert found.latency == 0.0
    assert found.batch == 10.0


def test_efficiencies_stretch_their_own_parts() -> None:
    found = combine(PARTS, Calibration(0.5, 0.25, 0.0), BATCH)
    assert found.compute == pytest.approx((7.0 + 8.0) / 0.5)
    assert found.bandwidth == pytest.approx((11.0 + 12.0) / 0.25)
    assert found.prefill == pytest.approx(max(12.0, 8.0) + max(6.0, 16.0))
    assert found.total == pytest.approx(max(14.0, 44.0) + 16.0 + max(10.0, 32.0))
    experts = combine(PARTS, Calibration(0.5, 0.25, 0.0, expert_efficiency=0.1), BATCH)
    assert experts.compute == pytest.approx(7.0 / 0.1 + 8.0 / 0.5)
    assert experts.prefill == pytest.approx(60.0 + 16.0)
    assert experts.total == pytest.approx(70.0 + 16.0 + 32.0)
    apart = combine(PARTS, Calibration(0.5, 0.25, 0.0, expert_efficiency=0.1, overlap=0.0), BATCH)
    assert apart.total == pytest.approx(60.0 + 36.0 + 16.0 + 32.0)
    dense = combine(
        replace(PARTS, with_experts=np.asarray(0.0)), Calibration(0.5, 0.25, 0.0, expert_efficiency=0.1), BATCH
    )
    assert dense.compute == pytest.approx(30.0)


def test_traffic_counts_where_a_share_of_the_links_is_known() -> None:
    plain = combine(PARTS, EXACT, BATCH)
    linked = replace(EXACT, link_efficiency=0.5)
    factor = linked.traffic_factor
    assert factor > 0
    found = combine(PARTS, linked, BATCH)
    assert found.total - plain.total == pytest.approx(0.75 * factor)
    assert found.prefill - plain.prefill == pytest.approx(0.5 * factor)
    assert found.latency - plain.latency == pytest.approx(0.75 * factor)


def test_latency_is_beside_the_work() -> None:
    slow = Calibration(
        1.0, 1.0, 0.01, layer_latency=1e-3, expert_layer_latency=2e-3, exchange_latency=3e-3, sequence_latency=4e-3
    )
    found = combine(PARTS, slow, BATCH)
    latency = 1.0 + 1.0 + 0.8 + 0.9 + 0.2
    assert found.latency == pytest.approx(latency)
    assert found.total == pytest.approx(23.0 + latency)
    assert found.prefill == pytest.approx(10.0)


# The first token ----------------------------------------------------------------------------------------------------


def test_first_token_by_hand() -> None:
    """Prefills take p of every T of a batch: one alone takes its own time over 1 - p/T."""
    machine, work = replace(MACHINE, own_ranks=2.0), Workload(2000, 100)
    calibration = Calibration(1.0, 1.0, 0.003, first_token_steps=2.0)
    s = served(DENSE, Speculation(2.0, 2.0))
    times = cycle(s, machine, calibration, work, 20.0)
    alone = float(cycle(s, machine, calibration, work, 1.0).prefill) * 2.0
    step = float(times.total - times.prefill) * 2 / 100
    load = float(times.prefill / times.total)
    expected = alone / (1 - load) + 0.003 + 2 * step
    assert expected < times.total
    assert float(first_token(s, machine, calibration, work, times)) == pytest.approx(expected)
    rate = 0.25 * 20.0 / float(times.total)
    slack = float(first_token(s, machine, calibration, work, times, rate))
    assert slack == pytest.approx(alone / (1 - load / 4) + 0.003 + 2 * step)
    full = float(first_token(s, machine, calibration, work, times, 1e9))
    assert full == pytest.approx(min(alone / 0.001 + 0.003 + 2 * step, float(times.total)))
    brought = replace(work, decoding=Speculation(4.0, 4.0))
    quick = cycle(s, machine, calibration, brought, 20.0)
    wait = float(first_token(s, machine, calibration, brought, quick))
    step = float(quick.total - quick.prefill) * 4 / 100
    load = float(quick.prefill / quick.total)
    assert wait == pytest.approx(float(min(alone / (1 - load) + 0.003 + 2 * step, quick.total)))


def test_first_token_is_never_after_the_last() -> None:
    work = Workload(2000, 1)
    times = cycle(served(), MACHINE, EXACT, work, 50.0)
    assert float(first_token(served(), MACHINE, EXACT, work, times, 1e9)) == pytest.approx(float(times.total))


# The largest batch ---------------------------------------------------------------------------------------------------


def test_what_a_batch_keeps() -> None:
    s, work = served(ATTENDING), Workload(100, 50)
    times = cycle(s, MACHINE, EXACT, work, 8.0)
    speed = 50 / float(times.total)
    assert bool(keeps(s, MACHINE, EXACT, work, speed, 8.0))
    assert not bool(keeps(s, MACHINE, EXACT, work, speed * (1 + 1e-9), 8.0))
    full = replace(MACHINE, memory=float(memory_used(s, MACHINE, work, times)))
    assert bool(keeps(s, full, EXACT, work, speed, 8.0))
    assert not bool(keeps(s, replace(full, memory=full.memory * (1 - 1e-9)), EXACT, work, speed, 8.0))
    first = float(first_token(s, MACHINE, EXACT, work, times))
    assert bool(keeps(s, MACHINE, EXACT, replace(work, first_token=first), speed, 8.0))
    assert not bool(keeps(s, MACHINE, EXACT, replace(work, first_token=first * (1 - 1e-9)), speed, 8.0))


@pytest.mark.parametrize("speed", [1.0, 100.0, 800.0, 900.0])
def test_the_largest_batch_is_the_last_that_keeps_the_promise(speed: float) -> None:
    s, work = served(ATTENDING), Workload(1000, 200)
    found = float(largest_batch(s, MACHINE, EXACT, work, speed))
    if found == 0.0:
        assert not bool(keeps(s, MACHINE, EXACT, work, speed, 1.0))
        return
    assert bool(keeps(s, MACHINE, EXACT, work, speed, found))
    assert not bool(keeps(s, MACHINE, EXACT, work, speed, found * (1 + 1e-9)))


def test_the_largest_batch_by_hand() -> None:
    """No attention: 1 ms a step to read, and 2e-6 s a token to compute."""
    s, work = served(), Workload(0, 100)
    speeds = np.array([1.0, 400.0, 500.0, 1000.0, 1000.1])
    found = largest_batch(s, MACHINE, EXACT, work, speeds)
    np.testing.assert_allclose(found, [5e5, 1250.0, 1000.0, 500.0, 0.0], rtol=1e-12)
    assert largest_batch(served(ATTENDING), replace(MACHINE, memory=0.9e9), EXACT, work, 1.0) == 0.0
    roomy = Workload(0, 100)
    none = replace(EXACT, step_latency=0.0)
    assert float(largest_batch(s, replace(MACHINE, weight_flops=1e40), none, roomy, 10.0)) == pytest.approx(
        LARGEST_BATCH
    )


def test_a_machine_that_is_larger_in_some_ways() -> None:
    found = scaled(MACHINE, bandwidth=2.0, memory=0.5)
    assert (found.bandwidth, found.memory, found.weight_flops) == (2e12, 0.5e11, 1e15)
    assert Machine(1.0, 1.0, 1.0, 1.0) == Machine(1.0, 1.0, 1.0, 1.0, 1.0, Layout(), math.inf, 1.0, 1.0, 1.0)
