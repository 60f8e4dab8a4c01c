"""Laws of a tick, whatever the behaviours: nothing is sold twice, lost or out of thin air, and every number is one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from market import TokenMarket
from market.demand.individuals import LogitCohort
from market.economy import Economy
from market.events import Event
from market.exchange.clearing.base import Clearing
from market.exchange.rationing.base import Rationing
from market.simulation.columns import COLUMNS
from market.supply.pricing.base import PricingPolicy
from market.supply.quotas import QuotaPolicy
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.laws.closeness import ROUNDING, SUBNORMAL, close, row, single
from scenarios.laws.in_words import spaced
from scenarios.laws.law import BrokenLawError, law, must
from scenarios.laws.money import (
    accounts_move_as_the_frames_say,
    budgets_hold,
    contracts_are_paid_whether_used_or_not,
    creditors_lose_what_they_do_not_recover,
    incomes_are_felt,
    money_is_neither_made_nor_lost,
    racks_are_paid_for,
    research_is_paid_by_whose_it_is,
    statements_add_up,
)
from scenarios.laws.plain_economies import Before, market_of, people, seller, ticks_of
from scenarios.laws.random_economies import economies

PLAIN = "in a plain market, the books of every tick add up"
BOOKS = "in any market, the books of every tick add up"
TICKS = 6


# The laws of one tick -------------------------------------------------------------------------------------


def nothing_is_sold_beyond_capacity(before: Before, model: TokenMarket) -> None:
    """Work served is at most what machines can do, and frames say the same."""
    book, rnd = model.book, model.round
    sold = rnd.served * book.work
    if model.economy.whole:  # what was begun before counted as work then; what was begun of who left is lost
        could = (rnd.work + before.begun) * (1 + ROUNDING) + SUBNORMAL
        must(sold <= could, "sold {} rack-h, but {} were done", sold, rnd.work + before.begun)
    else:
        close(rnd.work, sold)
    done = np.bincount(book.pool, weights=rnd.work.sum(axis=0), minlength=book.pools)
    must(done <= model.capacity * (1 + ROUNDING) + SUBNORMAL, "did {} of {} rack-h, by pool", done, model.capacity)
    close(row(model, "pools", "used"), done)
    close(np.bincount(book.pool, weights=row(model, "offers", "work"), minlength=book.pools), done)
    utilisation = row(model, "pools", "utilisation")
    must(utilisation <= 1, "pools are used to {} of what they can do", utilisation)
    used, there = row(model, "ticks", "used").sum(), row(model, "ticks", "capacity").sum()
    must(used <= there * (1 + ROUNDING), "used {} of {} rack-h", used, there)


def every_request_has_a_fate(before: Before, model: TokenMarket) -> None:
    """Asked is ordered, done at home, given up or beyond budgets."""
    fates = sum(row(model, "segments", name) for name in ("ordered", "local", "nothing", "unaffordable"))
    close(row(model, "segments", "asked"), fates)
    if model.economy.whole:
        return  # what is ordered is drawn, so that asked is too
    not_asked = model.state.ordered.cleared.response.not_asked
    wanted = [
        cohort.wanted.formed - cohort.wanted.put_off + cohort.wanted.taken_up - float(spared)
        for cohort, spared in zip(model.cohorts, not_asked, strict=True)
    ]
    close(row(model, "segments", "asked"), wanted, rounding=single(model))


def every_order_has_a_fate(before: Before, model: TokenMarket) -> None:
    """Who came was served, left, or waits."""
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
    close(row(model, "offers", "sent_on").sum(), row(model, "offers", "taken_in").sum())
    closed = model.orders[~model.book.open]
    must(closed == 0, "{} requests were ordered of offers that are closed to who ordered", closed.sum())


def nobody_is_lost_between_queues(before: Before, model: TokenMarket) -> None:
    """Who joins another queue has left one, and nobody comes back to the queue just left."""
    left, joined = model.round.left_impatient, model.joined
    must(
        joined.sum(axis=1) <= left.sum(axis=1) * (1 + ROUNDING) + 1e-12,
        "{} joined other queues, but {} left theirs",
        joined.sum(axis=1),
        left.sum(axis=1),
    )
    from_others = left.sum(axis=1, keepdims=True) - left
    must(joined <= from_others * (1 + ROUNDING) + 1e-12, "{} joined, but {} left other queues", joined, from_others)
    away = row(model, "segments", "turned_away")
    must(away >= -ROUNDING * (left.sum(axis=1) + 1e-3), "{} requests were turned away", away)


def all_that_was_asked_is_somewhere(before: Before, model: TokenMarket) -> None:
    """From the first tick on, and what was put off is taken up or pending."""
    upto = {
        name: model.records.tables["ticks"].data[name][: model.tick + 1].sum()
        for name in ("asked", "served", "turned_away", "local", "nothing", "unaffordable", "put_off")
    }
    waiting = row(model, "ticks", "waiting")[0]
    away = sum(upto[name] for name in ("turned_away", "local", "nothing", "unaffordable"))
    close(upto["asked"], upto["served"] + waiting + away)
    pending = row(model, "ticks", "pending")[0]
    taken_up = sum(cohort.wanted.taken_up for cohort in model.cohorts)
    put_off = row(model, "ticks", "put_off")[0]
    close(pending - before.pending, put_off - taken_up, max(pending, before.pending), single(model))


def no_request_is_below_nothing(before: Before, model: TokenMarket) -> None:
    """Neither in arrays nor in frames."""
    rnd = model.round
    for array in (model.orders, model.joined, rnd.served, rnd.left_late, rnd.left_impatient, model.queue.waiting,
                  rnd.served_wait_h, model.wait_h, model.rents, model.book.price):  # fmt: skip
        must(array >= 0, "{} is below nothing", array.min(initial=0.0))
    scale = row(model, "segments", "asked").max(initial=0.0)
    for name in ("asked", "local", "nothing", "unaffordable", "put_off", "pending", "served", "waiting"):
        counted = row(model, "segments", name)
        must(counted >= -ROUNDING * scale, "{} {}, by segment", spaced(name), counted)


def whole_requests_stay_whole(before: Before, model: TokenMarket) -> None:
    """Where the market counts in whole requests."""
    if not model.economy.whole:
        return
    rnd = model.round
    for array in (model.orders, model.joined, rnd.served, rnd.left_late, rnd.left_impatient, model.queue.waiting):
        must(array == np.rint(array), "{} requests, which are not whole", array)


def machines_are_given_out_once(before: Before, model: TokenMarket) -> None:
    """Owned is used first-party, under contract, sold at spot, or idle; who rents has what was let."""
    w = {
        name: row(model, "wholesale", name)
        for name in ("owned", "first_party", "contracted", "on_demand", "sold_spot", "idle", "short", "taken_back")
    }
    close(w["owned"], w["first_party"] + w["contracted"] + w["on_demand"] + w["sold_spot"] + w["idle"])
    for name, values in w.items():
        must(values >= -ROUNDING * w["owned"], "{} {} rack-h, by owner", spaced(name), values)
    scale = w["owned"].sum()
    rented = sum(row(model, "providers", name).sum() for name in ("spot", "on_demand"))
    close(w["sold_spot"].sum() + w["on_demand"].sum(), rented + row(model, "ticks", "research").sum(), scale)
    close(w["contracted"].sum(), row(model, "providers", "contracted").sum(), scale)
    hours = model.calendar.tick_hours
    promised = sum(c.racks_now for c in model.contracts) * hours
    close((w["contracted"] + w["short"]).sum(), promised)
    sources = ("owned", "contracted", "on_demand", "spot", "homes")
    have = np.sum([row(model, "providers", name) for name in sources], axis=0) - row(model, "providers", "restarted")
    close(have.sum(), row(model, "pools", "capacity").sum(), scale)
    for provider in model.providers:
        close(have[provider.number], model.capacity[provider.pools].sum(), scale)


def quotas_hold(before: Before, model: TokenMarket) -> None:
    """Nobody takes more of a tier than is granted of its quota, or has taken before it was cut."""
    quotas = np.concatenate((model.book.quota, model.book.week_quota))
    granted = quotas[np.isfinite(quotas)][:, None]
    cohorts = [cohort for cohort in model.cohorts if isinstance(cohort, LogitCohort)]
    for cohort, used_before in zip(cohorts, before.quota_used, strict=True):
        used = cohort.quota_used
        if used.size:
            allowed = np.maximum(granted, used_before if used_before.shape == used.shape else 0.0)
            allowed = allowed * (1 + single(model)) + 1e-9
            must(used <= allowed, "used {} of quotas of {}", used.max(axis=1), granted[:, 0])


def every_number_is_one(before: Before, model: TokenMarket) -> None:
    """In frames, accounts and what is expected."""
    for frame, columns in COLUMNS.items():
        for column in columns:
            values = row(model, frame, column.name)
            must(np.isfinite(values), "{} in {} is {}", spaced(column.name), frame, values)
    must(np.isfinite(model.ledger.balance), "accounts hold {} USD", model.ledger.balance)
    known, expected = model.state.known, model.state.expected
    for array in (model.cleared.prices, known.load, known.chance_wait_h, expected.backlog_wait_h, expected.writing_h):
        must(np.isfinite(array), "prices, loads or waits are {}", array)


def offers_can_be_explained(before: Before, model: TokenMarket) -> None:
    """In words with numbers in them."""
    for name in model.book.names:
        words = model.explain(name)
        must(words.startswith(name), "the explanation of {} begins otherwise: {}", name, words)
        odd = {"nan", "inf", "nan,", "inf,"} & set(words.replace("$", "").split())
        must(not odd, "the explanation of {} has no numbers: {}", name, words)


def time_in_queues_is_time_waited(before: Before, model: TokenMarket) -> None:
    """Little's law: the queue summed over ticks is the wait summed over requests, by offer, to the bit but rounding."""
    data = {
        name: model.records.tables["offers"].data[name][: model.tick + 1].sum(axis=0)
        for name in ("waiting", "served_wait_h", "left_wait_h")
    }
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
    racks_are_paid_for,
    accounts_move_as_the_frames_say,
    creditors_lose_what_they_do_not_recover,
    statements_add_up,
    contracts_are_paid_whether_used_or_not,
    research_is_paid_by_whose_it_is,
    budgets_hold,
    incomes_are_felt,
    quotas_hold,
    offers_can_be_explained,
    time_in_queues_is_time_waited,
]


