"""Books of firms: income, cash and balance of each tick, so that they add up.

income = sales - machines - running - staff - research - interest - depreciation + forgiven
cash - debt = before + income + depreciation - capital + raised + owners_gave
equity = cash + racks - debt = before + income + raised + owners_gave
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from market.simulation.backlog import to_come
from market.simulation.columns.column import column

if TYPE_CHECKING:
    from market.simulation.moment import Moment

type Floats = NDArray[np.float64]

SOLD: Final = ("tokens", "subscriptions", "routed tokens", "contract", "spot", "on demand", "capital")
RENTED: Final = ("contract", "spot", "on demand")
RUNNING: Final = ("power", "upkeep", "routed tokens", "home machines", "making", "memory")


def _sum(moment: Moment, kinds: tuple[str, ...], *, paid: bool) -> Floats:
    """What firms paid or received, of some kinds [USD]."""
    of_kind = moment.spent if paid else moment.received
    total = np.zeros(moment.firms.size)
    for kind in kinds:
        total += of_kind(moment.firms, kind)
    return total


def _of(moment: Moment, providers: Floats | None = None, owners: Floats | None = None) -> Floats:
    """By firm what is known of providers or owners [USD]; 0 for the others."""
    made, first = np.zeros(moment.firms.size), moment.providers.size
    if providers is not None:
        made[:first] = providers
    if owners is not None:
        made[first : first + moment.owners.size] = owners
    return made


def _net(moment: Moment, *kinds: str) -> Floats:
    """What firms received less what they paid, of some kinds [USD]."""
    return _sum(moment, kinds, paid=False) - _sum(moment, kinds, paid=True)


@column("books", "sales", "USD", "from users, brokers, renters of machines and who buys racks")
def sales(moment: Moment) -> Any:
    return _sum(moment, SOLD, paid=False)


@column("books", "machines", "USD", "paid for machines under contract, at list prices and on spot")
def machines(moment: Moment) -> Any:
    return _sum(moment, RENTED, paid=True)


@column("books", "running", "USD", "paid for power, upkeep, routed tokens, homes, racks made, and its own pools' racks")
def running(moment: Moment) -> Any:
    return _sum(moment, RUNNING, paid=True) + _of(moment, providers=moment.spent(moment.providers, "capital"))


@column("books", "staff", "USD", "paid for staff, whatever is sold")
def staff(moment: Moment) -> Any:
    return _sum(moment, ("burn",), paid=True)


@column("books", "research", "USD", "paid for research")
def research(moment: Moment) -> Any:
    return _sum(moment, ("research",), paid=True)


@column("books", "interest", "USD", "paid on debt")
def interest(moment: Moment) -> Any:
    return _sum(moment, ("interest",), paid=True)


@column("books", "depreciation", "USD", "value that racks in the books have lost")
def depreciation(moment: Moment) -> Any:
    return _of(moment, owners=moment.state.paid.depreciated)


@column("books", "forgiven", "USD", "debt that creditors have lost, of a firm that failed")
def forgiven(moment: Moment) -> Any:
    return _sum(moment, ("written off",), paid=False)


@column("books", "income", "USD", "sales less all costs, and debt forgiven")
def income(moment: Moment) -> Any:
    w = moment.written["books"]
    costs = sum(w[name] for name in ("machines", "running", "staff", "research", "interest", "depreciation"))
    return w["sales"] - costs + w["forgiven"]


@column("books", "capital", "USD", "paid for racks that are added")
def capital(moment: Moment) -> Any:
    return _of(moment, owners=moment.spent(moment.owners, "capital"))


@column("books", "raised", "USD", "from investors")
def raised(moment: Moment) -> Any:
    return _net(moment, "funding")


@column("books", "owners_gave", "USD", "from who bought the firm, less what went there; of buyers below 0")
def owners_gave(moment: Moment) -> Any:
    return _net(moment, "parent", "acquisition")


@column("books", "cash", "USD", "money at the end of the tick; 0 of who owes")
def cash(moment: Moment) -> Any:
    return np.maximum(moment.balances, 0.0)


@column("books", "debt", "USD", "owed at the end of the tick")
def debt(moment: Moment) -> Any:
    return np.maximum(-moment.balances, 0.0)


@column("books", "racks", "USD", "value of racks at the end of the tick, at cost less depreciation")
def racks(moment: Moment) -> Any:
    return _of(moment, owners=moment.state.paid.value)


@column("books", "equity", "USD", "cash and racks less debt")
def equity(moment: Moment) -> Any:
    books = moment.written["books"]
    return books["cash"] + books["racks"] - books["debt"]


@column("books", "commitments", "USD", "to pay under contracts, of endless ones for a year; not in the balance")
def commitments(moment: Moment) -> Any:
    return _to_come(moment, seller=False)


@column("books", "backlog", "USD", "to get under contracts, of endless ones for a year; not in the balance")
def backlog(moment: Moment) -> Any:
    return _to_come(moment, seller=True)


def _to_come(moment: Moment, *, seller: bool) -> Floats:
    """Payments after this tick under contracts that run [USD]."""
    state = moment.state
    due = to_come(moment.founded, state.tick, state.contracts.running, seller=seller)
    return np.array([due.get(name, 0.0) for name in moment.founded.firms])
