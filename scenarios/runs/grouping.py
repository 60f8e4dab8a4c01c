"""Grouped users beside individuals: how much otherwise individuals would order at the same prices and waits.

Where nothing is a single user's own, what users order in a tick hangs on its prices and waits alone. So in some ticks
of a run others are put before the market as it stands: as many individuals as were asked for, who are what cells are
held against; a second draw of them, which says how far apart two draws are by chance; and finer cells, which say how
far off the cells are where that is less than chance.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import mesa
import numpy as np
from numpy.typing import NDArray

from market import TokenMarket
from market.demand.individuals import LogitCohort
from market.demand.segment import Segment
from market.randomness import Streams
from market.simulation.asking import Asking
from scenarios.runs.settings import Settings

type Floats = NDArray[np.float64]

#: Ticks of a run that are looked at, evenly spread.
LOOKS: Final = 24


#: How many times as many the finer cells are.
FINER: Final = 16


class BesideIndividuals:
    """Individuals, twice, and finer cells beside a market whose users are grouped: asked, they change nothing."""

    def __init__(self, model: TokenMarket, settings: Settings, ticks: int) -> None:
        """``ticks``: of the run."""
        scenario = settings.scenario.with_changes({"demand.resolution": "individuals"})
        each = {segment.name: segment for segment in scenario.economy(settings.users).segments}
        self._model = model
        self._ticks = set(np.linspace(0, ticks - 1, min(LOOKS, ticks)).astype(int).tolist())
        grouped = [(n, s) for n, s in enumerate(model.economy.segments) if isinstance(s, Segment) and s.cells]
        self._asked = {
            n: (
                model.cohorts[n],
                *(self._users(each[s.name], seed) for seed in (settings.seed, settings.seed + 1)),
                self._users(replace(s, cells=FINER * s.cells), 0),
            )
            for n, s in grouped
        }
        self._orders = {n: np.zeros((len(asked), model.book.offers)) for n, asked in self._asked.items()}
        self._surplus = {n: np.zeros((len(asked), 1)) for n, asked in self._asked.items()}

    def _users(self, segment: Any, seed: int) -> LogitCohort:
        return LogitCohort(mesa.Model(rng=seed), segment, self._model.calendar, Streams(seed))

    def look(self) -> None:
        """Ask all of them, if the last tick is one to look at."""
        state, founded = self._model.state, self._model.founded
        if state.tick not in self._ticks:
            return
        asking = Asking(founded, state.wanted, state.posted.book, state.firms.alive, state.expected.delay_h)
        for n, asked in self._asked.items():
            scene, prices = asking.scene(n), state.ordered.cleared.prices[n]
            for which, users in enumerate(asked):
                users.adopters = asked[0].adopters  # as many have come or gone
                reply = users.reply(users.would_want(state.tick), scene, prices)
                self._orders[n][which] += reply.requests
                self._surplus[n][which] += reply.surplus

    def found(self) -> dict[str, Any]:
        """What came out by segment: cells; how far their orders and surplus are off, and are by chance."""

        def by_segment(of: dict[int, Floats], which: int, beside: int) -> dict[str, float]:
            return {self._asked[n][0].name: apart(values[which], values[beside]) for n, values in of.items()}

        return {
            **cells_of(self._model),
            "ticks": len(self._ticks),
            "orders_off": by_segment(self._orders, 0, 1),
            "orders_by_chance": by_segment(self._orders, 2, 1),
            "orders_off_finer": by_segment(self._orders, 0, 3),
            "surplus_off": by_segment(self._surplus, 0, 1),
            "surplus_by_chance": by_segment(self._surplus, 2, 1),
            "surplus_off_finer": by_segment(self._surplus, 0, 3),
        }


def apart(these: Floats, those: Floats) -> float:
    """Sum of the differences over the sum of the latter; 0 where there is nothing.

    >>> apart(np.array([1.0, 3.0]), np.array([2.0, 2.0]))
    0.5
    """
    total = float(np.abs(those).sum())
    return float(np.abs(these - those).sum()) / total if total > 0 else 0.0


def cells_of(model: TokenMarket) -> dict[str, Any]:
    """How many cells stand for the users of each segment that is grouped, as ``run.json`` has it; empty for none."""
    grouped = (c for c in model.cohorts if isinstance(c.segment, Segment) and c.segment.cells)
    found = {cohort.name: int(cohort.worth.size) for cohort in grouped}
    return {"cells": found} if found else {}


def beside_individuals(model: TokenMarket, settings: Settings, ticks: int) -> BesideIndividuals | None:
    """Individuals to hold grouped users against; None where none are grouped."""
    return BesideIndividuals(model, settings, ticks) if settings.scenario.demand.resolution == "grouped" else None
