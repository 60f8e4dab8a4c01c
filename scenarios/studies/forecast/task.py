"""Runs of a forecast: a scenario with one of the sets of fitted parameters each, by month."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from capacity.errors import InputError
from market.simulation.model import TokenMarket
from scenarios.definition.scenario import Scenario
from scenarios.results.frames import Frames, frames_of
from scenarios.results.measures.facts import LOST, tick_hours
from scenarios.studies.moments.sets import fitted_sets, fitted_values

#: Series by month, with their units.
SPOT, STANDARD, OPEN, REFUSED, WAIT = "spot", "standard list", "open list", "refused", "wait"
UNITS: Final[Mapping[str, str]] = {
    SPOT: "USD per rack-h",
    STANDARD: "USD per million output tokens",
    OPEN: "USD per million output tokens",
    REFUSED: "share of requests",
    WAIT: "minutes a request ordered",
}


@dataclass(frozen=True)
class Task:
    """What is run.

    Attributes:
        scenario: with its premises: what it sets itself is not drawn.
        draws: numbers of the runs; a run has the seed of its number, and the set of it, in turn.
        users: simulated users.
        sets: values of fitted parameters by path.
    """

    scenario: Scenario
    draws: tuple[int, ...]
    users: int
    sets: tuple[Mapping[str, float], ...] = field(repr=False)

    @property
    def keys(self) -> dict[int, str]:
        """For each run a name that no other has."""
        return {number: self._key(number) for number in self.draws}

    def _key(self, number: int) -> str:
        about = [self.scenario.digest, number, self.users, self.values(number)]
        return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]

    def values(self, number: int) -> Mapping[str, float]:
        """Values of a run by path."""
        return self.sets[(number - 1) % len(self.sets)]

    def __call__(self, number: int) -> dict[str, Any]:
        """A run: its series by month, from 1, as plain values."""
        values = self.values(number)
        scenario = self.scenario.with_changes(dict(values))
        model = TokenMarket(scenario.economy(self.users), rng=number)
        for _ in range(scenario.calendar().ticks_in(scenario.time.days)):
            model.step()
        series = {name: _plain(one) for name, one in monthly(frames_of(model)).items()}
        return {"draw": number, "values": dict(values), "series": series}


def task_of(scenario: Scenario, draws: int, users: int) -> Task:
    """The task of so many draws, if there is something that the scenario leaves to the fit."""
    if scenario.sellers:
        raise InputError(
            f"scenario '{scenario.name}' has sellers with catalogues, of models still to come out: their lists "
            "have no mean; tokenmarket hindcast says what comes of them"
        )
    free = as_fitted(scenario)
    if not free:
        raise InputError(
            f"scenario '{scenario.name}' has nothing as the baseline is fitted, so there is nothing to draw"
        )
    sets = tuple({path: values[path] for path in free} for values in fitted_sets())
    return Task(scenario, tuple(range(1, draws + 1)), users, sets)


def as_fitted(scenario: Scenario) -> list[str]:
    """Paths at which a scenario is as the baseline was fitted; where it sets a value itself, that is its premise."""
    found = []
    for path, value in fitted_values().items():
        try:
            if scenario.with_changes({path: value}).digest == scenario.digest:
                found.append(path)
        except InputError:  # it has no such thing
            continue
    return found


def _plain(one: pd.Series) -> dict[str, float]:
    return {str(month): float(value) for month, value in one.items() if math.isfinite(value)}


def monthly(frames: Frames) -> dict[str, pd.Series]:
    """Series by month of the run, from 1 on: the mean price of a rack-hour; lists of the best closed models in the
    standard tier and of open models; the share of requests that are given up, cannot be paid for or are turned away;
    and the wait in queues for each request ordered.
    """
    ticks = frames["ticks"]
    months = 1 + (ticks["time"].dt.year - ticks["time"].iloc[0].year) * 12
    months += ticks["time"].dt.month - ticks["time"].iloc[0].month
    month = dict(zip(ticks["tick"], months, strict=True))
    offers = frames["offers"].merge(frames["listings"][["offer", "kind", "model", "tier"]], on="offer")
    offers = offers.assign(month=offers["tick"].map(month))
    paid = offers[offers["price"] > 0]
    standard = paid[(paid["tier"] == "standard") & (paid["model"] == "frontier")]
    segments = frames["segments"].assign(month=frames["segments"]["tick"].map(month))
    asked = segments.groupby("month")[["asked", *LOST]].sum()
    queued = offers.groupby("month")[["waiting", "ordered"]].sum()
    return {
        SPOT: ticks.groupby(months)["spot_price"].mean(),
        STANDARD: standard.groupby("month")["price"].mean(),
        OPEN: paid[paid["kind"] == "open"].groupby("month")["price"].mean(),
        REFUSED: asked[list(LOST)].sum(axis=1) / asked["asked"].replace(0.0, np.nan),
        WAIT: 60.0 * tick_hours(frames) * queued["waiting"] / queued["ordered"].replace(0.0, np.nan),
    }
