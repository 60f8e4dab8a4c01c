"""How much research takes of the machines: what it is given to spend, or what pays.

With r what has been trained lately over what keeps up with the clock, and G the growth of effective compute a year, a
lab that trains r is ahead of the clock by

    s(r) = [((r + b) / (1 + b))^a - 1] / (a ln G),    ln((r + b) / (1 + b)) / ln G  for a = 0                (1)

years, so that tenfold compute is what the clock gives in ln 10 / ln G years; what others publish is worth b, as if it
had been trained: b / (1 + b) = G^(-m / 12), who trains nothing ends m months behind. A rack-hour more raises r, which
is a running mean over L, by 1 / X, X being the racks that keep up, and what it raised fades with that mean. With S what
being a year ahead brings an hour, discounted at d, it earns over time

    v(r) = S s'(r) / (X (1 + d L)) = S / (ln G (1 + d L) (1 + b) X) ((r + b) / (1 + b))^(a - 1)              (2)

and racks are rented up to v(r) = p, the price of the same machine in inference:

    r X = (1 + b) X (v_1 / p)^(1 / (1 - a)) - b X,    v_1 = S / (ln G (1 + d L) (1 + b) X)                   (3)

and none from p = v(0) on. Where a part l of the work is lost with machines that are taken back, p / (1 - l) is paid for
a rack-hour that trains. With b = 0 that is (v a / p)^(1 / (1 - a)) of a return v x^a.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from capacity.fields import quantity
from market.exchange.elastic_demand import ElasticDemand
from market.kinds import Kind

#: Nobody is further from the clock [years].
FARTHEST = 50.0


class ResearchTick(NamedTuple):
    """What research is told of a tick.

    Attributes:
        budget: its demand where it spends what it is given.
        most: most that it may spend in the tick [USD].
        year_ahead_usd: what models better by a year would bring [USD/h]; NaN before anything is known.
        keeps_up: racks that train what the clock takes.
        hours: length of the tick [h].
        lost: part of its work that is expected to be lost with machines that are taken back.
    """

    budget: ElasticDemand
    most: float
    year_ahead_usd: float
    keeps_up: float
    hours: float
    lost: float = 0.0


class ResearchPolicy(Kind, ABC):
    """From what research has, and may earn, to its demand for machines.

    Attributes:
        chooses: whether it asks what better models would bring, and models are as good as what was trained.
        looks_years: by how much better and worse models are of which it asks what they would bring [years].
        lag_years: over which what is trained is averaged [years].
        trend: factor a year of the racks that keep up with the clock.
    """

    chooses: ClassVar[bool] = False
    looks_years: float = 0.0
    lag_years: float = 1.0
    trend: float = 1.0

    @abstractmethod
    def demand(self, of: ResearchTick) -> ElasticDemand:
        """For rack-hours, in a tick."""

    @abstractmethod
    def of_own(self, of_sales: float, means: float) -> float:
        """Most that its funder spends in a tick, of what sales give and what it can pay [USD]."""

    @abstractmethod
    def of_investors(self, spent: float, given: float, own: float) -> float:
        """What investors pay of what was spent [USD], who give so much at most, and the funder the other."""

    @abstractmethod
    def worth(self, year_ahead_usd: float, keeps_up: float, trained: float) -> float:
        """What a rack-hour more of training brings [USD], with so much trained over what keeps up with the clock.

        ``year_ahead_usd``: what models better by a year would bring [USD/h], or NaN; ``keeps_up`` [racks].
        """

    @abstractmethod
    def years_ahead(self, trained: float) -> float:
        """Years by which models are ahead of the clock, with so much trained over what keeps up with it."""


@dataclass(frozen=True)
class SpendsBudget(ResearchPolicy):
    """It spends what it is given, and models get better by the clock.

    >>> SpendsBudget().of_investors(spent=30.0, given=20.0, own=40.0)
    10.0
    """

    kind = "budget"

    def demand(self, of: ResearchTick) -> ElasticDemand:
        """All of it."""
        return of.budget

    def of_own(self, of_sales: float, means: float) -> float:
        """A share of sales, within its means."""
        return min(of_sales, means)

    def of_investors(self, spent: float, given: float, own: float) -> float:
        """In proportion."""
        return spent * (given / (given + own)) if given > 0 else 0.0

    def worth(self, year_ahead_usd: float, keeps_up: float, trained: float) -> float:  # noqa: ARG002
        """Nothing that it knows of."""
        return 0.0

    def years_ahead(self, trained: float) -> float:  # noqa: ARG002
        """None."""
        return 0.0


@dataclass(frozen=True)
class AsItPays(ResearchPolicy):
    """Machines are rented as long as a rack-hour of training earns more than it costs, and models follow.

    >>> policy = AsItPays(behind_months=12.0, trend=2.0, algorithms=5.0)
    >>> policy.years_ahead(1.0), round(policy.years_ahead(0.0), 9)
    (0.0, -1.0)
    >>> round(AsItPays(behind_months=float("inf"), trend=2.0, algorithms=5.0).years_ahead(10.0), 9)
    1.0
    """

    kind = "as-it-pays"
    chooses = True

    trend: float = quantity(
        3.4,
        "1/year",
        "factor a year of the racks that keep up with the clock",
        "as all machines grow [Epoch: 3.4]; compute of frontier models grew 4 to 5 times [Sevilla, Roldan 2024]",
        low=1.0,
        high=1e3,
    )
    algorithms: float = quantity(
        2.8,
        "1/year",
        "factor a year by which better algorithms save compute",
        "Ho et al. (2024): compute for the same performance halves every 8 months, 5 to 14",
        above=1.0,
        high=100.0,
    )
    behind_months: float = quantity(
        8.0,
        "months",
        "how far behind the clock who trains nothing ends: others' work is open to it",
        "Crunch: open models trail by 4 months, 8 to 10 on private benchmarks",
        above=0.0,
        high=120.0,
        or_inf=True,
    )
    power: float = quantity(
        0.0,
        "1",
        "power a of what was trained with which models get better; 0 is the logarithm",
        "capability goes about linearly with the logarithm of compute [Epoch Capabilities Index; Hoffmann et al. 2022]",
        low=-10.0,
        high=0.9,
    )
    lag_months: float = quantity(
        6.0,
        "months",
        "over which what is trained is averaged: the age of a model's training",
        above=0.0,
        high=120.0,
    )
    discount: float = quantity(0.2, "1/year", "at which what better models bring is discounted", high=10.0)
    looks_months: float = quantity(
        3.0, "months", "better and worse models of which it asks what they would bring", above=0.0, high=24.0
    )

    @property
    def looks_years(self) -> float:  # type: ignore[override]
        """As asked for [years]."""
        return self.looks_months / 12.0

    @property
    def lag_years(self) -> float:  # type: ignore[override]
        """Over which what is trained is averaged [years]."""
        return self.lag_months / 12.0

    @property
    def log_growth(self) -> float:
        """Logarithm of the growth of effective compute a year, ln G."""
        return math.log(self.trend * self.algorithms)

    @property
    def published(self) -> float:
        """What others publish, over what keeps up with the clock, b."""
        return 1.0 / math.expm1(self.log_growth * self.behind_months / 12.0)

    def worth(self, year_ahead_usd: float, keeps_up: float, trained: float) -> float:
        """Equation (2); nothing where better models bring nothing, or nobody knows."""
        b = self.published
        at_pace = (year_ahead_usd if year_ahead_usd > 0 else 0.0) / (
            self.log_growth * (1.0 + self.discount * self.lag_years)
        )
        rest = (trained + b) / (1.0 + b)
        if rest == 0.0:
            return math.inf if at_pace > 0 else 0.0
        return float(at_pace / ((1.0 + b) * keeps_up) * rest ** (self.power - 1.0))

    def demand(self, of: ResearchTick) -> ElasticDemand:
        """Equation (3); what its budget takes until it knows what better models bring."""
        if math.isnan(of.year_ahead_usd):
            return of.budget
        reference, all_there = self.worth(of.year_ahead_usd, of.keeps_up, 1.0), (1.0 + self.published) * of.keeps_up
        elasticity, trains = 1.0 / (1.0 - self.power), max(1.0 - of.lost, 0.0)
        if reference * trains == 0.0:
            return ElasticDemand(0.0, 1.0, elasticity)
        beside = self.published * of.keeps_up * of.hours / trains
        return ElasticDemand(reference * all_there * of.hours, reference * trains, elasticity, beside, of.most)

    def of_own(self, of_sales: float, means: float) -> float:  # noqa: ARG002
        """All that it can pay, if it pays."""
        return means

    def of_investors(self, spent: float, given: float, own: float) -> float:  # noqa: ARG002
        """What they give is spent first."""
        return min(spent, given)

    def years_ahead(self, trained: float) -> float:
        """Equation (1)."""
        rest = (trained + self.published) / (1.0 + self.published)
        if rest == 0.0:
            return -FARTHEST
        logarithm = math.log(rest)
        years = math.expm1(self.power * logarithm) / self.power if self.power else logarithm
        return max(min(years / self.log_growth, FARTHEST), -FARTHEST)
