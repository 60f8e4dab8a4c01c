"""The tidy frames of a run: what their columns are, and how a model gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Final

import pandas as pd

from market.calendar import DAYS_PER_WEEK
from market.exchange.ledger import OUTSIDE
from market.records import DAILY, Column
from market.simulation.columns import COLUMNS

if TYPE_CHECKING:
    from market import TokenMarket

type Frames = Mapping[str, pd.DataFrame]
type Table[**Given] = Callable[Concatenate[Frames, Given], pd.DataFrame]
#: Frames that do not change over time: what the names in the other frames mean.
STATIC_COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = {
    "listings": (
        Column("offer", "", "name of the offer"),
        Column("provider", "", "who sells it"),
        Column("kind", "", "kind of provider: frontier, open or broker"),
        Column("model", "", "architecture that serves it; empty for a textbook's good"),
        Column("tier", "", "terms on which it is sold"),
        Column("pool", "", "machines that serve it, as in pools"),
        Column("promised_speed", "token/s", "speed that the tier promises"),
        Column("priority", "1", "place in the order of service; smaller is served first"),
        Column("deadline_h", "h", "age at which a waiting request is turned away"),
        Column("quota_per_day", "requests/day", "listed quota of one user, of which a share is granted"),
        Column("cost", "USD per million output-equivalent tokens", "running cost beside machines"),
    ),
    "sellers": (
        Column("seller", "", "name of a provider, a hyperscaler, or who makes racks"),
        Column("kind", "", "frontier, open, broker, hyperscaler or rack-maker"),
        Column("start_cash", "USD", "money before the first tick"),
        Column("ask", "USD per rack-h", "lowest price at which a hyperscaler rents machines; 0 for others"),
    ),
    "accounts": (
        Column("account", "", "name of an agent, or of a flow from or to the world outside"),
        Column("side", "", "inside or outside; all accounts together hold nothing"),
        Column("balance", "USD", "money at the end; outside below 0 is what came in, above 0 what went out"),
    ),
}
ALL_COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = {**COLUMNS, **DAILY, **STATIC_COLUMNS}


class Looked(dict[str, pd.DataFrame]):
    """Frames that are looked at and change no more: a summary and a page are made of the same few tables.

    Attributes:
        tables: what has been worked out of them, by what made it and what that was given.
    """

    def __init__(self, frames: Frames) -> None:
        super().__init__(frames)
        self.tables: dict[tuple[Any, ...], pd.DataFrame] = {}


def looked(frames: Frames) -> Looked:
    """The frames, of which each table is worked out once."""
    return frames if isinstance(frames, Looked) else Looked(frames)


def once[**Given](make: Table[Given]) -> Table[Given]:
    """Work a table out once for frames that change no more; who asks again gets a copy that shares the numbers."""

    @wraps(make)
    def made(frames: Frames, /, *given: Given.args, **named: Given.kwargs) -> pd.DataFrame:
        if not isinstance(frames, Looked):
            return make(frames, *given, **named)
        key = (make, given, *sorted(named.items()))
        if key not in frames.tables:
            frames.tables[key] = make(frames, *given, **named)
        return frames.tables[key].copy(deep=False)

    return made


def frames_of(model: TokenMarket) -> dict[str, pd.DataFrame]:
    """All that a model has measured, and what the names in it mean."""
    return model.frames() | {"listings": _listings(model), "sellers": _sellers(model), "accounts": _accounts(model)}


def _names(columns: str) -> list[str]:
    return [column.name for column in STATIC_COLUMNS[columns]]


def _listings(model: TokenMarket) -> pd.DataFrame:
    rows = []
    for provider in model.providers:
        for number, offer in zip(provider.offers, provider.spec.offers, strict=True):
            deployment = getattr(offer.technology, "deployment", None)
            made_by = deployment.architecture.name if deployment is not None else ""
            rows.append(
                (
                    offer.name,
                    provider.name,
                    provider.kind,
                    made_by,
                    offer.tier.name,
                    model.founded.pool_names[int(model.book.pool[number])],
                    offer.tier.speed,
                    offer.tier.priority,
                    offer.tier.deadline_h,
                    min(offer.tier.quota_per_day, offer.tier.quota_per_week / DAYS_PER_WEEK),
                    offer.cost,
                )
            )
    return pd.DataFrame(rows, columns=_names("listings"))


def _sellers(model: TokenMarket) -> pd.DataFrame:
    makers = [] if model.founded.maker is None else [model.founded.maker]
    sellers: list[Any] = [*model.providers, *model.hyperscalers, *makers]
    asks = {owner.name: owner.ask for owner in model.hyperscalers}
    rows = [(s.name, s.kind, float(s.spec.cash), float(asks.get(s.name, 0.0))) for s in sellers]
    return pd.DataFrame(rows, columns=_names("sellers"))


def _accounts(model: TokenMarket) -> pd.DataFrame:
    ledger = model.ledger
    rows = [(name, "outside" if name in OUTSIDE else "inside", ledger[name]) for name in ledger.names]
    return pd.DataFrame(rows, columns=_names("accounts"))
