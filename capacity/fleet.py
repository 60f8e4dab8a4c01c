"""The world's machines: who owns how many of which chip, and how many more can come.

Installed chips are the quarterly counts in ``data/`` (cumulative units sold; nothing is retired). The
build-out is the growth that buyers want, held back each quarter by whichever ceiling is lowest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
import pandas as pd

from capacity.architecture import Architecture
from capacity.calibration import PUBLISHED, Calibration
from capacity.chips import CHIPS, Chip
from capacity.deployment import Deployment
from capacity.errors import InputError, UnknownNameError, nearest, require
from capacity.operating import CannotServeError
from capacity.units import BILLION, GIGA, QUARTERS_PER_YEAR
from capacity.workload import Workload

#: The quarters between which every designer has a count (AMD's and Amazon's begin in 2024Q1, and 2026Q1 is
#: partial). Source of the counts: Epoch AI's chip sales and chip owners data, by quarter, median estimates.
FIRST_FULL_QUARTER: Final = "2024Q1"
LAST_FULL_QUARTER: Final = "2025Q4"

#: Who owns the chips of designers that mostly keep them, where the owners' table (Nvidia's chips) is silent.
DESIGNERS_OWN: Final[Mapping[str, str]] = {"Google": "Google", "Amazon": "Amazon"}
OTHERS: Final = "others"


@cache
def _table(name: str) -> pd.DataFrame:
    with resources.files("capacity").joinpath("data", name).open(encoding="utf-8") as file:
        return pd.read_csv(file)


@cache
def _chip_names() -> dict[str, str]:
    return {alias: chip.name for chip in CHIPS.values() for alias in (*chip.aliases, *chip.counted_as)}


def chip_counts(quarter: str = LAST_FULL_QUARTER) -> pd.DataFrame:
    """Units by chip as counted at the end of a quarter.

    Columns: designer, chip (as counted), units (p5, median, p95), h100e (units in H100 equivalents of
    dense 16-bit compute), model (our name of the chip, empty where we have no data sheet).
    """
    table = _table("chips_quarterly.csv")
    counted = sorted(table["quarter"].unique())
    if quarter not in counted:
        raise InputError(
            f"quarter '{quarter}' has no chip counts{nearest(quarter, counted)}; known: {counted[0]} to {counted[-1]}"
        )
    rows = table[table["quarter"] == quarter].copy()
    rows["model"] = rows["chip"].map(_chip_names()).fillna("")
    return rows.drop(columns="quarter").reset_index(drop=True)


def uncounted(quarter: str) -> list[str]:
    """Designers that the source counts in other quarters, but not in this one."""
    missing = set(_table("chips_quarterly.csv")["designer"]) - set(chip_counts(quarter)["designer"])
    return sorted(str(name) for name in missing)


def installed(quarter: str = LAST_FULL_QUARTER) -> pd.DataFrame:
    """Chips by owner and chip at the end of a quarter; columns owner, chip (our names), units.

    Nvidia's chips go to the owners that the source names and the rest to 'others'; designers that keep
    their chips own them. Chips without a data sheet here are counted in units of the H100, by the
    source's equivalents. The owners' table counts H100 and H200 as one.
    """
    return _installed(quarter).copy()


@cache
def _installed(quarter: str) -> pd.DataFrame:
    counts = chip_counts(quarter)
    known = _chip_names()
    owners = _table("owners_quarterly.csv")
    owners = owners[owners["quarter"] == quarter]
    held_by: list[Any] = list(owners.itertuples())
    rows = [(row.owner, known[row.chip], float(row.units)) for row in held_by if row.chip in known]
    held = pd.DataFrame(rows, columns=["owner", "chip", "units"]).groupby("chip")["units"].sum()
    for chip, part in counts[counts["model"] != ""].groupby("model"):
        units, designer = float(part["units"].sum()), str(part["designer"].iloc[0])
        rest = units - float(held.get(chip, 0.0))
        if rest > 0:
            rows.append((DESIGNERS_OWN.get(designer, OTHERS), str(chip), rest))
    nameless: list[Any] = list(counts[counts["model"] == ""].itertuples())
    rows += [(DESIGNERS_OWN.get(str(row.designer), OTHERS), "h100", float(row.h100e)) for row in nameless]
    table = pd.DataFrame(rows, columns=["owner", "chip", "units"])
    return table.groupby(["owner", "chip"], as_index=False)[["units"]].sum()


def compute(units: Mapping[str, float], precision: str = "bf16") -> float:
    """Dense operations per second of a fleet {chip: units} [FLOP/s]."""
    return sum(CHIPS[chip].compute(precision) * count for chip, count in units.items())


def bandwidth(units: Mapping[str, float]) -> float:
    """Memory bandwidth of a fleet {chip: units} [byte/s]."""
    return sum(CHIPS[chip].bandwidth * count for chip, count in units.items())


def memory(units: Mapping[str, float]) -> float:
    """Memory of a fleet {chip: units} [byte]."""
    return sum(CHIPS[chip].memory * count for chip, count in units.items())


def throughput(
    units: Mapping[str, float],
    architecture: Architecture,
    workload: Workload,
    speed: float | None = None,
    calibration: Calibration = PUBLISHED,
    chips: Mapping[str, Chip] = CHIPS,
) -> float:
    """Output tokens per second of a whole fleet {chip: units} that serves one architecture [token/s].

    Each chip in the fewest systems that hold the model; chips on which it cannot be served at that
    speed give nothing.
    """
    total = 0.0
    for name, count in units.items():
        if require(f"fleet: units of {name}", count, at_least=0) == 0:
            continue
        try:
            deployment = Deployment.smallest(chips[name], architecture, calibration)
        except CannotServeError:
            continue
        total += float(deployment.throughput(workload, speed)) * count / deployment.chips
    return total


#: The fleet of the published headline [Epoch AI (2026)]: about 40 % of the world's FLOP/s at the end of 2025.
HEADLINE_FLEET: Final[Mapping[str, float]] = {"gb200-nvl72": 1.9e6, "gb300-nvl72": 1.5e6}


@dataclass(frozen=True)
class Ceiling:
    """A limit on what can be installed in a quarter, in a unit that every chip uses some of.

    Attributes:
        name: 'capex', 'dram', 'power' ...
        unit: what it counts.
        per_quarter: how much of it there is in each quarter, e.g. {'2026Q2': 40e9}; a quarter that is not
            named has no such limit.
        source: where the figures come from.
    """

    name: str
    unit: str
    per_quarter: Mapping[str, float]
    source: str = ""

    def __post_init__(self) -> None:
        if self.name not in USE:
            raise UnknownNameError(f"unknown ceiling '{self.name}'{nearest(self.name, USE)}; known: {', '.join(USE)}")
        for quarter, amount in self.per_quarter.items():
            quarter_index(quarter)
            require(f"ceiling '{self.name}': {quarter}", amount, at_least=0)


#: How much of a ceiling's unit one chip takes.
USE: Final[Mapping[str, tuple[str, str]]] = {
    "capex": ("USD", "capital"),
    "dram": ("byte of HBM", "memory"),
    "power": ("W", "power"),
}


def use(ceiling: str, chip: Chip) -> float:
    """What one chip takes of a ceiling, in the ceiling's unit."""
    return float(getattr(chip, USE[ceiling][1]))


