"""Limits and whole cycles against formulas written out by hand, with plain numbers and no code of ours."""

import math
from dataclasses import replace

import numpy as np
import pytest
from machines import rack

from capacity import (
    ARCHITECTURES,
    CHIPS,
    GQA,
    IDEAL,
    OWNED,
    PLAIN,
    PUBLISHED,
    RENTED,
    Architecture,
    Calibration,
    Chip,
    Costs,
    Deployment,
    InputError,
    Linear,
    Speculation,
    Workload,
)
from capacity.throughput import weights_read
from capacity.workload import WORKLOADS

#: A chip with round numbers: 1 PF in every format, 1 TB/s, 100 GB, eight to a system.
CHIP = Chip("round", "Round", {"bf16": 1e15}, 1e12, 100e9, 8, power=1000, capital=40_000, rental=2.0, source="test")
#: A dense model with round numbers and no attention that grows: 10 GB of weights at one byte each.
DENSE = Architecture("dense", "Dense", 10e9, 10e9, 10, GQA(8, 2, 100), precision="fp8", full_attention_layers=0)


def test_pure_compute_bound():
    """Endless bandwidth, no latency: tokens per second = F / (2 P (1 + i/n)), at every promised speed."""
    chip = Chip("c", "C", {"bf16": 1e15}, 1e30, 100e9, 8, 1000, 40_000, 2.0, source="test")
    found = Deployment(chip, DENSE, IDEAL, speculation=PLAIN).operate(Workload(1000, 100), speed=1.0)
    assert found.throughput_tok_s == pytest.approx(8 * 1e15 / (2 * 10e9 * (1 + 1000 / 100)))
    assert found.binding == "compute"


def test_verified_positions_cost_compute():
    chip = Chip("c", "C", {"bf16": 1e15}, 1e30, 100e9, 8, 1000, 40_000, 2.0, source="test")
    rate = Deployment(chip, DENSE, IDEAL, speculation=Speculation(3, 5)).throughput(Workload(0, 100), speed=1.0)
    assert rate == pytest.approx(8 * 1e15 / (2 * 10e9 * 5 / 3))


def test_pure_bandwidth_bound_dense_model():
    """Endless compute: all weights once a step for the whole batch, so B tokens a step of M/Q seconds."""
    chip = Chip("b", "B", {"bf16": 1e30}, 1e12, 100e9, 8, 1000, 40_000, 2.0, source="test")
    rack = Deployment(chip, DENSE, IDEAL, speculation=PLAIN)
    step = 10e9 / 8e12
    for batch in (1, 7, 300):
        total = float(rack.cycle(Workload(0, 100), batch).total)
        assert total == pytest.approx(100 * step)
    assert float(rack.curve(Workload(0, 100), [5.0]).speed[0]) == pytest.approx(1 / step)


@pytest.mark.parametrize("fresh", [0.5, 1.0, 40.0])
def test_prefill_reads_all_weights_once_however_little_is_new(fresh):
    """Endless compute: 100 steps of decode and one of prefill, whether half a token or forty are not in the cache."""
    chip = Chip("b", "B", {"bf16": 1e30}, 1e12, 100e9, 8, 1000, 40_000, 2.0, source="test")
    rack = Deployment(chip, DENSE, IDEAL, speculation=PLAIN)
    total = float(rack.cycle(Workload(100, 100, cached=1.0 - fresh / 100), 7).total)
    assert total == pytest.approx(101 * 10e9 / 8e12, rel=1e-12)


def test_memory_bound():
    """H = 800 GB, M = 10 GB, 2 x 10 layers x 2 heads x 100 bytes a token: 790e9 / (4,000 x 1,100) requests."""
    grows = Architecture("g", "G", 10e9, 10e9, 10, GQA(8, 2, 100), precision="fp8")
    chip = Chip("m", "M", {"bf16": 1e30}, 1e30, 100e9, 8, 1000, 40_000, 2.0, source="test")
    calibration = Calibration(1, 1, 0.001)  # the latency alone sets the time: 1 ms a step
    found = Deployment(chip, grows, calibration, speculation=PLAIN).operate(Workload(1000, 100), speed=10)
    assert found.batch == math.floor(790e9 / (4000 * 1100))
    assert found.throughput_tok_s == pytest.approx(found.batch / 0.001)
    assert found.binding == "memory"
    assert found.memory_share == pytest.approx(1.0, abs=1e-4)


