"""The price list: sums that must hold, factors that must multiply, and what idle machines and promises cost."""

import math
from dataclasses import replace

import numpy as np
import pytest

from capacity import (
    ARCHITECTURES,
    CHIPS,
    FITTED,
    OWNED,
    PUBLISHED,
    WORKLOADS,
    CannotServeError,
    Costs,
    Deployment,
    InputError,
    Workload,
)
from capacity.price_list import Offer, Seller, calibrations, contexts, price_list, speeds, token_costs

OFFER = Offer(CHIPS["b200"], ARCHITECTURES["kimi-k2"], replace(WORKLOADS["general"], cached=0.5), FITTED)


def paid(tokens, workload):
    """USD of one request times a million."""
    cached = workload.input - workload.fresh
    return (
        tokens.input_usd_per_mtok * workload.fresh
        + tokens.cached_usd_per_mtok * cached
        + tokens.output_usd_per_mtok * workload.output
    )


def test_the_factors_multiply_to_the_list_and_the_tokens_add_up_to_it():
    found = price_list(replace(OFFER, seller=Seller(markup=0.25)))
    assert math.prod(line.factor for line in found.stack) * found.stack[0].usd_per_mtok == pytest.approx(
        found.stack[-1].usd_per_mtok
    )
    for tokens, line in ((found.listed, -1), (found.full, -2)):
        assert paid(tokens, OFFER.workload) / OFFER.workload.output == pytest.approx(found.stack[line].usd_per_mtok)
    assert found.listed.input_usd_per_mtok == pytest.approx(1.25 * found.full.input_usd_per_mtok)
    assert found.full.cached_usd_per_mtok < found.full.input_usd_per_mtok < found.full.output_usd_per_mtok


def test_full_cost_is_the_machines_hours_over_what_is_sold():
    """All tokens of an hour pay for all replicas of that hour, and hosting is its share of the price."""
    found = price_list(OFFER)
    hour = found.replicas * found.chips * OFFER.chip.rental
    sold = found.sold_tok_s * 3600 / OFFER.workload.output * paid(found.full, OFFER.workload) / 1e6
    assert sold * (1 - OFFER.seller.other_share) == pytest.approx(hour)
    power = found.chips * found.replicas * 1.788 * 1.25 * (0.35 + 0.65 * 0.6)
    assert found.kwh_per_mtok == pytest.approx(power / (found.sold_tok_s * 3600 / 1e6))
    assert found.water_l_per_mtok == pytest.approx(0.36 * found.kwh_per_mtok)


def test_marginal_cost_where_computing_alone_counts():
    """No latency, endless bandwidth: two operations a parameter, so input and output cost the same."""
    chip = replace(CHIPS["b200"], bandwidth=1e30)
    dense = replace(ARCHITECTURES["dense-70b"], full_attention_layers=0)
    bare = replace(PUBLISHED, step_latency=0.0)
    offer = Offer(chip, dense, Workload(1000, 500, cached=0.3), bare)
    found = price_list(replace(offer, worker=Deployment(chip, dense, bare)))
    by_hand = 2 * 70.6e9 / (4.5e15 * 0.65) * 3.8 / 3600 * 1e6
    assert found.marginal.input_usd_per_mtok == pytest.approx(by_hand, rel=1e-3)
    assert found.marginal.output_usd_per_mtok == pytest.approx(by_hand * 5 / 3, rel=1e-3)  # five verified for three
    assert found.marginal.cached_usd_per_mtok == pytest.approx(0.0, abs=1e-9)


def test_whole_replicas_run_day_and_night():
    alone = price_list(OFFER)
    small = price_list(replace(OFFER, seller=Seller(demand_tok_s=alone.sold_tok_s / 10)))
    assert small.replicas == 1
    assert small.full.output_usd_per_mtok == pytest.approx(10 * alone.full.output_usd_per_mtok)
    assert small.kwh_per_mtok > 4 * alone.kwh_per_mtok
    large = price_list(replace(OFFER, seller=Seller(demand_tok_s=alone.sold_tok_s * 2.5)))
    assert large.replicas == 3
    assert large.full.output_usd_per_mtok == pytest.approx(3 / 2.5 * alone.full.output_usd_per_mtok)


def test_promises_and_length_cost():
    by_speed = [row["output_usd_per_mtok"] for row in speeds(OFFER)]
    assert np.all(np.diff(by_speed) > -1e-9)
    by_length = [row["output_usd_per_mtok"] for row in contexts(OFFER)]
    assert np.all(np.diff(by_length) > 0)
    free = price_list(OFFER)
    tight = replace(OFFER, workload=replace(OFFER.workload, first_token=0.6 * free.first_token_s))
    assert price_list(tight).first_token_s <= 0.6 * free.first_token_s
    assert price_list(tight).stack[-1].usd_per_mtok > free.stack[-1].usd_per_mtok
    record = free.record()
    assert {"input_usd_per_mtok", "cached_usd_per_mtok", "output_usd_per_mtok", "stack", "kwh_per_mtok"} <= set(record)


def test_rent_and_power_change_what_they_should():
    base = price_list(OFFER).full.output_usd_per_mtok
    dear = price_list(replace(OFFER, costs=Costs(rental_usd_per_chip_hour=2 * OFFER.chip.rental)))
    assert dear.full.output_usd_per_mtok == pytest.approx(2 * base)
    owned, powered = (
        price_list(replace(OFFER, costs=costs)).full.output_usd_per_mtok
        for costs in (OWNED, replace(OWNED, power_usd_per_kwh=1.0))
    )
    assert powered > owned


def test_what_cannot_be():
    with pytest.raises(CannotServeError, match="no batch reaches 5000 token/s"):
        price_list(replace(OFFER, workload=replace(OFFER.workload, speed=5000.0)))
    with pytest.raises(InputError, match=r"401,000 tokens .* kimi-k2 attends to at most 262,144"):
        price_list(replace(OFFER, workload=Workload(400_000, 1000)))
    for wrong in ({"load_factor": 0}, {"load_factor": 1.1}, {"replicas": 0}, {"replicas": 1.5}, {"markup": -1}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            Seller(**wrong)


def test_costs_along_a_curve_are_those_of_each_batch_by_itself():
    rack = Deployment(CHIPS["gb300-nvl72"], ARCHITECTURES["kimi-k2"], FITTED)
    request, batches = replace(WORKLOADS["general"], cached=0.3), np.array([1.0, 7.0, 300.0, 5000.0])
    curve = rack.curve(request, batches, OWNED)
    hour = OWNED.usd_per_chip_hour(rack.chip) * 72
    assert curve.cost_usd_per_mtok == pytest.approx(hour / 3600 * 1e6 / curve.throughput)
    along = token_costs(rack, request, batches, OWNED)
    for number, batch in enumerate(batches):
        for name, alone in token_costs(rack, request, float(batch), OWNED).items():
            assert float(alone) == along[name][number]
    assert np.all(np.diff(along["output_usd_per_mtok"]) < 0), "a fuller machine is cheaper by the token"
    assert np.all(along["cached_usd_per_mtok"] < along["input_usd_per_mtok"])


def test_the_range_of_the_fit_goes_into_the_costs():
    low, fitted, high, published = calibrations(OFFER)
    assert [row["calibration"] for row in (low, fitted, high, published)] == ["fit-low", "fit", "fit-high", "published"]
    assert fitted["output_usd_per_mtok"] == price_list(OFFER).full.output_usd_per_mtok
    for name in ("input_usd_per_mtok", "output_usd_per_mtok", "kwh_per_mtok"):
        assert low[name] > fitted[name] > high[name] > published[name]
