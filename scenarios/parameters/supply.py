"""Owners of machines: how many they have, how they grow, whom they serve first, and at what cost."""

from __future__ import annotations

import math
from functools import cache
from typing import ClassVar, Final, Literal

from pydantic import model_validator

from capacity import CALIBRATIONS, fleet
from capacity.errors import InputError, nearest
from market.kinds import Kind
from market.supply.rack_lists import RackList
from market.supply.rents import RentForecast
from scenarios.parameters.agents import agent_field
from scenarios.parameters.fields import (
    DECLARED,
    Flag,
    Name,
    Number,
    Section,
    Whole,
    choice,
    part,
    quantity,
    refuse,
    refuse_doubles,
    several,
)
from scenarios.parameters.firm_sales import FirmSales
from scenarios.parameters.kinds import KindSection, kind_field
from scenarios.parameters.load_shapes import CHAT, Shape
from scenarios.parameters.rack_makers import RackMaking
from scenarios.parameters.research import RESEARCH, ResearchBudget

#: How many of the largest owners contract with the labs.
CONTRACTING: Final = 3
#: Owners that are called something else here.
RENAMED: Final = {fleet.OTHERS: "neoclouds"}
#: Longest contract that a lab may choose [days].
MOST_DAYS: Final = 36_525.0
#: How owners expand who order racks of a maker.
ORDERING: Final = ("follow-rents", "foresee")
AZURE: Final = "Azure traces 2024"
COUNTS: Final = "chip owners by quarter"


@cache
def owners(quarter: str) -> list[str]:
    """Who owns chips in a quarter."""
    return sorted(set(fleet.installed(quarter)["owner"]))


class Ceilings(Section):
    """What holds a planned build-out back; inf for no such limit."""

    dram_gw_per_year: Number = quantity(
        7.5, "GW/year", "machines that DRAM is made for", "Alderson: 15 GW over 2026-27", or_inf=True
    )
    dram_years: Number = quantity(2.0, "years", "for how long from 2026 on DRAM is short", "Alderson: 2026-27", high=20)
    power_gw_per_year: Number = quantity(math.inf, "GW/year", "machines that new power is there for", or_inf=True)
    capex_scale: Number = quantity(
        1.0,
        "1",
        "capital over what is announced (140.6, 156.1 a quarter; 770, 1,000 billion USD a year)",
        "Crunch",
        or_inf=True,
    )


class Contracts(Section):
    """Racks that labs rent for a term, paid whether used or not: each lab from one of the largest owners."""

    share: Number = quantity(
        0.06, "1", "share of its owner's racks that a lab holds", "fitted to what labs pay for machines", high=1
    )
    price: Number = quantity(
        1.1, "1", "price over the rental price of a chip", "chips: rental under contract", high=100
    )
    term_days: Number = quantity(365.0, "days", "term; inf for ever", above=0, or_inf=True)
    renews: Flag = choice(True, "whether a contract that ends is renewed, at the mean spot price of the last month")
    ramps: Flag = choice(
        True,
        "whether its racks become more as all of its owner's do, at what spot costs by the month",
        "declared: CoreWeave's backlog grew 2.6 times from March to December 2025, its power 2.0 times",
    )
    adjusts: Flag = choice(False, "whether its racks are bargained for, too, where contracts are (supply.terms)")
    lengths_days: tuple[Number, ...] = choice(
        (), "terms [days] among which a lab then chooses, where contracts are bargained for; empty: term_days"
    )
    least_days: Number = quantity(0.0, "days", "shortest term that owners then sign", high=36_525)

    @model_validator(mode="after")
    def _lengths(self) -> Contracts:
        for number, days in enumerate(self.lengths_days):
            if not 0.0 < days <= MOST_DAYS:
                raise refuse(f"lengths_days[{number}]", days, f"must be above 0 and at most {MOST_DAYS:,.0f}")
        if self.lengths_days and max(self.lengths_days) < self.least_days:
            raise refuse("least_days", self.least_days, "some term of lengths_days must be as long")
        return self


