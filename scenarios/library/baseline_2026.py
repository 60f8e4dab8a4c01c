"""What does the market for tokens look like in the first quarter of 2026?

Source of the scale: Epoch AI, 'Is a compute crunch coming?' (2026), Alderson (2026), chip owners by quarter.
Figures marked 'declared' are assumptions of a first calibration, not measurements.
"""

from __future__ import annotations

from datetime import UTC, datetime

from capacity import ARCHITECTURES, CHIPS, Costs, Deployment, Workload, fleet
from market.calendar import Calendar
from market.demand.load_shape import measured
from market.demand.segment import Deferral, LocalMachine, Segment, Zone
from market.economy import Economy
from market.exchange.technology import Inference
from market.supply.expansion import SteadyGrowth
from market.supply.pricing import BestResponse, CostPlus, Every, Sticky
from market.supply.specs import Contract, Hyperscaler, Offer, Provider, Tier

RACK = CHIPS["gb200-nvl72"]
GENERAL, CODING, AGENTIC = Workload(8_000, 1_000), Workload(25_000, 1_000), Workload(128_000, 1_000)
SECONDS_PER_DAY = 86_400.0

#: Shares of users by zone; declared, after the places of internet users and of software engineers.
ZONES = (
    Zone("Americas", -5.0, 0.35), Zone("Europe and Africa", 1.0, 0.30), Zone("South Asia", 5.5, 0.15),
    Zone("East Asia", 8.0, 0.20),
)  # fmt: skip

PRIORITY = Tier("priority", speed=70.0, priority=0.0)
STANDARD = Tier("standard", speed=35.0, priority=1.0)
BATCH = Tier("batch", speed=10.0, priority=2.0, deadline_h=24.0)


def segments(individuals: int = 10_000) -> tuple[Segment, ...]:
    """Casual users, coders and agentic users.

    Output tokens per second asked at the start: casual 4e8, coders 1.6e8, agentic 0.5e8 (design/model.md, after
    Epoch's world total of 5e9 tokens a second, input and output). Worths, tastes and patience are declared.
    """

    def of(share: float) -> int:
        return max(1, round(individuals * share))

    dtype = "float32" if individuals >= 1_000 else "float64"
    casual_users, coding_users, agents = 1e9, 30e6 * 0.47, 5e6  # [Alderson], [Epoch], declared
    return (
        Segment(
            "casual", GENERAL, users=casual_users, individuals=of(0.5), size_spread=1.2,
            requests_per_day=4e8 * SECONDS_PER_DAY / GENERAL.output / casual_users,
            worth_usd=0.05, worth_spread=1.2, taste_noise=0.08, time_value=2.0, attachment=0.10, reconsider_per_day=0.05,
            patience_h=0.5, shape=measured("chat"), zones=ZONES, burstiness=2.0, dtype=dtype,
        ),
        Segment(
            "coders", CODING, users=coding_users, individuals=of(0.3), size_spread=1.2,
            requests_per_day=1.6e8 * SECONDS_PER_DAY / CODING.output / coding_users,
            worth_usd=0.6, worth_spread=1.2, taste_noise=0.06, time_value=1.0, attachment=0.05, reconsider_per_day=0.1,
            patience_h=1.0, shape=measured("code"), zones=ZONES, burstiness=3.0, dtype=dtype,
            local=LocalMachine(owners=0.05, quality=0.6, speed=25.0, usd_per_request=0.002),
        ),
        Segment(
            "agentic", AGENTIC, users=agents, individuals=of(0.2), size_spread=1.5,
            requests_per_day=0.5e8 * SECONDS_PER_DAY / AGENTIC.output / agents,
            worth_usd=0.8, worth_spread=1.3, taste_noise=0.06, time_value=0.2, attachment=0.02, reconsider_per_day=0.2,
            patience_h=6.0, shape=measured("code"), zones=ZONES, burstiness=4.0, dtype=dtype,
            deferral=Deferral(share=0.4, deadline_h=12.0, cost_usd_per_h=0.01),
        ),
    )  # fmt: skip


def _inference(architecture: str) -> Inference:
    return Inference(Deployment.smallest(RACK, ARCHITECTURES[architecture]), RACK.chips_per_system)


