"""Work that can wait: whether it makes the busiest hour busier, what a run says of it, and when a crunch comes."""

from __future__ import annotations

import numpy as np
import pytest

from capacity import Workload
from market import TokenMarket
from market.calendar import Calendar
from market.demand.load_shape import measured
from market.demand.segment import Deferral, Segment
from market.economy import Economy
from market.exchange.tariff import PeakHours, Tariff
from market.exchange.waits import WaitModel
from market.supply.pricing.fixed import FixedPrice
from market.supply.specs import Offer, Pool, Provider
from scenarios.results.frames import frames_of
from scenarios.results.rebound import WARNED, rebound, rebound_warning

#: Of the market in which demand grows.
HOURS = 3.0


def market(
    share: float, *, peak: float = 1.0, racks: float = 1e6, growth: float = 1.0, days: int = 28, hours: float = 1.0
) -> TokenMarket:
    """One list that is held, dearer so many times from noon to eight, and users of whom a share can wait half a day."""
    waits = Deferral(share, 12.0, cost_usd_per_h=0.02) if share else None
    users = Segment(
        "users",
        Workload(0, 1_000_000),
        100.0,
        1,
        requests_per_day=24,
        worth_usd=1.2,
        taste_noise=0.3,
        patience_h=1.0,
        time_value=0.3,
        shape=measured("code"),
        deferral=waits,
        growth=growth,
    )
    dear = PeakHours(peak_hours=(12.0, 20.0), peak_factor=peak)
    tariff = Tariff((*Tariff().components, dear)) if peak > 1.0 else Tariff()
    firm = Provider("firm", (Offer("good", 1.0, cost=0.05, tariff=tariff),), pools=(Pool(racks),), pricing=FixedPrice())
    economy = Economy((users,), (firm,), calendar=Calendar(tick_hours=hours), waits=WaitModel(chance=False))
    model = TokenMarket(economy, rng=1)
    model.run_for(round(days * 24 / hours))
    return model


def busiest(model: TokenMarket) -> float:
    ordered = model.records.series("pools", "ordered", "firm")
    return float(ordered[ordered.size // 2 :].max())


def test_a_typed_in_schedule_that_moves_the_peak_is_warned_of() -> None:
    crowded, alone = market(0.9, peak=2.0), market(0.0, peak=2.0)
    rise = rebound(frames_of(crowded))
    assert rise == pytest.approx(busiest(crowded) / busiest(alone) - 1.0, rel=1e-6)
    assert rise > WARNED
    assert "work that can wait makes the busiest hour" in rebound_warning(frames_of(crowded))


@pytest.mark.parametrize(("share", "peak"), [(0.0, 2.0), (0.4, 1.0), (0.1, 2.0)])
def test_nothing_is_said_where_no_hour_gets_busier(share: float, peak: float) -> None:
    model = market(share, peak=peak)
    assert rebound(frames_of(model)) <= WARNED
    assert rebound_warning(frames_of(model)) == ""


def test_more_work_that_can_wait_never_brings_a_crunch_earlier() -> None:
    """Demand grows over machines that stay: the first day on which a twentieth of what is ordered is not served."""
    racks, days = 1.1 * busiest(market(0.0, days=14, hours=HOURS)) / HOURS, 40
    first = []
    for share in (0.0, 0.2, 0.4, 0.8):
        model = market(share, racks=racks, growth=1e6, days=days, hours=HOURS)
        ordered, served = (
            model.records.series("segments", name, "users").reshape(days, -1).sum(axis=1)
            for name in ("ordered", "served")
        )
        short = np.flatnonzero(served < 0.95 * ordered)
        first.append(int(short[0]) if short.size else days)
    assert first[0] < days
    assert first == sorted(first), first
