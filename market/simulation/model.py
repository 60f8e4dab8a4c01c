"""The model: one tick of the market, readable from top to bottom."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import mesa
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity.errors import require_kind, require_whole
from market.demand.cohort import Cohort
from market.demand.scene import Scene
from market.economy import Economy
from market.exchange.books import Book
from market.exchange.clearing.base import Cleared, Response
from market.exchange.ledger import Ledger
from market.exchange.queue import Queue, Round
from market.exchange.supply_curve import SupplyCurve
from market.exchange.technology import LOADS
from market.randomness import Streams
from market.records import Records
from market.simulation.changing import begin_tick
from market.simulation.explaining import explain
from market.simulation.founding import list_offers, make_agents
from market.simulation.paying import move_money
from market.simulation.recording import record
from market.simulation.selling import post_prices
from market.simulation.serving import clear, form_requests
from market.simulation.trading import trade_wholesale
from market.supply.agents import HyperscalerAgent, ProviderAgent
from market.supply.specs import Contract
from market.supply.wholesale import Allotment

type Floats = NDArray[np.float64]


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

    #: The longest wait that users ever expect [h].
    longest_wait_h = 1e4
    #: The wait that they think of where there are no machines at all: a weekend, not for ever [h].
    no_service_wait_h = 48.0

    # Made by founding.py.
    ledger: Ledger
    hyperscalers: list[HyperscalerAgent]
    providers: list[ProviderAgent]
    cohorts: list[Cohort]
    number_of: dict[str, int]
    book: Book
    pool_names: list[str]
    supply_curves: list[SupplyCurve]
    offer_names: NDArray[np.str_]
    alive: NDArray[np.bool_]
    output_tokens: Floats
    ahead_of: Floats
    slopes_wanted: bool
    # Made by the steps of a tick.
    contracts: list[Contract]
    all_contracts: list[Contract]
    routes: dict[int, tuple[tuple[int, ...], float]]
    routed_to: dict[int, int]
    first_work: Floats
    first_open: NDArray[np.bool_]
    first_quota: Floats
    fee: Floats
    kept_for: NDArray[np.bool_]
    kept_above: Floats
    allotment: Allotment
    cleared: Cleared
    round: Round
    wait_h: Floats
    writing_h: Floats
    paid: Floats
    members: Floats

    def __init__(self, economy: Economy, rng: int = 0) -> None:
        """``rng``: the seed; every random decision has a stream of its own that follows from it."""
        require_kind("economy", economy, Economy)
        rng = require_whole("rng (the seed)", rng, at_least=0)
        super().__init__(rng=rng)
        self.economy, self.calendar = economy, economy.calendar
        self.streams = Streams(rng)
        make_agents(self)
        list_offers(self)
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
        self.latent_orders: Floats = np.zeros(shape)
        self.chance_wait_h: Floats = np.zeros(self.book.offers)
        self.backlog_wait_h: Floats = np.zeros(self.book.offers)
        self.load: Floats = np.zeros(self.book.pools)
        self.usual_orders: Floats = np.full((2, *shape, self.calendar.ticks_per_day), np.nan)
        """Usual orders on weekdays and at weekends, by segment, offer and tick of the day."""
        self.level: Floats = np.ones(shape)
        """Orders of the last hours over the usual ones."""
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

    def step(self) -> None:
        """One tick, in seven lines."""
        begin_tick(self)
        trade_wholesale(self)
        post_prices(self)
        form_requests(self)
        clear(self)
        move_money(self)
        record(self)

    def respond(self, prices: Floats, blur_usd: float = 0.0) -> Response:
        """What users would order in this tick at these prices of a request [USD], by segment and offer.

        ``blur_usd``: width within which ties are shared (see ``demand.scene.Scene``); 0 for what users really do.
        """
        delay = self.delay_h()
        replies = []
        for s, cohort in enumerate(self.cohorts):
            scene = replace(self.scene(s, delay[s]), blur_usd=blur_usd)
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
            np.array([r.cross for r in replies]).reshape(*self.book.work.shape, self.book.offers),
        )

    def scene(self, segment: int, delay_h: Floats) -> Scene:
        """What a segment sees of the market."""
        book = self.book
        is_open = book.open[segment] & self.alive
        return Scene(
            self.offer_names,
            book.provider,
            book.quality[segment],
            delay_h,
            is_open,
            book.quota,
            self.fee,
            self.slopes_wanted,
        )

    def delay_h(self) -> Floats:
        """Wait and time of writing that users expect [h], by segment and offer."""
        book = self.book
        position = np.clip(self.load, 0.0, 1.0)[book.pool] * (LOADS.size - 1)
        low = np.minimum(position.astype(np.int64), LOADS.size - 2)
        part = position - low
        index = np.arange(book.offers)
        self.writing_h = book.hours[:, index, low] + part * (book.hours[:, index, low + 1] - book.hours[:, index, low])
        return np.asarray(self.chance_wait_h + self.backlog_wait_h + self.writing_h)

    def run_for(self, duration: int) -> None:
        """Run so many ticks more."""
        super().run_for(require_whole("run_for: ticks", duration, at_least=1))

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
