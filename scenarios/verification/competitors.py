"""Sellers who count what others do: a broker's cut, a fringe that gives way, and a rival in a good of one kind."""

from __future__ import annotations

from collections.abc import Iterator

from market.demand.segment import CurveSegment, LinearDemand
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.supply_curve import RisingCost
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.clearing_price import ClearingPrice
from market.supply.pricing.marginal_cost import MarginalCost
from market.supply.specs import Investment, Offer, Pool, Provider
from scenarios.verification.check import Finding, check, exact, iterated
from scenarios.verification.setups import PLENTY, run

#: Inverse demand choke - slope q [USD].
CHOKE, SLOPE, COST = 20.0, 0.1, 2.0
#: Who undercuts takes a twentieth off its markup: so near its price comes to where it would end by hairs.
STEP = 0.05


def through_a_broker(upstream: Provider, cut: float) -> tuple[float, float, float]:
    """Prices of a good and of the broker's, who sends all its users there, and what these order."""
    broker = Provider("broker", (Offer("routed", 6.0, routes=("good",), cut=cut),), kind="broker")
    users = CurveSegment("users", (LinearDemand(CHOKE, SLOPE),), offers=("routed",))
    model = run(users, [upstream, broker], 60)
    return float(model.book.price[0]), float(model.book.price[1]), float(model.state.ordered.orders.sum())


@check("broker-cut", "A monopolist who sells through a broker, and one whose machines are few", "Spengler (1950)")
def broker_cut() -> Iterator[Finding]:
    """Users pay (1 + c) p, so the seller faces choke / (1 + c) - slope q / (1 + c)."""
    for cut in (0.25, 0.6):
        best = 0.5 * (CHOKE / (1.0 + cut) + COST)
        seller = Provider("up", (Offer("good", 6.0, cost=COST),), pools=(Pool(PLENTY),), pricing=BestResponse())
        price, paid, sold = through_a_broker(seller, cut)
        yield iterated(f"cut {cut:.0%}: price [USD]", best, price)
        yield iterated(f"cut {cut:.0%}: paid by users [USD]", (1.0 + cut) * best, paid)
        yield iterated(f"cut {cut:.0%}: sold", (CHOKE - (1.0 + cut) * best) / SLOPE, sold)
        few = Provider("up", (Offer("good", 6.0, cost=COST),), pools=(Pool(60.0),), pricing=ClearingPrice())
        price, paid, _ = through_a_broker(few, cut)
        yield iterated(f"cut {cut:.0%}, 60 machines: paid by users [USD]", CHOKE - SLOPE * 60.0, paid)


@check("dominant-firm", "A firm that builds beside a fringe of rising cost", "Forchheimer (1908); Stackelberg (1934)")
def dominant_firm() -> Iterator[Finding]:
    """What is left to it is (choke - p) / slope - (p - cost) / rise; it builds until its marginal revenue is cost."""
    capital, gain = 3.0, 3.0
    for rise in (0.2, 0.5):
        demand, fringe = 1.0 / SLOPE, 1.0 / rise
        # Residual demand a - b p: the best price is halfway between its choke and the cost of running and building.
        a, b = demand * CHOKE + fringe * COST, demand + fringe
        price = 0.5 * (a / b + COST + capital)
        pool = Pool(40.0, investment=Investment(capital, 1, gain, market_power=True))
        firm = Provider("firm", (Offer("its", COST, cost=COST),), pools=(pool,), pricing=MarginalCost())
        rivals = Pool(PLENTY, supply=RisingCost(rise))
        others = Provider("fringe", (Offer("theirs", COST, cost=COST),), pools=(rivals,), pricing=MarginalCost())
        users = CurveSegment("users", (LinearDemand(CHOKE, SLOPE),))
        model = run(users, [firm, others], 60, clearing=ScarcityAuction())
        yield iterated(f"rise {rise:g}: machines built", a - b * price, float(model.capacity[0]))
        yield iterated(f"rise {rise:g}: price [USD]", price, float(model.cleared.prices[0].min()))


@check("one-good", "Two sellers of one good, users by their demand curve", "Bertrand (1883); Blume (2003)")
def one_good() -> Iterator[Finding]:
    """The cheaper one sells all, at the other's cost; or at the best price of a monopolist, where that is lower."""
    for dearer in (3.0, 15.0):
        best = min(dearer, 0.5 * (CHOKE + 1.0))
        sellers = [
            Provider(f"seller {k}", (Offer(f"good {k}", start, cost=c),), pools=(Pool(PLENTY),), pricing=BestResponse())
            for k, (c, start) in enumerate(((1.0, 4.0), (dearer, dearer + 1.0)))
        ]
        model = run(CurveSegment("users", (LinearDemand(CHOKE, SLOPE),)), sellers, 400)
        cheapest = float(model.book.price.min())
        yield Finding(f"costs 1 and {dearer:g}: price [USD]", best, cheapest, STEP)
        yield exact(f"costs 1 and {dearer:g}: sold by the dearer one", 0.0, float(model.state.ordered.orders[0, 1]))
