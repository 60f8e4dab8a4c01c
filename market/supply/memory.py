"""Memory for racks: how much of it is made at a price, along a path of its own.

With S the path of what is made at the price of the start P_0, and e the elasticity of supply,

    offered at P = S (P / P_0)^e                                                                            (1)

A rack takes m GB of it. With orders D(p) for racks, of which each costs p(P), its price P clears

    m D(p(P)) = S (P / P_0)^e                                                                               (2)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from capacity.errors import require


def along(rate: float, growth: float, begin: float, end: float) -> float:
    """What is made between two times [years], at a rate [1/year] that grows by a factor a year from time 0 on.

    >>> along(2.0, 1.0, 0.5, 1.0)
    1.0
    >>> round(along(math.log(4.0), 4.0, 0.0, 1.0), 9)
    3.0
    """
    if growth == 1.0 or math.isinf(rate):
        return rate * (end - begin)
    return float(rate * (growth**end - growth**begin) / math.log(growth))


@dataclass(frozen=True)
class Memory:
    """The market for memory that goes into racks.

    Attributes:
        per_rack: memory of a rack [GB].
        price: its price at the start [USD per GB].
        output: what is made for racks at that price, at the start [GB/year].
        growth: factor a year of that.
        elasticity: by how many per cent more is made at a price higher by one.
    """

    per_rack: float
    price: float
    output: float
    growth: float = 1.0
    elasticity: float = 1.0

    def __post_init__(self) -> None:
        for name in ("per_rack", "price", "output", "growth"):
            require(f"memory: {name}", getattr(self, name), above=0)
        require("memory: elasticity", self.elasticity, at_least=0)

    def offered(self, price: float, begin: float, end: float) -> float:
        """What is made at a price between two times [GB], equation (1).

        >>> Memory(per_rack=1.0, price=2.0, output=10.0, elasticity=0.5).offered(8.0, 0.0, 1.0)
        20.0
        """
        return float(along(self.output, self.growth, begin, end) * (price / self.price) ** self.elasticity)