class OnDemandLists(KindSection):
    """Machines by the hour at posted prices, beside the spot market, on which they may be taken back."""

    base: ClassVar[type[Kind]] = RackList

    kind: str = kind_field(RackList, "break-even-list", "what sets the list")
    share: Number = quantity(
        0.0,
        "1",
        "most of an owner's machines for rent that go at its list in an hour; 0 for no lists",
        "0: the baseline is fitted without; what hangs on it: docs/explanation/machines.md",
        high=1,
    )
    price: Number = quantity(
        1.0,
        "1",
        "list at the start over the rental price of a chip; forgotten after the settling hours",
        "chips: rental on lists",
        above=0,
        high=100,
    )
    every_hours: Number = quantity(168.0, "h", "hours between two looks at the list", high=8_766)
    stickiness: Number = quantity(
        0.05,
        "1",
        "gap to the wished list that is put up with",
        "rental lists of the H100, Sept 2023 to Dec 2025: 12 of 27 months without a change, the others by 6.5 %",
        high=100,
    )
    settling_hours: Number = quantity(
        168.0, "h", "hours at the start in which it looks daily and follows any gap", high=8_766
    )


class RentForecasts(KindSection):
    """What the market expects of the spot price of machines."""

    base: ClassVar[type[Kind]] = RentForecast

    kind: str = kind_field(RentForecast, "last-month", "what is expected to become of the spot price")


class TermContracts(Section):
    """How contracts that end are priced and signed anew, where that is bargained for."""

    bargained: Flag = choice(False, "whether it is; if not, they are renewed at the mean spot price of the last month")
    forecast: RentForecasts = part(RentForecasts(), "what the market expects of the spot price")
    discount: Number = quantity(0.1, "1/year", "rate of interest at which later payments count less", high=10)
    buyer_risk: Number = quantity(
        1.0,
        "1",
        "what risk costs a buyer: half of it x the squared relative deviation of the mean spot price x the rent",
        "declared: relative risk aversion, 1 to 3 near a loss; what hangs on it: docs/explanation/machines.md",
        high=1e3,
    )
    seller_risk: Number = quantity(
        1.0,
        "1",
        "what risk costs a seller, alike: one that owes on its machines minds more than one that is rich",
        "declared as that of buyers: then it moves no price, and decides with w who signs",
        high=1e3,
    )
    seller_share: Number = quantity(0.5, "1", "share of the gain of a contract that the seller gets", high=1)
    passed_on: Number = quantity(
        0.0, "1", "share of a change of the spot price that a buyer's own customers pay", high=1
    )
    spread: Number = quantity(
        0.08,
        "1",
        "deviation of a month's mean spot price from what was expected, over that",
        "rental lists of the H100, Sept 2023 to Dec 2025: 0.08, from changes of the basket",
        high=10,
    )
    persistence: Number = quantity(
        0.9,
        "1",
        "correlation of that deviation with that of the next month",
        "rental lists: a change stays; 0.9 a month halves it in half a year",
        low=-1,
        high=1,
    )
    need_spread: Number = quantity(
        0.0,
        "1",
        "deviation of the log of the machines that a lab needs from what it needed a month before",
        "declared: what speaks for short contracts; what hangs on it: docs/explanation/machines.md",
        high=10,
    )


class FirstPartyProducts(Section):
    """Owners' products, search and assistants: the part of their own use that follows the hours of users."""

    share: Number = quantity(
        0.0,
        "1",
        "part of first_party, at the start and over a week, that are such products; the rest is the same at any hour",
        "0: all of it flat; of two labs' machines 9.7 of 22.8 billion USD served in 2025 [Epoch, The Information]",
        high=1,
    )
    shape: Shape = part(CHAT, "load by local hour, where demand.zones are: chat, code, flat, or a CSV file", AZURE)
    growth: Number = quantity(
        2.4,
        "1/year",
        "factor a year of their load in machines; the rest of first_party grows with the machines",
        "Google: 480e12 tokens a month in April 2025, 1,300e12 in September, a request served 78 % cheaper in a year",
        above=0,
        high=1e3,
    )