#: Worth of an answer by segment; the open models near parity in coding and behind elsewhere [Crunch]; declared.
FRONTIER = {"casual": 1.0, "coders": 1.0, "agentic": 1.0}
KIMI = {"casual": 0.88, "coders": 0.93, "agentic": 0.85}
OPEN_SMALL = {"casual": 0.80, "coders": 0.75, "agentic": 0.60}
MINI = {"casual": 0.82, "coders": 0.75, "agentic": 0.65}


def lab(name: str, edge: float, cash: float) -> Provider:
    """A frontier lab: list prices of 25 (frontier) and 4 (mini) USD per million [Crunch, Epoch], sticky.

    ``edge`` tells the labs apart in quality. Prices of the other tiers start at the standard price: what a
    tier is worth has to come out. ``cost`` beside machines is declared, so that the margin is about a half [Epoch].
    """
    best, mini = _inference("frontier"), _inference("mini")
    better = {segment: quality + edge for segment, quality in FRONTIER.items()}
    return Provider(
        name,
        (
            Offer(f"{name} priority", 25.0, better, best, PRIORITY, cost=10.0),
            Offer(f"{name} standard", 25.0, better, best, STANDARD, cost=10.0),
            Offer(f"{name} batch", 25.0, better, best, BATCH, cost=10.0, open_to=("coders", "agentic")),
            Offer(f"{name} mini", 4.0, MINI, mini, STANDARD, cost=1.5),
        ),
        kind="frontier", spot=True, cash=cash, pricing=Sticky(Every(BestResponse(sweeps=4), 24), threshold=0.05),
    )  # fmt: skip


def open_provider(name: str, architecture: str, quality: dict[str, float], price: float, cost: float) -> Provider:
    """An open-weight provider: rents on spot, sells at cost and a thin margin."""
    offer = Offer(f"{name} {architecture}", price, quality, _inference(architecture), STANDARD, cost=cost)
    return Provider(name, (offer,), kind="open", spot=True, cash=5e7, pricing=CostPlus(margin=0.1, memory_ticks=24.0))


def hyperscalers(first_party: float) -> tuple[Hyperscaler, ...]:
    """Owners sized by what their chips can serve, in GB200 racks [chip owners by quarter, 2025Q4]."""
    owned = fleet.installed()
    kimi = ARCHITECTURES["kimi-k2"]
    rack = float(Deployment(RACK, kimi).throughput(GENERAL))
    costs = Costs()
    power = costs.power_usd_per_chip_hour(RACK) * RACK.chips_per_system
    made = []
    for owner, part in owned.groupby("owner"):
        if owner in ("China", "Meta"):  # not for rent: held for their owners' own use
            continue
        units = dict(zip(part["chip"], part["units"], strict=True))
        racks = fleet.throughput(units, kimi, GENERAL) / rack
        name = "neoclouds" if owner == "others" else str(owner)
        made.append(
            Hyperscaler(
                name, racks, expansion=SteadyGrowth(3.4), first_party=first_party, running_cost=power,
                reserve=costs.usd_per_chip_hour(RACK) * RACK.chips_per_system,
            )
        )  # fmt: skip
    return tuple(made)


def economy(individuals: int = 10_000, first_party: float = 0.65) -> Economy:
    """The baseline: first quarter of 2026, before growth.

    ``first_party``: share of machines that own products outside this market and training take; declared.
    """
    labs = (lab("Aster", 0.02, 5e9), lab("Borealis", 0.0, 4e9), lab("Cygnus", -0.01, 3e9))
    opens = (
        open_provider("Ferry", "kimi-k2", KIMI, 3.5, 2.0),
        open_provider("Gantry", "kimi-k2", KIMI, 3.6, 2.1),
        open_provider("Harbor", "deepseek-v3", {k: v - 0.04 for k, v in KIMI.items()}, 2.5, 1.6),
        open_provider("Islet", "gpt-oss-120b", OPEN_SMALL, 0.8, 0.4),
    )
    owners = hyperscalers(first_party)
    largest = sorted(owners, key=lambda h: -h.racks)[:3]
    rental = owners[0].reserve
    contracts = tuple(
        Contract(owner.name, buyer.name, racks=0.22 * owner.racks, price=0.9 * rental)
        for owner, buyer in zip(largest, labs, strict=True)
    )
    return Economy(
        segments=segments(individuals), providers=(*labs, *opens), hyperscalers=owners, contracts=contracts,
        calendar=Calendar(datetime(2026, 1, 5, tzinfo=UTC)),
    )  # fmt: skip
