"""Owners who invest by what machines are expected to earn over their life, after those under way have come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from capacity import solvers
from capacity.fields import quantity
from market.supply.expansion import MONTH, SAME_DATE, Fleet, Ordering
from market.supply.rent_outlook import RentOutlook
from market.supply.rents import Floats

#: Lives that are longer are counted for so many years.
LONGEST: Final = 100.0


@dataclass(frozen=True)
class Foresee(Ordering):
    """Racks are ordered until one more would earn over its life no more than it costs, and come after a lead time.

    A rack that is ordered at a price K is paid at once, comes after L years, is given up at d a year, lasts N, and
    takes upkeep of k K a year. With interest r a year and racks that get cheaper by a factor C a year, what it has to
    earn in its first hour over power, if it is to earn less later, as those do that come then, is the user cost of
    capital [Jorgenson 1963]

        u K,  u = ((1 + r)^L + k A(q)) / (hours x A(q C)),  q = (1 + r) / (1 - d),  A(x) = sum over N of x^-s ds (1)

    which without upkeep and for ever, N without end, is (ln(1 + r) - ln(1 - d) + ln C) x the price of a rack that
    stands: interest, depreciation and loss of value. Newcomers at t cost power + u K C^-(t - L). With the spot price
    S(t; x) that is expected if all who order now have x more racks come, as many are ordered as make

        sum over N of w(s) (S(L + s; x) - power) / sum over N of w(s) C^-s = u K,  w(s) = q^-s                 (2)

    by the month: a net present value of nothing. Each owner orders its part of x, by its racks. So what rivals have
    under way is in S, and what they order now is in x.
    """

    kind = "foresee"

    rack_price: float = quantity(..., "USD", "price of a rack at the start", above=0, settable=False)
    running_cost: float = quantity(0.0, "USD per rack-h", "power of a rack-hour in use", settable=False)
    hours_a_year: float = quantity(
        8_766.0, "h/year", "hours of a year in which it earns and for which it is paid", above=0, settable=False
    )
    interest: float = quantity(
        0.1, "1/year", "rate at which later rents count less", "capacity.Costs: .10", high=10, settable=False
    )
    life_years: float = quantity(
        5.0, "years", "life of a rack", "capacity.Costs: 5", above=0, or_inf=True, settable=False
    )
    upkeep: float = quantity(
        0.0,
        "1/year",
        "staff, repairs and space, as a share of the price",
        "capacity.Costs: .03",
        high=10,
        shipped=0.03,
        settable=False,
    )
    racks_cheaper: float = quantity(
        1.4,
        "1/year",
        "factor a year by which racks get cheaper for the same work",
        "Epoch: hardware price-performance doubles in about two years",
        above=0,
        high=100,
    )

    @cached_property
    def _rates(self) -> tuple[float, float]:
        """What a rent later counts less, and how newcomers' cost falls, continuously [1/year]."""
        kept = max(1.0 - self.retired_a_year, 1e-12)
        return math.log1p(self.interest) - math.log(kept), math.log(self.racks_cheaper)

    @cached_property
    def charge(self) -> float:
        """User cost for each dollar of the price, equation (1) [USD per rack-h and USD].

        >>> always = float("inf")
        >>> plan = Foresee(1.0, hours_a_year=1.0, life_years=always, racks_cheaper=1.5, lead_quarters=4)
        >>> round(plan.charge / 1.1, 6) == round(math.log(1.1) + math.log(1.5), 6)
        True
        """
        later, falls = self._rates
        paid = (1.0 + self.interest) ** (self.lead_quarters / 4.0) + self.upkeep * self._worth_of_one(later)
        return float(paid / self._worth_of_one(later + falls) / self.hours_a_year)

    def _worth_of_one(self, rate: float) -> float:
        """Of a dollar a year over its life, at a rate [years]."""
        life = min(self.life_years, LONGEST)
        return life if abs(rate) * life < SAME_DATE else -math.expm1(-rate * life) / rate

    def full_cost(self, price: float, ahead: Floats) -> Floats:
        """Cost of a rack-hour of newcomers so many years from now, at a price of a rack now [USD per rack-h]."""
        since_order = np.asarray(ahead) - self.lead_quarters / 4.0
        return np.asarray(self.running_cost + self.charge * price * self.racks_cheaper**-since_order)

    def price_over_first(self, years: float) -> float:
        """It falls."""
        return float(self.racks_cheaper**-years)

    def dearer(self, years: float) -> float:
        """It is cheaper."""
        return self.rack_price * (self.price_over_first(years) - 1.0)

    @cached_property
    def _months(self) -> tuple[Floats, Floats, float]:
        """Middles of the months of a life [years], what each counts, and the sum with newcomers' falling cost."""
        count = max(round(min(self.life_years, LONGEST) / MONTH), 1)
        middle = np.asarray((np.arange(count) + 0.5) * MONTH, dtype=np.float64)
        later, falls = self._rates
        weight: Floats = np.asarray(np.exp(-later * middle), dtype=np.float64)
        return middle, weight, float((weight * np.exp(-falls * middle)).sum())

    def _come(self, outlook: RentOutlook) -> float:
        """Years until what is ordered now comes."""
        return self.arrives(outlook.seen.years) - outlook.seen.years

    def earning(self, fleet: Fleet, more: float) -> float:
        """What a rack-hour is expected to earn with so many more racks, the left side of equation (2)."""
        outlook = fleet.outlook
        assert outlook is not None
        come = self._come(outlook)
        middle, weight, total = self._months
        rents = np.maximum(
            outlook.spot(come + middle, more, come - SAME_DATE, 1.0 - self.retired_a_year) - self.running_cost, 0.0
        )
        return float((weight * rents).sum() / total)

    def wished(self, fleet: Fleet, dearer: float) -> float:
        """Equation (2): nothing where no racks more pay, and at most what the ceiling and creditors allow."""
        outlook = fleet.outlook
        if outlook is None or outlook.seen.now <= 0.0:
            return 0.0
        needed = self.charge * max(self.rack_price + dearer, 0.0)
        most = self.most_ordered(outlook.racks(self._come(outlook)))
        if most <= 0.0 or self.earning(fleet, 0.0) <= needed:
            return 0.0
        more = most
        if self.earning(fleet, most) < needed:
            found = solvers.brentq(lambda x: self.earning(fleet, x) - needed, 0.0, most, xtol=1e-9 * most, rtol=1e-12)
            more = float(found)
        return min(more * outlook.share, self.most_ordered(fleet.coming), fleet.most)