def keep_the_laws(economy: Economy, count: int = TICKS) -> None:
    """Run some ticks of an economy, and hold each to all laws of a tick."""
    for before, model in ticks_of(economy, count):
        for check in LAWS_OF_A_TICK:
            try:
                check(before, model)
            except BrokenLawError as error:
                raise BrokenLawError(f"{spaced(check.__name__)}: in tick {model.tick}, {error}") from error
    for name, frame in model.frames().items():
        must(not frame.isna().any().any(), "the frame {} has holes", name)


# Everything that can be swapped is put to them ------------------------------------------------------------


def plain_markets(
    *, pricing: PricingPolicy | None = None, quotas: QuotaPolicy | None = None, **other: Any
) -> Iterator[Economy]:
    """Two kinds of users; a seller with too few machines for two tiers, one of them limited, and one with enough."""
    tiers = (Tier("fast", priority=0.0, quota_per_day=10.0), Tier("slow", priority=1.0, deadline_h=6.0))
    offers = tuple(Offer(tier.name, 1.0, 1.0, tier=tier, cost=0.5) for tier in tiers)
    scarce, ample = Provider("p", offers, pools=(Pool(40.0),)), seller("q", 4.0, 0.9, racks=1e4)
    changed: dict[str, Any] = {name: value for name, value in (("pricing", pricing), ("quotas", quotas)) if value}
    sellers = [replace(one, **changed) for one in (scarce, ample)]
    for whole in (False, True):
        users = (people(), people("two", patience_h=math.inf, worth_usd=30.0))
        yield market_of(*users, *sellers, whole=whole, **other)


