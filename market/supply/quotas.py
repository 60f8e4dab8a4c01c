"""How much of a limited tier a user may take, and when a provider cuts it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from market.kinds import Kind, quantity


class QuotaPolicy(Kind, ABC):
    """From how full a provider's machines are to the share of the quota that it grants.

    Attributes:
        cuts: whether it ever grants less than the list says; one that does not is not asked.
    """

    cuts: ClassVar[bool] = True

    @abstractmethod
    def __call__(self, granted: float, utilisation: float) -> float:
        """New share granted, from the present one and last tick's orders over capacity."""


@dataclass(frozen=True)
class FixedQuota(QuotaPolicy):
    """The quota is what the list says."""

    kind = "fixed"
    cuts = False

    def __call__(self, granted: float, utilisation: float) -> float:  # noqa: ARG002
        """All of it."""
        return 1.0


@dataclass(frozen=True)
class PeakCut(QuotaPolicy):
    """Quotas shrink while more is ordered than a share of capacity, and grow back below it.

    Share granted q, orders over capacity u, target u*, pace k and least share q0:

        q' = q exp(-k (u - u*)), the exponent at most 0.5 either way, and q' from q0 to 1               (1)

    >>> round(PeakCut(target=0.9, pace=0.3)(granted=1.0, utilisation=1.9), 3)
    0.741
    """

    kind = "peak-cut"

    target: float = quantity(0.9, "1", "orders over capacity above which they are cut", above=0, high=10)
    pace: float = quantity(0.3, "1", "relative cut a tick per unit off target", high=10)
    least: float = quantity(0.05, "1", "smallest share of a quota that is ever granted", high=1)

    def __call__(self, granted: float, utilisation: float) -> float:
        """Move the share by how far utilisation is off target."""
        moved = granted * np.exp(np.clip(-self.pace * (utilisation - self.target), -0.5, 0.5))
        return float(np.clip(moved, self.least, 1.0))
