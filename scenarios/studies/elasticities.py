"""What demand minds: elasticities and diversion that come out of a market, by asking its users at other prices.

Users are asked in every hour of a day what they would order if some list prices were one per cent higher, and one
per cent lower, all else as it stands. Elasticity: difference of the logs of tokens over that of prices. Diversion:
where the requests go that some offers lose, by kind of seller and by seller. Of a model that several sell both come
out of each seller's list, which others of the model hold against, and of all its sellers' lists at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from market.exchange.clearing.base import Response
from market.exchange.technology import Inference
from market.simulation.asking import Asking
from market.simulation.model import TokenMarket
from market.supply.specs import Offer

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]

#: Change of prices that is tried.
STEP: Final = 0.01


@dataclass(frozen=True)
class Group:
    """Offers whose prices move together.

    Attributes:
        name: what they are called.
        offers: which.
    """

    name: str
    offers: Mask


@dataclass
class Tried:
    """What was ordered in all hours at prices up and down.

    Attributes:
        up, down: million tokens ordered of the group.
        lost: requests that the group's offers lose where prices go up, from down to up.
        gone: where these go: to each kind of seller's other offers, to machines of one's own, or nowhere.
        taken: and how many of them each seller gets, by its name, with what it sells beside the group.
    """

    up: float = 0.0
    down: float = 0.0
    lost: float = 0.0
    gone: dict[str, float] = field(default_factory=dict)
    taken: dict[str, float] = field(default_factory=dict)

    @property
    def elasticity(self) -> float:
        """Of tokens by the price; NaN where nobody buys."""
        if self.up <= 0 or self.down <= 0:
            return math.nan
        return math.log(self.up / self.down) / (2.0 * math.log1p(STEP))

    @property
    def diversion(self) -> dict[str, float]:
        """Share of the lost requests by where they go."""
        return self._shares(self.gone)

    @property
    def diversion_by_seller(self) -> dict[str, float]:
        """Share of the lost requests that each seller gets."""
        return self._shares(self.taken)

    def _shares(self, amounts: dict[str, float]) -> dict[str, float]:
        return {name: value / self.lost for name, value in amounts.items()} if self.lost > 0 else {}


def groups(model: TokenMarket) -> list[Group]:
    """All prices by the token, each kind of seller, and its first seller."""
    book, kinds = model.book, model.founded.offer_kinds
    made = [Group("all", book.price > 0)]
    for kind in dict.fromkeys(kinds.tolist()):
        of_kind = kinds == kind
        first = int(book.provider[of_kind][0])
        made.append(Group(f"{kind} sellers", of_kind))
        if len(set(book.provider[of_kind].tolist())) > 1:
            made.append(Group(f"{kind} seller {model.providers[first].name}", book.provider == first))
    return made


def model_groups(model: TokenMarket) -> list[Group]:
    """Of each model that several sell: all its sellers, and each of them."""
    providers, by_provider = model.providers, model.book.provider
    called = np.array([_model_of(o, p.spec.kind) for p in providers for o in p.spec.offers], dtype=np.str_)
    made = []
    for name in dict.fromkeys(called[called != ""].tolist()):
        of_model = called == name
        sellers = dict.fromkeys(by_provider[of_model].tolist())
        if len(sellers) > 1:
            made.append(Group(f"{name} of all its sellers", of_model))
            made += [Group(f"{name} of {providers[k].name}", of_model & (by_provider == k)) for k in sellers]
    return made


def _model_of(offer: Offer, kind: str) -> str:
    """What an offer's model is called; closed ones are each its lab's own, and have none."""
    if kind == "frontier" or offer.model or not isinstance(offer.technology, Inference):
        return offer.model
    return offer.technology.deployment.architecture.name


def market_of(model: TokenMarket) -> Asking:
    """The market as users saw it in the last tick."""
    state = model.state
    return Asking(model.founded, state.wanted, state.posted.book, state.firms.alive, state.expected.delay_h)


def elasticities(model: TokenMarket, ticks: int, moved: Sequence[Group]) -> dict[str, Tried]:
    """Run on for so many ticks, and ask in each, with the prices of each group moved; by its name."""
    tried = {group.name: Tried() for group in moved}
    for _ in range(ticks):
        model.step()
        for group in moved:
            _ask(model, group, tried[group.name])
    return tried


def _ask(model: TokenMarket, group: Group, into: Tried) -> None:
    asking, book = market_of(model), model.state.posted.book
    lists = book.request_prices()
    up, down = (asking(np.where(group.offers, lists * factor, lists)) for factor in (1.0 + STEP, 1.0 / (1.0 + STEP)))
    tokens = book.billed
    into.up += float((up.requests * tokens)[:, group.offers].sum())
    into.down += float((down.requests * tokens)[:, group.offers].sum())
    into.lost += float((down.requests - up.requests)[:, group.offers].sum())
    for name, amount in _elsewhere(model, group, up, down):
        into.gone[name] = into.gone.get(name, 0.0) + amount
    gained = (up.requests - down.requests).sum(axis=0)
    for p in model.providers:
        own = (book.provider == p.number) & ~group.offers
        if own.any():
            into.taken[p.name] = into.taken.get(p.name, 0.0) + float(gained[own].sum())


def _elsewhere(model: TokenMarket, group: Group, up: Response, down: Response) -> Iterator[tuple[str, float]]:
    kinds = model.founded.offer_kinds
    for kind in dict.fromkeys(kinds.tolist()):
        there = (kinds == kind) & ~group.offers
        if there.any():
            yield f"other offers: {kind}", float((up.requests - down.requests)[:, there].sum())
    yield "a machine of one's own", float((up.local - down.local).sum())
    given_up = (up.nothing - down.nothing) + (up.unaffordable - down.unaffordable)
    yield "given up, or not asked any more", float((given_up + (up.not_asked - down.not_asked)).sum())


def as_measures(tried: dict[str, Tried]) -> dict[str, float]:
    """Elasticities by the names under which moments know them."""
    found = {"elasticity-all": tried["all"].elasticity}
    for name, one in tried.items():
        for kind, short in (("frontier", "lab"), ("open", "open-seller")):
            if name.startswith(f"{kind} seller "):
                found[f"elasticity-{short}"] = one.elasticity
    return found
