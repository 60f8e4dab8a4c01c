"""The model: a Mesa model whose step is the tick of ``tick.PHASES``."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import mesa
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity.errors import require_kind, require_whole
from market.economy import Economy
from market.exchange.books import Book
from market.exchange.clearing.base import Cleared
from market.exchange.ledger import Ledger
from market.exchange.queue import Queue, Round
from market.randomness import Streams
from market.records import Records
from market.simulation.columns import COLUMNS, ENTITY
from market.simulation.explaining import explain
from market.simulation.explaining_firms import explain_firm
from market.simulation.founding import found
from market.simulation.moment import Moment
from market.simulation.quoting import AHEAD
from market.simulation.recording import record
from market.simulation.tick import Timings, run_tick
from market.simulation.unrest import restless_so_far
from market.supply.contract import Contract
from market.supply.wholesale import Allotment

type Floats = NDArray[np.float64]

#: What Mesa's data collector collects: columns of the frame of ticks.
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


class TokenMarket(mesa.Model):
    """The market for tokens.

        model = TokenMarket(economy, rng=1)
        model.run_for(24)
        model.frames()["offers"]

    Attributes:
        economy: what it was made of.
        founded: agents and offers.
        state: the state, in parts, each of which one phase of the tick makes anew.
        records: what has been measured.
        timings: seconds by phase of the tick, where ``timed`` is set.
    """

    def __init__(self, economy: Economy, rng: int = 0, *, timed: bool = False) -> None:
        """``rng``: the seed; every random decision has a stream of its own that follows from it."""
        require_kind("economy", economy, Economy)
        rng = require_whole("rng (the seed)", rng, at_least=0)
        super().__init__(rng=rng)
        self.economy, self.calendar = economy, economy.calendar
        self.founded, self.state = found(self, economy, Streams(rng))
        self.timings: Timings | None = {} if timed else None
        entities = {
            "ticks": [""],
            "offers": self.book.names,
            "pools": self.founded.pool_names,
            "providers": [p.name for p in economy.providers],
            "segments": [s.name for s in economy.segments],
            "wholesale": [h.name for h in economy.hyperscalers],
            "vintages": [
                f"{h.name}, {chip}"
                for h in economy.hyperscalers
                if h.older
                for chip in ("newest", *(v.name for v in h.older))
            ],
            "forward": list(AHEAD),
            "books": self.founded.firms,
        }
        self.records = Records(self.calendar, COLUMNS, entities, ENTITY)
        self.datacollector = mesa.DataCollector(
            model_reporters={name: partial(_headline, name=name) for name in HEADLINES}
        )

    def step(self) -> None:
        """One tick, and what is written down of it."""
        run_tick(self.founded, self.state, self.timings)
        begin = time.perf_counter()
        record(Moment(self.founded, self.state, {}), self.records)
        self.datacollector.collect(self)
        if self.timings is not None:
            self.timings["recorded"] = self.timings.get("recorded", 0.0) + time.perf_counter() - begin

    def run_for(self, duration: int) -> None:
        """Run so many ticks more."""
        super().run_for(require_whole("run_for: ticks", duration, at_least=1))

    def frames(self) -> dict[str, pd.DataFrame]:
        """The tidy frames of all that was measured, by name."""
        return self.records.frames()

    def explain(self, offer: str, tick: int | None = None) -> str:
        """Why an offer's price, wait and sales were what they were in a tick, in words and numbers."""
        return explain(self.founded, self.state, self.records, offer, tick)

    def explain_firm(self, firm: str, tick: int | None = None) -> str:
        """What a firm earned and owed in the month up to a tick, and how it failed if it did, in words and numbers."""
        return explain_firm(self.founded, self.records, firm, tick)

    @property
    def restless(self) -> dict[str, tuple[float, float]]:
        """Offers whose lists go up and down without rest, with the lowest and the highest [USD per million tokens].

        Where best replies go round, no prices are an equilibrium.
        """
        return restless_so_far(self.founded, self.records, self.records.ticks)

    # What people look at most, by short names; all of it is read from ``founded`` and ``state``.

    @property
    def tick(self) -> int:
        """Number of the last tick that was run; -1 before the first."""
        return self.state.tick

    @property
    def providers(self) -> Any:
        """Sellers of tokens."""
        return self.founded.providers

    @property
    def hyperscalers(self) -> Any:
        """Owners of machines for rent."""
        return self.founded.owners

    @property
    def cohorts(self) -> Any:
        """Users, a cohort a segment."""
        return self.founded.cohorts

    @property
    def book(self) -> Book:
        """The offers as last posted."""
        return self.state.posted.book

    @property
    def orders(self) -> Floats:
        """Requests ordered in the last tick, by segment and offer."""
        return self.state.ordered.orders

    @property
    def cleared(self) -> Cleared:
        """Prices, orders and rents of the last tick."""
        return self.state.ordered.cleared

    @property
    def rents(self) -> Floats:
        """Scarcity rents of the last tick [USD per rack-h], by pool."""
        return self.state.ordered.cleared.rents

    @property
    def capacity(self) -> Floats:
        """Work that could be done in the last tick [rack-h], by pool."""
        return self.state.machines.capacity

    @property
    def allotment(self) -> Allotment:
        """How the owners' machines were given out in the last tick."""
        return self.state.machines.allotment

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """Contracts that covered the last tick."""
        return self.state.contracts.running

    @property
    def round(self) -> Round:
        """Who was served, who left and who waits, in the last tick."""
        return self.state.served.round

    @property
    def joined(self) -> Floats:
        """Requests that came over from other queues in the last tick, by segment and offer."""
        return self.state.served.joined

    @property
    def wait_h(self) -> Floats:
        """Expected wait of a request that came in the last tick [h], by offer."""
        return self.state.served.wait_h

    @property
    def queue(self) -> Queue:
        """All that wait."""
        return self.state.queue

    @property
    def ledger(self) -> Ledger:
        """All money."""
        return self.state.ledger


def _headline(model: Any, name: str) -> float:
    return float(model.records.tables["ticks"].data[name][model.tick, 0])