def test_a_batch_that_just_fits_is_not_lost_to_rounding():
    """Room for exactly N states, or a promise that exactly N requests keep: N, not N - 1."""
    grows = Architecture("g", "G", 10e9, 10e9, 10, GQA(8, 2, 100), precision="fp8")
    state = 4000 * 1100
    for number in (1, 3, 7, 49, 180, 999, 12_345):
        chip = Chip("m", "M", {"bf16": 1e30}, 1e30, 10e9 + number * state, 1, 1000, 40_000, 2.0, source="test")
        exact = Deployment(chip, grows, Calibration(1, 1, 0.001), speculation=PLAIN)
        assert exact.batch(Workload(1000, 100), 1) == number
        compute = Chip("c", "C", {"bf16": 1e15}, 1e30, 1e14, 1, 1000, 40_000, 2.0, source="test")
        bound = Deployment(compute, DENSE, IDEAL, speculation=PLAIN)
        speed = 100 / bound.cycle(Workload(0, 100), float(number)).total
        assert bound.batch(Workload(0, 100), speed) == number


def test_a_window_bounds_what_attention_reads_and_holds():
    """Prefill reads min(i, w) tokens of cache, decode min(i + n/2, w), and memory holds min(i + n, w)."""
    from capacity.throughput import terms

    full, windowed = (terms(rack().served, rack().machine, Workload(8000, 1000, window=w), 10) for w in (math.inf, 800))
    assert windowed.prefill_attention_bandwidth == pytest.approx(full.prefill_attention_bandwidth / 10)
    assert windowed.decode_attention_bandwidth == pytest.approx(full.decode_attention_bandwidth * 800 / 8500)
    assert windowed.decode_attention_compute == pytest.approx(full.decode_attention_compute * 800 / 8500)
    small = rack("rtx-5090", "local-27b")
    room = (32e9 - 13.5e9) / (2 * 16 * 4 * 256)  # tokens of context that memory holds beside the weights
    assert small.batch(Workload(8000, 1000), 0.01) == math.floor(room / 9000)
    assert small.batch(Workload(8000, 1000, window=900), 0.01) == math.floor(room / 900)


def test_state_held_by_hand():
    """0.1 s in flight and 9.9 s held: a hundred times the memory of the requests in flight."""
    grows = Architecture("g", "G", 10e9, 10e9, 10, GQA(8, 2, 100), precision="fp8")
    chip = Chip("m", "M", {"bf16": 1e30}, 1e30, 100e9, 8, 1000, 40_000, 2.0, source="test")
    rack = Deployment(chip, grows, Calibration(1, 1, 0.001), speculation=PLAIN)
    assert float(rack.batch(Workload(1000, 100, held=9.9), 10)) == math.floor(790e9 / (4000 * 1100) / 100)


def test_share_of_weights_read():
    """One token reads its 8 of 384 experts and the rest of the weights; very many read them all."""
    kimi = ARCHITECTURES["kimi-k2"]
    assert weights_read(kimi, 1) == pytest.approx(0.9886 * 8 / 384 + (1 - 0.9886))
    assert weights_read(kimi, 2) == pytest.approx(0.9886 * (1 - (1 - 8 / 384) ** 2) + (1 - 0.9886))
    assert weights_read(kimi, 1e6) == pytest.approx(1.0)
    assert weights_read(ARCHITECTURES["dense-70b"], 1) == 1.0