@law(Clearing, PLAIN)
def of_clearings_in_plain_markets(clearing: Clearing) -> None:
    """Of which all are cleared by it."""
    for economy in plain_markets(clearing=clearing):
        keep_the_laws(economy)


@law(Rationing, PLAIN)
def of_rationing_rules_in_plain_markets(rule: Rationing) -> None:
    """Of which all ration by it."""
    for economy in plain_markets(rationing=rule):
        keep_the_laws(economy)


@law(PricingPolicy, PLAIN)
def of_pricing_policies_in_plain_markets(policy: PricingPolicy) -> None:
    """Of which all sellers price by it."""
    for economy in plain_markets(pricing=policy):
        keep_the_laws(economy)


@law(QuotaPolicy, PLAIN)
def of_quota_policies_in_plain_markets(quotas: QuotaPolicy) -> None:
    """Of which all sellers grant quotas by it."""
    for economy in plain_markets(quotas=quotas):
        keep_the_laws(economy)


@law(Event, PLAIN)
def of_events_in_plain_markets(event: Event) -> None:
    """Which it befalls."""
    for economy in plain_markets(events=(event,)):
        keep_the_laws(economy)


@law(Event, BOOKS, drawn={"economy": economies()}, examples=5)
def of_events(event: Event, economy: Economy) -> None:
    """In any economy that it befalls."""
    keep_the_laws(replace(economy, events=(event,)))


@law(Clearing, BOOKS, drawn=lambda clearing: {"economy": economies(clearing=clearing)}, examples=12)
def of_clearings(clearing: Clearing, economy: Economy) -> None:
    """In any economy that is cleared by it."""
    keep_the_laws(economy)


@law(Rationing, BOOKS, drawn=lambda rule: {"economy": economies(rationing=rule)}, examples=5)
def of_rationing_rules(rule: Rationing, economy: Economy) -> None:
    """In any economy that rations by it."""
    keep_the_laws(economy)


@law(PricingPolicy, BOOKS, drawn=lambda policy: {"economy": economies(pricing=policy)}, examples=4)
def of_pricing_policies(policy: PricingPolicy, economy: Economy) -> None:
    """In any economy of which all sellers price by it."""
    keep_the_laws(economy)


@law(QuotaPolicy, BOOKS, drawn=lambda quotas: {"economy": economies(quotas=quotas)}, examples=4)
def of_quota_policies(quotas: QuotaPolicy, economy: Economy) -> None:
    """In any economy of which all sellers grant quotas by it."""
    keep_the_laws(economy)
