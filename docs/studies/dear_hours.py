"""Make docs/explanation/off-peak.md and its picture anew: when does a list get dear hours, and how dear?

    python docs/studies/dear_hours.py     # some minutes on two cores

``make docs-figures`` runs it. In a small market of one seller one thing is moved at a time, all else as it is. Users of
one kind have an elasticity of 1 at the list of 1 USD and the measured load of coding; ticks are three hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from moved import draw, table_of

from capacity import Workload
from market import TokenMarket
from market.calendar import Calendar
from market.demand.load_shape import measured
from market.demand.segment import Deferral, Segment
from market.demand.zones import Zone
from market.economy import Economy
from market.exchange.tariff import PeakHours
from market.exchange.waits import WaitModel
from market.supply.pricing.blocks import Blocks
from market.supply.pricing.fixed import FixedPrice
from market.supply.specs import Offer, Pool, Provider
from market.supply.term import Term
from scenarios.pictures.style import actor

DOCS = Path(__file__).parents[1]
PAGE, PICTURE = DOCS / "explanation" / "off-peak.md", DOCS / "images" / "off-peak.png"
WEEKS, TICK_H, ZONES, PLENTY = 6, 3.0, 4, 1e6
WEEK = round(168 / TICK_H)
#: What a rack held for a term costs an hour [USD]: with a list of 1 USD half of sales at a load factor of .6.
TERM_USD = 0.3
#: Scale of tastes over worth by the elasticity of demand that it makes at the list.
TASTES = {0.6: 0.6, 1.0: 0.3, 1.4: 0.15}


@dataclass(frozen=True)
class Case:
    """A market.

    Attributes:
        load: busiest hour over machines, where these are given; 0 where they are held for a term of a week.
        waits: share of work that can wait half a day.
        rivals: sellers of the same at a list that stays, with machines enough.
        elasticity: of demand at the list of 1 USD; one of ``TASTES``.
        width_h: hours between the clocks of the outermost users.
    """

    load: float = 0.0
    waits: float = 0.0
    rivals: int = 0
    elasticity: float = 1.0
    width_h: float = 0.0

    def users(self) -> Segment:
        """Who asks."""
        offsets = [self.width_h * (k / (ZONES - 1) - 0.5) for k in range(ZONES)] if self.width_h else [0.0]
        return Segment(
            "users",
            Workload(0, 1_000_000),
            100.0,
            300,
            requests_per_day=24,
            worth_usd=1.2,
            taste_noise=TASTES[self.elasticity],
            patience_h=1.0,
            time_value=0.3,
            shape=measured("code"),
            zones=tuple(Zone(f"{h:g}", h, 1.0 / len(offsets)) for h in offsets),
            deferral=Deferral(self.waits, 12.0, cost_usd_per_h=0.002) if self.waits else None,
        )

    def run(self, racks: float, policy: Blocks | FixedPrice, term: Term | None = None) -> TokenMarket:
        """Six weeks of it."""
        firm = Provider("firm", (Offer("good", 1.0, cost=0.05),), pools=(Pool(racks, term=term),), pricing=policy)
        rivals = [Provider(f"rival {k}", (Offer(f"good {k}", 1.0),), pools=(Pool(PLENTY),)) for k in range(self.rivals)]
        calendar = Calendar(tick_hours=TICK_H)
        economy = Economy((self.users(),), (firm, *rivals), calendar=calendar, waits=WaitModel(chance=False))
        model = TokenMarket(economy, rng=1)
        model.run_for(WEEKS * WEEK)
        return model


#: What is moved, in which unit, and to which values.
MOVED: dict[str, tuple[str, tuple[float, ...]]] = {
    "load on given machines": ("busiest hour over machines", (0.8, 1.0, 1.2, 1.4)),
    "work that can wait": ("share, half a day at most", (0.0, 0.2, 0.4, 0.6)),
    "rivals": ("number, at flat lists", (0.0, 1.0, 2.0)),
    "elasticity of demand": ("at the list", tuple(TASTES)),
    "where users live": ("hours from first to last", (0.0, 6.0, 12.0, 18.0)),
}
CASES: dict[str, Callable[[float], Case]] = {
    "load on given machines": lambda value: Case(load=value),
    "work that can wait": lambda value: Case(waits=value),
    "rivals": lambda value: Case(rivals=int(value)),
    "elasticity of demand": lambda value: Case(elasticity=value),
    "where users live": lambda value: Case(width_h=value),
}
NOW = dict.fromkeys(list(MOVED)[1:], 0.0) | {"elasticity of demand": 1.0}
OUTCOMES = {"ratio": "dearest / cheapest hour", "busiest": "busiest hour / with a flat list"}
TITLE = "Dear hours of one seller who holds machines for a term; dotted: the same market in all panels but the first"

HEAD = """# When does a list get dear hours?

