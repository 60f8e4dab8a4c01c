"""What an offer of a scenario costs to serve: its work on the seller's machines, at what these cost and their load.

A million tokens of kind k (input, cached input, output) take w_k rack-hours of machines that are full
(``Book.token_work``, over all tokens the work that is counted). With r USD paid for a rack-hour, a share u of the
offer's machines in use, and h USD of hosting and the like for a million output tokens, others by their list ratio q_k,

    full machines: w_k r        as loaded: w_k r / u        all: w_k r / u + h q_k                               (1)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capacity.errors import UnknownNameError, nearest
from market.economy import Economy
from market.exchange.technology import Inference, Technology
from market.simulation.model import TokenMarket

type Floats = NDArray[np.float64]

#: Kinds of tokens, in the order of ``Book.token_work``.
KINDS: Final = ("output", "input", "cached")


@dataclass(frozen=True)
class OfferCosts:
    """What was found on the last day.

    Attributes:
        offer, seller: names.
        served_by: model and machines, and its work over what capacity gives for them; empty where work is typed in.
        rack_hour_usd: what the seller paid for a rack-hour, all its machines together [USD].
        load: share of the machines of the offer's pool in use.
        requests: requests served in the day.
        mtok: million tokens of them, by kind.
        full, loaded, all: costs of a million tokens by kind, equation (1) [USD]; NaN where none was served.
        listed: list price of a million tokens by kind [USD]; 0 where it is not sold by the token.
    """

    offer: str
    seller: str
    served_by: str
    rack_hour_usd: float
    load: float
    requests: float
    mtok: dict[str, float]
    full: dict[str, float]
    loaded: dict[str, float]
    all: dict[str, float]
    listed: dict[str, float]


def check_offer(economy: Economy, offer: str) -> None:
    """Say so if nobody sells it."""
    names = [one.name for provider in economy.providers for one in provider.offers]
    if offer not in names:
        raise UnknownNameError(f"nobody sells '{offer}'{nearest(offer, names)}; offers are {', '.join(names)}")


def offer_costs(model: TokenMarket, offer: str, ticks: int, tell: Callable[[int], None]) -> OfferCosts:
    """Run on for so many ticks, of which the last day counts; ``tell`` is told each."""
    j, a_day = model.book.names.index(offer), model.calendar.ticks_per_day
    seller = model.providers[int(model.book.provider[j])]
    pool, own = int(model.book.pool[j]), seller.pools
    work, tokens, requests, used, there, racks = np.zeros(3), np.zeros(3), 0.0, 0.0, 0.0, 0.0
    for tick in range(ticks):
        model.step()
        tell(tick + 1)
        if tick < ticks - a_day:
            continue
        served, capacity = model.state.served.round, model.state.machines.capacity
        of_kind = served.served[:, j, None] * _tokens(model)
        tokens += of_kind.sum(axis=0)
        work += (of_kind * model.book.token_work[:, j]).sum(axis=0)
        requests += float(served.served[:, j].sum())
        used, there, racks = used + float(served.used[pool]), there + float(capacity[pool]), racks + capacity[own].sum()
    paid = float(model.records.series("providers", "rent_paid", seller.name)[-a_day:].sum())
    hour, load = (paid / racks if racks > 0 else math.nan), (used / there if there > 0 else math.nan)
    full = hour * work / np.where(tokens > 0, tokens, math.nan)
    loaded = full / load if load > 0 else np.full(3, math.nan)
    rates = np.array([getattr(model.book.tariffs[j].quoted, kind) for kind in KINDS])
    spec = seller.spec.offers[j - int(seller.offers[0])]
    columns = tokens, full, loaded, loaded + spec.cost * rates, model.book.price[j] * rates
    return OfferCosts(
        offer, seller.name, _served_by(spec.technology), hour, load, requests, *(_by_kind(one) for one in columns)
    )


def _tokens(model: TokenMarket) -> Floats:
    """Million tokens of one request, by segment and kind."""
    return np.array([[w.output, w.fresh, w.input * w.cached] for w in model.book.workloads]) / 1e6


def _served_by(technology: Technology) -> str:
    if not isinstance(technology, Inference):
        return ""
    one = technology.deployment
    work = f", {technology.efficiency:.3g} times the machine time that capacity gives" * (technology.efficiency != 1.0)
    return f"{one.architecture.title} on {one.chips:g} chips of {one.chip.title}{work}"


def _by_kind(values: Floats) -> dict[str, float]:
    return dict(zip(KINDS, values.tolist(), strict=True))