class Neoclouds(Section):
    """Owners beside the large ones, who borrow against contracts and buy no more machines than creditors lend for."""

    debt_usd: Number = quantity(
        0.0,
        "USD",
        "what they owe at the start; 0, with no credit, leaves them as the other owners",
        "CoreWeave: 7.9 billion USD at the end of 2024, 21.4 at the end of 2025 (money.csv)",
        high=1e15,
    )
    interest: Number = quantity(
        0.08,
        "1/year",
        "yearly rate on it",
        "CoreWeave: .31 billion USD a quarter on 8 to 21 of debt (2025), some .08",
        high=10,
    )
    credit_usd: Number = quantity(0.0, "USD", "what creditors lend whatever their contracts are", DECLARED, high=1e15)
    advance: Number = quantity(
        0.3,
        "1",
        "what creditors lend for each dollar to come under contracts",
        "CoreWeave at the end of 2025: 21.4 billion USD owed, 66.8 to come",
        high=10,
    )

    @property
    def borrow(self) -> bool:
        """Whether they do."""
        return self.debt_usd > 0 or self.credit_usd > 0


class Supply(Section):
    """All machines for rent."""

    quarter: str = choice("2025Q4", "quarter whose chip counts the fleet begins with", COUNTS)
    chip: str = choice(
        "gb200-nvl72", "chip whose systems are the racks: all capacity is counted, rented and served in them", DECLARED
    )
    not_for_rent: tuple[Name, ...] = choice(("China", "Meta"), "owners who keep their machines for themselves")
    scale: Number = quantity(1.0, "1", "racks over the counted ones: where on the path a run begins", above=0, high=1e3)
    expansion: Literal["steady", "planned", "follow-rents", "foresee", "counted"] = choice(
        "steady",
        "racks grow at a rate; along a plan under ceilings; after what they earn, or what they are expected to earn "
        "(supply.terms.forecast); or as they were counted",
    )
    counted_until: str = choice(
        "2025Q4", "last quarter whose counts are used (counted); then racks grow at the rate", COUNTS
    )
    install_spread_quarters: Whole = quantity(
        0,
        "quarters",
        "by how much earlier or later than on average what is counted is installed, evenly (counted)",
        high=8,
    )
    growth: Number = quantity(
        3.4,
        "1/year",
        "factor a year of compute: the rate, the wish of a plan, or the most that rents can call for",
        "Epoch: 3.4",
        above=0,
        high=1e3,
    )
    lead_quarters: Whole = quantity(2, "quarters", "time from an order to its machines", high=40)
    pipeline_growth: Number = quantity(
        3.4,
        "1/year",
        "growth that was ordered before the start (planned, follow-rents, foresee)",
        "Epoch: 3.4",
        above=0,
        high=1e3,
    )
    lump_months: Whole = quantity(
        0,
        "months",
        "what is ordered within so many months comes together (follow-rents, foresee); 0: as it is ordered",
        high=60,
    )
    vintages: Flag = choice(
        False, "whether owners' chips differ in what they cost to run; otherwise all are as new", COUNTS
    )
    retires_a_month: Number = quantity(
        0.05,
        "1/month",
        "share of an owner's chips of a kind that is given up in a month in which rent does not pay their upkeep",
        "declared: the speed at which rent comes to pay upkeep, not the level",
        high=1,
    )
    ceilings: Ceilings = part(Ceilings(), "limits of a planned build-out")
    response: Number = quantity(
        1.0, "1/year", "yearly growth ordered per unit of excess return (follow-rents)", high=1e3
    )
    racks_cheaper: Number = quantity(
        1.4,
        "1/year",
        "factor a year by which racks get cheaper for the same work (foresee; without a maker they do)",
        "Epoch: hardware price-performance doubles in about two years",
        above=0,
        high=100,
    )
    retired_a_year: Number = quantity(0.0, "1/year", "share of racks retired in a year (follow-rents, foresee)", high=1)
    first_party: Number = quantity(0.85, "1", "share of machines that owners' products and training take", high=1)
    first_party_products: FirstPartyProducts = part(
        FirstPartyProducts(share=0.12), "products that follow the day, part of that"
    )
    first_party_first: Flag = choice(True, "whether that comes before contracts", "Crunch: own products first")
    contracts: Contracts = part(Contracts(), "capacity contracts")
    terms: TermContracts = part(TermContracts(), "how they are bargained for")
    on_demand: OnDemandLists = part(OnDemandLists(), "machines by the hour at posted prices")
    restart_h: Number = quantity(
        0.0,
        "h",
        "work that is lost, and done again, when a machine rented on the spot market is taken back",
        "0: the baseline is fitted without; a model of 1e12 bytes is loaded in a quarter of an hour, and research goes "
        "back to its last checkpoint",
        high=24,
    )
    research: tuple[ResearchBudget, ...] = several(RESEARCH, "budgets for research", least=0, most=20)
    calibration: str = choice(
        "fit",
        "how far machines stay behind their data sheets: a named calibration",
        "Epoch; capacity.calibration",
    )
    power_usd_per_kwh: Number = quantity(0.08, "USD/kWh", "electricity of a data centre", high=100)
    acquires: Flag = choice(
        False, "whether owners buy providers that run out of cash", "Inflation: independents are bought"
    )
    pays_years: Number = quantity(
        math.inf,
        "years",
        "most that is paid for a provider, in years of what it has lately earned; inf: what it owes, whatever it is",
        or_inf=True,
    )
    sale: FirmSales = part(FirmSales(), "how providers that run out of cash and credit are sold")
    owners_cash: Number = quantity(0.0, "USD", "cash of each owner at the start", low=-1e15)
    owners_interest: Number = quantity(
        0.05,
        "1/year",
        "yearly rate on what owners owe who do not borrow against contracts",
        "Meta's bonds of October 2025, 30 billion USD: 4.2 to 5.75 %, 4.9 for ten years",
        high=10,
    )
    agent: str = agent_field("hyperscaler", "owners are")
    maker: RackMaking = part(RackMaking(), "who makes racks, of whom owners who follow rents buy")
    neoclouds: Neoclouds = part(Neoclouds(), "owners who borrow against contracts")
    rack_price_usd: Number = quantity(
        0.0,
        "USD",
        "price of a rack that is added; 0 keeps capital out of the accounts (a GB200 rack: 5.4 million)",
        DECLARED,
        high=1e9,
    )

    def _check_counts(self) -> None:
        try:
            owners(self.counted_until)
        except InputError as error:
            raise refuse("counted_until", self.counted_until, f"it must be a counted quarter: {error}") from None
        if self.counted_until < self.quarter:
            raise refuse("counted_until", self.counted_until, f"it must not be before {self.quarter}")

    @model_validator(mode="after")
    def _known(self) -> Supply:
        try:
            known = owners(self.quarter)
        except InputError as error:
            raise refuse("quarter", self.quarter, f"it must be a counted quarter: {error}") from None
        if self.expansion == "counted":
            self._check_counts()
        if self.maker.sells and self.expansion not in ORDERING and not self.neoclouds.borrow:
            raise refuse(
                "maker.sells", True, "somebody must order racks: supply.expansion has to be follow-rents or foresee"
            )
        if self.calibration not in CALIBRATIONS:
            allowed = f"must be one of {', '.join(CALIBRATIONS)}{nearest(self.calibration, CALIBRATIONS)}"
            raise refuse("calibration", self.calibration, allowed)
        for number, name in enumerate(self.not_for_rent):
            if name not in known:
                allowed = f"owners are {', '.join(known)}{nearest(name, known)}"
                raise refuse(f"not_for_rent[{number}]", name, allowed)
        refuse_doubles("research", [budget.name for budget in self.research])
        if not set(known) - set(self.not_for_rent):
            raise refuse("not_for_rent", list(self.not_for_rent), "somebody must be left who rents machines out")
        return self