No hour, ratio or premium is given: now and then a seller looks for hours of the week that are worth more if they are
dearer ([how](market.md#how-prices-are-set)). Here one thing is moved at a time in a small market: one seller who holds
machines for a week at the same rent in all hours, users in one zone with the measured load of coding and an elasticity
of 1, a mean list that stays at 1 USD. Dearest over cheapest hour, and the load of the busiest hour over that of the
same market with a flat list, in the last of six weeks. Made by `python docs/studies/dear_hours.py`.

{findings}

![Lines of the dearest over the cheapest hour, and of the busiest hour, against what is moved](../images/off-peak.png)

| moved | to | dearest / cheapest | busiest hour / flat | put off | dear hours (UTC) |
|---|---:|---:|---:|---:|---|
"""
FINDINGS = """Where machines are given, dear hours pay once the busiest hours do not fit, and are little dearer: they
only sort who is served. Where machines are paid for in all hours alike, the busiest hours bear what they cost, and
lists part by half and more: the more, the less users mind prices. Rivals with machines enough and a flat list take a
part of that, and work that can wait takes a part of the peak by itself. Users around the world leave little of a peak
to lower. So an off-peak tariff is one of a seller that holds machines and whose users live in few time zones."""


def tried(job: tuple[str, float]) -> dict[str, object]:
    """What comes out of one case, in its last week."""
    what, value = job
    case = CASES[what](value)
    flat = replace(case, waits=0.0).run(PLENTY, FixedPrice()).records.series("pools", "ordered", "firm").max() / TICK_H
    policy = Blocks(blocks_hours=168.0, near=1e-2, keeps_mean=True, first_step=0.5)
    term = None if case.load else Term(TERM_USD, WEEK, headroom=0.05)
    model = case.run(flat / (case.load or 1.0), policy, term)
    price = model.records.series("offers", "price", "good")[-WEEK:]
    ordered = model.records.series("pools", "ordered", "firm")[-WEEK:]
    parts = [one for one in model.book.tariffs[0].components if isinstance(one, PeakHours)]
    hours = [f"{from_:g} to {to:g}" for one in parts for from_, to in zip(*[iter(one.peak_hours)] * 2, strict=True)]
    days = {len(one.peak_days) for one in parts if one.peak_days}
    return {
        "what": what,
        "value": value,
        "ratio": float(price.max() / price.min()),
        "busiest": float(ordered.max() / TICK_H / flat),
        "put off": float(model.records.series("segments", "put_off", "users")[-WEEK:].sum() / ordered.sum()),
        "hours": ", ".join(hours) + (f", {max(days)} days" if days else ""),
    }


def rows(table: pd.DataFrame) -> Iterator[str]:
    """Lines of the page's table."""
    for row in table.itertuples(index=False):
        what, value, ratio, busiest, put_off, hours = row
        yield f"| {what}, {MOVED[what][0]} | {value:g} | {ratio:.2f} | {busiest:.2f} | {put_off:.0%} | {hours or '-'} |"


def main() -> None:
    """Run, draw, and write the page."""
    table = table_of(tried, [(what, value) for what, (_, values) in MOVED.items() for value in values])
    draw(table, OUTCOMES, MOVED, NOW, TITLE, actor("open"), PICTURE)
    PAGE.write_text("\n".join([HEAD.format(findings=FINDINGS).rstrip(), *rows(table)]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
