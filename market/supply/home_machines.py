"""Machines of users that a broker rents while they stand idle."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.errors import require


@dataclass(frozen=True)
class HomeMachines:
    """Machines of users, rented by the hour while they stand idle; a *rack* of their pool is one machine.

    Attributes:
        segment: whose machines they are.
        idle_share: share of the owners' machine-hours that is offered.
        usd_per_hour: what the owner gets for an hour of use [USD/h].
        power_usd_per_hour: what that hour costs the owner in electricity [USD/h]; below it nobody offers.
    """

    segment: str
    idle_share: float
    usd_per_hour: float
    power_usd_per_hour: float = 0.0

    def __post_init__(self) -> None:
        require("home machines: idle_share", self.idle_share, at_least=0, at_most=1)
        require("home machines: usd_per_hour", self.usd_per_hour, at_least=0)
        require("home machines: power_usd_per_hour", self.power_usd_per_hour, at_least=0)
