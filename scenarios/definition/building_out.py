"""Building out: racks that there are at the start, by owner, and how they grow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from capacity import ARCHITECTURES, CALIBRATIONS, CHIPS, Chip, Costs, Deployment, Workload, fleet
from capacity.units import GIGA, HOURS_PER_YEAR
from market.calendar import Calendar
from market.supply.expansion import Expansion, FollowRents, Ordering, PlannedRacks, SteadyGrowth
from market.supply.foresee import Foresee
from market.supply.memory import Memory
from market.supply.rack_maker import RackMaker
from market.supply.vintages import Vintage
from scenarios.parameters.supply import Ceilings, Supply


@cache
def racks_by_owner(quarter: str, calibration: str, chip: Chip) -> dict[str, float]:
    """What each owner's chips can serve, in systems of one chip [chip owners by quarter]."""
    kimi, general = ARCHITECTURES["kimi-k2"], Workload(8_000, 1_000)
    calibrated = CALIBRATIONS[calibration]
    system = Deployment.smallest(chip, kimi, calibrated)
    rack = float(system.throughput(general)) / system.systems
    if rack == 0.0:
        system.operate(general)  # says why it cannot be
    made = {}
    for owner, part in fleet.installed(quarter).groupby("owner"):
        units = dict(zip(part["chip"], part["units"], strict=True))
        made[str(owner)] = fleet.throughput(units, kimi, general, None, calibrated) / rack
    return made


@cache
def vintages_by_owner(quarter: str, calibration: str, chip: Chip, costs: Costs) -> dict[str, tuple[Vintage, ...]]:
    """Each owner's chips as vintages, counted by what they can serve; the one that is cheapest to run comes first.

    Upkeep is the share of their capital that staff, repairs and space cost a year.
    """
    kimi, general = ARCHITECTURES["kimi-k2"], Workload(8_000, 1_000)
    system = Deployment.smallest(chip, kimi, CALIBRATIONS[calibration])
    rack = float(system.throughput(general)) / system.systems
    made = {}
    for owner, part in fleet.installed(quarter).groupby("owner"):
        vintages = []
        for name, units in zip(part["chip"], part["units"], strict=True):
            racks = fleet.throughput({name: units}, kimi, general, None, CALIBRATIONS[calibration]) / rack
            if racks > 0:
                each, a_rack = CHIPS[name], units / racks
                upkeep = each.capital * costs.upkeep / HOURS_PER_YEAR
                vintages.append(Vintage(name, racks, costs.power_usd_per_chip_hour(each) * a_rack, upkeep * a_rack))
        made[str(owner)] = tuple(sorted(vintages, key=lambda one: one.running_cost))
    return made


def full_cost(supply: Supply, rack: Chip) -> float:
    """What a rack-hour costs an owner, capital included [USD per rack-h]."""
    return Costs(owned=True, power_usd_per_kwh=supply.power_usd_per_kwh).usd_per_chip_hour(rack) * rack.chips_per_system


def expansion(supply: Supply, rack: Chip, days: float, share: float) -> Expansion:
    """How racks grow; ``share`` of all weeks is simulated."""
    if supply.expansion in ("steady", "counted"):
        return SteadyGrowth(supply.growth)
    if supply.expansion == "planned":
        count = math.ceil(days / (365.25 / 4.0)) + 1
        return planned(
            supply.quarter, supply.growth, supply.lead_quarters, supply.pipeline_growth, supply.ceilings, count
        )
    return after_rents(supply, rack, share)


#: Where racks are bought of who makes them nothing else limits what rents can call for [1/year].
NO_LIMIT: Final = 1e3


def after_rents(supply: Supply, rack: Chip, share: float) -> Ordering:
    """Racks that are ordered while they earn, or are expected to earn, more than they cost.

    ``share``: of all weeks that are simulated; what is bought once is paid for by that part of it.
    """
    costs = Costs(owned=True, power_usd_per_kwh=supply.power_usd_per_kwh)
    orders: dict[str, Any] = {
        "lead_quarters": supply.lead_quarters,
        "growth": NO_LIMIT if supply.maker.sells else supply.growth,
        "retired_a_year": supply.retired_a_year,
        "pipeline_growth": supply.pipeline_growth,
        "lump_months": supply.lump_months,
    }
    if supply.expansion == "foresee":
        return Foresee(
            rack_capital(rack) * share,
            costs.power_usd_per_chip_hour(rack) * rack.chips_per_system,
            HOURS_PER_YEAR * share,
            costs.interest,
            costs.lifetime_years,
            costs.upkeep,
            supply.racks_cheaper,
            **orders,
        )
    charge = costs.capital_usd_per_chip_hour(rack) / rack.capital / share if supply.maker.sells else 0.0
    return FollowRents(full_cost(supply, rack), supply.response, charge=charge, **orders)


def ticks_of(days: float, when: Calendar) -> int:
    """Ticks that are simulated of a contract of so many days, at least one."""
    return max(1, round(days * when.simulated_share * when.ticks_per_day))