def quarter_index(quarter: str) -> int:
    """Quarters since the year 0, so that they can be counted: '2026Q2' -> 8105."""
    year, mark, number = quarter.partition("Q")
    if mark != "Q" or not year.isdigit() or len(year) != 4 or number not in {"1", "2", "3", "4"}:
        raise InputError(f"quarter is '{quarter}', but must look like 2026Q2")
    return int(year) * QUARTERS_PER_YEAR + int(number) - 1


def quarter_name(index: int) -> str:
    """The inverse of ``quarter_index``."""
    return f"{index // QUARTERS_PER_YEAR}Q{index % QUARTERS_PER_YEAR + 1}"


def quarters(first: str, count: int) -> list[str]:
    """``count`` quarters from ``first``."""
    start = quarter_index(first)
    return [quarter_name(start + k) for k in range(count)]


def dram_ceiling(gigawatts_per_year: float = 7.5, first: str = "2026Q1", years: float = 2.0) -> Ceiling:
    """DRAM for so many gigawatts of machines a year: 15 GW over 2026-27 [Alderson (2026)].

    A gigawatt is counted as the HBM of a gigawatt of GB200 racks, 186 GB for every 1.83 kW. The source
    says that 7.5 GW is about two million GB200; that agrees if it counts superchips of two GPUs each. The
    chip counts show more than twice this memory for 2025Q4 alone: the two sources do not agree.
    """
    gb200 = CHIPS["gb200-nvl72"]
    byte_per_gigawatt = GIGA / gb200.power * gb200.memory
    amount = gigawatts_per_year * byte_per_gigawatt / QUARTERS_PER_YEAR
    names = quarters(first, round(years * QUARTERS_PER_YEAR))
    return Ceiling("dram", USE["dram"][0], dict.fromkeys(names, amount), "Alderson, 'The Coming AI Compute Crunch'")


