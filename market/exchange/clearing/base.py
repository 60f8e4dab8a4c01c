"""What a clearing mechanism sees, what it gives, and in what mechanisms differ for everybody else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError
from market.exchange.books import Book
from market.exchange.supply_curve import SupplyCurve
from market.kinds import Kind, answered, named

type Floats = NDArray[np.float64]

FAMILY: Final = "clearing mechanism"


@dataclass(frozen=True)
class Response:
    """What users order at given prices of requests.

    Attributes:
        requests: orders, by segment and offer.
        nothing, local, unaffordable: requests given up, done on a machine of one's own, and beyond budgets, by segment.
        surplus: expected surplus of the users [USD], by segment.
        own: fall of an offer's orders with its own price, were nobody to come from or go to another offer
            [requests per USD], by segment and offer.
        cross: rise of offer j's orders with offer k's price from those who weigh both, by segment, j and k;
            the derivative of orders is ``cross - diag(own)``.
        not_asked: requests that are not made since they would cost something, by segment.
    """

    requests: Floats
    nothing: Floats
    local: Floats
    unaffordable: Floats
    surplus: Floats
    own: Floats
    cross: Floats
    not_asked: Floats

    def towards(self, other: Response, share: float) -> Response:
        """A mixture: this response, and a share of the way to another."""

        def mix(name: str) -> Floats:
            here: Floats = getattr(self, name)
            there: Floats = getattr(other, name)
            return np.asarray(here + share * (there - here))

        return Response(*(mix(field.name) for field in fields(self)))

    def derivative(self, segment: int) -> Floats:
        """d requests_j / d price_k of a segment [requests per USD]."""
        return np.asarray(self.cross[segment] - np.diag(self.own[segment]))


@dataclass(frozen=True)
class Situation:
    """What a mechanism sees of one tick.

    Attributes:
        book: the offers with their list prices.
        capacity: work that can be done for new orders [rack-h], by pool.
        supply: supply curve, by pool.
        respond: orders at given prices of a request [USD], by segment and offer; a second argument is the width
            within which ties are shared [USD].
        rents: scarcity rents of the last tick [USD per rack-h], by pool: where to start.
    """

    book: Book
    capacity: Floats
    supply: Sequence[SupplyCurve]
    respond: Callable[..., Response]
    rents: Floats


@dataclass(frozen=True)
class Cleared:
    """The outcome of a mechanism.

    Attributes:
        prices: price of a request [USD], by segment and offer.
        response: orders at these prices, and their surplus.
        rents: scarcity rent [USD per rack-h], by pool; 0 where prices are posted.
        gap: duality gap of the auction over the money spent [1]; 0 where prices are posted.
        evaluations: how often users were asked.
    """

    prices: Floats
    response: Response
    rents: Floats
    gap: float = 0.0
    evaluations: int = 1


class Clearing(Kind, ABC):
    """A way to clear the retail market.

    Attributes:
        needs_slopes: whether it asks users in every tick how their orders change with prices (``Response.own`` and
            ``Response.cross``), not only how much they order.
        charges_rents: whether users pay the rent of scarce machines on top of list prices. Then who pays least for
            the machines' time is priced out first, and more machines lower the rents of those that are there.
        cuts_orders: whether orders are cut to what machines can do. Then what would be ordered at list prices has to
            be asked apart.
    """

    needs_slopes: ClassVar[bool] = False
    charges_rents: ClassVar[bool] = False
    cuts_orders: ClassVar[bool] = False

    @abstractmethod
    def clear(self, situation: Situation) -> Cleared:
        """Find prices and orders."""

    def checked_clear(self, situation: Situation) -> Cleared:
        """What ``clear`` finds, refused if it is no outcome: users are paid by nobody, and all numbers are numbers."""
        given: object = self.clear(situation)
        book = situation.book
        response: object = given.response if isinstance(given, Cleared) else given
        if not isinstance(given, Cleared) or not isinstance(response, Response):
            kind = type(response).__name__
            raise InputError(
                f"{named(FAMILY, self)} gave {kind}, but must be a Cleared: prices, the Response to them, and rents"
            )
        by_offer = book.work.shape
        answered(FAMILY, self, given.prices, by_offer, "prices of a request [USD], by segment and offer", low=0.0)
        answered(FAMILY, self, given.rents, (book.pools,), "scarcity rents [USD per rack-h], by pool", low=0.0)
        answered(FAMILY, self, response.requests, by_offer, "requests, by segment and offer", low=0.0)
        for name in ("surplus", "nothing", "local", "unaffordable", "not_asked"):
            answered(FAMILY, self, getattr(response, name), by_offer[:1], f"{name} of the response, by segment")
        return given
