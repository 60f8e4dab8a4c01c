"""How much of a limited tier a user may take, and when a provider cuts it or gives more."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from capacity.fields import quantity
from market.kinds import Kind


class Standing(NamedTuple):
    """How an offer with a quota stands with its seller, over the window in which that is counted.

    Attributes:
        granted: the present share of the listed quota.
        utilisation: last tick's orders over capacity.
        rent_usd: what a rack-hour has been worth to the provider, mean of the window [USD].
        rack_hours: what a user who takes all of the listed quota takes a day [rack-h].
        pays_usd: what such a user pays for it by the request, running cost beside machines taken off [USD a day].
        brings_usd: what a user brings a day whatever is asked: the fee, and what the offer says a user is worth [USD].
    """

    granted: float = 1.0
    utilisation: float = 0.0
    rent_usd: float = 0.0
    rack_hours: float = 1.0
    pays_usd: float = 0.0
    brings_usd: float = 0.0


class QuotaPolicy(Kind, ABC):
    """From how an offer with a quota stands with its seller to the share of the quota that is granted.

    It is asked for each window in which a quota is counted: of some hours, and of a week.

    Attributes:
        cuts: whether it ever grants anything but what the list says; one that does not is not asked.
        most_granted: largest share that it may grant; infinite where the list only says in what it is counted.
    """

    cuts: ClassVar[bool] = True
    most_granted: ClassVar[float] = 1.0

    @abstractmethod
    def __call__(self, of: Standing) -> float:
        """Share of the listed quota that is granted from now on."""


@dataclass(frozen=True)
class FixedQuota(QuotaPolicy):
    """The quota is what the list says."""

    kind = "fixed"
    cuts = False

    def __call__(self, of: Standing) -> float:  # noqa: ARG002
        """All of it."""
        return 1.0


@dataclass(frozen=True)
class PeakCut(QuotaPolicy):
    """Quotas shrink while more is ordered than a share of capacity, and grow back below it.

    Share granted q, orders over capacity u, target u*, pace k and least share q0:

        q' = q exp(-k (u - u*)), the exponent at most 0.5 either way, and q' from q0 to 1               (1)

    >>> round(PeakCut(target=0.9, pace=0.3)(Standing(granted=1.0, utilisation=1.9)), 3)
    0.741
    """

    kind = "peak-cut"

    target: float = quantity(0.9, "1", "orders over capacity above which they are cut", above=0, high=10)
    pace: float = quantity(0.3, "1", "relative cut a tick per unit off target", high=10)
    least: float = quantity(0.05, "1", "smallest share of a quota that is ever granted", high=1)

    def __call__(self, of: Standing) -> float:
        """Move the share by how far utilisation is off target."""
        moved = of.granted * np.exp(np.clip(-self.pace * (of.utilisation - self.target), -0.5, 0.5))
        return float(np.clip(moved, self.least, 1.0))


@dataclass(frozen=True)
class BreakEven(QuotaPolicy):
    """Nobody costs more than he brings: quotas are found, and the list says only in what they are counted.

    A user who takes all of the listed quota takes h rack-hours a day and pays p by the request, less running cost; a
    fee brings b a day whatever is asked, and a user who pays none what the seller holds members and advertisements to
    come for. At a worth of r of a rack-hour the share granted is the one at which such a user costs a part of what
    comes in:

        q = part b / (r h - p), from ``least_share`` to ``most_share``                                             (1)

    and ``most_share`` where requests pay for themselves.

    So what brings least for its machines is cut first and comes back last, and better algorithms give more of it.
    With the worth of the n-th request of a window falling as 1/n it is also the quota that is best for the seller, up
    to a factor [Oi 1971].

    >>> standing = Standing(rent_usd=400.0, rack_hours=2e-4, brings_usd=20.0 / 30.4)
    >>> round(BreakEven()(standing), 2), BreakEven()(standing._replace(rent_usd=0.0))
    (8.22, 1000.0)
    """

    kind = "break-even"
    most_granted = math.inf

    part: float = quantity(1.0, "1", "largest part of what a user brings in that its machines may cost", high=100)
    least_share: float = quantity(0.01, "1", "smallest share of the listed quota that is ever granted", high=1)
    most_share: float = quantity(1000.0, "1", "largest share of the listed quota that is ever granted", low=1, high=1e6)

    def __call__(self, of: Standing) -> float:
        """Equation (1)."""
        short = of.rent_usd * of.rack_hours - of.pays_usd
        if self.part * of.brings_usd >= self.most_share * short:
            return self.most_share
        return max(self.part * of.brings_usd / short, self.least_share)
