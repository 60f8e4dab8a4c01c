"""The state of a market, in parts: each part is made anew by one phase of the tick, and by nobody else.

A phase that reads a part which a later phase makes sees that of the tick before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from market.demand.cohort import Wanted
from market.events.effects import Effects
from market.exchange.books import Book
from market.exchange.clearing.base import Cleared
from market.exchange.ledger import Ledger, Payment
from market.exchange.queue import Queue, Round
from market.supply.contract import Contract
from market.supply.needs import Needs
from market.supply.purchases import Purchases
from market.supply.rack_lists import HourOfBids
from market.supply.rack_maker import RackSales
from market.supply.vintages import Exit
from market.supply.week import Damping
from market.supply.wholesale import Allotment

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Fleets:
    """Machines of their owners; made by ``growing``.

    Attributes:
        racks: racks that run, by owner.
        payments, sales: for racks that were ordered; and of who makes racks.
    """

    racks: Floats
    payments: tuple[Payment, ...]
    sales: RackSales


@dataclass(frozen=True)
class Terms:
    """What is sold on which terms, prices aside; made by ``improving``.

    Attributes:
        book: last posted book with today's qualities, work, quotas, and who may buy what.
        granted: share of the listed quotas of some hours, and of a week, that policies grant, by offer, events aside.
        rack_hour_usd: what a rack-hour has been worth, mean of such a window, and of a week [USD], by provider.
        requests: rack-hours, and million tokens billed, of a mean request of the same windows, by offer.
    """

    book: Book
    granted: Floats
    rack_hour_usd: Floats
    requests: Floats


@dataclass(frozen=True)
class Firms:
    """Who is there; made by ``coming_and_going``.

    Attributes:
        active: whether a provider sells, by provider.
        left: whether it has left for good, by provider.
        parent: the owner of machines or seller that has bought it, or None; by provider.
        alive: whether an offer's provider sells, by offer.
        opening: price at which an offer opens in this tick [USD per million tokens], by number of the offer.
        payments: between parents and those that they bought, of investors, and of creditors for what they lose.
        raised_at: tick of the last funding round, by provider; 0 before the first, for what it has at the start.
        dropped, sales: whether it is sold no longer, and what it has sold a day lately [USD/day], by offer.
        failed: whether an owner owed more than creditors lend, who have its machines run until they are paid, by owner.
        taken: whether its machines are theirs, since they are worth less than it owed, by owner.
    """

    active: Flags
    left: Flags
    parent: tuple[str | None, ...]
    alive: Flags
    opening: Mapping[int, float]
    payments: tuple[Payment, ...]
    raised_at: Floats
    dropped: Flags
    sales: Floats
    failed: Flags
    taken: Flags

    def with_openings(self, price: Floats) -> Floats:
        """List prices [USD per million tokens], with those at which newcomers open."""
        made = price.copy() if self.opening else price
        for offer, opening in self.opening.items():
            made[offer] = opening
        return made


@dataclass(frozen=True)
class Quoted:
    """What machines cost that are not auctioned, and what the market expects; made by ``quoting``.

    Attributes:
        listed: list price of machines by the hour, by owner [USD per rack-h]; infinite where there is none.
        expected, terms: spot at each of the dates ``quoting.AHEAD``, and a contract until then [USD per rack-h].
        months: mean spot price of each whole calendar month so far [USD per rack-h].
        month: the present month, the sum and number of its spot prices, and the sum of the racks that stood.
        month_racks: racks of all owners in each whole calendar month so far, on average.
    """

    listed: Floats
    expected: Floats
    terms: Floats
    months: Floats
    month: tuple[int, float, int, float]
    month_racks: Floats


@dataclass(frozen=True)
class Contracts:
    """Machines rented for a term; made by ``contracting``.

    Attributes:
        signed: all contracts that were ever made, in order.
        running: those that cover this tick.
        refused: those that ended and suited one of the two no more; they talk again every month.
    """

    signed: tuple[Contract, ...]
    running: tuple[Contract, ...]
    refused: tuple[Contract, ...] = ()


@dataclass(frozen=True)
class Machines:
    """Who has which machines in the tick; made by ``renting``.

    Attributes:
        capacity: work that can be done [rack-h], by pool.
        allotment: how the owners' machines were given out.
        own_racks, home_racks, spot_racks, contracted_racks: racks by provider.
        earned: what a rack-hour has earned lately, running mean [USD per rack-h], by owner.
        spot_prices, stood: spot [USD per rack-h] and racks of all owners in ticks of the last month, oldest first.
        bids: of the last month, oldest first, where an owner has a list to set by them.
        worth: running mean worth of racks over their cost on spot, by contract, for ``needing.TIMES`` as many racks.
        taken: machines that their renters on the spot market lost when the tick began [racks], by owner.
        chance: chance that a machine on the spot market is taken back in an hour, running mean [1/h].
        restarted, research_restarted: work done again as its machine was taken back [rack-h], by provider and budget.
        exit: what owners think that older machines would leave over if there were fewer of them.
        trained: racks that trained lately over those that keep up with the clock, running mean, by budget.
        purchases: what each provider has learned about renting.
    """

    capacity: Floats
    allotment: Allotment
    own_racks: Floats
    home_racks: Floats
    spot_racks: Floats
    contracted_racks: Floats
    earned: Floats
    spot_prices: Floats
    stood: Floats
    bids: tuple[HourOfBids, ...]
    worth: Mapping[Contract, Floats]
    taken: Floats
    chance: float
    restarted: Floats
    research_restarted: Floats
    exit: Exit
    trained: Floats
    purchases: tuple[Purchases, ...]


@dataclass(frozen=True)
class Posting:
    """Hours in which a provider's list is dearer.

    Attributes:
        tick, damping: when they were posted, and how that came.
        mean: what the hour multiplied a bill by on average, by what was sold then.
    """

    tick: int
    mean: float
    damping: Damping


@dataclass(frozen=True)
class Posted:
    """List prices; made by ``posting``, and nobody else writes a price.

    Attributes:
        book: the offers as users see them: priced, and routed.
        level: list prices before what the hour multiplies them by [USD per million output tokens], by offer.
        routed_to: the offer that serves a routed one, by number of the routed offer.
        ahead_of: 1 where offer k is served before or with offer j, by offer j and k.
        opened: tick in which an offer was first sold, by offer.
        hours: which hours a provider has made dearer, and when, by its number; those who never did are not there.
    """

    book: Book
    level: Floats
    routed_to: Mapping[int, int]
    ahead_of: Floats
    opened: Floats
    hours: Mapping[int, Posting] = field(default_factory=dict)


@dataclass(frozen=True)
class Expected:
    """Delays that users expect when they order; made by ``looking``.

    Attributes:
        waiting_work: work that waits, without what is done of it [rack-h], by segment and offer.
        room_racks: what who is served before usually leaves of machines, by tick ahead and offer.
        present_wait_h, backlog_wait_h: time to serve what waits now, and what users think of it [h], by offer.
        writing_h, delay_h: time of writing an answer, and all of it together [h], by segment and offer.
    """

    waiting_work: Floats
    room_racks: Floats
    present_wait_h: Floats
    backlog_wait_h: Floats
    writing_h: Floats
    delay_h: Floats


@dataclass(frozen=True)
class Ordered:
    """What was ordered; made by ``ordering``.

    Attributes:
        cleared: prices, orders, rents and what else the mechanism found.
        orders: requests that come in this tick, by segment and offer.
        sent_on, taken_in: requests that found no machines and went to others at once, by offer left, and joined.
        at_list: what would be ordered at list prices, if the mechanism cuts orders; else what was expected to be.
        slopes: fall of orders with the own price, when last looked at [requests per USD], by segment and offer.
        latent, latent_of, looked_at: orders without waits when last looked at, by segment and offer; of how many
            requests, by segment; at which list prices [USD/M], by offer.
    """

    cleared: Cleared
    orders: Floats
    sent_on: Floats
    taken_in: Floats
    at_list: Floats
    slopes: Floats
    latent: Floats
    latent_of: Floats
    looked_at: Floats


@dataclass(frozen=True)
class Served:
    """What became of orders; made by ``serving``, which alone moves the queue.

    Attributes:
        round: who was served, who left, who waits.
        joined, waiting: requests from another offer's queue, and that wait as the tick ends, by segment and offer.
        begun: work done on those of them that are not finished [rack-h], by segment and offer; 0 in a fluid.
        waited_h: waiting time so far of those who wait, summed [request-h], by segment and offer.
        wait_h: expected wait of a request that came in this tick [h], by offer.
        chance_h: what of that is beside the wait for what waited before [h]; no number where nothing serves.
    """

    round: Round
    joined: Floats
    waiting: Floats
    begun: Floats
    waited_h: Floats
    wait_h: Floats
    chance_h: Floats


@dataclass(frozen=True)
class Weeks:
    """Loads and machines by provider and tick of the week, from Monday 0:00 UTC.

    Attributes:
        load: mean work ordered since hours last changed, tiers on spare machines aside [rack-h]; NaN if unknown.
        seen, held: weeks that this is a mean of, and work that machines not rented by the hour could do [rack-h].
        rent_usd: what a rack-hour cost on the spot market [USD], by tick of the week.
    """

    load: Floats
    seen: Floats
    held: Floats
    rent_usd: Floats


@dataclass(frozen=True)
class Known:
    """What users and sellers have learned; made by ``learning``.

    Attributes:
        chance_wait_h: usual wait beside that for what waits already [h], by offer.
        waits_of_day: what requests waited that were served in about a day [request-h], and their number, by offer.
        queues_of_week: requests ordered, and waiting at the end, by offer and tick of the last week.
        load: usual work done over capacity, by pool.
        usual_orders: usual orders on weekdays and at weekends, by segment, offer and tick of the day; NaN if unknown.
        usual_wanted, usual_capacity: requests to be placed by segment, and work that could be done by pool, so.
        level: orders of the last hours over what was to be expected of them, by segment and offer.
        members, visitors: real users who subscribe, and those who do not but are worth something to the seller.
        weeks: what each provider knows of its week.
        year_ahead_usd: what models better by a year would bring [USD/h], running mean, by budget; NaN if unknown.
    """

    chance_wait_h: Floats
    waits_of_day: Floats
    queues_of_week: Floats
    load: Floats
    usual_orders: Floats
    usual_wanted: Floats
    usual_capacity: Floats
    level: Floats
    members: Floats
    visitors: Floats
    weeks: Weeks
    year_ahead_usd: Floats


@dataclass(frozen=True)
class Invested:
    """What providers own, by pool; made by ``investing``.

    Attributes:
        racks: racks owned.
        rent_usd: what a rack has earned above running cost in this cycle of investment [USD].
        loss_usd: what one rack more would have taken off that of all the owner's racks [USD].
        called_for: work ordered in the busiest tick of this term [rack-h].
    """

    racks: Floats
    rent_usd: Floats
    loss_usd: Floats
    called_for: Floats


@dataclass(frozen=True)
class Lately:
    """How providers have done, running means a day [USD/day], by provider.

    Attributes:
        sold, sold_quarter, earned: sales over a month and a quarter, and over a month less machines and running cost.
        net: all that came in less all that went out, but for investors, owners and creditors, over a month.
    """

    sold: Floats
    sold_quarter: Floats
    earned: Floats
    net: Floats


@dataclass(frozen=True)
class Paid:
    """Money that moved; made by ``paying``, which alone writes the ledger.

    Attributes:
        for_tokens, for_plans: by users for tokens, and by members for their plans [USD], by segment and offer.
        sales, lately: what funders of budgets for research sold a day lately [USD/day], by budget; means, by provider.
        value, depreciated: racks of owners in their books, and what they have lost in the tick [USD], by owner.
    """

    for_tokens: Floats
    for_plans: Floats
    sales: Floats
    lately: Lately
    value: Floats
    depreciated: Floats


@dataclass
class State:
    """All parts; a phase's result takes the place of its part.

    Moved in place are the queue, by ``serving``, and the ledger, by ``paying``; and what users remember and streams of
    random numbers, which are no part of it. ``Phase.moves`` says which phase moves what, one each.
    """

    tick: int
    effects: Effects
    fleets: Fleets
    terms: Terms
    firms: Firms
    quoted: Quoted
    contracts: Contracts
    needs: Needs
    machines: Machines
    posted: Posted
    wanted: tuple[Wanted, ...]
    expected: Expected
    ordered: Ordered
    served: Served
    known: Known
    invested: Invested
    paid: Paid
    queue: Queue
    ledger: Ledger
