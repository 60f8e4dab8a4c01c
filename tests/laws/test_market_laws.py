"""Laws of a tick, whatever the mechanism: nothing is sold twice, lost or out of thin air, and every number is one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from examples import CLEARINGS, CURVES, POLICIES, RULES
from hypothesis import given
from hypothesis import strategies as st
from plain_economies import Before, ticks_of
from random_economies import curve_segments, economies, quick, segments

from market import TokenMarket
from market.demand.individuals import LogitCohort
from market.demand.segment import CurveSegment
from market.economy import Economy
from market.exchange.clearing.base import Clearing
from market.exchange.rationing.base import Rationing
from market.simulation.columns import COLUMNS
from market.supply.pricing.base import PricingPolicy

TICKS = 8
#: Rounding that is put up with, relative to what is counted; populations in float32 round more.
ROUNDING = 1e-9
SINGLE = 2e-5
#: Numbers so small that a division by them is none.
SUBNORMAL = 1e-300


def close(one: object, other: object, scale: object = 0.0, rounding: float = ROUNDING) -> None:
    """Equal but for rounding, relative to the larger of the two and of ``scale``."""
    a, b = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    room = rounding * np.maximum(np.maximum(np.abs(a), np.abs(b)), np.asarray(scale, dtype=float)) + 1e-12
    assert (np.abs(a - b) <= room).all(), f"{a} is not {b}"


def row(model: TokenMarket, frame: str, column: str) -> np.ndarray:
    return np.asarray(model.records.tables[frame].data[column][model.tick])


def single(model: TokenMarket) -> float:
    return SINGLE if any(getattr(s, "dtype", "") == "float32" for s in model.economy.segments) else ROUNDING


# The laws of one tick -------------------------------------------------------------------------------------


def nothing_is_sold_beyond_capacity(before: Before, model: TokenMarket) -> None:
    book, rnd = model.book, model.round
    sold = rnd.served * book.work
    if model.economy.whole:  # what was begun before counted as work then; what was begun of who left is lost
        assert (sold <= (rnd.work + before.begun) * (1 + ROUNDING) + SUBNORMAL).all()
    else:
        close(rnd.work, sold)
    done = np.bincount(book.pool, weights=rnd.work.sum(axis=0), minlength=book.pools)
    assert (done <= model.capacity * (1 + ROUNDING) + SUBNORMAL).all()
    close(row(model, "pools", "used"), done)
    close(np.bincount(book.pool, weights=row(model, "offers", "work"), minlength=book.pools), done)
    assert (row(model, "pools", "utilisation") <= 1).all()
    assert row(model, "ticks", "used").sum() <= row(model, "ticks", "capacity").sum() * (1 + ROUNDING)


def every_request_has_a_fate(before: Before, model: TokenMarket) -> None:
    fates = sum(row(model, "segments", name) for name in ("ordered", "local", "nothing", "unaffordable"))
    close(row(model, "segments", "asked"), fates)
    if model.economy.whole:
        return  # what is ordered is drawn, so that asked is too
    wanted = [cohort.wanted.formed - cohort.wanted.put_off + cohort.wanted.taken_up for cohort in model.cohorts]
    close(row(model, "segments", "asked"), wanted, rounding=single(model))


def every_order_has_a_fate(before: Before, model: TokenMarket) -> None:
    came = model.orders + model.joined + before.waiting
    rnd = model.round
    went = rnd.served + rnd.left_late + rnd.left_impatient + model.queue.length
    for counted in (1.0, model.book.tokens[:, None], model.book.work):
        close(came * counted, went * counted)
    offers = {
        name: row(model, "offers", name) for name in ("ordered", "joined", "served", "late", "impatient", "waiting")
    }
    close(
        offers["ordered"] + offers["joined"] + before.waiting.sum(axis=0),
        offers["served"] + offers["late"] + offers["impatient"] + offers["waiting"],
    )
    assert not model.orders[~model.book.open].any()


def nobody_is_lost_between_queues(before: Before, model: TokenMarket) -> None:
    """Who joins another queue has left one, and nobody comes back to the queue just left."""
    left, joined = model.round.left_impatient, model.joined
    assert (joined.sum(axis=1) <= left.sum(axis=1) * (1 + ROUNDING) + 1e-12).all()
    assert (joined <= (left.sum(axis=1, keepdims=True) - left) * (1 + ROUNDING) + 1e-12).all()
    assert (row(model, "segments", "turned_away") >= -ROUNDING * (left.sum(axis=1) + 1e-3)).all()


def all_that_was_asked_is_somewhere(before: Before, model: TokenMarket) -> None:
    upto = {name: model.records.tables["ticks"].data[name][: model.tick + 1].sum() for name in (
        "asked", "served", "turned_away", "local", "nothing", "unaffordable", "put_off")}  # fmt: skip
    waiting = row(model, "ticks", "waiting")[0]
    away = sum(upto[name] for name in ("turned_away", "local", "nothing", "unaffordable"))
    close(upto["asked"], upto["served"] + waiting + away)
    pending = row(model, "ticks", "pending")[0]
    taken_up = sum(cohort.wanted.taken_up for cohort in model.cohorts)
    put_off = row(model, "ticks", "put_off")[0]
    close(pending - before.pending, put_off - taken_up, max(pending, before.pending), single(model))


def no_request_is_below_nothing(before: Before, model: TokenMarket) -> None:
    rnd = model.round
    for array in (model.orders, model.joined, rnd.served, rnd.left_late, rnd.left_impatient, model.queue.waiting,
                  rnd.served_wait_h, model.wait_h, model.rents, model.book.price):  # fmt: skip
        assert (array >= 0).all()
    scale = row(model, "segments", "asked").max(initial=0.0)
    for name in ("asked", "local", "nothing", "unaffordable", "put_off", "pending", "served", "waiting"):
        assert (row(model, "segments", name) >= -ROUNDING * scale).all(), name


def whole_requests_stay_whole(before: Before, model: TokenMarket) -> None:
    if not model.economy.whole:
        return
    rnd = model.round
    for array in (model.orders, model.joined, rnd.served, rnd.left_late, rnd.left_impatient, model.queue.waiting):
        np.testing.assert_array_equal(array, np.rint(array))


def machines_are_given_out_once(before: Before, model: TokenMarket) -> None:
    w = {name: row(model, "wholesale", name) for name in (
        "owned", "first_party", "contracted", "sold_spot", "idle", "short")}  # fmt: skip
    close(w["owned"], w["first_party"] + w["contracted"] + w["sold_spot"] + w["idle"])
    for name, values in w.items():
        assert (values >= -ROUNDING * w["owned"]).all(), name
    scale = w["owned"].sum()
    close(w["sold_spot"].sum(), row(model, "providers", "spot").sum(), scale)
    close(w["contracted"].sum(), row(model, "providers", "contracted").sum(), scale)
    hours = model.calendar.tick_hours
    promised = sum(c.racks for c in model.contracts) * hours
    close((w["contracted"] + w["short"]).sum(), promised)
    have = np.sum([row(model, "providers", name) for name in ("owned", "contracted", "spot", "homes")], axis=0)
    close(have.sum(), row(model, "pools", "capacity").sum(), scale)
    for provider in model.providers:
        close(have[provider.number], model.capacity[provider.pools].sum(), scale)


def money_is_neither_made_nor_lost(before: Before, model: TokenMarket) -> None:
    ledger = model.ledger
    turnover = sum(abs(amount) for amount in ledger.flows.values())
    inside = set(ledger.names[: len(model.agents)])
    named = sum(
        amount * ((receiver in inside) - (payer in inside)) for (payer, receiver, _), amount in ledger.flows.items()
    )
    scale = turnover + np.abs(ledger.balance).max(initial=0.0)
    close(ledger.inside_total - before.inside, named, scale)
    close(ledger.inside_total, -ledger.outside_total, scale)


def accounts_move_as_the_frames_say(before: Before, model: TokenMarket) -> None:
    turnover = sum(abs(amount) for amount in model.ledger.flows.values())
    p = {name: row(model, "providers", name) for name in ("cash", "revenue", "rent_paid", "running_cost", "profit")}
    scale = turnover + np.abs(p["cash"]).max(initial=0.0)
    close(p["profit"], p["revenue"] - p["rent_paid"] - p["running_cost"], scale)
    owners = {"parent", "acquisition", "funding", "burn"}  # beside the market, neither earned nor spent in it
    for agent in model.providers:
        between = sum(model.ledger.net(agent.name, kind) for kind in owners)
        close(p["cash"][agent.number], before.cash[agent.name] + p["profit"][agent.number] + between, scale)
    w = {name: row(model, "wholesale", name) for name in ("cash", "income", "running_cost", "capital")}
    for owner in model.hyperscalers:
        between = sum(model.ledger.net(owner.name, kind) for kind in owners)
        spent = w["running_cost"][owner.number] + w["capital"][owner.number]
        change = w["income"][owner.number] - spent + between
        close(w["cash"][owner.number], before.cash[owner.name] + change, scale)
    paid = row(model, "ticks", "paid").sum()
    beside = row(model, "providers", "subscriptions").sum() + sum(
        amount for (_, _, kind), amount in model.ledger.flows.items() if kind == "routed tokens"
    )
    for total in (row(model, "segments", "paid").sum(), row(model, "offers", "revenue").sum(),
                  p["revenue"].sum() - beside):  # fmt: skip
        close(total, paid, scale)
    close(p["rent_paid"].sum(), w["income"].sum(), scale)


def contracts_are_paid_whether_used_or_not(before: Before, model: TokenMarket) -> None:
    running = model.contracts
    flows = model.ledger.flows
    for contract in running:
        both = [c for c in running if (c.seller, c.buyer) == (contract.seller, contract.buyer)]
        due = sum(model.allotment.by_contract[running.index(c)] * c.price for c in both)
        close(flows.get((contract.buyer, contract.seller, "contract"), 0.0), due)
    kept = sum(model.allotment.by_contract)
    close(kept, row(model, "wholesale", "contracted").sum())


def budgets_hold(before: Before, model: TokenMarket) -> None:
    for cohort in model.cohorts:
        if isinstance(cohort, LogitCohort) and math.isfinite(cohort.segment.budget_usd_per_day):
            room = single(model) * cohort.budget_per_day * cohort.wanted.growth
            assert (cohort.budget_left >= -room - 1e-12).all()


def quotas_hold(before: Before, model: TokenMarket) -> None:
    for cohort in model.cohorts:
        if isinstance(cohort, LogitCohort) and cohort.quota_used.size:
            quota = model.founded.book.quota[np.isfinite(model.book.quota)]
            assert (cohort.quota_used <= quota[:, None] * (1 + single(model)) + 1e-9).all()


def every_number_is_one(before: Before, model: TokenMarket) -> None:
    for frame, columns in COLUMNS.items():
        for column in columns:
            assert np.isfinite(row(model, frame, column.name)).all(), f"{frame}: {column.name}"
    assert np.isfinite(model.ledger.balance).all()
    known, expected = model.state.known, model.state.expected
    for array in (model.cleared.prices, known.load, known.chance_wait_h, expected.backlog_wait_h, expected.writing_h):
        assert np.isfinite(array).all()


def offers_can_be_explained(before: Before, model: TokenMarket) -> None:
    for name in model.book.names:
        words = model.explain(name)
        assert words.startswith(name)
        assert not {"nan", "inf", "nan,", "inf,"} & set(words.replace("$", "").split())


def time_in_queues_is_time_waited(before: Before, model: TokenMarket) -> None:
    """Little's law: the queue summed over ticks is the wait summed over requests, by offer, to the bit but rounding."""
    data = {name: model.records.tables["offers"].data[name][: model.tick + 1].sum(axis=0) for name in (
        "waiting", "served_wait_h", "left_wait_h")}  # fmt: skip
    queued = data["waiting"] * model.calendar.tick_hours
    close(queued, data["served_wait_h"] + data["left_wait_h"] + model.queue.waited_h.sum(axis=0))


