"""The smallest economies in which textbooks are written: one request is a million tokens and a rack-hour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity import Workload
from market import TokenMarket
from market.demand.segment import CurveSegment, Segment
from market.economy import Economy
from market.exchange.waits import WaitModel
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.best_response import BestResponse
from market.supply.specs import Offer, Pool, Provider

type Floats = NDArray[np.float64]

#: A request that is billed as one million output tokens, so that prices are per request.
UNIT = Workload(0, 1_000_000)
#: More machines than anybody asks for.
PLENTY = 1e9
#: Nobody waits by chance.
NO_CHANCE = WaitModel(chance=False)


def seller(
    name: str, goods: Sequence[tuple[Any, float]], pricing: PricingPolicy | None = None, racks: float = PLENTY
) -> Provider:
    """A provider of goods, each a quality and a running cost, that starts a dollar above cost."""
    offers = tuple(Offer(f"{name}-{k}", cost + 1.0, quality, cost=cost) for k, (quality, cost) in enumerate(goods))
    return Provider(name, offers, pools=(Pool(racks),), pricing=pricing or BestResponse())


def buyers(name: str = "users", **knobs: Any) -> Segment:
    """One request an hour of users alike, whose utility is quality - price plus a Gumbel taste."""
    return Segment(name, UNIT, users=1, individuals=1, requests_per_day=24, **knobs)


def run(
    segments: Segment | CurveSegment | Sequence[Segment | CurveSegment],
    providers: Provider | Sequence[Provider],
    ticks: int,
    rng: int = 1,
    **knobs: Any,
) -> TokenMarket:
    """Run an economy, without waits by chance unless told otherwise."""
    some = (segments,) if isinstance(segments, Segment | CurveSegment) else tuple(segments)
    sellers = (providers,) if isinstance(providers, Provider) else tuple(providers)
    model = TokenMarket(Economy(some, sellers, **({"waits": NO_CHANCE} | knobs)), rng=rng)
    model.run_for(ticks)
    return model
