"""Plain economies, for laws about one thing at a time, and what every law does with an economy: run it and look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity import Workload
from market import TokenMarket
from market.demand.individuals import LogitCohort
from market.demand.segment import CurveSegment, Segment
from market.economy import Economy
from market.simulation.columns import ENTITY
from market.supply.specs import Hyperscaler, Offer, Pool, Provider
from scenarios.laws.law import must

type Floats = NDArray[np.float64]

UNIT = Workload(0, 1_000_000)


def people(name: str = "users", **other: Any) -> Segment:
    """A segment in which users differ, and to which all that is sold is open."""
    values = {"users": 500.0, "individuals": 20, "worth_usd": 10.0, "worth_spread": 0.7, "size_spread": 0.5}
    return Segment(name, UNIT, **(values | {"taste_noise": 0.2, "patience_h": 2.0} | other))


def seller(name: str, price: float = 3.0, quality: float = 1.0, racks: float = 100.0, **other: Any) -> Provider:
    """A provider with one offer of a rack-hour a request."""
    return Provider(name, (Offer(f"{name} offer", price, quality, cost=1.0),), pools=(Pool(racks),), **other)


def market_of(*agents: Any, **other: Any) -> Economy:
    """An economy of segments, providers and hyperscalers in any order."""
    return Economy(
        tuple(a for a in agents if isinstance(a, Segment | CurveSegment)),
        tuple(a for a in agents if isinstance(a, Provider)),
        tuple(a for a in agents if isinstance(a, Hyperscaler)),
        **other,
    )


# Running and looking ---------------------------------------------------------------------------------------


@dataclass
class Before:
    """What a tick starts from."""

    waiting: Floats
    begun: Floats
    inside: float
    pending: float
    cash: dict[str, float]
    quota_used: list[NDArray[Any]]


def ticks_of(economy: Economy, count: int, seed: int = 1) -> Iterator[tuple[Before, TokenMarket]]:
    """Run tick by tick; after each, what it began from, and the model."""
    model = TokenMarket(economy, rng=seed)
    for _ in range(count):
        before = Before(
            model.queue.length.copy(),
            model.queue.begun.copy(),
            model.ledger.inside_total,
            sum(cohort.put_off for cohort in model.cohorts),
            {name: model.ledger[name] for name in model.founded.firms},
            [cohort.quota_used for cohort in model.cohorts if isinstance(cohort, LogitCohort)],
        )
        model.step()
        yield before, model


def run(economy: Economy, count: int, seed: int = 1) -> TokenMarket:
    """Run some ticks."""
    model = TokenMarket(economy, rng=seed)
    model.run_for(count)
    return model


def frame_bytes(model: TokenMarket) -> dict[str, bytes]:
    """All frames, to the bit."""
    return {
        f"{name}.{column}": values.to_numpy().tobytes()
        for name, frame in model.frames().items()
        for column, values in frame.items()
        if not isinstance(values.dtype, pd.CategoricalDtype)
    }


def by_name(model: TokenMarket) -> dict[tuple[str, str], pd.DataFrame]:
    """All frames by name of frame and of what it is about, so that order does not matter."""
    parts = {("ticks", ""): model.frames()["ticks"].drop(columns=["time", "evaluations", "gap"])}
    for name, frame in model.frames().items():
        if ENTITY.get(name):
            for entity, rows in frame.groupby(ENTITY[name], observed=True):
                parts[name, str(entity)] = rows.drop(columns=["time", ENTITY[name]]).reset_index(drop=True)
    return parts


def must_be_same(one: TokenMarket, other: TokenMarket, *, but: tuple[str, ...] = (), rtol: float = 1e-8) -> None:
    """What both have in common came out the same, but for what is named ``but``."""
    left, right = by_name(one), by_name(other)
    shared = [key for key in left if key in right and key[1] not in but]
    must(bool(shared), "the two have nothing in common")
    for frame, entity in shared:
        for column in left[frame, entity]:
            a, b = (side[frame, entity][column].to_numpy(dtype=float) for side in (left, right))
            scale = max(float(np.nanmax(np.abs(x), initial=1.0)) for x in (a, b))
            must(
                a.shape == b.shape and np.allclose(a, b, rtol=rtol, atol=rtol * scale, equal_nan=True),
                "{} of {} is {} in one and {} in the other",
                column,
                entity or frame,
                a,
                b,
            )
