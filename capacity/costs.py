"""What an hour of a chip costs: rented at the market's price, or owned, with its capital paid off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from capacity.chips import Chip
from capacity.errors import require
from capacity.units import HOURS_PER_YEAR, KILO


@dataclass(frozen=True)
class Costs:
    """What running a system costs: rented, or owned and paid off.

    Attributes:
        rental_usd_per_chip_hour: price of renting; None takes the chip's own.
        owned: count capital and power in place of the rental.
        lifetime_years: years over which the capital is paid off.
        interest: yearly rate of interest on it.
        power_usd_per_kwh: price of electricity.
        pue: the building's power over the machines' power.
        upkeep: staff, repairs and space a year, as a share of the capital.

    The three rates are declared assumptions of the usual order; each is a knob.
    """

    rental_usd_per_chip_hour: float | None = None
    owned: bool = False
    lifetime_years: float = 5.0
    interest: float = 0.10
    power_usd_per_kwh: float = 0.08
    pue: float = 1.25
    upkeep: float = 0.03

    def __post_init__(self) -> None:
        if self.rental_usd_per_chip_hour is not None:
            require("costs: rental_usd_per_chip_hour", self.rental_usd_per_chip_hour, at_least=0)
        require("costs: lifetime_years", self.lifetime_years, above=0)
        require("costs: interest", self.interest, at_least=0, at_most=10)
        require("costs: power_usd_per_kwh", self.power_usd_per_kwh, at_least=0)
        require("costs: pue", self.pue, at_least=1)
        require("costs: upkeep", self.upkeep, at_least=0)

    def power_usd_per_chip_hour(self, chip: Chip) -> float:
        """Cost of the electricity of one chip [USD/h]: the part that stops when the chip is off."""
        return chip.power / KILO * self.pue * self.power_usd_per_kwh

    def capital_usd_per_chip_hour(self, chip: Chip) -> float:
        """Capital paid off as an annuity, with upkeep [USD/h]."""
        years, rate = self.lifetime_years, self.interest
        annuity = rate / -math.expm1(-years * math.log1p(rate)) if rate > 0 else 1.0 / years
        return chip.capital * (annuity + self.upkeep) / HOURS_PER_YEAR

    def usd_per_chip_hour(self, chip: Chip) -> float:
        """Cost of one chip for an hour, rented or owned [USD/h]."""
        if self.owned:
            return self.capital_usd_per_chip_hour(chip) + self.power_usd_per_chip_hour(chip)
        return chip.rental if self.rental_usd_per_chip_hour is None else self.rental_usd_per_chip_hour


RENTED: Final = Costs()
OWNED: Final = Costs(owned=True)
