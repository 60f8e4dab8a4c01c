"""Default: when cash and credit are gone, with interest on what is owed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from market import TokenMarket
from market.calendar import Calendar
from market.supply.borrowing import Borrowing
from market.supply.contract import Contract
from market.supply.expansion import Expansion, FollowRents, SteadyGrowth
from market.supply.research import Research
from market.supply.specs import Hyperscaler, Offer, Pool, Provider
from scenarios.verification.check import Finding, check, exact
from scenarios.verification.machines import firms
from scenarios.verification.setups import run

DAYS_A_YEAR = 365.25
#: Ticks of four hours: books are closed once a day, and only that counts here.
HOURS = 4
A_DAY = 24 // HOURS


def losing(days: int, **knobs: Any) -> TokenMarket:
    """A firm that sells nothing and loses 10 a day, with 900 of cash, and one who rents it a rack for nothing."""
    firm = Provider(
        "firm", (Offer("nothing", 1.0, open_to=()),), leaves=True, cash=900.0, burn_usd_per_day=10.0, **knobs
    )
    users, others = firms([5.0], [3.0])
    cloud, contract = Hyperscaler("cloud", 1.0), Contract("cloud", "firm", racks=1.0, price=0.0)
    beside: dict[str, Any] = {
        "hyperscalers": (cloud,),
        "contracts": (contract,),
        "calendar": Calendar(tick_hours=HOURS),
    }
    return run(users, [firm, *others], A_DAY * days, **beside)


def first_tick_without(model: TokenMarket) -> float:
    """Tick in which the firm is there no more."""
    active = model.records.series("providers", "active", "firm")
    return float((active > 0).sum())


@check("default", "Default at the end of a credit line", "Black and Cox (1976), first passage of a certain loss")
def default() -> Iterator[Finding]:
    """Cash 900, a line of 600 at .001 a day, a loss of 10 a day; books are closed once a day."""
    cash, line, loss, rate = 900.0, 600.0, 10.0, 0.001
    passes = cash / loss + math.log1p(rate * line / loss) / rate
    model = losing(150, credit=line, interest=rate * DAYS_A_YEAR)
    yield exact("over the line on day [d]", math.ceil(passes), first_tick_without(model) / A_DAY)
    owed = loss / rate * math.expm1(rate * (149.0 - 90.0))
    debt = model.records.series("books", "debt", "firm")[149 * A_DAY - 1]
    yield Finding("debt on that day [USD]", owed, float(debt), 1e-3 * loss / 24.0)
    books = {name: model.records.series("books", name, "firm") for name in ("forgiven", "debt", "interest", "staff")}
    yield exact("creditors lose what was owed [USD]", debt, books["forgiven"].sum())
    paid = books["interest"].sum() + books["staff"].sum()
    yield exact("cash, and what creditors lose, is what was paid [USD]", paid, cash + books["forgiven"].sum())
    spot = model.records.series("wholesale", "sold_spot", "cloud")
    yield exact("its rack before: let on spot [rack-h]", 0.0, spot[149 * A_DAY - 1])
    yield exact("and after: to who will have it [rack-h]", float(HOURS), spot[149 * A_DAY])
    yield exact(
        "without interest: day [d]", (cash + line) / loss + 1.0, first_tick_without(losing(152, credit=line)) / A_DAY
    )


def neocloud(
    days: int,
    expansion: Expansion | None = None,
    debt: float = 800.0,
    *,
    credit: float = 700.0,
    spot: float = 0.2,
    term: int = 30,
) -> TokenMarket:
    """100 racks under a contract of 30 days that pays 5 a day; on spot, when it is over, they bring 20 cents a day.

    Without a term there is no contract.

    It owes at .001 a day. Creditors lend 700, and all that is to come under contracts.
    """
    tenant = Provider("tenant", (Offer("nothing", 1.0, open_to=()),), pools=(Pool(0.0),))
    owner = Hyperscaler(
        "neocloud",
        100.0,
        expansion or SteadyGrowth(),
        cash=-debt,
        interest=0.001 * DAYS_A_YEAR,
        rack_price=1e3,
        borrowing=Borrowing(credit=credit, advance=1.0, kept=0.2),
    )
    contract = Contract("neocloud", "tenant", racks=100.0, price=5.0 / 2_400.0, ticks=max(term, 1))
    users, others = firms([1e-9], [1e-9])
    beside: dict[str, Any] = {
        "hyperscalers": (owner,),
        "contracts": (contract,) if term else (),
        "research": (Research("training", spot),),
        "calendar": Calendar(tick_hours=24.0),
    }
    return run(users, [tenant, *others], days, **beside)


@check("neocloud", "Machines on credit against contracts that end", "first passage as in Black and Cox (1976); IAS 36")
def against_contracts() -> Iterator[Finding]:
    """Debt grows by .001 a day and falls by what comes in, against 700 and what is to come; books are closed daily.

    Machines that bring .2 a day, and lose their value over five years, are worth .2 / (.001 + 1 / 1826.25).
    """
    owed, mornings, days = 800.0, [], np.arange(200)
    for received in np.where(days < 30, 5.0, 0.2):
        mornings.append(owed)
        owed = owed * math.exp(0.001) - received
    line = 700.0 + 5.0 * np.maximum(30 - days, 0)
    day = int(np.argmax(np.array(mornings) > line))
    model = neocloud(day + 10)
    names = ("debt", "forgiven", "sales", "owners_gave", "cash")
    books = {name: model.records.series("books", name, "neocloud") for name in names}
    worth = 0.2 / (0.001 + 1.0 / (5.0 * DAYS_A_YEAR))
    yield exact("debt when the contract ends [USD]", mornings[30], books["debt"][29])
    yield exact("over the line on day [d]", day, float(np.argmax(books["forgiven"] > 0)))
    yield exact("creditors take its machines for what they bring [USD]", worth, books["owners_gave"][day])
    yield exact("and lose the rest [USD]", mornings[day] - worth, books["forgiven"].sum())
    yield exact("its racks are let as before [USD a day]", 0.2, books["sales"][day + 5])
    yield exact("and what they bring is creditors' [USD a day]", -0.2, books["owners_gave"][day + 5])

    yield from illiquid()

    model = neocloud(33, FollowRents(cost=1e-9, growth=1e3), debt=300.0)
    books = {name: model.records.series("books", name, "neocloud") for name in ("debt", "capital")}
    yield exact("it orders in a month: .8 of the line less debt [USD]", 560.0 - books["debt"][30], books["capital"][31])


def illiquid() -> Iterator[Finding]:
    """Machines that bring 20 a day are worth 16 times a debt of 800, on which creditors lend no more."""
    model = neocloud(50, FollowRents(cost=1e-9, growth=1e3), credit=0.0, spot=20.0, term=0)
    names = ("debt", "forgiven", "interest", "capital")
    books = {name: model.records.series("books", name, "neocloud") for name in names}
    held = model.records.series("wholesale", "held", "neocloud")
    owed, paid = 800.0, 0
    while owed > 0:
        owed = owed * math.exp(0.001) - 20.0
        paid += 1
    yield exact("illiquid: creditors lose [USD]", 0.0, books["forgiven"].sum())
    yield exact("they have its machines run until they are paid, on day [d]", float(paid), float(held.sum()))
    yield exact("nothing is ordered meanwhile [USD]", 0.0, books["capital"][:paid].sum())