def capex_ceiling(share_for_chips: float = 0.75, world_share: float = 0.55) -> Ceiling:
    """Money for machines and their buildings: the three largest hyperscalers' capex, scaled to the world.

    140.6 billion USD in 2025Q4, 156.1 in 2026Q1, 770 in 2026 and over 1,000 in 2027 [Crunch (2026)], the
    rest of each year spread evenly. Declared assumptions: three quarters of it goes to AI machines with
    their buildings, and the three spend 55 % of the world's.
    """
    rest_of_2026 = (770.0 - 156.1) / 3.0
    billions = {"2025Q4": 140.6, "2026Q1": 156.1}
    billions |= dict.fromkeys(quarters("2026Q2", 3), rest_of_2026) | dict.fromkeys(quarters("2027Q1", 4), 250.0)
    scale = BILLION * share_for_chips / world_share
    return Ceiling("capex", USE["capex"][0], {q: b * scale for q, b in billions.items()}, "Crunch (2026)")


def power_ceiling(gigawatts_per_year: float, first: str = "2026Q1", years: float = 3.0) -> Ceiling:
    """New power for machines, in gigawatts of machines a year. No published figure: a knob, off by default."""
    amount = gigawatts_per_year * GIGA / QUARTERS_PER_YEAR
    names = quarters(first, round(years * QUARTERS_PER_YEAR))
    return Ceiling("power", USE["power"][0], dict.fromkeys(names, amount), "no source: a knob")


