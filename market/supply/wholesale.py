"""The wholesale market: first-party use, then contracts, then spot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from market.exchange.call_auction import CallAuction, CallOutcome
from market.exchange.elastic_demand import ElasticDemand, clear_with
from market.supply.specs import Contract

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bid:
    """Rack-hours that a provider would rent at up to a price [USD per rack-h]."""

    provider: int
    price: float
    quantity: float


@dataclass
class Allotment:
    """Who got which rack-hours in a tick [rack-h].

    Attributes:
        owned, first_party, contracted, short, sold_spot, idle: by hyperscaler; owned = first_party +
            contracted + sold_spot + idle. ``short`` is contracted work that the seller could not deliver.
        by_contract: delivered, by contract.
        spot: rented on the spot market, by provider.
        research: rented on the spot market for research, by budget.
        price: spot price [USD per rack-h].
        outcome: the auction's outcome.
        bids: the bids.
    """

    owned: Floats
    first_party: Floats
    contracted: Floats
    short: Floats
    sold_spot: Floats
    idle: Floats
    by_contract: Floats
    spot: Floats
    research: Floats
    price: float
    outcome: CallOutcome
    bids: Sequence[Bid] = field(default_factory=list)


@dataclass(frozen=True)
class Wholesale:
    """The order in which hyperscalers' machines are given out: first party, contracts, spot.

    Attributes:
        auction: how the spot market clears.
    """

    auction: CallAuction = field(default_factory=CallAuction)

    def allot(
        self,
        owned: Floats,
        first_party: Floats,
        asks: Floats,
        contracts: Sequence[Contract],
        parties: Sequence[tuple[int, int]],
        bids: Sequence[Bid],
        providers: int,
        tick_hours: float,
        contracts_first: NDArray[np.bool_] | None = None,
        research: Sequence[ElasticDemand] = (),
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
        """
        promised = np.array([c.racks * tick_hours for c in contracts])
        sellers = np.array([seller for seller, _ in parties], dtype=np.int64)
        due = np.bincount(sellers, weights=promised, minlength=owned.size) if contracts else np.zeros(owned.size)
        own_first = np.ones(owned.size, dtype=bool) if contracts_first is None else ~contracts_first
        own_use = np.minimum(first_party, np.where(own_first, owned, np.maximum(owned - due, 0.0)))
        free = owned - np.where(own_first, own_use, 0.0)
        # A seller that owes more than it has left delivers the same share of every contract.
        kept = np.divide(np.minimum(due, free), due, out=np.ones_like(due), where=due > 0)
        by_contract = promised * kept[sellers] if contracts else promised
        contracted = due * kept
        left = np.maximum(owned - own_use - contracted, 0.0)
        outcome, researched = clear_with(
            self.auction, [b.price for b in bids], [b.quantity for b in bids], asks, left, research
        )
        spot = np.zeros(providers)
        np.add.at(spot, np.array([b.provider for b in bids], dtype=np.int64), outcome.bought[: len(bids)])
        return Allotment(
            owned=owned, first_party=own_use, contracted=contracted, short=due - contracted, sold_spot=outcome.sold,
            idle=left - outcome.sold, by_contract=by_contract, spot=spot, research=researched, price=outcome.price,
            outcome=outcome, bids=bids,
        )  # fmt: skip
