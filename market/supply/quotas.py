"""How much of a limited tier a user may take, and when a provider cuts it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from capacity.errors import require


class QuotaPolicy(ABC):
    """From how full a provider's machines are to the share of the quota that it grants."""

    @abstractmethod
    def __call__(self, granted: float, utilisation: float) -> float:
        """New share granted, from the present one and last tick's orders over capacity."""


@dataclass(frozen=True)
class FixedQuota(QuotaPolicy):
    """The quota is what the list says."""

    def __call__(self, granted: float, utilisation: float) -> float:  # noqa: ARG002
        """All of it."""
        return 1.0


@dataclass(frozen=True)
class PeakCut(QuotaPolicy):
    """Quotas shrink while more is ordered than a share of capacity, and grow back below it.

    Attributes:
        target: orders over capacity above which quotas are cut.
        pace: relative change a tick per unit of utilisation off target.
        least: smallest share of the quota that is ever granted.
    """

    target: float = 0.9
    pace: float = 0.3
    least: float = 0.05

    def __post_init__(self) -> None:
        require("peak cut: target", self.target, above=0)
        require("peak cut: pace", self.pace, at_least=0)
        require("peak cut: least", self.least, at_least=0, at_most=1)

    def __call__(self, granted: float, utilisation: float) -> float:
        """Move the share by how far utilisation is off target."""
        moved = granted * np.exp(np.clip(-self.pace * (utilisation - self.target), -0.5, 0.5))
        return float(np.clip(moved, self.least, 1.0))
