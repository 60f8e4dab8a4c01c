"""Economies whose users are grouped into cells: laws hold of them as of others."""

from __future__ import annotations

import math
from dataclasses import replace

from market.demand.income import NO_LIMIT
from market.demand.segment import CurveSegment, Segment
from market.economy import Economy
from market.supply.specs import Offer


def grouped(economy: Economy, cells: int) -> Economy:
    """The same economy without what a single user would remember, or be, and with about so many cells a segment."""
    return replace(
        economy,
        contexts=False,
        segments=tuple(_in_cells(segment, cells) for segment in economy.segments),
        providers=tuple(replace(p, offers=tuple(map(_for_all, p.offers))) for p in economy.providers),
    )


def _in_cells(segment: Segment | CurveSegment, cells: int) -> Segment | CurveSegment:
    if isinstance(segment, CurveSegment):
        return segment
    local = None if segment.local is None else replace(segment.local, price_usd=math.inf)
    return replace(segment, cells=cells, attachment=0.0, budget_usd_per_day=math.inf, income=NO_LIMIT, local=local)


def _for_all(offer: Offer) -> Offer:
    return replace(offer, fee_usd_per_month=0.0, tier=replace(offer.tier, quota_per_day=math.inf))
