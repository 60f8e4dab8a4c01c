"""Open models that several sellers list, and sellers with a catalogue of them."""

from __future__ import annotations

import math
from typing import Final

from scenarios.parameters.agents import agent_field
from scenarios.parameters.fields import DECLARED, Flag, Name, Number, Section, choice, part, quantity
from scenarios.parameters.sellers import PRICE, Bills, Pricing, chip_field, work_field
from scenarios.parameters.time import FIRST, Date

#: Machines that a replica takes: eight H100 for a large model.
REPLICA: Final = 0.04


class OpenModel(Section):
    """An open model, as any seller may serve it."""

    name: Name = choice(..., "what it is called")
    architecture: str = choice(
        ..., "architecture of capacity/ that is nearest to it, or of architectures", "model cards"
    )
    score: Number = quantity(
        ..., "ECI points", "score, from which its quality follows", "Epoch Capabilities Index", above=0, high=1e4
    )
    released: Date = choice(FIRST, "day on which it comes out (UTC)")
    price: Number = quantity(
        1.0, PRICE, "list price at the start, until sellers first look at it", "their policy moves it", high=1e5
    )
    cost: Number = quantity(
        0.1, PRICE, "running cost beside machines: hosting, payment, support", "about a twentieth of sales", high=1e4
    )
    work: Number = work_field()
    replica_racks: Number = quantity(
        REPLICA, "racks", "machines that one replica takes, in GB200 racks", "eight H100 for a large model", high=1e3
    )
    bills: Bills = part(Bills(), "what its tokens are billed at")
    speed: Number = quantity(60.0, "token/s", "speed promised", "Epoch: at least 35", above=0, high=1e5)


class CatalogueSeller(Section):
    """A seller of several open models, on machines that it rents or has."""

    name: Name = choice(..., "what it is called")
    models: tuple[Name, ...] = choice((), "models that it lists; empty for all")
    chip: str = chip_field()
    racks: Number = quantity(
        0.0,
        "racks",
        "racks of its own (counted as supply.chip), paid for whether used or not; what it lacks it rents",
        high=1e9,
    )
    power_usd: Number = quantity(
        12.0, "USD per rack-h", "what an hour of their use costs: power and upkeep", "capacity: 132 kW at .08", high=1e4
    )
    headroom: Number = quantity(0.5, "1", "share by which it rents more than it expects to need", high=10)
    foot_in_the_door: Number = quantity(
        0.1, "1", "share of what it could sell without waits for which it rents at least", DECLARED, high=10
    )
    pricing: Pricing = part(Pricing(kind="cost-plus", every_hours=0.0, stickiness=0.0), "how list prices are set")
    cash: Number = quantity(5e7, "USD", "money at the start", low=-1e15)
    enters: Flag = choice(False, "whether it is not there at the start and comes when margins allow")
    enter_margin: Number = quantity(0.2, "1", "margin over its cost at which it comes", low=-0.99, high=100)
    enter_per_day: Number = quantity(1.0, "1/day", "chance that it looks whether to come on a day", high=1)
    drops_after_days: Number = quantity(
        math.inf,
        "days",
        "days over which it averages what a model earns; one that does not earn its replica is dropped; inf: all stay",
        above=0,
        or_inf=True,
    )
    agent: str = agent_field("open", "it is")
