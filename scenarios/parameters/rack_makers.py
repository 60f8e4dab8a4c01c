"""Who makes racks: what it asks, how many it makes, who gets them, and what memory costs."""

from __future__ import annotations

from typing import ClassVar

from market.kinds import Kind
from market.supply.rack_allotments import RackAllotment
from market.supply.rack_prices import RackPricing
from scenarios.parameters.fields import Flag, Number, Section, choice, part, quantity
from scenarios.parameters.kinds import KindSection, kind_field


class RackPrices(KindSection):
    """What is asked for a rack."""

    base: ClassVar[type[Kind]] = RackPricing

    kind: str = kind_field(RackPricing, "posted", "what is asked for a rack")


class RackAllotments(KindSection):
    """Who gets racks where more are ordered than are made."""

    base: ClassVar[type[Kind]] = RackAllotment

    kind: str = kind_field(RackAllotment, "pro-rata", "who gets racks where more are ordered than are made")


class MemoryForRacks(Section):
    """The market for memory of racks; ``ceilings.dram_gw_per_year`` says how much is made at the price of the start."""

    priced: Flag = choice(False, "whether memory has a price at which no more racks are ordered than it is made for")
    usd_per_gb: Number = quantity(
        15.0,
        "USD per GB",
        "price at the start, part of the price of a rack",
        "HBM3e: four to five times server DDR5 in the middle of 2025 [TrendForce, 18 December 2025], some 3 to 4 USD",
        above=0,
        high=1e4,
    )
    growth: Number = quantity(
        1.0, "1/year", "factor a year of what is made", "Alderson: 7.5 GW in 2026 as in 2027", above=0, high=1e3
    )
    elasticity: Number = quantity(
        0.5,
        "1",
        "by how many per cent more memory goes into racks when its price is higher by one",
        "declared: wafers move over from other DRAM; what hangs on it: docs/explanation/machines.md",
        high=20,
    )


class RackMaking(Section):
    """The maker of racks, of whom owners who follow rents order them once a month."""

    sells: Flag = choice(False, "whether there is one; if not, owners get at one price as many as they order")
    pricing: RackPrices = part(RackPrices(), "what it asks")
    allotment: RackAllotments = part(RackAllotments(), "who gets racks where more are ordered")
    output: Number = quantity(
        1.0,
        "1",
        "racks that it can make, over those by which racks would grow at supply.growth; inf for any number",
        "Epoch: 3.4 times a year is what was made",
        or_inf=True,
    )
    cost_share: Number = quantity(
        0.58,
        "1",
        "what a rack costs it, memory included, over its price at the start",
        "NVIDIA, fiscal 2026: gross margin .73 of what the systems sell for, some 3.1 of 5.4 million USD; the rest is "
        "network and building",
        high=1,
    )
    memory: MemoryForRacks = part(MemoryForRacks(), "what memory costs")
