"""How much individuals ask: less where an answer costs them more, all things that they could take considered.

What prices cost individual i, as a share of what an answer is worth to it, is what it would gain if all were free:

    c_i = I_i(free) - I_i(prices),   I_i = noise ln sum_j exp(u_ij / noise)                                      (1)

over the offers open to it and a machine of its own [Small and Rosen 1981]. It is the price over the worth where there
is one offer; a dear offer that it would not take costs it next to nothing, one that is closed costs what the next best
is worse by; and where all prices rise by a dollar, so does the cost. With its own effort e, of asking and reading, it
asks, of the requests that it would make if they cost nothing, the share

    f_i = (1 + c_i / e)^-elasticity                                                                              (2)

Full cost [Becker 1965]; isoelastic where prices are far above the effort. The derivative of its cost by a price is
its share of that offer among those that it takes, over its worth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require

type Values = NDArray[Any]


@dataclass(frozen=True)
class Intensity:
    """How much less individuals ask where it costs more, equation (2).

    Attributes:
        elasticity: by how many per cent fewer requests, where the full cost is higher by one.
        effort: e: what asking and reading cost beside the price, as a share of the worth of an answer.
    """

    elasticity: float = 0.0
    effort: float = 0.05

    def __post_init__(self) -> None:
        require("intensity: elasticity", self.elasticity, at_least=0)
        require("intensity: effort", self.effort, above=0)

    def asked(self, cost: Values) -> Values:
        """Requests over those that would be made if they cost nothing, at these costs over the worth.

        >>> Intensity(2.0, effort=0.1).asked(np.array([0.0, 0.1, 0.9])).round(4)
        array([1.  , 0.25, 0.01])
        """
        return np.asarray((1.0 + cost / cost.dtype.type(self.effort)) ** cost.dtype.type(-self.elasticity))

    def slope(self, cost: Values) -> Values:
        """By which share fewer are asked per unit of cost."""
        return np.asarray(cost.dtype.type(self.elasticity) / (cost.dtype.type(self.effort) + cost))


#: All ask what they would ask anyway.
STEADY = Intensity()


@dataclass(frozen=True)
class Asking:
    """How much individuals ask, with what they would gain if all were free.

    Attributes:
        intensity: how much less where it costs more.
        free: I_i(free) of equation (1), relative to the worth, of those of a block who ask anything; -inf where nothing
            is open.
    """

    intensity: Intensity
    free: Callable[[slice], Values]


def full_cost(free: Values, utility: Values) -> Values:
    """What prices cost individuals, over their worth: c_i of equation (1), nothing where nothing is open.

    ``free``: what they would gain if all were free; ``utility``: I_i at these prices.
    """
    return np.asarray(np.maximum(free - utility, 0))
