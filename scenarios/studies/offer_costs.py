"""What an offer of a scenario costs to serve: its work on the seller's machines, at what these cost and their load.

A million tokens of kind k (input, cached input, output) take w_k rack-hours of machines that are full
(``Book.token_work``, over all tokens the work that is counted). With r USD paid for a rack-hour, a share u of the
offer's machines in use, and h USD of hosting and the like for a million output tokens, others by their list ratio q_k,

    full machines: w_k r        as loaded: w_k r / u        all: w_k r / u + h q_k                               (1)

and of the first, what the same would take on racks of the market if capacity knew all of it, and on the seller's own
chips: the same tokens at the work of each, with what models have learned to do with less since the start.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capacity import CHIPS, Chip, Deployment
from capacity.errors import UnknownNameError, nearest
from market.economy import Economy
from market.exchange.technology import Inference, Technology
from market.simulation.model import TokenMarket
from market.supply.specs import Offer

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
        racks, chips: what a million tokens would cost by kind by capacity alone, on full racks of the market and on
            the seller's chips [USD]; NaN where work is typed in.
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
    racks: dict[str, float]
    chips: dict[str, float]
    full: dict[str, float]
    loaded: dict[str, float]
    all: dict[str, float]
    listed: dict[str, float]


def check_offer(economy: Economy, offer: str) -> None:
    """Say so if nobody sells it."""
    names = [one.name for provider in economy.providers for one in provider.offers]
    if offer not in names:
        raise UnknownNameError(f"nobody sells '{offer}'{nearest(offer, names)}; offers are {', '.join(names)}")


def offer_costs(
    model: TokenMarket, offer: str, ticks: int, tell: Callable[[int], None], rack: Chip = CHIPS["gb200-nvl72"]
) -> OfferCosts:
    """Run on for so many ticks, of which the last day counts; ``tell`` is told each.

    ``rack``: chip whose systems are the racks of the market.
    """
    j, a_day = model.book.names.index(offer), model.calendar.ticks_per_day
    seller = model.providers[int(model.book.provider[j])]
    pool, own = int(model.book.pool[j]), seller.pools
    by_segment, work = np.zeros((len(model.book.workloads), 3)), np.zeros(3)
    requests, used, there, racks = 0.0, 0.0, 0.0, 0.0
    for tick in range(ticks):
        model.step()
        tell(tick + 1)
        if tick < ticks - a_day:
            continue
        served, capacity = model.state.served.round, model.state.machines.capacity
        of_kind = served.served[:, j, None] * _tokens(model)
        by_segment += of_kind
        work += (of_kind * model.book.token_work[:, j]).sum(axis=0)
        requests += float(served.served[:, j].sum())
        used, there, racks = used + float(served.used[pool]), there + float(capacity[pool]), racks + capacity[own].sum()
    paid = float(model.records.series("providers", "rent_paid", seller.name)[-a_day:].sum())
    hour, load = (paid / racks if racks > 0 else math.nan), (used / there if there > 0 else math.nan)
    tokens = by_segment.sum(axis=0)
    full = hour * work / np.where(tokens > 0, tokens, math.nan)
    loaded = full / load if load > 0 else np.full(3, math.nan)
    rates = np.array([getattr(model.book.tariffs[j].quoted, kind) for kind in KINDS])
    spec = seller.spec.offers[j - int(seller.offers[0])]
    bare = [
        hour * one / np.where(tokens > 0, tokens, math.nan) for one in _by_capacity(model, j, spec, by_segment, rack)
    ]
    columns = tokens, *bare, full, loaded, loaded + spec.cost * rates, model.book.price[j] * rates
    return OfferCosts(
        offer, seller.name, _served_by(spec.technology), hour, load, requests, *(_by_kind(one) for one in columns)
    )


def _by_capacity(model: TokenMarket, j: int, spec: Offer, mtok: Floats, rack: Chip) -> list[Floats]:
    """Work by kind that capacity knows of, on racks of the market and on the seller's chips [rack-h]."""
    own = spec.technology
    if not isinstance(own, Inference):
        return [np.full(3, math.nan)] * 2
    on_racks = Deployment.smallest(rack, own.deployment.architecture, own.deployment.calibration)
    there = Inference(on_racks, rack.chips_per_system)
    found = [np.zeros(3), np.zeros(3)]
    for s, workload in enumerate(model.book.workloads):
        if not mtok[s].any():
            continue
        here = own.token_work(workload, spec.tier.speed)
        learned = model.book.token_work[s, j] / here  # less than 1: models do with less since the start
        for place, one in enumerate((there.token_work(workload, spec.tier.speed), here / own.efficiency)):
            found[place] += mtok[s] * one * learned
    return found


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
