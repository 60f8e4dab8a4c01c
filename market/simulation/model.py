"""The model: one tick of the market, readable from top to bottom."""

from __future__ import annotations

from functools import partial
from typing import Any

import mesa
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market.demand.cohort import Cohort, CurveCohort, LogitCohort
from market.demand.scene import Scene
from market.demand.segment import CurveSegment
from market.economy import Economy
from market.exchange.books import Listing, make_book
from market.exchange.clearing import Cleared, Response, ScarcityAuction, Situation
from market.exchange.ledger import Ledger
from market.exchange.queue import Queue, Round
from market.exchange.technology import LOADS
from market.randomness import Streams
from market.records import Records
from market.simulation.explaining import explain
from market.simulation.recording import record
from market.simulation.research import estimate, rent_slopes, toll
from market.supply.agents import AGENT_OF_KIND, HyperscalerAgent, ProviderAgent
from market.supply.pricing import FixedPrice
from market.supply.wholesale import Allotment

type Floats = NDArray[np.float64]

#: The wait that users expect where nothing is served at all [h].
LONGEST_WAIT_H = 1e4


class TokenMarket(mesa.Model):
    """The market for tokens.

        model = TokenMarket(economy, rng=1)
        model.run_for(24)
        model.frames()["offers"]

    Attributes:
        economy: what it was made of.
        book: all offers, as arrays.
        queue: all that wait.
        ledger: all money.
        records: what has been measured.
    """

    def __init__(self, economy: Economy, rng: int = 0) -> None:
        """``rng``: the seed; every random decision has a stream of its own that follows from it."""
        super().__init__(rng=rng)
        self.economy, self.calendar = economy, economy.calendar
        self.streams = Streams(int(rng))
        self._make_agents()
        self._make_book()
        shape = (self.book.segments, self.book.offers)
        self.queue = Queue(
            *shape, self.calendar.tick_hours, np.array([s.patience_h for s in economy.segments]), whole=economy.whole
        )
        self.tick = -1
        self.rents: Floats = np.zeros(self.book.pools)
        self.capacity: Floats = np.zeros(self.book.pools)
        self.used: Floats = np.zeros(self.book.pools)
        self.orders: Floats = np.zeros(shape)
        self.joined: Floats = np.zeros(shape)
        self.demand_slopes: Floats = np.zeros(shape)
        self.chance_wait_h: Floats = np.zeros(self.book.offers)
        self.backlog_wait_h: Floats = np.zeros(self.book.offers)
        self.load: Floats = np.zeros(self.book.pools)
        self._usual_orders: Floats = np.full((*shape, self.calendar.ticks_per_day), np.nan)
        self.records = Records(
            self.calendar,
            {
                "offers": self.book.names,
                "pools": self.pool_names,
                "providers": [p.name for p in economy.providers],
                "segments": [s.name for s in economy.segments],
                "wholesale": [h.name for h in economy.hyperscalers],
            },
        )
        self.datacollector = mesa.DataCollector(
            model_reporters={name: partial(_headline, name=name) for name in HEADLINES}
        )

    # ---------------------------------------------------------------- the tick

    def step(self) -> None:
        """One tick, in seven lines."""
        self._begin_tick()
        self._trade_wholesale()
        self._post_prices()
        self._form_requests()
        self._clear()
        self._move_money()
        self._record()

    def _begin_tick(self) -> None:
        """Fleets and populations move to the new hour; contracts begin and end."""
        self.tick += 1
        self.ledger.new_tick()
        for owner in self.hyperscalers:
            owner.grow(self.calendar.years(self.tick))
        self.contracts = [c for c in self.economy.contracts if c.runs(self.tick)]

    def _trade_wholesale(self) -> None:
        """Machines are given out: first-party use, then contracts, then the spot auction."""
        hours, period = self.calendar.tick_hours, self.calendar.period(self.tick)
        capacity = np.zeros(self.book.pools)
        for p in self.providers:
            for k, number in enumerate(p.pools):
                capacity[number] = p.owned_racks(k, period) * hours
        owned = np.array([h.racks * hours for h in self.hyperscalers])
        first_party = owned * np.array([h.spec.first_party for h in self.hyperscalers])
        asks = np.array([max(h.spec.reserve, h.spec.running_cost) for h in self.hyperscalers])
        parties = [(self._number[c.seller], self._number[c.buyer]) for c in self.contracts]
        promised = np.bincount(
            [buyer for _, buyer in parties], weights=[c.racks * hours for c in self.contracts],
            minlength=len(self.providers),
        ) if parties else np.zeros(len(self.providers))  # fmt: skip
        bids = []
        expected = self._expected_orders(period) + self.queue.length
        for p in self.providers:
            held = float(promised[p.number]) + float(capacity[p.pools].sum())
            bids += p.bids(self.book, expected[:, p.offers], self.demand_slopes[:, p.offers], held)
        self.allotment: Allotment = self.economy.wholesale.allot(
            owned, first_party, asks, self.contracts, parties, bids, len(self.providers), hours
        )
        got = self.allotment.spot.copy()
        for (_, buyer), racks in zip(parties, self.allotment.by_contract, strict=True):
            got[buyer] += racks
        for p in self.providers:
            capacity[p.pools[0]] += got[p.number]
            p.spot_racks = float(self.allotment.spot[p.number]) / hours
            p.contracted_racks = float(got[p.number]) / hours - p.spot_racks
            if p.spec.spot:
                p.capacity_cost = self.allotment.price
        self.capacity = capacity

    def _post_prices(self) -> None:
        """Providers see their outlook and post list prices."""
        ordered = (self.orders * self.book.work).sum(axis=0)
        by_pool = np.bincount(self.book.pool, weights=ordered, minlength=self.book.pools)
        movers = [p for p in self.providers if not isinstance(p.spec.pricing, FixedPrice) and p.offers.size]
        posted = self.book.price.copy()
        for p in movers:
            outlook = p.outlook(
                self.book,
                self.calendar,
                self.tick,
                self.orders,
                self.capacity,
                by_pool,
                partial(toll, self),
                partial(estimate, self),
            )
            posted[p.offers] = np.maximum(p.spec.pricing(outlook), 0.0)
        self.book.price = posted

    def _form_requests(self) -> None:
        """Users find out what they want, and put off what can wait."""
        for cohort in self.cohorts:
            cohort.form_requests(self.tick)

    def _clear(self) -> None:
        """Users order, capacity serves, the rest waits or leaves."""
        book, economy = self.book, self.economy
        waiting_work = self.queue.backlog(book.work)
        before = np.bincount(book.pool, weights=waiting_work, minlength=book.pools)
        self.backlog_wait_h = self._backlog_wait(waiting_work)
        situation = Situation(
            book, np.maximum(self.capacity - before, 0.0), self.supply_curves, self.respond, self.rents
        )
        # Spot buyers look at the slope of their demand a few times a day; an auction needs it always.
        look = self.tick % max(self.calendar.ticks_per_day // 4, 1) == 0 and any(p.spec.spot for p in self.providers)
        self.slopes_wanted = look or isinstance(economy.clearing, ScarcityAuction)
        self.cleared: Cleared = economy.clearing.clear(situation)
        if self.slopes_wanted:
            response = self.cleared.response
            self.demand_slopes = response.own - np.diagonal(response.cross, axis1=1, axis2=2)
        self.rents = self.cleared.rents
        expected = self.cleared.response.requests
        self.orders = self._arrivals(expected) if economy.whole else expected
        rng = self.streams.stream("rationing")
        waits = economy.waits.expected(book, self.orders, waiting_work, self.capacity, self.calendar.tick_hours)
        self.wait_h = np.minimum(waits, LONGEST_WAIT_H)
        self.round: Round = self.queue.serve(book, self.orders, self.capacity, economy.rationing, rng)
        self.joined = self._fall_back()
        self.used = self.round.used
        self._remember(expected, waits)

    def _move_money(self) -> None:
        """Users pay providers, providers pay hyperscalers, all pay for power; the rest of the world is named."""
        ledger, book, hours = self.ledger, self.book, self.calendar.tick_hours
        paid = self.round.served * self.cleared.prices
        self.paid = np.where(self.round.served > 0, paid, 0.0)
        for s, cohort in enumerate(self.cohorts):
            ledger.pay("users' income", cohort.name, float(self.paid[s].sum()), "income")
            for p in self.providers:
                ledger.pay(cohort.name, p.name, float(self.paid[s, p.offers].sum()), "tokens")
        for contract, delivered in zip(self.contracts, self.allotment.by_contract, strict=True):
            ledger.pay(contract.buyer, contract.seller, float(delivered) * contract.price, "contract")
        # Spot: money follows the rack-hours at the one price; bought and sold are equal but for rounding.
        bought, sold = self.allotment.spot, self.allotment.sold_spot
        total = float(bought.sum())
        for p in self.providers:
            for h in self.hyperscalers:
                share = float(sold[h.number]) / float(sold.sum()) if total > 0 else 0.0
                ledger.pay(p.name, h.name, float(bought[p.number]) * share * self.allotment.price, "spot")
        for h in self.hyperscalers:
            a = self.allotment
            h.rented_out = float(a.contracted[h.number] + a.sold_spot[h.number]) / hours
            h.spot_price = a.price
            running = float(a.first_party[h.number]) + h.rented_out * hours
            ledger.pay(h.name, "power", running * h.spec.running_cost, "power")
        tokens = (self.round.served * book.billed).sum(axis=0)
        slopes = rent_slopes(self)
        for p in self.providers:
            upkeep = sum(float(tokens[j]) * o.cost for j, o in zip(p.offers, p.spec.offers, strict=True))
            ledger.pay(p.name, "upkeep", upkeep, "upkeep")
            power = sum(float(self.used[n]) * pool.running_cost for n, pool in zip(p.pools, p.spec.pools, strict=True))
            ledger.pay(p.name, "power", power, "power")
            p.invest(self.tick, self.rents, slopes, self.used)
            for k, pool in enumerate(p.spec.pools):
                if pool.investment:
                    cost = pool.investment.cost_per_cycle / pool.investment.cycle_ticks
                    ledger.pay(p.name, "capital", cost * p.racks[k], "capital")

    # ---------------------------------------------------------------- parts of the tick

    def respond(self, prices: Floats) -> Response:
        """What users would order in this tick at these prices of a request [USD], by segment and offer."""
        delay = self._delay_h()
        replies = []
        for s, cohort in enumerate(self.cohorts):
            scene = self._scene(s, delay[s])
            replies.append(cohort.reply(scene, prices[s]))
        requests = np.array([r.requests for r in replies]).reshape(self.book.work.shape)
        # Chances so small that nobody ever takes them are no orders.
        requests[requests < 1e-13 * requests.sum(axis=1, keepdims=True)] = 0.0
        return Response(
            requests,
            np.array([r.nothing for r in replies]),
            np.array([r.local for r in replies]),
            np.array([r.unaffordable for r in replies]),
            np.array([r.surplus for r in replies]),
            np.array([r.own for r in replies]).reshape(self.book.work.shape),
            np.array([r.cross for r in replies]),
        )

    def _scene(self, segment: int, delay_h: Floats) -> Scene:
        book = self.book
        is_open = book.open[segment] & self._alive
        return Scene(
            self._names, book.provider, book.quality[segment], delay_h, is_open, book.quota, self.slopes_wanted
        )

    def _delay_h(self) -> Floats:
        """Wait and time of writing that users expect [h], by segment and offer."""
        book = self.book
        position = np.clip(self.load, 0.0, 1.0)[book.pool] * (LOADS.size - 1)
        low = np.minimum(position.astype(np.int64), LOADS.size - 2)
        part = position - low
        index = np.arange(book.offers)
        self.writing_h = book.hours[:, index, low] + part * (book.hours[:, index, low + 1] - book.hours[:, index, low])
        return np.asarray(self.chance_wait_h + self.backlog_wait_h + self.writing_h)

    def _backlog_wait(self, waiting_work: Floats) -> Floats:
        """How long what waits now takes to serve [h], by offer: own rank and those above."""
        book = self.book
        if not waiting_work.any():
            return np.zeros(book.offers)
        ahead = self._ahead @ waiting_work
        rate = self.capacity[book.pool] / self.calendar.tick_hours
        with np.errstate(over="ignore"):
            wait = np.divide(ahead, rate, out=np.where(ahead > 0, LONGEST_WAIT_H, 0.0), where=rate > 0)
        return np.asarray(np.minimum(wait, LONGEST_WAIT_H))

    def _arrivals(self, expected: Floats) -> Floats:
        """Whole requests at random: Poisson, or over-dispersed, around what is expected."""
        out = np.zeros(expected.shape)
        for s, segment in enumerate(self.economy.segments):
            rng = self.streams.stream("arrivals", segment.name)
            burstiness = getattr(segment, "burstiness", 1.0)
            if burstiness > 1.0:
                shape = expected[s] / (burstiness - 1.0)
                out[s] = rng.poisson(rng.gamma(shape, burstiness - 1.0))
            else:
                out[s] = rng.poisson(expected[s])
        return out

    def _fall_back(self) -> Floats:
        """Those who lost patience join their next-best offer, or give up; returns who joined where."""
        left = self.round.left_impatient
        if not self.economy.fallback or not left.any():
            return np.zeros(left.shape)
        weights = self.cleared.response.requests * self._alive
        outside = np.maximum(self.cleared.response.nothing, 0.0)
        others = weights.sum(axis=1, keepdims=True) + outside[:, None] - weights
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(others > 0, left / others, 0.0)
        joined = weights * (rate.sum(axis=1, keepdims=True) - rate)
        joined = self._whole_fall_back(left, weights, outside) if self.economy.whole else np.maximum(joined, 0.0)
        self.queue.add(joined)
        return np.asarray(joined)

    def _whole_fall_back(self, left: Floats, weights: Floats, outside: Floats) -> Floats:
        rng = self.streams.stream("fallback")
        joined = np.zeros(left.shape)
        for s, j in zip(*np.nonzero(left), strict=True):
            chance = np.append(weights[s], outside[s])
            chance[j] = 0.0
            if chance.sum() > 0:
                joined[s] += rng.multinomial(int(left[s, j]), chance / chance.sum())[:-1]
        return joined

    def _remember(self, expected: Floats, waits: Floats) -> None:
        """Users and providers take note of the tick."""
        period = self.calendar.period(self.tick)
        delay = self._delay_h()
        for s, cohort in enumerate(self.cohorts):
            cohort.settle(self._scene(s, delay[s]), self.cleared.prices[s])
            if isinstance(cohort, LogitCohort):
                ordered = float(expected[s].sum())
                spent = float((expected[s] * np.where(expected[s] > 0, self.cleared.prices[s], 0.0)).sum())
                surplus = float(self.cleared.response.surplus[s])
                cohort.learn_worth(period, surplus, spent / ordered if ordered > 0 else 0.0)
        pace = 1.0 / self.economy.learning_ticks if self.tick > 0 else 1.0
        chance = np.minimum(np.maximum(waits - self.backlog_wait_h, 0.0), LONGEST_WAIT_H)
        self.chance_wait_h = self.chance_wait_h + pace * (chance - self.chance_wait_h)
        load = np.divide(self.round.used, self.capacity, out=np.zeros_like(self.used), where=self.capacity > 0)
        self.load = self.load + pace * (load - self.load)
        known = self._usual_orders[:, :, period]
        self._usual_orders[:, :, period] = np.where(np.isnan(known), expected, known + 0.5 * (expected - known))

    def _expected_orders(self, period: int) -> Floats:
        """What providers expect to be ordered in this tick: the same hour of past days, or what was ordered last."""
        usual = self._usual_orders[:, :, period]
        if not np.isnan(usual).any():
            return usual
        if self.tick > 0:
            return self.orders
        for cohort in self.cohorts:
            cohort.preview(self.tick)
        return self.respond(self.book.request_prices()).requests

    def _record(self) -> None:
        """Write the tick down."""
        record(self)
        self.records.ticks = self.tick + 1
        self.datacollector.collect(self)

    # ---------------------------------------------------------------- making, and looking

    def _make_agents(self) -> None:
        e = self.economy
        names = [a.name for a in (*e.segments, *e.providers, *e.hyperscalers)]
        self.ledger = Ledger(names)
        self.hyperscalers = [HyperscalerAgent(self, spec, k, self.ledger) for k, spec in enumerate(e.hyperscalers)]
        self.providers: list[ProviderAgent] = [
            AGENT_OF_KIND[spec.kind](self, spec, k, self.ledger) for k, spec in enumerate(e.providers)
        ]
        self.cohorts: list[Cohort] = [
            CurveCohort(self, s) if isinstance(s, CurveSegment) else LogitCohort(self, s, self.calendar, self.streams)
            for s in e.segments
        ]
        sellers: list[HyperscalerAgent | ProviderAgent] = [*self.hyperscalers, *self.providers]
        self._number = {seller.name: seller.number for seller in sellers}
        for seller in sellers:
            self.ledger.pay("funding", seller.name, seller.spec.cash, "funding")

    def _make_book(self) -> None:
        e = self.economy
        listings: list[Listing] = []
        self.pool_names: list[str] = []
        self.supply_curves = []
        prices = []
        for p in self.providers:
            p.pools = list(range(len(self.pool_names), len(self.pool_names) + len(p.spec.pools)))
            by_name = dict(zip((pool.name for pool in p.spec.pools), p.pools, strict=True))
            self.pool_names += [p.name if len(p.spec.pools) == 1 else f"{p.name}/{pool.name}" for pool in p.spec.pools]
            self.supply_curves += [pool.supply for pool in p.spec.pools]
            p.offers = np.arange(len(listings), len(listings) + len(p.spec.offers))
            for o in p.spec.offers:
                open_to = None if o.open_to is None else tuple(s.name in o.open_to for s in e.segments)
                listings.append(
                    Listing(
                        o.name, p.number, by_name[o.pool], o.technology, o.tier.speed, o.tier.priority,
                        o.tier.deadline_h, o.tier.quota_per_day, tuple(s.quality_of(o.quality) for s in e.segments),
                        open_to,
                    )
                )  # fmt: skip
                prices.append(o.price)
        workloads = [s.workload for s in e.segments]
        self.book = make_book(listings, workloads, e.tariff, self.calendar.tick_hours, len(self.pool_names))
        self.book.price = np.array(prices, dtype=np.float64)
        self._names = np.array(self.book.names, dtype=np.str_)
        self._alive = np.ones(self.book.offers, dtype=bool)
        self.output_tokens = np.array([w.output for w in workloads])
        same_pool = self.book.pool[:, None] == self.book.pool[None, :]
        self._ahead = (same_pool & (self.book.priority[None, :] <= self.book.priority[:, None])).astype(np.float64)
        self.slopes_wanted = isinstance(e.clearing, ScarcityAuction)

    def frames(self) -> dict[str, pd.DataFrame]:
        """The tidy frames of all that was measured, by name."""
        return self.records.frames()

    def explain(self, offer: str, tick: int | None = None) -> str:
        """Why an offer's price, wait and sales were what they were in a tick, in words and numbers."""
        return explain(self, offer, tick)


HEADLINES = (
    "asked",
    "ordered",
    "served",
    "waiting",
    "turned_away",
    "nothing",
    "paid",
    "used",
    "capacity",
    "spot_price",
)


def _headline(model: Any, name: str) -> float:
    return float(model.records.tables["ticks"].data[name][model.tick, 0])