@dataclass(frozen=True)
class BuildOut:
    """How the fleet grows: what is wanted, and what holds it back.

    Attributes:
        growth: factor a year that buyers want total compute to grow by; 3.4 [Epoch AI (2026)].
        mix: shares, in units, of the chips that are newly installed.
        ceilings: limits, each in its own unit.
        lead_time: quarters between an order and its machines: capex of a quarter pays for the machines that
            arrive so much later, and a changed wish shows so much later.
        pipeline_growth: growth a year of what was ordered before the start.
    """

    growth: float = 3.4
    mix: Mapping[str, float] = field(
        default_factory=lambda: {
            "gb200-nvl72": 0.15,
            "gb300-nvl72": 0.45,
            "tpu-v6e": 0.10,
            "tpu-ironwood": 0.15,
            "trainium2": 0.10,
            "mi355x": 0.05,
        }
    )
    ceilings: tuple[Ceiling, ...] = field(default_factory=lambda: (dram_ceiling(), capex_ceiling()))
    lead_time: int = 2
    pipeline_growth: float = 3.4

    def __post_init__(self) -> None:
        require("build-out: growth", self.growth, above=0)
        require("build-out: pipeline_growth", self.pipeline_growth, above=0)
        if require("build-out: lead_time", self.lead_time, at_least=0) % 1:
            raise InputError(f"build-out: lead_time is {self.lead_time:g}, but must be a whole number of quarters")
        names = [ceiling.name for ceiling in self.ceilings]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"build-out: there are {names.count(name)} ceilings '{name}', but there can be one")
        for chip, share in self.mix.items():
            require(f"build-out: mix of {CHIPS[chip].name}", share, at_least=0)
        if not math.isclose(sum(self.mix.values()), 1.0, abs_tol=1e-6):
            raise InputError(f"build-out: shares of the mix add up to {sum(self.mix.values()):g}, but must be 1")

    def project(self, start: Mapping[str, float], first: str, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Grow the fleet {chip: units} over ``count`` quarters from ``first``.

        Returns two frames: the path (quarter, wanted and installed new units, total dense compute in H100s,
        what binds, and how much each ceiling would allow), and the units by quarter and chip. What a
        ceiling holds back stays wanted: the wish is for a level of total compute.
        """
        h100 = CHIPS["h100"].compute("bf16")
        per_unit = sum(share * CHIPS[chip].compute("bf16") for chip, share in self.mix.items())
        units = {chip: float(number) for chip, number in start.items()}
        wish, path, stock = compute(units), [], []
        for step, quarter in enumerate(quarters(first, count)):
            yearly = self.pipeline_growth if step < self.lead_time else self.growth
            wish *= yearly ** (1.0 / QUARTERS_PER_YEAR)
            wanted = max(wish - compute(units), 0.0) / per_unit
            allowed = {c.name: self._allowed(c, quarter) for c in self.ceilings}
            name, limit = min(allowed.items(), key=lambda item: item[1], default=("", math.inf))
            new = min(wanted, limit)
            for chip, share in self.mix.items():
                units[chip] = units.get(chip, 0.0) + share * new
            path.append(
                {
                    "quarter": quarter,
                    "wanted_units": wanted,
                    "new_units": new,
                    "compute_h100e": compute(units) / h100,
                    "wanted_h100e": wish / h100,
                    "binding": name if new < wanted else "none",
                    **{f"{key}_allows_units": value for key, value in allowed.items()},
                }
            )
            stock += [{"quarter": quarter, "chip": chip, "units": number} for chip, number in units.items()]
        return pd.DataFrame(path), pd.DataFrame(stock)

    def _allowed(self, ceiling: Ceiling, quarter: str) -> float:
        # Money is spent when machines are ordered; memory and power are used when they arrive.
        when = quarter_name(quarter_index(quarter) - (self.lead_time if ceiling.name == "capex" else 0))
        per_unit = sum(share * use(ceiling.name, CHIPS[chip]) for chip, share in self.mix.items())
        return ceiling.per_quarter.get(when, math.inf) / per_unit


@dataclass(frozen=True)
class GrowthRates:
    """Growth a year of the counted chips, as factors: of dense compute, and of memory bandwidth."""

    compute: float
    bandwidth: float


def growth_rates(
    first: str = FIRST_FULL_QUARTER, last: str = LAST_FULL_QUARTER, precision: str = "bf16"
) -> GrowthRates:
    """Trend of the counted chips from ``first`` to ``last``: slope of a log-linear fit.

    By default over the quarters in which every designer is counted: a designer whose counts begin inside
    the span would show as growth.
    """
    count = quarter_index(last) - quarter_index(first) + 1
    if count < 2:
        raise InputError(f"a trend from {first} to {last} needs at least two quarters")
    fleets = [world_units(quarter) for quarter in quarters(first, count)]
    years = np.arange(count) / QUARTERS_PER_YEAR

    def trend(values: list[float]) -> float:
        return float(np.exp(np.polyfit(years, np.log(values), 1)[0]))

    return GrowthRates(trend([compute(u, precision) for u in fleets]), trend([bandwidth(u) for u in fleets]))


def world_units(quarter: str = LAST_FULL_QUARTER) -> dict[str, float]:
    """Units by chip of the whole counted world at the end of a quarter."""
    table = installed(quarter).groupby("chip")["units"].sum()
    return {str(chip): float(count) for chip, count in table.items()}
