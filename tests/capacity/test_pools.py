"""Two pools: what they do, their best split, and what they refuse."""

from dataclasses import replace

import numpy as np
import pytest

from capacity import ARCHITECTURES, CHIPS, FITTED, PLAIN, WORKLOADS, CannotServeError, Deployment, InputError, Layout
from capacity.pools import Pools, best_split, reading_seconds, transfer_seconds, workers

GENERAL = WORKLOADS["general"]
DEEPSEEK = ARCHITECTURES["deepseek-v3"]
B200 = workers(CHIPS["b200"], DEEPSEEK, FITTED, PLAIN)


def worker(chip, **ranks):
    layout = Layout(**ranks)
    return Deployment(CHIPS[chip], DEEPSEEK, FITTED, layout.chips / CHIPS[chip].chips_per_system, layout=layout)


def test_a_split_by_hand():
    pools = Pools(worker("b200", tensor=8), worker("b200", data=8), readers=2, writers=1)
    point = pools.operate(GENERAL, 35)
    alone, each = reading_seconds(pools.reader, GENERAL)
    rate = point.throughput_tok_s / GENERAL.output
    load = rate * each / 2
    assert point.reader_load == pytest.approx(load)
    step = point.per_token_s * pools.writer.speculation.tokens
    sent = transfer_seconds(pools.reader, pools.writer, GENERAL)
    assert point.first_token_s == pytest.approx(alone / (1 - load) + sent + step)
    assert point.chips == 24
    assert point.speed_tok_s >= 35
    state = 8001 * 61 * (512 + 64)  # bytes of FP8 cache
    assert sent == pytest.approx(state / (8 * 50e9))


def test_the_best_split_is_the_best_of_all_that_fit():
    found = best_split(B200, B200, GENERAL, 32, 35)
    assert found.pools.chips <= 32
    for reader in B200:
        for writer in B200:
            for number in range(1, int(32 / writer.chips) + 1):
                left = (32 - number * writer.chips) // reader.chips
                if left >= 1:
                    try:
                        other = Pools(reader, writer, left, number).operate(GENERAL, 35)
                    except CannotServeError:
                        continue
                    assert other.throughput_tok_s <= found.point.throughput_tok_s * (1 + 1e-9)


def test_two_pools_beat_one_where_inputs_are_long():
    apart = best_split(B200, B200, GENERAL, 32, 35).point.throughput_tok_s
    one = max(float(each.throughput(GENERAL, 35)) * 32 / each.chips for each in B200)
    assert 1.05 < apart / one < 2.5


def test_a_promised_first_token_is_kept_and_costs_throughput():
    loose = best_split(B200, B200, GENERAL, 32, 35).point
    tight = best_split(B200, B200, replace(GENERAL, first_token=0.6 * loose.first_token_s), 32, 35).point
    assert tight.first_token_s <= 0.6 * loose.first_token_s * (1 + 1e-9)
    assert tight.throughput_tok_s <= loose.throughput_tok_s
    with pytest.raises(CannotServeError, match=r"first token in 0\.001 s"):
        best_split(B200, B200, replace(GENERAL, first_token=0.001), 32, 35)
    with pytest.raises(CannotServeError, match=r"no split keeps a first token in 0\.001 s"):
        Pools(B200[0], B200[0]).operate(replace(GENERAL, first_token=0.001), 35)


def test_one_pool_keeps_a_promised_first_token_too():
    node = worker("b200", tensor=8)
    free = node.operate(GENERAL, 35)
    held = node.operate(replace(GENERAL, first_token=0.7 * free.first_token_s), 35)
    assert held.first_token_s <= 0.7 * free.first_token_s
    assert held.batch < free.batch
    with pytest.raises(CannotServeError, match=r"no batch keeps a first token in 0\.001 s"):
        node.operate(replace(GENERAL, first_token=0.001), 35)


def test_wide_experts_serve_more_and_exchange_over_the_network_serves_less():
    wide = [worker("gb200-nvl72", data=ranks) for ranks in (8, 16, 32, 64)]
    each = [float(w.throughput(replace(GENERAL, cached=1.0), 35)) / w.chips for w in wide]
    assert np.all(np.diff(each) > -0.1 * np.array(each[:-1]))
    inside, outside = (
        Deployment(chip, DEEPSEEK, FITTED, 32 / chip.chips_per_system, layout=Layout(data=32))
        for chip in (CHIPS["gb200-nvl72"], CHIPS["b200"])
    )
    assert float(outside.throughput(GENERAL, 35)) < 0.8 * float(inside.throughput(GENERAL, 35))


def test_a_hundred_racks_are_not_one():
    one = Deployment(CHIPS["gb200-nvl72"], ARCHITECTURES["kimi-k2"], FITTED)
    many = replace(one, systems=100)
    assert float(many.throughput(GENERAL, 35)) < 60 * float(one.throughput(GENERAL, 35))
    assert float(many.curve(GENERAL).speed[0]) < 3 * float(one.curve(GENERAL).speed[0])


def test_what_cannot_be():
    with pytest.raises(InputError, match="the reader serves deepseek-v3, the writer kimi-k2"):
        Pools(B200[0], workers(CHIPS["b200"], ARCHITECTURES["kimi-k2"], FITTED)[0])
    with pytest.raises(InputError, match="pools: readers is 0"):
        Pools(B200[0], B200[0], readers=0)
    with pytest.raises(InputError, match=r"layout tensor 4 is for 4 chips, but 1 x b200 has 8"):
        Deployment(CHIPS["b200"], DEEPSEEK, FITTED, layout=Layout(tensor=4))
    with pytest.raises(CannotServeError, match="no two pools of 4 chips hold the model twice"):
        best_split(B200, B200, GENERAL, 4, 35)
