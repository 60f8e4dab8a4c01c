"""Machines as a market: list prices beside spot, and contracts for a term."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import Segment
from market.events.machines import Outage
from market.supply.contract import Contract
from market.supply.rack_lists import OnDemand
from market.supply.rents import Foreseen, LastMonth
from market.supply.research import Research
from market.supply.specs import Hyperscaler, Offer, Pool, Provider
from market.supply.term_market import TermMarket
from market.supply.wholesale import Wholesale
from scenarios.verification.check import Finding, check, exact
from scenarios.verification.setups import UNIT, run


def firms(worth: list[float], wanted: list[float], **knobs: Any) -> tuple[list[Segment], list[Provider]]:
    """Sellers to whom a rack-hour is worth so much, and who want so many of them."""
    users = [Segment(f"users {k}", UNIT, users=q, requests_per_day=24, outside=None) for k, q in enumerate(wanted)]
    sellers = [
        Provider(
            f"firm {k}", (Offer(f"good {k}", p, open_to=(f"users {k}",)),), headroom=0.0, **{"spot": True, **knobs}
        )
        for k, p in enumerate(worth)
    ]
    return users, sellers


def listing(price: float, share: float, *, budget: float = 300.0, **knobs: Any) -> TokenMarket:
    """100 racks, research with a budget an hour, an owner who lists a share of them."""
    users, sellers = firms([0.5], [1.0], **knobs)
    owner = Hyperscaler("cloud", 100.0, on_demand=OnDemand(price, share))
    return run(users, sellers, 2, hyperscalers=(owner,), research=(Research("training", 24.0 * budget),))


@check("on-demand", "Machines at a list price beside spot", "issue 17; Eisenberg and Gale (1959) for the budget")
def on_demand() -> Iterator[Finding]:
    """A budget of 300 an hour for 100 racks is worth 3 each; a list below that sells out, and spot rises above it."""
    model = listing(2.0, 0.4)
    yield exact("list 2, 40 of 100 kept: rented at it [rack-h]", 40.0, float(model.allotment.listed[0]))
    yield exact("spot: (300 - 300 x 40/150) / 60 [USD per rack-h]", 220.0 / 60.0, model.allotment.price)
    spent = -model.ledger.net("training", "on demand") - model.ledger.net("training", "spot")
    yield exact("the budget is spent [USD]", 300.0, spent)
    model = listing(4.0, 0.4)
    yield exact("list 4: rented at it [rack-h]", 0.0, float(model.allotment.listed[0]))
    yield exact("spot [USD per rack-h]", 3.0, model.allotment.price)


def taken_at_noon(restart_h: float) -> TokenMarket:
    """Two racks on spot; from the second hour on an owner's contract takes one of them for another firm."""
    users, sellers = firms([10.0], [2.0], restart_h=restart_h)
    other = Provider("other", (Offer("nothing", 1.0, open_to=()),), pools=(Pool(0.0),))
    contract = Contract("cloud", "other", racks=1.0, price=1.0, first_tick=1)
    return run(users, [*sellers, other], 2, hyperscalers=(Hyperscaler("cloud", 2.0),), contracts=(contract,))


def stopped_at_noon(restart_h: float) -> TokenMarket:
    """Two racks on spot; one of them stands still from the second hour on."""
    users, sellers = firms([10.0], [2.0], restart_h=restart_h)
    noon = datetime(2026, 1, 1, 1, tzinfo=UTC)
    outage = Outage(name="one", begin=noon, of=("cloud",), down=0.5)
    return run(users, sellers, 4, hyperscalers=(Hyperscaler("cloud", 2.0),), events=(outage,))


@check("taken-back", "Machines taken back from spot, and work that restarts", "issue 17; own arithmetic")
def taken_back() -> Iterator[Finding]:
    """Of two racks one is taken for a contract; a quarter of an hour of its work is done again on the other."""
    model = taken_at_noon(0.25)
    yield exact("taken back [rack-h]", 1.0, model.records.series("wholesale", "taken_back", "cloud")[1])
    yield exact("done again [rack-h]", 0.25, model.records.series("providers", "restarted", "firm 0")[1])
    yield exact("served in the first hour [requests]", 2.0, model.records.series("offers", "served", "good 0")[0])
    yield exact("served in the second [requests]", 0.75, model.records.series("offers", "served", "good 0")[1])
    model = stopped_at_noon(0.25)
    yield exact("one of two stops: lost [rack-h]", 1.0, model.records.series("wholesale", "taken_back", "cloud")[1])
    again = model.records.series("providers", "restarted", "firm 0")
    yield exact("done again, once [rack-h]", 0.25, again.sum())
    yield exact("in the hour in which it stopped [rack-h]", 0.25, again[1])


def renewed(
    terms: TermMarket, ticks: int, racks: float, worth: float, needed: float = 2.0, lengths: tuple[int, ...] = ()
) -> TokenMarket:
    """A contract of some days that has ended, and for which both have bargained anew.

    A rack-hour is worth so much to the buyer, who needs ``needed`` times the racks; spot stands at 1.
    """
    users, sellers = firms([worth], [needed * racks])
    contract = Contract("cloud", "firm 0", racks, price=1.0, ticks=ticks, renews=True, lengths=lengths)
    owner = Hyperscaler("cloud", 10.0 * racks, reserve=1.0)
    settings: dict[str, Any] = {"wholesale": Wholesale(terms=terms), "calendar": Calendar(tick_hours=24.0)}
    return run(users, sellers, ticks + 1, hyperscalers=(owner,), contracts=(contract,), **settings)


