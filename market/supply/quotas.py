"""How much of a limited tier a user may take, and when a provider cuts it or gives more."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from market.kinds import Kind, quantity


class QuotaPolicy(Kind, ABC):
    """From how full a provider's machines are, and what they are worth to it, to the share of the quota that it grants.

    It is asked for each window in which a quota is counted: of some hours, and of a week.

    Attributes:
        cuts: whether it ever grants less than the list says; one that does not is not asked.
    """

    cuts: ClassVar[bool] = True

    @abstractmethod
    def __call__(self, granted: float, utilisation: float, rent_usd: float) -> float:
        """New share granted.

        Args:
            granted: the present share.
            utilisation: last tick's orders over capacity.
            rent_usd: what a rack-hour has been worth to the provider, mean of a window [USD].
        """


@dataclass(frozen=True)
class FixedQuota(QuotaPolicy):
    """The quota is what the list says."""

    kind = "fixed"
    cuts = False

    def __call__(self, granted: float, utilisation: float, rent_usd: float) -> float:  # noqa: ARG002
        """All of it."""
        return 1.0


@dataclass(frozen=True)
class PeakCut(QuotaPolicy):
    """Quotas shrink while more is ordered than a share of capacity, and grow back below it.

    Share granted q, orders over capacity u, target u*, pace k and least share q0:

        q' = q exp(-k (u - u*)), the exponent at most 0.5 either way, and q' from q0 to 1               (1)

    >>> round(PeakCut(target=0.9, pace=0.3)(granted=1.0, utilisation=1.9, rent_usd=0.0), 3)
    0.741
    """

    kind = "peak-cut"

    target: float = quantity(0.9, "1", "orders over capacity above which they are cut", above=0, high=10)
    pace: float = quantity(0.3, "1", "relative cut a tick per unit off target", high=10)
    least: float = quantity(0.05, "1", "smallest share of a quota that is ever granted", high=1)

    def __call__(self, granted: float, utilisation: float, rent_usd: float) -> float:  # noqa: ARG002
        """Move the share by how far utilisation is off target."""
        moved = granted * np.exp(np.clip(-self.pace * (utilisation - self.target), -0.5, 0.5))
        return float(np.clip(moved, self.least, 1.0))


@dataclass(frozen=True)
class ShadowQuota(QuotaPolicy):
    """Quotas follow what machines are worth to the seller: cut while a rack-hour is dear, given back when it is not.

    A member pays nothing more for a request, so the seller grants as many as are worth to a member what their machines
    cost: where the worth of the q-th request of a window falls as q^(-1/e), and is its cost at the quota Q0 of the
    list and a rent r0, the best quota of a plan whose fee takes what it is worth is, at a rent r [Oi 1971]

        Q = Q0 (r0 / r)^e, at most Q0                                                                    (1)

    With e = 1 a member may take machine time for the same money, however dear it is.

    >>> ShadowQuota(rent_usd=400.0, elasticity=1.0)(granted=1.0, utilisation=0.5, rent_usd=1600.0)
    0.25
    """

    kind = "shadow-price"

    rent_usd: float = quantity(
        400.0,
        "USD per rack-h",
        "what a rack-hour is worth at most where all of the listed quota is granted",
        "the spot price that the baseline is fitted to",
        above=0,
        high=1e6,
    )
    elasticity: float = quantity(
        1.0, "1", "by how much less a member would ask, relative, where a request cost it so much more", high=10
    )
    least: float = quantity(0.05, "1", "smallest share of a quota that is ever granted", high=1)

    def __call__(self, granted: float, utilisation: float, rent_usd: float) -> float:  # noqa: ARG002
        """Equation (1)."""
        if rent_usd <= self.rent_usd:
            return 1.0
        return float(max((self.rent_usd / rent_usd) ** self.elasticity, self.least))
