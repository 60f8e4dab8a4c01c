"""How much is asked where it costs more: demand by full cost, and what one seller then asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from market.demand.segment import Segment
from market.supply.pricing.best_response import BestResponse
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, exact, iterated
from scenarios.verification.setups import PLENTY, UNIT, run

#: Worth of an answer and what asking costs beside the price [USD].
WORTH, EFFORT = 4.0, 1.0


@check("full-cost", "A monopolist whose users ask less where it costs more", "Becker (1965); Lerner (1934)")
def full_cost() -> Iterator[Finding]:
    """Requests Q (1 + p/E)^-a at a price p and an effort of E: it earns most at p = (a c + E) / (a - 1)."""
    for elasticity, cost in ((3.0, 0.5), (1.5, 0.2), (2.0, 0.0)):
        users = Segment(
            "users",
            UNIT,
            1.0,
            requests_per_day=24,
            worth_usd=WORTH,
            taste_noise=0.2,
            outside=None,
            intensity_elasticity=elasticity,
            asking_effort=EFFORT / WORTH,
        )
        seller = Provider("seller", (Offer("good", 1.0, cost=cost),), pools=(Pool(PLENTY),), pricing=BestResponse())
        model = run([users], seller, 1)
        model.run_for(60)
        price = (elasticity * cost + EFFORT) / (elasticity - 1.0)
        case = f"elasticity {elasticity:g}, cost {cost:g}"
        yield iterated(f"{case}: price [USD]", price, float(model.book.price[0]))
        found = float(model.book.price[0])
        asked = (1.0 + found / EFFORT) ** -elasticity
        yield exact(f"{case}: requests a tick at that price", asked, float(model.orders.sum()))
