"""Sellers of tokens, as Mesa agents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import mesa
import numpy as np
from numpy.typing import NDArray

from market.calendar import Calendar
from market.exchange.books import Book
from market.exchange.ledger import Ledger, Payment
from market.supply.firm import Firm
from market.supply.needs import BID_STEPS, Needs
from market.supply.outlook import Estimate, Outlook, Remembered, Rising
from market.supply.purchases import Purchases
from market.supply.specs import Provider
from market.supply.wholesale import NO_BIDS, Bids

type Floats = NDArray[np.float64]

#: Who holds machines for more than this times what it needs bids for none; rounding is less.
ENOUGH = 1.0 + 1e-9


@dataclass(frozen=True)
class ProviderTick:
    """What a provider is told of a tick when it pays.

    Attributes:
        hours: length of the tick [h].
        tokens: million output-equivalent tokens served, by own offer.
        used: work done, by own pool [rack-h].
        active: whether it sells.
        staffed: whether staff of its own is paid: not where a seller that has staff has bought it.
    """

    hours: float
    tokens: Floats
    used: Floats
    active: bool
    staffed: bool = True


class ProviderAgent(Firm[Provider, ProviderTick]):
    """A seller of tokens.

    Attributes:
        offers: numbers of its offers in the book; they stand side by side.
        own: the same as a slice.
        pools: numbers of its pools, which stand side by side, too.
        own_pools: the same as a slice.
        racks: racks that it owns, by pool.
        purchases: what it has learned about renting machines.
        movable: whether the list price of an own offer may change.
        running_cost: of an own offer beside machines [USD per million output-equivalent tokens].
    """

    def __init__(
        self,
        model: mesa.Model,
        spec: Provider,
        number: int,
        ledger: Ledger,
        first_offer: int,
        first_pool: int,
    ) -> None:
        """``first_offer``, ``first_pool``: where its offers and pools begin in the book."""
        super().__init__(model, spec, number, ledger)
        self.offers: NDArray[np.int64] = np.arange(first_offer, first_offer + len(spec.offers))
        self.own = slice(first_offer, first_offer + len(spec.offers))
        self.pools: list[int] = list(range(first_pool, first_pool + len(spec.pools)))
        self.own_pools = slice(first_pool, first_pool + len(spec.pools))
        pool_of = {pool.name: pool for pool in spec.pools}
        self.running_cost = np.array([offer.cost for offer in spec.offers])
        self._hour_of_use = np.array([pool_of[offer.pool].hour_of_use for offer in spec.offers])
        self._opening_price = np.array([offer.price for offer in spec.offers])
        self.movable = np.array([not offer.fixed_price for offer in spec.offers], dtype=bool)

    @property
    def active(self) -> bool:
        """Whether it sells: not before it has come, nor after it has left."""
        return bool(self.model.state.firms.active[self.number])

    @property
    def parent(self) -> str | None:
        """The owner of machines that has bought it, if one has."""
        bought_by: str | None = self.model.state.firms.parent[self.number]
        return bought_by

    @property
    def spot_racks(self) -> float:
        """Racks that it rented on the spot market in the last tick."""
        return float(self.model.state.machines.spot_racks[self.number])

    @property
    def contracted_racks(self) -> float:
        """Racks that were delivered to it under contracts in the last tick."""
        return float(self.model.state.machines.contracted_racks[self.number])

    @property
    def racks(self) -> list[float]:
        """Racks owned, by pool."""
        return [float(self.model.state.invested.racks[pool]) for pool in self.pools]

    @property
    def purchases(self) -> Purchases:
        """What it has learned about renting machines."""
        known: Purchases = self.model.state.machines.purchases[self.number]
        return known

    def owned_racks(self, pool: int, period: int) -> float:
        """Racks owned in a pool in this period of the day."""
        racks = self.spec.pools[pool].racks
        return racks[period % len(racks)] if isinstance(racks, tuple) else self.racks[pool]

    def marginal_cost(self, work_per_mtok: Floats, rack_hour_usd: float, rented: Floats | float = 1.0) -> Floats:
        """What serving a million tokens of each own offer costs more [USD], where a rack-hour is rented for so much.

        ``rented``: share of its work for which machines have to be rented, by own offer.
        """
        return np.asarray(self.running_cost + self._rack_hour_usd(rack_hour_usd) * rented * work_per_mtok)

    def _rack_hour_usd(self, rent: float) -> Floats:
        """What a rack-hour costs more that serves an own offer [USD], where one is rented for so much."""
        own = self._hour_of_use
        return np.where(own > 0, own, rent) if self.spec.spot else own

    @property
    def rises(self) -> bool:
        """Whether its machines do more at a rising cost."""
        return any(pool.supply.rises for pool in self.spec.pools)

    def rising_cost(self, work_per_mtok: Floats, sold: Floats) -> Rising:
        """What its machines add to cost in a tick in which so many million tokens of own offers are sold."""
        names = [pool.name for pool in self.spec.pools]
        of = np.array([names.index(offer.pool) for offer in self.spec.offers], dtype=np.int64)
        done = np.bincount(of, weights=work_per_mtok * sold, minlength=len(names)).tolist()
        curves = [pool.supply for pool in self.spec.pools]
        more = np.array([curve.marginal(work) for curve, work in zip(curves, done, strict=True)])
        return Rising(more[of] * work_per_mtok, sum(curve.cost(work) for curve, work in zip(curves, done, strict=True)))

    def cost_of_requests(self, book: Book, rented: Floats) -> Floats:
        """What a request costs more at what machines usually cost [USD], by segment and own offer.

        ``rented``: share of its work for which machines have to be rented, by own offer.
        """
        return np.asarray(self.running_cost * book.billed[:, self.own] + self.machines_of_requests(book, rented))

    def machines_of_requests(self, book: Book, rented: Floats) -> Floats:
        """The same of the machines alone [USD]."""
        work = book.work[:, self.own]
        hour = self._rack_hour_usd(self.purchases.usual_price) * rented
        return np.asarray(np.where(hour > 0, hour, 0.0) * np.where(np.isfinite(work), work, 0.0))

    def outlook(
        self,
        book: Book,
        level: Floats,
        opened: Floats,
        calendar: Calendar,
        tick: int,
        mix: Floats,
        capacity: Floats,
        ordered: Floats,
        window_used: Floats,
        toll: Callable[[NDArray[np.int64]], Floats],
        estimate: Callable[[NDArray[np.int64], Floats], Estimate],
        usual_estimate: Callable[[NDArray[np.int64], Floats], Estimate],
    ) -> Outlook:
        """What it sees when it posts prices.

        ``level``: list prices before the hour's factor, and ``opened``: ticks in which they were first sold, of all
        offers; ``mix``: last tick's orders by segment and offer;
        ``window_used``: part of its window that an offer needs, by offer; 1 where it does not wait for spare machines.
        """
        own, orders = self.own, mix[:, self.own]
        sold = np.add.reduce(orders * book.billed[:, own], axis=0)
        work = work_of_tokens(book, own, orders)
        rented = window_used[own]
        have, want = float(capacity[self.pools].sum()), float(ordered[self.pools].sum())
        return Outlook(
            tick=tick,
            period=calendar.period(tick),
            hour=calendar.hour_of_day(tick),
            price=level[own].copy(),
            movable=self.movable,
            cost=self.marginal_cost(work, self.purchases.price, rented),
            usual_cost=self.marginal_cost(work, self.purchases.usual_price, rented),
            weight=self.purchases.weight,
            work=work,
            utilisation=want / have if have > 0 else 0.0,
            sold=sold,
            capacity=have,
            toll=lambda: toll(self.offers),
            estimate=Remembered(partial(estimate, self.offers)),
            usual_estimate=Remembered(partial(usual_estimate, self.offers)),
            public_prices=book.price.copy(),
            opening_price=self._opening_price,
            on_sale_h=(tick - opened[own]) * calendar.tick_hours,
            tick_hours=calendar.tick_hours,
            rack_hour_usd=self.purchases.price if self.spec.spot else float("inf"),
        )

    def bids(self, needs: Needs, held: float, *, stays: bool, lost: float = 0.0) -> Bids:
        """Bids for rack-hours that it lacks: what they are worth is what is paid for what they serve, less other cost.

        Where the price follows cost they are bids along the demand curve, by its last seen slope: with fewer machines
        it would sell to those who pay more. Who has a list price that stays cannot pay more than that earns, but serves
        busy hours out of what calm ones leave over, as long as the whole day pays. The dearest work is put on the
        machines that it has already.

        Args:
            needs: what it expects to serve, and what that earns, subscriptions included.
            held: rack-hours it has [rack-h].
            stays: whether its list prices stay whatever machines cost in this tick.
            lost: part of a spot rack-hour's work that it expects to lose when the machine is taken back.
        """
        most = 1.0 + self.spec.headroom
        if self.offers.size == 0 or needs.work_of(self.own) * most * ENOUGH < held:
            return NO_BIDS
        if stays:
            earned = needs.earned_by(self.own)
            at_list = needs.at_list[:, self.own] + (self.purchases.affordable(needs.place, earned) - earned)
            value = at_list[None].repeat(BID_STEPS, axis=0).ravel()
        else:
            value = needs.along_demand[:, :, self.own].ravel()
        order = (-value).argsort(kind="stable")
        work = (needs.work[:, self.own] * most / BID_STEPS).ravel()
        need, value = work[order % work.size], value[order]
        upto = np.maximum(need.cumsum() - held, 0.0)
        lacking = upto.copy()
        lacking[1:] -= upto[:-1]
        wanted = (lacking > 0) & (value > 0)
        price = value[wanted]
        return Bids(np.full(price.size, self.number), price, lacking[wanted], np.full(price.size, lost))

    @property
    def term_usd(self) -> float | None:
        """What a rack-hour costs that is held for a term [USD], where its first pool has machines in that way."""
        term = self.spec.pools[0].term
        return term.rack_hour_usd if term else None

    def payments(self, tick: ProviderTick) -> Iterator[Payment]:
        """Upkeep of what was served, power, staff, funding, and capital of its own racks."""
        upkeep = sum(
            tokens * cost for tokens, cost in zip(tick.tokens.tolist(), self.running_cost.tolist(), strict=True)
        )
        yield Payment(self.name, "upkeep", upkeep, "upkeep")
        for used, pool in zip(tick.used.tolist(), self.spec.pools, strict=True):
            yield Payment(self.name, "power", used * pool.running_cost + pool.supply.cost(used), "power")
        if tick.active:
            burn = self.spec.burn_usd_per_day if tick.staffed else 0.0
            yield Payment(self.name, "staff", burn * tick.hours / 24.0, "burn")
            yield Payment("funding", self.name, self.spec.funding_usd_per_day * tick.hours / 24.0, "funding")
        for racks, pool in zip(self.racks, self.spec.pools, strict=True):
            if pool.investment:
                cost = pool.investment.cost_per_cycle / pool.investment.cycle_ticks
                yield Payment(self.name, "capital", cost * racks, "capital")
            if pool.term:
                yield Payment(self.name, "capital", pool.term.rack_hour_usd * racks * tick.hours, "capital")


def sold_to(book: Book, own: slice, orders: Floats) -> Floats:
    """Weights of segments in what is sold of some offers: orders, and of what nobody ordered those who may."""
    at_all = np.add.reduce(orders, axis=0) > 0
    return orders if at_all.all() else np.where(at_all, orders, book.open[:, own])


def work_of_tokens(book: Book, own: slice, orders: Floats) -> Floats:
    """Rack-hours of a million tokens of what is sold of some offers [rack-h], by offer."""
    weights = sold_to(book, own, orders)
    billed = np.add.reduce(weights * book.billed[:, own], axis=0)
    work = np.add.reduce(weights * book.work[:, own], axis=0)
    return np.divide(work, billed, out=np.zeros(work.shape), where=billed > 0)


class FrontierLab(ProviderAgent):
    """Sells the best, closed models."""

    kind: ClassVar[str] = "frontier"


class OpenWeightProvider(ProviderAgent):
    """Sells open models at thin margins."""

    kind: ClassVar[str] = "open"


class Broker(ProviderAgent):
    """Sells other people's capacity for a cut."""

    kind: ClassVar[str] = "broker"
