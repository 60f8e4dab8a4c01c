"""When do off-peak prices appear? One seller, by load, by where its users live, and by how much work can wait.

    python docs/studies/dear_hours.py        # some minutes; writes docs/studies/dear_hours.csv

Small markets: requests of one kind with an elasticity of 1 at the list of 1 USD, the measured load of coding, ticks of
three hours. The mean list stays (as where rivals hold it); machines are given, or held for a term of a week.
"""

import csv
import sys
from pathlib import Path

from capacity import Workload
from market import TokenMarket
from market.calendar import Calendar
from market.demand.load_shape import measured
from market.demand.segment import Deferral, Segment
from market.demand.zones import Zone
from market.economy import Economy
from market.exchange.waits import WaitModel
from market.supply.pricing.blocks import Blocks
from market.supply.pricing.fixed import FixedPrice
from market.supply.specs import Offer, Pool, Provider
from market.supply.term import Term

FILE = Path(__file__).with_suffix(".csv")
LOADS = (0.8, 1.1, 1.4)
SHARES = (0.0, 0.4)
ZONES = {
    "one zone": (Zone("a", 0.0, 1.0),),
    "around the world": tuple(Zone(str(h), float(h), 0.25) for h in (-7, 0, 5, 10)),
}
#: What a rack costs an hour that is held for a term [USD]: with a list of 1 USD half of sales at a load factor of .6.
TERM_USD = 0.3
HOURS, WEEKS = 3.0, 6


def run(racks: float, zones: tuple[Zone, ...], share: float, policy: object, term: Term | None) -> TokenMarket:
    """A market of six weeks."""
    waits = Deferral(share, 12.0, cost_usd_per_h=0.002) if share else None
    users = Segment(
        "users",
        Workload(0, 1_000_000),
        100.0,
        1,
        requests_per_day=24,
        worth_usd=1.2,
        taste_noise=0.3,
        patience_h=1.0,
        time_value=0.3,
        shape=measured("code"),
        zones=zones,
        deferral=waits,
    )
    firm = Provider("firm", (Offer("good", 1.0, cost=0.05),), pools=(Pool(racks, term=term),), pricing=policy)
    economy = Economy((users,), (firm,), calendar=Calendar(tick_hours=HOURS), waits=WaitModel(chance=False))
    model = TokenMarket(economy, rng=1)
    model.run_for(round(WEEKS * 168 / HOURS))
    return model


def row(machines: str, zones: str, load: float, share: float) -> dict[str, object]:
    """What comes out of one case, in the last week."""
    policy = Blocks(blocks_hours=168.0, near=1e-2, keeps_mean=True, first_step=0.5)
    busiest = run(1e6, ZONES[zones], 0.0, FixedPrice(), None).records.series("pools", "ordered", "firm").max() / HOURS
    term = Term(TERM_USD, round(168 / HOURS), headroom=0.05) if machines == "held for a term" else None
    model = run(busiest / load, ZONES[zones], share, policy, term)
    week = round(168 / HOURS)
    price = model.records.series("offers", "price", "good")[-week:]
    hours = [f"{p.peak_days}/{p.peak_hours}" for p in model.book.tariffs[0].components if hasattr(p, "peak_hours")]
    ordered = model.records.series("pools", "ordered", "firm")[-week:]
    return {
        "machines": machines,
        "zones": zones,
        "load": load,
        "can_wait": share,
        "dearest_over_cheapest": round(float(price.max() / price.min()), 3),
        "busiest_over_flat": round(float(ordered.max() / HOURS / busiest), 3),
        "put_off": round(float(model.records.series("segments", "put_off", "users")[-week:].sum() / ordered.sum()), 3),
        "hours": " ".join(hours),
    }


def cases() -> list[tuple[str, str, float, float]]:
    """Machines that are given, by load; and held for a term, where there is no load but what they are renewed at."""
    given = [("given", zones, load, share) for zones in ZONES for load in LOADS for share in SHARES]
    return given + [("held for a term", zones, 1.0, share) for zones in ZONES for share in SHARES]


if __name__ == "__main__":
    rows = []
    for case in cases():
        rows.append(row(*case))
        sys.stderr.write(f"{rows[-1]}\n")
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