def rack_capital(rack: Chip) -> float:
    """What a rack costs at the start, with its network and building [USD]."""
    return rack.capital * rack.chips_per_system


def rack_maker(supply: Supply, rack: Chip, racks: float, share: float) -> RackMaker | None:
    """Who makes racks for owners of so many at the start, or None.

    With orders for all that it makes, which come after the lead time, racks R grow at the rate g: it makes

        R ln(g) g^(lead + t)    racks a year at t                                                           (1)
    """
    terms = supply.maker
    if not terms.sells:
        return None
    price = rack_capital(rack)
    memory = memory_for_racks(supply, rack, racks, share) if terms.memory.priced else None
    cost = terms.cost_share * price * share
    path = racks * max(math.log(supply.growth), 0.0) * supply.growth ** (supply.lead_quarters / 4.0)
    return RackMaker(
        "rack maker",
        price * share,
        cost if memory is None else max(cost - memory.per_rack * memory.price, 0.0),
        math.inf if math.isinf(terms.output) else terms.output * path,
        supply.growth,
        terms.pricing.make(),
        terms.allotment.make(),
        memory,
    )


def memory_for_racks(supply: Supply, rack: Chip, racks: float, share: float) -> Memory:
    """Memory for so many racks' part of the world's machines, as of the DRAM ceiling of a planned build-out."""
    terms = supply.maker.memory
    world = fleet.compute(fleet.world_units(supply.quarter)) / (rack.compute("bf16") * rack.chips_per_system)
    a_quarter = next(iter(fleet.dram_ceiling(supply.ceilings.dram_gw_per_year).per_quarter.values()))
    return Memory(
        rack.memory * rack.chips_per_system / GIGA,
        terms.usd_per_gb * share,
        4.0 * a_quarter / GIGA * min(racks / world, 1.0),
        terms.growth,
        terms.elasticity,
    )


def counted_racks(supply: Supply, rack: Chip, days: float) -> dict[str, PlannedRacks]:
    """Racks as they were counted quarter by quarter, by owner; after the last count they grow at the rate.

    Where they are installed up to h quarters earlier or later than on average, evenly, racks grow from those of the
    start as the mean of the counts, linear between quarters, from h before to h after; before the first count these
    grow as in the first quarter.
    """
    first, last = (fleet.quarter_index(q) for q in (supply.quarter, supply.counted_until))
    spread = supply.install_spread_quarters
    horizon = max(math.ceil(days / (365.25 / 4.0)) + 1, last - first)
    years = tuple(k / 4.0 for k in range(horizon + 1))
    counts = [racks_by_owner(fleet.quarter_name(q), supply.calibration, rack) for q in range(first, last + 1)]
    made = {}
    for owner, begin in counts[0].items():
        times = [count.get(owner, begin) / begin for count in counts]
        before = times[0] / times[1] if len(times) > 1 else supply.growth**-0.25
        earlier = [before**k for k in range(spread, 0, -1)]
        times += [times[-1] * supply.growth ** (k / 4.0) for k in range(1, horizon - (last - first) + spread + 1)]
        installed = around([*earlier, *times], spread)
        made[owner] = PlannedRacks(years, tuple(level / installed[0] for level in installed))
    return made


def around(counts: Sequence[float], spread: int) -> list[float]:
    """Mean of what is linear between the counts, from so many before to as many after each that has these.

    >>> around([1.0, 2.0, 3.0, 8.0], 1)
    [2.0, 4.0]
    """
    if spread == 0:
        return list(counts)
    weights = [0.5, *[1.0] * (2 * spread - 1), 0.5]
    width = range(len(counts) - 2 * spread)
    return [sum(w * counts[k + j] for j, w in enumerate(weights)) / (2 * spread) for k in width]


@cache
def planned(quarter: str, growth: float, lead: int, pipeline: float, ceilings: Ceilings, count: int) -> PlannedRacks:
    """The world's build-out under its ceilings, as a factor on every owner's racks."""
    first = fleet.quarter_name(fleet.quarter_index(quarter) + 1)
    limits = []
    if math.isfinite(ceilings.dram_gw_per_year) and ceilings.dram_years > 0:
        limits.append(fleet.dram_ceiling(ceilings.dram_gw_per_year, "2026Q1", ceilings.dram_years))
    if math.isfinite(ceilings.capex_scale):
        capex = fleet.capex_ceiling()
        limits.append(replace(capex, per_quarter={q: v * ceilings.capex_scale for q, v in capex.per_quarter.items()}))
    if math.isfinite(ceilings.power_gw_per_year):
        limits.append(fleet.power_ceiling(ceilings.power_gw_per_year, first, count / 4.0))
    plan = fleet.BuildOut(growth=growth, ceilings=tuple(limits), lead_time=lead, pipeline_growth=pipeline)
    units = fleet.world_units(quarter)
    path, _ = plan.project(units, first, count)
    begin = fleet.compute(units) / CHIPS["h100"].compute("bf16")
    times = (1.0, *(float(level) / begin for level in path["compute_h100e"]))
    return PlannedRacks(tuple(k / 4.0 for k in range(count + 1)), times)
