"""What is made at the start of a market and stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.calendar import DAYS_PER_WEEK, HOURS_PER_MONTH, Calendar
from market.demand.cohort import Cohort, Wanted
from market.demand.contexts import may_follow
from market.demand.nests import Nests
from market.economy import Economy
from market.exchange.books import Book
from market.exchange.supply_curve import SupplyCurve
from market.randomness import Streams
from market.supply.owner import HyperscalerAgent
from market.supply.provider import ProviderAgent
from market.supply.rack_maker import RackMakerAgent
from market.supply.research import ResearchAgent
from market.supply.specs import Tier

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]


#: Patience below which nobody waits [h].
LEAST_PATIENCE_H = 1e-9


class AccountsOf(NamedTuple):
    """Places in the ledger of the accounts of those who are there; ``firms`` are those that keep books."""

    providers: NDArray[np.int64]
    owners: NDArray[np.int64]
    researchers: NDArray[np.int64]
    firms: NDArray[np.int64]


@dataclass(frozen=True)
class Founded:
    """What is made at the start and stays: who there is, and what they list.

    Attributes:
        economy: what the market is made of.
        streams: random numbers by name.
        cohorts, providers, owners, researchers: the agents.
        maker: who makes racks, or None.
        number_of: place of a provider among the providers, or of an owner among the owners, by name.
        pool_names, supply_curves: by pool.
        offer_names, offer_kinds, offer_models: names of the offers, kinds of their providers, and models that they are.
        book: the offers as first listed.
        fee: subscription that opens an offer [USD a month], by offer; 0 for none.
        user_worth: what a user without a subscription is worth to the seller [USD a month], by offer.
        kept_for: whether an offer is kept for a segment while machines are full, by segment and offer.
        kept_above: orders over capacity above which it is kept, by offer.
        routes: offers that a routed offer may be sent to, and the cut on their price, by number of the routed offer.
        befallen: numbers of the offers, or of the owners of machines, that each event befalls.
        contexts: tokens of a request that an offer serves at most, by offer.
        output_tokens: output of a request [tokens], by segment.
    """

    economy: Economy
    streams: Streams
    cohorts: Sequence[Cohort[Wanted]]
    providers: Sequence[ProviderAgent]
    owners: Sequence[HyperscalerAgent]
    researchers: Sequence[ResearchAgent]
    maker: RackMakerAgent | None
    number_of: Mapping[str, int]
    pool_names: Sequence[str]
    supply_curves: Sequence[SupplyCurve]
    offer_names: NDArray[np.str_]
    offer_kinds: NDArray[np.str_]
    offer_models: NDArray[np.str_]
    book: Book
    fee: Floats
    user_worth: Floats
    kept_for: Flags
    kept_above: Floats
    routes: Mapping[int, tuple[tuple[int, ...], float]]
    befallen: Sequence[NDArray[np.int64]]
    contexts: Floats
    output_tokens: Floats

    @cached_property
    def calendar(self) -> Calendar:
        """When ticks are, and how long."""
        return self.economy.calendar

    @cached_property
    def nests(self) -> list[Nests | None]:
        """Which nest each offer is in, by segment; None for one that has none."""
        return [cohort.nests(self.offer_names, self.offer_kinds) for cohort in self.cohorts]

    @cached_property
    def follows(self) -> Floats:
        """Whether who leaves an offer may join another, by offer left and joined."""
        return may_follow(self.contexts)

    @cached_property
    def may_choose(self) -> list[tuple[int, Tier]]:
        """Numbers of the offers that may be sold on other terms, and their tiers."""
        tiers = [offer.tier for p in self.providers for offer in p.spec.offers]
        return [(j, tier) for j, tier in enumerate(tiers) if tier.may_choose]

    @cached_property
    def promoting(self) -> list[ProviderAgent]:
        """Providers that have promotions."""
        return [p for p in self.providers if p.spec.pricing.promotes]

    @cached_property
    def foot_in_the_door(self) -> Floats:
        """Share of what would be ordered without waits that its provider always expects, by offer."""
        shares = [p.spec.foot_in_the_door for p in self.providers for _ in p.spec.offers]
        return np.array(shares, dtype=np.float64)

    @cached_property
    def impatience(self) -> Floats:
        """Rate at which requests that wait leave [1/h], by segment."""
        patience_h = np.array([s.patience_h for s in self.economy.segments], dtype=np.float64)
        return 1.0 / np.maximum(patience_h, LEAST_PATIENCE_H)

    @cached_property
    def upkeep(self) -> Floats:
        """Running cost beside machines of a million tokens [USD], by offer."""
        return np.array([offer.cost for p in self.providers for offer in p.spec.offers], dtype=np.float64)

    @cached_property
    def quota_limits(self) -> Floats:
        """Listed quotas [requests], of a window of some hours and of a week, by offer; infinite for none."""
        return np.array([self.book.quota, self.book.week_quota])

    @cached_property
    def windows_a_day(self) -> Floats:
        """How many such windows a day has, by kind of window and offer."""
        book = self.book
        return np.array([self.calendar.ticks_per_day / book.quota_ticks, np.full(book.offers, 1.0 / DAYS_PER_WEEK)])

    @cached_property
    def quota_pace(self) -> Floats:
        """Weight of a tick in means over a provider's shortest window, or a day, and over a week, by provider."""
        pace = np.zeros((2, len(self.providers)))
        for p in self.providers:
            ticks = self.book.quota_ticks[p.own][np.isfinite(self.book.quota[p.own])]
            lengths_h = float(ticks.min()) * self.hours if ticks.size else 24.0, 24.0 * DAYS_PER_WEEK
            pace[:, p.number] = [-np.expm1(-self.hours / self.calendar.simulated_hours(each)) for each in lengths_h]
        return pace

    @cached_property
    def limited_offers(self) -> list[list[list[int]]]:
        """Offers with a listed quota of each kind of window, by provider."""
        return [
            [p.offers[np.isfinite(of_kind[p.own])].tolist() for p in self.providers] for of_kind in self.quota_limits
        ]

    @cached_property
    def with_quota(self) -> list[NDArray[np.int64]]:
        """Offers with a listed quota of any kind, by provider."""
        limited = np.isfinite(self.quota_limits).any(axis=0)
        return [p.offers[limited[p.own]] for p in self.providers]

    @cached_property
    def cuts_quotas(self) -> Flags:
        """Whether a provider may grant anything but its listed quotas."""
        return np.array([bool(p.offers.size) and p.spec.quotas.cuts for p in self.providers], dtype=bool)

    @cached_property
    def firms(self) -> list[str]:
        """Names of who keeps books: providers, owners of machines, and who makes racks."""
        makers = [] if self.maker is None else [self.maker.name]
        return [*(p.name for p in self.providers), *(owner.name for owner in self.owners), *makers]

    @cached_property
    def accounts(self) -> AccountsOf:
        """Places of their accounts in the ledger."""
        providers, owners, researchers, makers = (
            [firm.account for firm in of_kind]
            for of_kind in (self.providers, self.owners, self.researchers, () if self.maker is None else (self.maker,))
        )
        kinds = providers, owners, researchers, [*providers, *owners, *makers]
        return AccountsOf(*(np.array(of_kind, dtype=np.int64) for of_kind in kinds))

    @cached_property
    def hours(self) -> float:
        """Length of a tick [h]."""
        return self.economy.calendar.tick_hours

    @cached_property
    def month_h(self) -> float:
        """Simulated hours of a month [h]: a week's, where a week of each month is simulated."""
        return HOURS_PER_MONTH * self.calendar.simulated_share

    @cached_property
    def ticks_in_month(self) -> int:
        """Ticks that are simulated of a month."""
        return max(1, round(self.month_h / self.hours))