def cycle_by_hand(d, w, batch):
    """The equations of docs/explanation/capacity.md, one line each, on plain numbers."""
    a, c, cal = d.architecture, d.chip, d.calibration
    bytes_of = {"fp4": 0.5, "int4": 0.5, "fp8": 1, "int8": 1, "bf16": 2}
    better = {"fp4": ["fp4", "fp8", "int8", "bf16"], "fp8": ["fp8", "int8", "bf16"]}
    chips = c.chips_per_system * d.systems
    W = next(c.flops[f] for f in better[a.precision] if f in c.flops) * chips
    A = next(c.flops[f] for f in better["fp8"] if f in c.flops) * chips
    Q, M = c.bandwidth * chips, a.total * bytes_of[a.precision]
    r, k, E = (a.experts.share, a.experts.chosen, a.experts.count) if a.experts else (0, 1, 1)

    def f(x):
        return r * (1 - (1 - k / E) ** x) + (1 - r)

    t, v = (
        (d.speculation.tokens, d.speculation.verified)
        if w.decoding is None
        else (w.decoding.tokens, w.decoding.verified)
    )
    i, n, new, P, B, ec, eb = w.input, w.output, w.input * (1 - w.cached), a.active, batch, None, None
    ec, eb, S = cal.compute_efficiency, cal.bandwidth_efficiency, n / t
    Wc = 2 * P * B * (new + (v / t) * n) / (W * ec)
    Wb = M * (f(B * new) + S * f(B * v)) / (Q * eb)
    Apc = Apb = Adc = Adb = 0.0
    full = a.layers if a.full_attention_layers is None else a.full_attention_layers
    for count, att in [(full, a.attention), *((block.count, block.attention) for block in a.other_layers)]:
        if isinstance(att, Linear):  # no pairs of tokens: a state of 4 bytes a number, read and written each step
            state = 4 * att.state_heads * att.key_dim * att.value_dim
            Apc += 2 * count * state * new * B / (A * ec)
            Apb += 2 * count * state * B / (Q * eb)
            Adc += 2 * count * state * n * (v / t) * B / (A * ec)
            Adb += 2 * count * state * S * B / (Q * eb)
            continue
        if isinstance(att, GQA):
            h, dkdv, width = att.query_heads, 2 * att.head_dim, 2 * att.head_dim
            Kv, seen, kept = 2 * count * att.kv_heads * att.head_dim, att.window, att.window
        else:
            h, dkdv, width = att.query_heads, att.key_dim + att.value_dim, 2 * att.latent
            Kv, seen, kept = count * (att.latent + att.rope), att.sparse, math.inf
        first = i * w.cached
        filling = min(max(seen - first, 0), i - first)  # computed tokens that do not see `seen` tokens yet
        mean = (i + first) / 2
        if seen < math.inf and i > first:
            mean = (filling * (2 * first + filling) / 2 + (i - first - filling) * seen) / (i - first)
        mean = min(mean, seen)
        Apc += 2 * count * h * dkdv * mean * new * B / (A * ec)
        Apb += Kv * min(i, kept) * B / (Q * eb)
        Adc += 2 * count * h * width * min(i + n / 2, seen) * n * (v / t) * B / (A * ec)
        Adb += Kv * min(i + n / 2, seen) * S * B / (Q * eb)
        if not isinstance(att, GQA) and att.index is not None:  # scores every token of the context
            Apc += 2 * count * att.index.heads * att.index.width * (i + first) / 2 * new * B / (A * ec)
            Apb += count * att.index.width * i * B / (Q * eb)
            Adc += 2 * count * att.index.heads * att.index.width * (i + n / 2) * n * (v / t) * B / (A * ec)
            Adb += count * att.index.width * (i + n / 2) * S * B / (Q * eb)
    return max(Wc, Wb) + max(Apc, Apb) + max(Adc, Adb) + S * cal.step_latency * c.latency_share


@pytest.mark.parametrize("calibration", [PUBLISHED, IDEAL])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_whole_cycles(architecture, calibration):
    for chip in CHIPS.values():
        for workload in WORKLOADS.values():
            deployment = Deployment.smallest(chip, ARCHITECTURES[architecture], calibration)
            for batch in (1, 13, 4096):
                expected = cycle_by_hand(deployment, workload, batch)
                assert float(deployment.cycle(workload, batch).total) == pytest.approx(expected, rel=1e-9)


def test_without_overlap_prefill_and_decode_run_one_after_the_other():
    joined, apart = rack(), rack(calibration=replace(PUBLISHED, overlap=0.0))
    w = WORKLOADS["general"]
    ideal_prefill = 2 * 32e9 * 8000 / (72 * 9e15 * 0.65) * 1000
    assert apart.cycle(w, 1000).total > joined.cycle(w, 1000).total
    assert float(apart.cycle(w, 1000).prefill) > ideal_prefill
    alone = apart.cycle(Workload(8000, 1), 1000)
    decode = float(apart.cycle(Workload(0, 1), 1000).total)
    assert float(alone.total) == pytest.approx(float(alone.prefill) + decode, rel=0.05)  # decode attends to 8,000 more


def test_mean_context_of_a_prefill():
    assert Workload(1000, 1).prefill_context == 500
    assert Workload(1000, 1, cached=0.9).prefill_context == 950
    assert Workload(1000, 1, cached=1.0).prefill_context == 1000
    assert Workload(1000, 1, window=100).prefill_context == pytest.approx((100 * 50 + 900 * 100) / 1000)
    assert Workload(1000, 1, cached=0.95, window=100).prefill_context == 100
    assert Workload(1000, 10, window=100).context == Workload(1000, 10, window=100).decode_context == 100
    positions = np.arange(1000 * 0.05, 1000, 0.001)  # by brute force, with a window that fills on the way
    brute = np.minimum(positions, 400).mean()
    assert Workload(1000, 1, cached=0.05, window=400).prefill_context == pytest.approx(brute, rel=1e-4)


