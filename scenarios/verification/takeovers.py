"""Takeovers: a firm that cannot pay goes to whom it is worth most to, for what it is worth to the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import Segment
from market.supply.contract import Contract
from market.supply.firm_sale import FirmSale
from market.supply.specs import Hyperscaler, Offer, Pool, Provider
from scenarios.verification.check import Finding, check, exact
from scenarios.verification.setups import PLENTY, UNIT, run

A_YEAR = 365.25


def bidder(name: str, years: float, cash: float = 1e6) -> Provider:
    """A seller of nothing who pays so many years' earnings for others."""
    return Provider(name, (Offer(f"{name}'s", 1.0, open_to=()),), cash=cash, acquires=True, pays_years=years)


def failing(*others: Provider | Hyperscaler, sale: FirmSale, ticks: int = 4) -> TokenMarket:
    """A firm with 30 in cash, which sells 24 requests a day at 5 for 1, rents four racks for 48, and pays staff 60.

    So it earns 48 before staff and loses 12 a day: on the fourth morning it owes 6.
    """
    users = Segment("users", UNIT, users=1, individuals=1, requests_per_day=24, outside=None)
    good = Offer("good", 5.0, cost=1.0)
    firm = Provider("firm", (good,), pools=(Pool(PLENTY),), leaves=True, cash=30.0, burn_usd_per_day=60.0)
    owners = [one for one in others if isinstance(one, Hyperscaler)] or [Hyperscaler("cloud", 10.0)]
    settings: dict[str, Any] = {
        "hyperscalers": tuple(owners),
        "contracts": (Contract("cloud", "firm", racks=4.0, price=0.5),),
        "calendar": Calendar(tick_hours=24.0),
        "sale": sale,
    }
    # Somebody stays who sells, should the firm close.
    spare = Provider("spare", (Offer("spare", 1e3),), pools=(Pool(PLENTY),))
    return run(users, [firm, spare, *(one for one in others if isinstance(one, Provider))], ticks, **settings)


@check("takeover", "Who buys a firm that cannot pay, and for how much", "Vickrey (1961); Nash (1950)")
def takeovers() -> Iterator[Finding]:
    """To a seller it is worth 48 a day; to the owner, who keeps staff, 48 - 60 and the contract's 48 over spot."""
    near, far = bidder("near", 1.0), bidder("far", 0.5)
    cloud = Hyperscaler("cloud", 10.0, acquires=True, pays_years=1.0, cash=1e6)
    first, second, third = 48.0 * A_YEAR, 36.0 * A_YEAR, 24.0 * A_YEAR
    for case, others, sale, buyer, price in (
        ("a seller, an owner and another", (near, cloud, far), FirmSale(), "near", second),
        ("the same, half of the gain to the seller", (near, cloud, far), FirmSale(0.5), "near", (first + second) / 2),
        ("an owner and a seller", (cloud, far), FirmSale(), "cloud", third),
        ("a seller alone", (near,), FirmSale(), "near", 6.0),
        ("two with little", (bidder("near", 1.0, 4.0), bidder("far", 1.0, 3.0)), FirmSale(0.0, 0.0), "near", 3.0),
    ):
        model = failing(*others, sale=sale)
        paid = -model.ledger.net(buyer, "acquisition")
        yield exact(f"{case}: price paid by {buyer} [USD]", price, paid)
        lost = model.ledger.net("firm", "written off")
        yield exact(f"{case}: creditors lose [USD]", max(6.0 - price, 0.0), lost)
        yield exact(f"{case}: investors get [USD]", max(price - 6.0, 0.0), -model.ledger.net("firm", "funding"))
        staff = 60.0 if buyer == "cloud" else 0.0
        yield exact(f"{case}: staff paid after it [USD/day]", staff, -model.ledger.net("firm", "burn"))
    model = failing(bidder("near", 1.0, 4.0), sale=FirmSale())
    yield exact("one with less than is owed, who must pay all: sold", 0.0, float(model.state.firms.active[0]))
    yield exact("creditors lose [USD]", 6.0, model.ledger.net("firm", "written off"))
