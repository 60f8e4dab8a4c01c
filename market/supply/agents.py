"""Sellers as Mesa agents: providers of tokens, and owners of machines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from market.calendar import Calendar
from market.exchange.books import Book
from market.exchange.ledger import Ledger
from market.supply.expansion import Fleet
from market.supply.outlook import Estimate, Outlook
from market.supply.purchases import Purchases
from market.supply.specs import Hyperscaler, Pool, Provider
from market.supply.wholesale import Bid

if TYPE_CHECKING:
    from market.supply.specs import Investment

type Floats = NDArray[np.float64]


#: Steps in which a provider bids along its demand curve.
BID_STEPS = 8
#: How many times its present price a provider thinks that it could charge at most.
MOST_RISE = 3.0


class HyperscalerAgent(mesa.Agent):
    """An owner of machines."""

    kind = "hyperscaler"

    def __init__(self, model: mesa.Model, spec: Hyperscaler, number: int, ledger: Ledger) -> None:
        super().__init__(model)
        self.spec, self.number, self._ledger = spec, number, ledger
        self.fleet = Fleet(spec.racks)
        self.rented_out = 0.0
        self.spot_price = 0.0

    @property
    def name(self) -> str:
        """Its name."""
        return self.spec.name

    @property
    def cash(self) -> float:
        """Money [USD]."""
        return self._ledger[self.name]

    @property
    def racks(self) -> float:
        """Racks that run."""
        return self.fleet.racks

    def grow(self, years: float) -> float:
        """Move the fleet to so many years after the start; returns racks that were ordered."""
        return self.spec.expansion(self.fleet, years)


class ProviderAgent(mesa.Agent):
    """A seller of tokens."""

    def __init__(self, model: mesa.Model, spec: Provider, number: int, ledger: Ledger, ticks_per_day: int) -> None:
        super().__init__(model)
        self.spec, self.number, self._ledger = spec, number, ledger
        self.offers: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.pools: list[int] = []
        self.racks = [pool.racks[0] if isinstance(pool.racks, tuple) else pool.racks for pool in spec.pools]
        self._rent_of_cycle = np.zeros(len(spec.pools))
        self._loss_of_cycle = np.zeros(len(spec.pools))
        self.purchases = Purchases(spec.pools[0].running_cost, ticks_per_day)
        self.contracted_racks = 0.0
        self.own_racks = self.spot_racks = self.home_racks = 0.0
        self.active = not spec.enters
        self.has_left = False
        self.parent: str | None = None
        self.granted = 1.0

    @property
    def name(self) -> str:
        """Its name."""
        return self.spec.name

    @property
    def kind(self) -> str:
        """'frontier', 'open' or 'broker'."""
        return self.spec.kind

    @property
    def cash(self) -> float:
        """Money [USD]."""
        return self._ledger[self.name]

    def owned_racks(self, pool: int, period: int) -> float:
        """Racks owned in a pool in this period of the day."""
        spec = self.spec.pools[pool]
        if isinstance(spec.racks, tuple):
            return spec.racks[period % len(spec.racks)]
        return self.racks[pool]

    def marginal_cost(self, work_per_mtok: Floats, rack_hour_usd: float) -> Floats:
        """What serving a million tokens of each own offer costs more [USD], where a rack-hour is rented for so much."""
        own = np.array([self.spec.offers[k].cost for k in range(self.offers.size)])
        pools = np.array([self._pool_of(k).hour_of_use for k in range(self.offers.size)])
        capacity = np.where(pools > 0, pools, rack_hour_usd) if self.spec.spot else pools
        return np.asarray(own + capacity * work_per_mtok)

    def _pool_of(self, own_offer: int) -> Pool:
        name = self.spec.offers[own_offer].pool
        return next(pool for pool in self.spec.pools if pool.name == name)

    def outlook(
        self, book: Book, calendar: Calendar, tick: int, mix: Floats, capacity: Floats, ordered: Floats,
        toll: Callable[[NDArray[np.int64]], Floats], estimate: Callable[[NDArray[np.int64], Floats], Estimate],
    ) -> Outlook:  # fmt: skip
        """What it sees when it posts prices; ``mix`` is last tick's orders by segment and offer."""
        own = self.offers
        weights = np.where(mix[:, own].sum(axis=0) > 0, mix[:, own], book.open[:, own])
        billed = (weights * book.billed[:, own]).sum(axis=0)
        work = (weights * book.work[:, own]).sum(axis=0)
        work = np.divide(work, billed, out=np.zeros_like(work), where=billed > 0)
        sold = (mix[:, own] * book.billed[:, own]).sum(axis=0)
        have, want = float(capacity[self.pools].sum()), float(ordered[self.pools].sum())
        return Outlook(
            tick=tick, period=calendar.period(tick), hour=calendar.hour_of_day(tick), price=book.price[own].copy(),
            movable=np.array([not o.fixed_price for o in self.spec.offers], dtype=bool),
            cost=self.marginal_cost(work, self.purchases.price),
            usual_cost=self.marginal_cost(work, self.purchases.usual_price), weight=self.purchases.weight,
            work=work, utilisation=want / have if have > 0 else 0.0, sold=sold,
            capacity=have, toll=lambda: toll(own),
            estimate=lambda prices: estimate(own, prices), public_prices=book.price.copy(),
            opening_price=np.array([o.price for o in self.spec.offers]), tick_hours=calendar.tick_hours,
        )  # fmt: skip

    def bids(
        self, book: Book, expected: Floats, slopes: Floats, paid: Floats, held: float, *, stays: bool
    ) -> list[Bid]:
        """Bids for rack-hours that it lacks: what they are worth is what is paid for what they serve, less other cost.

        Where the price follows cost they are bids along the demand curve, by its last seen slope: with fewer machines
        it would sell to those who pay more. Who has a list price that stays cannot pay more than that earns, but serves
        busy hours out of what calm ones leave over, as long as the whole day pays. The dearest work is put on the
        machines that it has already.

        Args:
            book: the offers.
            expected: requests it expects to serve at list prices, by segment and own offer.
            slopes: fall of these requests with the own price [requests per USD]; 0 where the price stays.
            paid: what a request earns at list prices, subscriptions included [USD], by segment and own offer.
            held: rack-hours it has [rack-h].
            stays: whether its list prices stay whatever machines cost in this tick.
        """
        if not self.spec.spot or self.offers.size == 0:
            return []
        work, billed = book.work[:, self.offers], book.billed[:, self.offers]
        cost = np.array([offer.cost for offer in self.spec.offers])
        with np.errstate(over="ignore"):  # where hardly anybody minds the price there is room without end
            room = np.divide(expected, slopes, out=np.zeros_like(expected), where=slopes > 0)
        room = np.minimum(room, MOST_RISE * paid)  # a straight line is no guide far from where it was seen
        left = (np.arange(BID_STEPS) + 0.5) / BID_STEPS
        worth = paid + (1.0 - left)[:, None, None] * room - cost * billed
        value = worth / work
        if stays:
            value = value + self._lift(value[0], expected * work)
        value = value.ravel()
        need = np.broadcast_to(expected * work * (1.0 + self.spec.headroom) / BID_STEPS, worth.shape).ravel()
        order = np.argsort(-value, kind="stable")
        lacking = np.diff(np.maximum(np.cumsum(need[order]) - held, 0.0), prepend=0.0)
        wanted = (lacking > 0) & (value[order] > 0)
        return [
            Bid(self.number, float(v), float(q)) for v, q in zip(value[order][wanted], lacking[wanted], strict=True)
        ]

    def _lift(self, value: Floats, need: Floats) -> float:
        """How much more than it earns a rack-hour may cost in this tick [USD]."""
        total = float(need.sum())
        earned = float((value * need).sum()) / total if total > 0 else 0.0
        return self.purchases.affordable(earned) - earned

    def invest(self, tick: int, rents: Floats, losses: Floats) -> float:
        """Let racks follow their rents at the end of a cycle; returns racks added (or, below 0, given up).

        ``rents``: what a rack has earned above running cost in this tick [USD], by pool; ``losses``: what one rack
        more would have taken off that of all the owner's racks.
        """
        added = 0.0
        for k, pool in enumerate(self.spec.pools):
            plan: Investment | None = pool.investment
            if plan is None:
                continue
            number = self.pools[k]
            self._rent_of_cycle[k] += rents[number]
            if plan.market_power:
                self._loss_of_cycle[k] += losses[number]
            if (tick + 1) % plan.cycle_ticks == 0:
                gain = self._rent_of_cycle[k] - self._loss_of_cycle[k] - plan.cost_per_cycle
                new = max(self.racks[k] + plan.gain * gain, 0.0)
                added += new - self.racks[k]
                self.racks[k] = new
                self._rent_of_cycle[k] = self._loss_of_cycle[k] = 0.0
        return added


class FrontierLab(ProviderAgent):
    """Sells the best, closed models."""


class OpenWeightProvider(ProviderAgent):
    """Sells open models at thin margins."""


class Broker(ProviderAgent):
    """Sells other people's capacity for a cut."""


AGENT_OF_KIND = {"frontier": FrontierLab, "open": OpenWeightProvider, "broker": Broker}
