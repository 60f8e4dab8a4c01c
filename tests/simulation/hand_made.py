"""Markets small enough to work a tick out by hand, with parts of the state to put in place of what a run made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import CurveSegment, LinearDemand, Segment
from market.economy import Economy
from market.simulation.founded import Founded
from market.simulation.state import State
from market.simulation.tick import PHASES
from market.supply.contract import Contract
from market.supply.specs import Hyperscaler, Offer, Pool, Provider


@dataclass
class Market:
    """What phases read: who there is, and the state."""

    founded: Founded
    state: State

    def make(self, part: str, tick: int | None = None) -> Any:
        """What the phase of a part makes of what there is, in a tick."""
        if tick is not None:
            self.state.tick = tick
        return next(phase for phase in PHASES if phase.makes == part).made(self.founded, self.state)

    def put(self, part: str, **values: Any) -> None:
        """Put values into a part of the state, as if its phase had made them."""
        setattr(self.state, part, replace(getattr(self.state, part), **values))


def a_market(
    *agents: Segment | CurveSegment | Provider | Hyperscaler, contracts: tuple[Contract, ...] = (), **settings: Any
) -> Market:
    """A market that has not begun."""
    settings = {"calendar": Calendar()} | settings
    economy = Economy(
        tuple(a for a in agents if isinstance(a, Segment | CurveSegment)),
        tuple(a for a in agents if isinstance(a, Provider)),
        tuple(a for a in agents if isinstance(a, Hyperscaler)),
        contracts,
        **settings,
    )
    model = TokenMarket(economy, rng=1)
    return Market(model.founded, model.state)


def a_seller(name: str, price: float = 3.0, racks: float = 10.0, cost: float = 1.0, **settings: Any) -> Provider:
    """A provider with one offer: a rack-hour a request."""
    offer = Offer(f"{name} offer", price, cost=cost, **settings.pop("offer", {}))
    return Provider(name, (offer,), pools=(settings.pop("pool", Pool(racks)),), **settings)


def buyers(most: float = 10.0, at_zero: float = 10.0, **settings: Any) -> CurveSegment:
    """Who buy ``at_zero`` requests a tick for nothing, none from a price of ``most`` on, and linearly between."""
    return CurveSegment("buyers", (LinearDemand(most, most / at_zero),), **settings)