LAWS_OF_A_TICK = [
    every_number_is_one,
    nothing_is_sold_beyond_capacity,
    every_request_has_a_fate,
    every_order_has_a_fate,
    nobody_is_lost_between_queues,
    all_that_was_asked_is_somewhere,
    no_request_is_below_nothing,
    whole_requests_stay_whole,
    machines_are_given_out_once,
    money_is_neither_made_nor_lost,
    accounts_move_as_the_frames_say,
    contracts_are_paid_whether_used_or_not,
    budgets_hold,
    quotas_hold,
    offers_can_be_explained,
    time_in_queues_is_time_waited,
]


def keep_the_laws(economy: Economy, count: int = TICKS) -> None:
    for before, model in ticks_of(economy, count):
        for law in LAWS_OF_A_TICK:
            law(before, model)
    for frame in model.frames().values():
        assert not frame.isna().any().any()


# Everything that can be swapped is put to them ------------------------------------------------------------


@pytest.mark.parametrize("clearing", CLEARINGS, ids=str)
@quick(25)
@given(data=st.data())
def test_every_clearing_keeps_the_laws(clearing: Clearing, data: st.DataObject) -> None:
    keep_the_laws(data.draw(economies(clearing=clearing)))


@pytest.mark.parametrize("rule", RULES, ids=str)
@quick(10)
@given(data=st.data())
def test_every_rationing_rule_keeps_the_laws(rule: Rationing, data: st.DataObject) -> None:
    keep_the_laws(data.draw(economies(rationing=rule)))


@pytest.mark.parametrize("policy", POLICIES, ids=str)
@quick(8)
@given(data=st.data())
def test_every_pricing_policy_keeps_the_laws(policy: PricingPolicy, data: st.DataObject) -> None:
    keep_the_laws(data.draw(economies(pricing=policy)))


@pytest.mark.parametrize("curve", CURVES, ids=str)
@quick(8)
@given(data=st.data())
def test_every_demand_curve_keeps_the_laws(curve: object, data: st.DataObject) -> None:
    segment = data.draw(curve_segments())
    keep_the_laws(data.draw(economies(segment=st.just(CurveSegment("curve", (curve,), patience_h=segment.patience_h)))))  # type: ignore[arg-type]


@quick(20)
@given(data=st.data())
def test_individuals_keep_the_laws(data: st.DataObject) -> None:
    keep_the_laws(data.draw(economies(segment=segments("more"))))
