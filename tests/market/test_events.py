"""Dated shocks: each does what it says, on its day, for as long as it says, and nothing else."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from capacity import Workload
from capacity.errors import InputError
from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import Segment
from market.economy import Economy
from market.events.base import Event
from market.events.machines import ExportStop, NewCapacity, Outage, PowerPrice
from market.events.price_change import HoursTariff, PriceChange, QuotaChange
from market.events.release import Release, Withdrawal
from market.exchange.technology import FixedWork
from market.supply.expansion import SteadyGrowth
from market.supply.pricing.cost_plus import CostPlus
from market.supply.research import Research
from market.supply.specs import Hyperscaler, Offer, Pool, Provider, Tier

START = datetime(2026, 1, 1, tzinfo=UTC)


def economy(*events: Event, tick_hours: float = 1.0) -> Economy:
    users = Segment("users", Workload(1e6, 1e6), users=100.0, individuals=20, requests_per_day=24.0, worth_usd=20.0)
    offers = (
        Offer("old", 4.0, technology=FixedWork(0.01)),
        Offer("new", 4.0, technology=FixedWork(0.01), tier=Tier(quota_per_day=30.0)),
    )
    sellers = (
        Provider("shop", offers, pools=(Pool(racks=5.0),)),
        Provider("stall", (Offer("cheap", 3.0, technology=FixedWork(0.01)),), pricing=CostPlus(0.5), spot=True),
    )
    cloud = Hyperscaler("cloud", 10.0, SteadyGrowth(2.0), running_cost=1.0, rack_price=100.0)
    return Economy(
        (users,),
        sellers,
        (cloud,),
        research=(Research("lab", 240.0),),
        calendar=Calendar(START, tick_hours),
        events=events,
    )


def run(*events: Event, ticks: int = 48, tick_hours: float = 1.0) -> TokenMarket:
    model = TokenMarket(economy(*events, tick_hours=tick_hours), rng=1)
    model.run_for(ticks)
    return model


def column(model: TokenMarket, frame: str, name: str, entity: str = "") -> np.ndarray:
    table = model.frames()[frame]
    keys = [key for key in table.columns if table[key].dtype == "category"]
    return table[table[keys[0]] == entity][name].to_numpy() if keys else table[name].to_numpy()


def hours(count: float) -> datetime:
    return START + timedelta(hours=count)


def test_a_release_is_not_sold_before_and_not_after() -> None:
    event = Release(name="out", begin=hours(10), days=0.5, of=("new",))
    ordered = column(run(event), "offers", "ordered", "new")
    assert (ordered[:10] == 0).all()
    assert (ordered[22:] == 0).all()
    assert (ordered[10:22] > 0).all()


def test_a_withdrawal_takes_a_seller_away_for_its_time() -> None:
    event = Withdrawal(name="gone", begin=hours(10), days=0.5, of=("shop",))
    for offer in ("old", "new"):
        ordered = column(run(event), "offers", "ordered", offer)
        assert (ordered[10:22] == 0).all()
        assert (ordered[:10] > 0).all()
        assert (ordered[22:] > 0).all()


def test_a_price_is_changed_held_and_then_the_sellers_own() -> None:
    event = PriceChange(name="cut", begin=hours(10), days=0.5, of=("cheap",), factor=0.5)
    price, before = (column(run(*events), "offers", "price", "cheap") for events in ((event,), ()))
    assert price[:10] == pytest.approx(before[:10])
    assert price[10:22] == pytest.approx(0.5 * price[9])
    assert price[22:] == pytest.approx(before[22:], rel=0.2)
    fixed = column(run(replace(event, of=("old",))), "offers", "price", "old")
    assert fixed[10:] == pytest.approx(2.0)  # a seller who never changes its list stays there


@pytest.mark.parametrize("tick_hours", [1.0, 3.0, 24.0])
def test_a_tariff_discounts_its_hours_at_any_length_of_ticks(tick_hours: float) -> None:
    event = HoursTariff(name="night", begin=START, of=("old",), factor=0.5, from_hour=16.5, to_hour=0.5)
    price = column(run(event, ticks=round(48 / tick_hours), tick_hours=tick_hours), "offers", "price", "old")
    assert price.mean() == pytest.approx(4.0 * (1.0 - 0.5 * 8.0 / 24.0))
    if tick_hours == 1.0:
        assert price[0] == pytest.approx(3.0)
        assert price[12] == 4.0
        assert price[17] == 2.0


def test_a_quota_is_cut() -> None:
    model = run(QuotaChange(name="less", begin=hours(10), of=("new",), share=0.1))
    assert model.book.quota.tolist() == [math.inf, 3.0, math.inf]
    granted = column(model, "offers", "granted", "new")
    assert granted.tolist() == [1.0] * 10 + [0.1] * 38
    assert column(model, "providers", "granted", "shop").tolist() == granted.tolist()
    assert "one user could make 3 requests of it a day, 10 % of the 30 that are listed" in str(model.explain("new", 47))


def test_a_quota_of_nothing_is_shown_as_nothing_and_the_policy_goes_on() -> None:
    event = QuotaChange(name="none", begin=hours(10), days=0.5, share=0.0)
    with_it, calm = (column(run(*events), "offers", "granted", "new") for events in ((event,), ()))
    assert with_it.tolist() == [*calm[:10], *[0.0] * 12, *calm[22:]]
    unlimited = column(run(event), "offers", "granted", "old")
    assert (unlimited == 1.0).all()


@pytest.mark.parametrize("tick_hours", [1.0, 6.0, 24.0])
def test_an_outage_takes_its_rack_hours_at_any_length_of_ticks(tick_hours: float) -> None:
    ticks = round(48 / tick_hours)
    event = Outage(name="dark", begin=hours(7), days=0.6, of=("cloud", "shop"), down=0.3)
    with_it, without = (run(*events, ticks=ticks, tick_hours=tick_hours) for events in ((event,), ()))
    lost = column(without, "wholesale", "owned", "cloud").sum() - column(with_it, "wholesale", "owned", "cloud").sum()
    assert lost == pytest.approx(10.0 * 0.3 * 0.6 * 24.0, rel=0.01)
    own = [column(one, "providers", "owned", "shop").sum() for one in (with_it, without)]
    assert own[1] - own[0] == pytest.approx(5.0 * 0.3 * 0.6 * 24.0)


def test_new_machines_are_there_and_paid_for_once() -> None:
    event = NewCapacity(name="hall", begin=hours(10), of=("cloud",), racks=7.0)
    with_it, without = run(event), run()
    more = column(with_it, "wholesale", "racks", "cloud") - column(without, "wholesale", "racks", "cloud")
    assert more == pytest.approx([0.0] * 10 + [7.0] * 38)
    paid = column(with_it, "wholesale", "capital", "cloud") - column(without, "wholesale", "capital", "cloud")
    assert paid == pytest.approx([0.0] * 10 + [700.0] + [0.0] * 37)


def test_an_export_stop_delays_deliveries_for_good() -> None:
    event = ExportStop(name="stop", begin=hours(10), days=0.5, of=("cloud",))
    racks, free = (column(run(*events), "wholesale", "racks", "cloud") for events in ((event,), ()))
    assert racks[:10] == pytest.approx(free[:10])
    assert racks[10:22] == pytest.approx(free[9], rel=1e-9)
    assert racks[23:] == pytest.approx(free[11:36])


def test_dearer_power_is_paid_and_asked_for() -> None:
    event = PowerPrice(name="dear", begin=hours(10), of=("cloud",), factor=3.0)
    with_it, without = run(event), run()
    spent, usual = (column(one, "wholesale", "running_cost", "cloud") for one in (with_it, without))
    assert spent[:10] == pytest.approx(usual[:10])
    used = sum(column(with_it, "wholesale", name, "cloud")[20] for name in ("first_party", "contracted", "sold_spot"))
    assert spent[20] == pytest.approx(3.0 * used)


def test_what_began_before_the_start_is_in_force() -> None:
    model = run(Outage(name="dark", begin=hours(-30), of=("cloud",), down=0.5), ticks=3)
    assert column(model, "wholesale", "racks", "cloud")[0] == pytest.approx(5.0)


def test_an_event_that_befalls_nobody_known_is_refused() -> None:
    with pytest.raises(InputError, match=r"event 'dark': of 'clod' is unknown \(did you mean 'cloud'\?\)"):
        economy(Outage(name="dark", begin=START, of=("clod",)))
    with pytest.raises(InputError, match="event 'x': begin is 3"):
        Outage(name="x", begin=3)


def test_events_that_change_nothing_change_nothing() -> None:
    calm = [
        PriceChange(name="a", begin=hours(500), of=("old",)),
        Outage(name="b", begin=hours(2), down=0.0),
        HoursTariff(name="c", begin=hours(2), factor=1.0),
        QuotaChange(name="d", begin=hours(2), share=1.0),
        PowerPrice(name="e", begin=hours(2), factor=1.0),
    ]
    with_them, without = run(*calm).frames(), run().frames()
    for name, frame in without.items():
        assert frame.equals(with_them[name])
