"""Contracts for machines."""

from __future__ import annotations

from dataclasses import dataclass, field

from capacity.errors import require, require_whole


@dataclass(frozen=True)
class Contract:
    """Racks rented for a term at a fixed price, paid whether used or not (take or pay).

    Attributes:
        seller, buyer: names of a hyperscaler and a provider.
        racks: how many when it is signed.
        price: rent of these [USD per rack-h].
        first_tick: tick at which it begins.
        ticks: term in ticks.
        renews: whether it is renewed: at last month's mean spot price or, if bargained for, at what both agree on.
        adjusts: whether both then agree on the number of racks, too: that of which they gain most.
        lengths: terms in ticks among which the buyer chooses then, where contracts are bargained for; empty: as before.
        ramps: whether its racks become more, or fewer, as all those of the seller do; those that are added cost what
            spot did on average in the last month, until the contract is renewed.
        seller_had: racks that the seller had when it was signed; None for those of the start.
        grown: racks of the seller over these, where it ramps.
        added_price: rent of those that were added [USD per rack-h].
    """

    seller: str
    buyer: str
    racks: float
    price: float
    first_tick: int = 0
    ticks: int = 10**9
    renews: bool = False
    adjusts: bool = False
    lengths: tuple[int, ...] = ()
    ramps: bool = False
    seller_had: float | None = field(default=None, compare=False)
    grown: float = field(default=1.0, compare=False)
    added_price: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        where = f"contract of {self.buyer} with {self.seller}: "
        require(where + "racks", self.racks, at_least=0)
        require(where + "price", self.price, at_least=0)
        require(where + "grown", self.grown, at_least=0)
        require(where + "added_price", self.added_price, at_least=0)
        if self.seller_had is not None:
            require(where + "seller_had", self.seller_had, above=0)
        require_whole(where + "first_tick", self.first_tick, at_least=0)
        for ticks in (self.ticks, *self.lengths):
            require_whole(where + "ticks", ticks, at_least=1)

    @property
    def racks_now(self) -> float:
        """How many it is for in this tick."""
        return self.racks * self.grown

    @property
    def price_now(self) -> float:
        """Mean rent of these [USD per rack-h]."""
        added = max(self.grown - 1.0, 0.0)
        return (self.price + added * self.added_price) / (1.0 + added)

    def runs(self, tick: int) -> bool:
        """Whether the contract covers this tick."""
        return self.first_tick <= tick < self.first_tick + self.ticks
