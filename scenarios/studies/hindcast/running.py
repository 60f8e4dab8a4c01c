"""One run of the hindcast, and what of it can be held against what was observed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market.simulation.model import TokenMarket
from scenarios.definition.scenario import Scenario
from scenarios.results.measures.machines import H100_PER_RACK
from scenarios.studies.hindcast.indices import changes_a_model_year, indices, kinds_of_moves
from scenarios.studies.hindcast.observed import FIRST, FITTED_LAST, LAST, LAST_MONTH

type Floats = NDArray[np.float64]

#: Models whose shares are counted: a router shows its first nine.
TOP: Final = 9
KINDS: Final = {"open": "open", "frontier": "closed"}
#: What machines cost, by series: the frame that says so, its column, and how far ahead, if it is a price for a term.
RENTS: Final = {
    "H100 spot": ("ticks", "spot_price", ""),
    "H100 on-demand": ("ticks", "on_demand_price", ""),
    "H100 one-year": ("forward", "term", "1 year"),
}


@dataclass
class Diary:
    """What is written down of a run, day by day.

    Attributes:
        days: begins of the ticks.
        prices: listed price of a model that of the cheapest seller with machines, by tick and model.
        tokens, dollars: sold, by tick and model.
        requests, inputs, cached: served, and input and cached input of them, by tick.
    """

    models: list[str]
    kinds: list[str]
    member: NDArray[np.int64]
    days: list[pd.Timestamp] = field(default_factory=list)
    prices: list[Floats] = field(default_factory=list)
    tokens: list[Floats] = field(default_factory=list)
    dollars: list[Floats] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    inputs: list[float] = field(default_factory=list)
    cached: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, model: TokenMarket) -> Diary:
        """An empty one."""
        names, kinds = [], []
        for provider in model.economy.providers:
            for offer in provider.offers:
                names.append(offer.model or offer.name)
                kinds.append(KINDS.get(provider.kind, provider.kind))
        kind_of = dict(zip(names, kinds, strict=True))
        models = list(kind_of)
        place = {name: number for number, name in enumerate(models)}
        return cls(models, list(kind_of.values()), np.array([place[name] for name in names]))

    def write(self, model: TokenMarket) -> None:
        """Take note of a tick."""
        state, book = model.state, model.book
        there = book.open.any(axis=0) & state.firms.alive
        ready = there & (state.machines.capacity[book.pool] > 0)
        able = np.bincount(self.member, weights=ready, minlength=len(self.models))[self.member] > 0
        counted = np.where(able, ready, there)
        price = np.full(len(self.models), np.inf)
        np.minimum.at(price, self.member, np.where(counted, state.posted.level, np.inf))
        served = state.served.round.served
        self.days.append(pd.Timestamp(model.calendar.moment(state.tick)).tz_localize(None))
        self.prices.append(np.where(np.isfinite(price) & (price > 0), price, np.nan))
        self.tokens.append(self._by_model((served * book.tokens[:, None]).sum(axis=0)))
        self.dollars.append(self._by_model(state.paid.for_tokens.sum(axis=0)))
        loads = book.workloads
        read = served.sum(axis=1) * [load.input for load in loads]
        self.requests.append(float(served.sum()))
        self.inputs.append(float(read.sum()))
        self.cached.append(float((read * [load.cached for load in loads]).sum()))

    def _by_model(self, by_offer: Floats) -> Floats:
        return np.bincount(self.member, weights=by_offer, minlength=len(self.models))

    def listed(self, kind: str) -> pd.DataFrame:
        """Listed prices of a kind of model, by day and model, from the first day that is compared."""
        frame = pd.DataFrame(self.prices, index=pd.DatetimeIndex(self.days), columns=self.models)
        frame = frame.loc[FIRST:, [one == kind for one in self.kinds]]
        return frame.groupby(
            pd.DatetimeIndex(frame.index).normalize()
        ).last()  # where ticks are shorter, the last of a day


def run(
    scenario: Scenario, seed: int, users: int, ticks: int, progress: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """Run it; series by name and month, and kinds of moves, as plain values."""
    model = TokenMarket(scenario.economy(users), rng=seed)
    diary = Diary.of(model)
    for tick in range(ticks):
        model.step()
        diary.write(model)
        if progress is not None:
            progress(tick + 1)
    return {
        "series": {
            name: {month: value for month, value in one.items() if np.isfinite(value)}
            for name, one in (series_of(diary) | rents_of(model.frames())).items()
        },
        "moves": moves_of(diary, scenario, LAST),
        "moves to June": moves_of(diary, scenario, FITTED_LAST),
    }


def series_of(diary: Diary) -> dict[str, pd.Series]:
    """What is sold, by month: all series that there is an observation of, or might be."""
    made: dict[str, pd.Series] = {}
    for kind in KINDS.values():
        listed = diary.listed(kind)
        made |= indices(kind, listed, LAST_MONTH)
        made[f"changes a model-year ({kind})"] = changes_a_model_year(listed)
    month = pd.DatetimeIndex(diary.days).strftime("%Y-%m")
    shares = router_shares(diary, month)
    sums = {name: pd.Series(getattr(diary, name)).groupby(month).sum() for name in ("requests", "inputs", "cached")}
    made |= shares
    made["input per request"] = sums["inputs"] / sums["requests"]
    made["cached share"] = sums["cached"] / sums["inputs"]
    return {name: one[one.index >= FIRST[:7]] for name, one in made.items()}


def rents_of(frames: dict[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """What an H100-hour costs on the spot market, at the lowest list of owners, and for a year, mean by month [USD]."""
    times = pd.DatetimeIndex(frames["ticks"]["time"])
    made = {}
    for name, (frame, column, ahead) in RENTS.items():
        rows = frames[frame]
        rows = rows[rows["ahead"] == ahead] if ahead else rows
        price = rows[column].where(rows[column] > 0) / H100_PER_RACK
        month = times[rows["tick"].to_numpy()].strftime("%Y-%m")
        by_month = price.groupby(month).mean()
        made[name] = by_month[by_month.index >= FIRST[:7]]
    return made


def router_shares(diary: Diary, month: pd.Index) -> dict[str, pd.Series]:
    """Share of open models in the tokens of the first nine of a month, and in the dollars of the same."""
    is_open = np.array([kind == "open" for kind in diary.kinds])
    tokens, dollars = (pd.DataFrame(rows).groupby(month).sum() for rows in (diary.tokens, diary.dollars))
    made: dict[str, dict[str, float]] = {"open share of tokens": {}, "open share of dollars": {}}
    for name in tokens.index:
        first = np.argsort(-tokens.loc[name].to_numpy(), kind="stable")[:TOP]
        for series, sold in (("open share of tokens", tokens), ("open share of dollars", dollars)):
            of_top = sold.loc[name].to_numpy()[first]
            made[series][str(name)] = float(of_top[is_open[first]].sum()) / float(of_top.sum())
    return {name: pd.Series(values) for name, values in made.items()}


def moves_of(diary: Diary, scenario: Scenario, last: str) -> dict[str, dict[str, float]]:
    """Kinds of moves until a day, by kind of model."""
    dated = [(one.name, one.released) for one in scenario.models]
    dated += [
        (f"{lab.name} {sold.name}", model.released)
        for lab in scenario.labs
        for sold in lab.offers
        for model in lab.models
        if model.name == sold.model
    ]
    came_out = pd.Series({name: pd.Timestamp(day) for name, day in dated})
    made = {}
    for kind in KINDS.values():
        found = kinds_of_moves(diary.listed(kind).loc[:last], came_out)
        made[kind] = {name: value for name, value in found.items() if np.isfinite(value)}
    return made
