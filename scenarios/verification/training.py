"""Training against inference: labs rent machines up to the last rack-hour that earns its price."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import Segment
from market.quality import QualityPath
from market.supply.pricing.fixed import FixedPrice
from market.supply.research import Research
from market.supply.specs import Hyperscaler, Offer, Pool, Provider
from market.supply.training import AsItPays
from scenarios.verification.check import Finding, check, iterated
from scenarios.verification.machines import firms
from scenarios.verification.setups import PLENTY, UNIT, run

#: What is asked for a rack-hour, and trains at the start [USD, racks].
PRICE, RACKS = 2.0, 100.0
#: Requests an hour, margin of each [USD], and quality by years ahead.
REQUESTS, MARGIN, SLOPE = 4_000.0, 1.0, 0.8
#: Better algorithms save an e-th a year; others' work is secret; what is looked at, and what changes, is little.
TEXTBOOK: dict[str, Any] = {
    "trend": 1.0,
    "algorithms": math.e,
    "behind_months": math.inf,
    "discount": 0.0,
    "looks_months": 0.012,
    "lag_months": 120.0,
}
#: Length of the ticks of those who look once: models hardly change in it [h].
A_MINUTE = 1.0 / 60.0


@dataclass(frozen=True)
class Straight(QualityPath):
    """Better by the same every year."""

    slope: float = SLOPE

    def at(self, segment: str, years: float) -> float:  # noqa: ARG002
        """On the line."""
        return self.slope * years


def labs(
    policies: Sequence[AsItPays],
    margins: Sequence[float] = (MARGIN,),
    *,
    asked: float = PRICE,
    ticks: int = 2,
    outside: float | None = 0.0,
    racks: float = 1e4,
    beside: tuple[Sequence[Any], Sequence[Any]] = ((), ()),
) -> TokenMarket:
    """Labs with machines of their own for inference, that train on an owner's, who asks so much for a rack-hour.

    Users take the model that is better for them, or do without; before the start each lab trained ``RACKS``.
    """
    offers = [
        Offer(f"model {k}", 1.0, Straight(), cost=1.0 - margin, open_to=("users",)) for k, margin in enumerate(margins)
    ]
    sellers = [Provider(f"lab {k}", (o,), (Pool(PLENTY),), FixedPrice()) for k, o in enumerate(offers)]
    before = asked or PRICE
    research = tuple(
        Research(f"training {k}", 24.0 * before * RACKS, 1.0, before, funder=f"lab {k}", sales_days=1e-3, policy=one)
        for k, one in enumerate(policies)
    )
    users = Segment("users", UNIT, users=REQUESTS, individuals=1, requests_per_day=24.0, outside=outside)
    return run(
        [users, *beside[0]],
        [*sellers, *beside[1]],
        ticks,
        hyperscalers=(Hyperscaler("cloud", racks, reserve=asked),),
        research=research,
        calendar=Calendar(tick_hours=A_MINUTE if ticks <= 2 else 24.0),
    )


def trained(model: TokenMarket, number: int = 0) -> float:
    """Racks on which a lab trained in the last tick."""
    return model.founded.researchers[number].racks


def stake(outside: float = 0.0) -> float:
    """What a year ahead brings a lab alone at the start [USD/h]: requests x margin x slope of the share."""
    share = 1.0 / (1.0 + math.exp(outside + 1.0))  # at a price of 1
    return REQUESTS * MARGIN * SLOPE * share * (1.0 - share)


@check("training", "Machines for training up to the last that earns its price", "Tullock (1980); own arithmetic")
def training() -> Iterator[Finding]:
    """One lab alone, and two who contest users."""
    for power in (0.5, 0.2, -1.0):
        worth = stake() / power / RACKS**power
        model = labs([AsItPays(power=power, **TEXTBOOK)])
        racks = (worth * power / PRICE) ** (1.0 / (1.0 - power))
        yield iterated(f"a return v x^{power:g}: (v a / p)^(1 / (1 - a)) [racks]", racks, trained(model))
    open_to_all = TEXTBOOK | {"behind_months": 12.0}
    others = RACKS / (math.e - 1.0)
    for case, factor in (("below", 0.9), ("beyond", 1.001)):
        asked = factor * stake() / others
        racks = max(stake() / asked - others, 0.0)
        model = labs([AsItPays(**open_to_all)], asked=asked)
        yield iterated(f"others' work open, a price {case} the return at 0 [racks]", racks, trained(model))
    yield from contests()
    yield from beside_inference()


def contests() -> Iterator[Finding]:
    """Two labs of which users take one: a contest for a prize, with a power of what was trained that is the slope."""
    settled = AsItPays(**(TEXTBOOK | {"lag_months": 0.01}))
    for margins in ((0.9, 0.9), (0.9, 0.6)):
        model = labs([settled, settled], margins, ticks=60, outside=None)
        prize = [REQUESTS * margin for margin in margins]
        up = [one**SLOPE for one in prize]
        case = f"a contest for {prize[0]:g} and {prize[1]:g}"
        for k in range(2):
            racks = SLOPE * prize[k] * up[0] * up[1] / (up[0] + up[1]) ** 2 / PRICE
            yield iterated(f"{case}: lab {k} trains [racks]", racks, trained(model, k))
        sold = model.records.series("offers", "served", "model 0")[-1] / (24.0 * REQUESTS)
        yield iterated(f"{case}: share of the first", up[0] / (up[0] + up[1]), sold)


def beside_inference() -> Iterator[Finding]:
    """100 racks for a lab that trains and for a firm to which 80 are worth w each: who gives machines up."""
    policy, all_there, left = AsItPays(**TEXTBOOK), 100.0, 20.0
    for worth, racks, price in (
        (3.0, all_there, stake() / all_there),  # inference gives up all: no rack-hour of training earns so little
        (20.0, stake() / 20.0, 20.0),  # it gives up some: the last of training earns what inference pays
        (40.0, left, stake() / left),  # training does, down to what inference leaves
    ):
        model = labs([policy], asked=0.0, racks=all_there, beside=firms([worth], [all_there - left]))
        yield iterated(f"80 racks worth {worth:g} to inference, of 100: for training [racks]", racks, trained(model))
        yield iterated(f"80 racks worth {worth:g}: price [USD per rack-h]", price, model.allotment.price)