@check(
    "term-contracts", "What a contract for a term costs, and who signs", "Nash (1950); Bessembinder and Lemmon (2002)"
)
def term_contracts() -> Iterator[Finding]:
    """Spot known in advance and discounted; spot uncertain and the price bargained for; renewal that does not pay."""
    path, day = np.array([2.0, 1.8, 1.5]), 1.0 / 365.25
    known = Foreseen(tuple(day * np.arange(3.0, 6.0)), tuple(path))
    model = renewed(TermMarket(known, discount=1.01**365.25 - 1.0), 3, racks=1.0, worth=9.0)
    weight = 1.01 ** -np.arange(3.0)
    answer = float(path @ weight / weight.sum())
    yield exact("spot 2, 1.8, 1.5 known, 1 % a period [USD per rack-h]", answer, model.contracts[0].price)

    periods, rho, racks = 20, 0.8, 60.0
    risky = TermMarket(
        Foreseen((0.0,), (2.0,)), buyer_risk=0.04, seller_risk=0.01, spread=0.25, persistence=rho, period_h=24.0
    )
    apart = np.abs(np.subtract.outer(np.arange(periods), np.arange(periods)))
    variance = float((0.5**2 * rho**apart).sum()) / periods**2
    model = renewed(risky, periods, racks, worth=9.0)
    bargain = risky.bargain(2.0, periods * 24.0, racks)
    yield exact("uncertain: variance of mean spot [(USD per rack-h)²]", variance, risky.variance(2.0, periods * 24.0))
    answer = 2.0 + racks * variance / 2.0 * (0.5 * 0.04 - 0.5 * 0.01)
    yield exact("price both agree on [USD per rack-h]", answer, model.contracts[0].price)
    gain = racks**2 * variance / 2.0 * 0.05
    yield exact("what both gain by it [USD an hour]", gain, racks * (bargain.most - bargain.least))

    for case, worth, needed in (("earns 0.8 of spot", 0.8, 2.0), ("needs half of it", 9.0, 0.5)):
        model = renewed(TermMarket(LastMonth()), 3, racks=4.0, worth=worth, needed=needed)
        yield exact(f"buyer who {case}: contracts renewed", 0.0, float(len(model.contracts)))
        yield exact(f"buyer who {case}: racks refused", 4.0, model.records.series("ticks", "refused")[-1])
    model = renewed(TermMarket(LastMonth()), 3, racks=4.0, worth=9.0)
    yield exact("buyer who needs all of it: price is the mean of spot [USD per rack-h]", 1.0, model.contracts[0].price)


@check(
    "term-lengths",
    "A buyer chooses among a short and a long contract",
    "Bessembinder and Lemmon (2002); law of total variance; own arithmetic",
)
def term_lengths() -> Iterator[Finding]:
    """Spot of 2 on average, whose deviation lasts; of 3 periods or 12, or four times 3 one after the other."""
    rho, racks, short, long = 0.8, 60.0, 3, 12
    risky = TermMarket(
        Foreseen((0.0,), (2.0,)), buyer_risk=0.04, seller_risk=0.01, spread=0.25, persistence=rho, period_h=24.0
    )
    lags = np.abs(np.subtract.outer(np.arange(long), np.arange(long)))
    together = 0.5**2 * rho**lags
    # The rent of each later short term moves with the deviation of its first period, which is not known yet.
    moves = np.zeros(long)
    moves[short::short] = sum(rho**k for k in range(short)) / long
    rolled = float(moves @ together @ moves)
    hours = (short * 24.0, long * 24.0)
    yield exact("variance of four rents in a row [(USD per rack-h)²]", rolled, risky.renewed(2.0, *hours))
    variances = [float(together[:n, :n].mean()) for n in (short, long)]
    gains = [racks / 2.0 * 0.05 * (variances[1] - rolled), racks / 2.0 * 0.05 * variances[1]]
    for name, n, gain in zip(("four short ones", "a long one"), hours, gains, strict=True):
        bargain = risky.bargain(2.0, n, racks)
        found = bargain.most - bargain.least - risky.exposed(2.0, n, hours[1], racks)
        yield exact(f"what both gain by {name} [USD per rack-h]", gain, found)
    model = renewed(risky, 4, racks, worth=9.0, lengths=(short, long))
    contract = model.contracts[0]
    yield exact("chosen where risk alone counts [periods]", long, contract.ticks)
    answer = 2.0 + racks * variances[1] / 2.0 * (0.5 * 0.04 - 0.5 * 0.01)
    yield exact("at [USD per rack-h]", answer, contract.price)
    changing = replace(risky, need_spread=0.3, seller_share=0.0)
    model = renewed(changing, 4, racks, worth=9.0, needed=1.0, lengths=(short, long))
    yield exact("chosen where needs change by .3 a period [periods]", short, model.contracts[0].ticks)
