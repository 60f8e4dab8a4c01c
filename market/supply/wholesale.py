"""The wholesale market: first-party use, then contracts, then list prices and spot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require_kind
from market.exchange.call_auction import CallAuction, CallOutcome
from market.exchange.elastic_demand import ElasticDemand
from market.exchange.list_and_spot import Listed, Sold, clear_with_lists
from market.supply.contract import Contract
from market.supply.term_market import TermMarket

type Floats = NDArray[np.float64]


class Bids(NamedTuple):
    """Rack-hours that providers would rent at up to a price [USD per rack-h], by bid.

    ``lost``: part of the work of one from the spot market that is expected to be lost when the machine is taken back.
    """

    provider: NDArray[np.int64]
    price: Floats
    quantity: Floats
    lost: Floats

    @classmethod
    def together(cls, several: Sequence[Bids]) -> Bids:
        """Those of several providers, one after the other."""
        return cls(*map(np.concatenate, zip(NO_BIDS, *several, strict=True)))


#: Nobody bids.
NO_BIDS = Bids(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), np.zeros(0))


@dataclass(frozen=True)
class Lists:
    """List prices of a tick.

    Attributes:
        price: at which each owner rents machines [USD per rack-h]; infinite where it has no list.
        share: most of an owner's machines for rent that go at its list.
        lost_research: part of a spot rack-hour's work that research expects to lose, by budget; None for nothing.
    """

    price: Floats
    share: Floats
    lost_research: Floats | None = None

    def kept(self, left: Floats, whose: NDArray[np.int64]) -> list[Listed]:
        """What each owner keeps for its list, of so many rack-hours for rent by machines; ``whose`` these are."""
        return [
            Listed(float(self.price[owner]), k, float(self.share[owner] * left[k]))
            for k, owner in enumerate(whose.tolist())
            if np.isfinite(self.price[owner])
        ]


@dataclass(frozen=True)
class Older:
    """Machines that their owners use last, since they cost more to run: vintages of all owners.

    Attributes:
        owner: whose they are.
        ask: least price of each on the spot market [USD per rack-h].
        quantity: rack-hours of each [rack-h].
    """

    owner: NDArray[np.int64]
    ask: Floats
    quantity: Floats

    def left_of(self, left: Floats) -> Floats:
        """Rack-hours of each that are left where an owner has so many left in all: the dearest of it are left last.

        >>> old = Older(np.array([0, 0]), np.array([3.0, 5.0]), np.array([4.0, 2.0]))
        >>> old.left_of(np.array([5.0])), old.left_of(np.array([1.0])), old.left_of(np.array([9.0]))
        (array([3., 2.]), array([0., 1.]), array([4., 2.]))
        """
        kept, rest = np.zeros(self.owner.size), left.copy()
        for k in np.argsort(-self.ask, kind="stable"):
            kept[k] = min(float(self.quantity[k]), float(rest[self.owner[k]]))
            rest[self.owner[k]] -= kept[k]
        return kept


#: Nobody has older machines.
NONE_OLDER = Older(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))


@dataclass
class Allotment:
    """Who got which rack-hours in a tick [rack-h].

    Attributes:
        owned, first_party, contracted, short, listed, sold_spot, idle: by hyperscaler; owned = first_party +
            contracted + listed + sold_spot + idle. ``short`` is contracted work that the seller could not deliver,
            ``listed`` what was rented at its list price.
        by_contract: delivered, by contract.
        spot: rented on the spot market, by provider.
        research: rented on the spot market for research, by budget.
        at_list: rented at list prices, by hyperscaler and provider.
        research_at_list: the same for research, by hyperscaler and budget.
        price: spot price [USD per rack-h].
        outcome: the auction's outcome.
        bids: the bids.
    """

    owned: Floats
    first_party: Floats
    contracted: Floats
    short: Floats
    listed: Floats
    sold_spot: Floats
    idle: Floats
    by_contract: Floats
    spot: Floats
    research: Floats
    at_list: Floats
    research_at_list: Floats
    price: float
    outcome: CallOutcome
    bids: Bids = NO_BIDS


@dataclass(frozen=True)
class Wholesale:
    """The order in which hyperscalers' machines are given out: first party, contracts, list prices and spot.

    Attributes:
        auction: how the spot market clears.
        terms: what the market expects of the spot price, and whether contracts that end are bargained for by that.
    """

    auction: CallAuction = field(default_factory=CallAuction)
    terms: TermMarket = field(default_factory=lambda: TermMarket(bargained=False))

    def __post_init__(self) -> None:
        require_kind("wholesale: auction", self.auction, CallAuction)
        require_kind("wholesale: terms", self.terms, TermMarket)

    def allot(
        self,
        owned: Floats,
        first_party: Floats,
        asks: Floats,
        contracts: Sequence[Contract],
        parties: Sequence[tuple[int, int]],
        bids: Bids,
        providers: int,
        tick_hours: float,
        contracts_first: NDArray[np.bool_] | None = None,
        research: Sequence[ElasticDemand] = (),
        lists: Lists | None = None,
        older: Older = NONE_OLDER,
    ) -> Allotment:
        """Give out one tick's rack-hours.

        Args:
            owned: rack-hours of each hyperscaler [rack-h].
            first_party: what its own products take first [rack-h].
            asks: least price of each hyperscaler on the spot market [USD per rack-h].
            contracts: contracts that run.
            parties: numbers of seller and buyer of each contract.
            bids: spot bids.
            providers: number of providers.
            tick_hours: length of the tick [h].
            contracts_first: owners whose contracts come before their own use.
            research: budgets that take part in the spot market.
            lists: list prices at which owners rent machines beside it.
            older: machines among those owned that are used last.
        """
        promised = np.array([c.racks_now * tick_hours for c in contracts])
        sellers = np.array([seller for seller, _ in parties], dtype=np.int64)
        due = np.bincount(sellers, weights=promised, minlength=owned.size) if contracts else np.zeros(owned.size)
        own_first = np.ones(owned.size, dtype=bool) if contracts_first is None else ~contracts_first
        own_use = np.minimum(first_party, np.where(own_first, owned, np.maximum(owned - due, 0.0)))
        free = owned - np.where(own_first, own_use, 0.0)
        # A seller that owes more than it has left delivers the same share of every contract.
        kept = np.divide(np.minimum(due, free), due, out=np.ones(due.shape), where=due > 0)
        by_contract = promised * kept[sellers] if contracts else promised
        contracted = due * kept
        left = np.maximum(owned - own_use - contracted, 0.0)
        spot, at_list, sold = self._sell(bids, providers, asks, left, research, lists, older)
        listed = at_list.sum(axis=1) + sold.elastic_at_list.sum(axis=1)
        sold_spot = by_owner(sold.outcome.sold, older, left.size)
        return Allotment(
            owned=owned, first_party=own_use, contracted=contracted, short=due - contracted, listed=listed,
            sold_spot=sold_spot, idle=left - listed - sold_spot, by_contract=by_contract, spot=spot,
            research=sold.elastic, at_list=at_list, research_at_list=sold.elastic_at_list,
            price=sold.outcome.price, outcome=sold.outcome, bids=bids,
        )  # fmt: skip

    def _sell(
        self,
        bids: Bids,
        providers: int,
        asks: Floats,
        left: Floats,
        research: Sequence[ElasticDemand],
        lists: Lists | None,
        older: Older,
    ) -> tuple[Floats, Floats, Sold]:
        """What providers rent on the spot market, and at lists by owner [rack-h]; and all that was sold.

        Owners ask once for their newest machines and once for each older vintage.
        """
        owners = left.size
        lists = lists or Lists(np.full(owners, np.inf), np.zeros(owners))
        old = older.left_of(left)
        newest = left - by_owner(np.append(np.zeros(owners), old), older, owners) if old.size else left
        left, asks = np.append(np.maximum(newest, 0.0), old), np.append(asks, older.ask)
        buyers, worth, wanted, lost = bids
        kept = lists.kept(left, np.append(np.arange(owners), older.owner))
        sold = clear_with_lists(self.auction, worth, wanted, asks, left, research, kept, lost, lists.lost_research)
        spot, at_list = np.zeros(providers), np.zeros((providers, owners))
        np.add.at(spot, buyers, sold.spot)
        if kept:
            np.add.at(at_list, buyers, by_owner(sold.at_list, older, owners).T)
        if older.owner.size:
            sold = replace(sold, elastic_at_list=by_owner(sold.elastic_at_list, older, owners))
        return spot, at_list.T, sold


def by_owner(by_machines: Floats, older: Older, owners: int) -> Floats:
    """Sums over an owner's machines, of those listed first by owner and then by older vintage."""
    made = by_machines[:owners]
    if older.owner.size:
        made = made.copy()
        np.add.at(made, older.owner, by_machines[owners:])
    return made