def test_cached_input_is_free_of_compute_but_not_of_memory():
    plain, cached = rack(), Workload(8000, 1000, cached=1.0)
    from capacity.throughput import terms

    parts = terms(plain.served, plain.machine, cached, 10.0)
    assert parts.prefill_weight_compute == parts.prefill_weight_bandwidth == parts.prefill_attention_compute == 0
    assert parts.prefill_attention_bandwidth > 0


def test_rented_costs():
    rackful = rack()
    point = rackful.operate(WORKLOADS["general"])
    by_hand = 72 * 4.5 / 3600 / point.throughput_tok_s * 1e6
    assert point.cost_usd_per_mtok == pytest.approx(by_hand)
    assert rackful.cost_usd_per_mtok(WORKLOADS["general"]) == pytest.approx(by_hand)
    dearer = rackful.operate(WORKLOADS["general"], costs=Costs(rental_usd_per_chip_hour=9.0))
    assert dearer.cost_usd_per_mtok == pytest.approx(2 * by_hand)


def test_owned_costs_are_an_annuity_upkeep_and_power():
    hours = 24 * 365.25
    annuity = 0.10 / (1 - 1.10**-5)
    expected = 75_000 * (annuity + 0.03) / hours + 1.833 * 1.25 * 0.08
    assert OWNED.usd_per_chip_hour(CHIPS["gb200-nvl72"]) == pytest.approx(expected)
    # what is paid each year is worth the price today
    assert sum(annuity / 1.10**year for year in range(1, 6)) == pytest.approx(1.0)


def test_zero_interest_pays_off_in_equal_parts():
    free = Costs(owned=True, interest=0.0, upkeep=0.0, power_usd_per_kwh=0.0, lifetime_years=4)
    assert free.usd_per_chip_hour(CHIP) == pytest.approx(40_000 / 4 / (24 * 365.25))
    nearly = Costs(owned=True, interest=1e-9, upkeep=0.0, power_usd_per_kwh=0.0, lifetime_years=4)
    assert nearly.usd_per_chip_hour(CHIP) == pytest.approx(free.usd_per_chip_hour(CHIP))
    assert RENTED.usd_per_chip_hour(CHIP) == 2.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"rental_usd_per_chip_hour": -1},
        {"lifetime_years": 0},
        {"interest": -0.1},
        {"power_usd_per_kwh": -1},
        {"pue": 0.9},
        {"upkeep": float("nan")},
    ],
)
def test_impossible_costs(wrong):
    with pytest.raises(InputError, match=f"costs: {next(iter(wrong))}"):
        Costs(**wrong)


def test_latency_by_hand_where_bandwidth_alone_counts():
    """No compute, no attention, 1.25 ms a step: a request of 100 tokens takes 125 ms at any load that fits."""
    chip = Chip("b", "B", {"bf16": 1e30}, 1e12, 100e9, 8, 1000, 40_000, 2.0, source="test")
    machine = Deployment(chip, DENSE, IDEAL, speculation=PLAIN)
    seen = machine.latency(Workload(0, 100), [0.0, 8.0, 800.0])
    assert seen.request_s == pytest.approx([0.125] * 3)
    assert seen.batch == pytest.approx([0.0, 1.0, 100.0])
    assert seen.first_token_s == pytest.approx([0.0] * 3)  # no input, no prefill, no latency
    assert seen.per_token_s == pytest.approx([0.00125] * 3)


def test_latency_under_a_load_that_no_batch_carries():
    deployment, workload = rack(), WORKLOADS["general"]
    limit = float(deployment.throughput(workload, 1e-9)) / workload.output
    seen = deployment.latency(workload, [0.99 * limit, 1.01 * limit, np.inf])
    assert np.isfinite(seen.request_s[0])
    assert np.isinf(seen.request_s[1:]).all()
    assert np.isinf(seen.first_token_s[1:]).all()
    assert np.isinf(seen.batch[1:]).all()


@pytest.mark.parametrize(("what", "factor"), [("compute", 0.8), ("bandwidth", 0.2)])
def test_elasticities_by_hand(what, factor):
    """GB200, coding: what binds is also what a slightly larger machine shows."""
    from machines import with_chip

    more = with_chip(rack(), **{"flops" if what == "compute" else what: 1.01})
    coding = WORKLOADS["coding"]
    found = rack().operate(coding).elasticities[what]
    measured = math.log(float(more.throughput(coding)) / float(rack().throughput(coding))) / math.log(1.01)
    assert found == pytest.approx(factor, abs=0.03)
    assert found == pytest.approx(measured, abs=0.05)
