"""Laws of pricing policies: prices are numbers of at least 0, whatever the outlook, and order is nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from market.exchange.tier_terms import TierTerms
from market.supply.bills import PARTS, Bills, Requests
from market.supply.outlook import Estimate, Floats, Outlook
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.parts import AT_MOST, PartsOfBill
from market.supply.specs import Offer, Pool, Provider
from scenarios.laws.examples import CLEARINGS
from scenarios.laws.law import law, must
from scenarios.laws.plain_economies import frame_bytes, market_of, must_be_same, people, run, seller

#: What is sold where next to nobody buys, as the drawn estimates have it, says nothing.
NOTHING_USD = 1e-100

amounts = st.sampled_from([0.0, 1e-6, 1.0, 20.0, 1e12])


@st.composite
def outlooks(draw: st.DrawFn) -> Outlook:
    """What a provider may see, with all that goes by default left as it is."""
    count = draw(st.integers(0, 3))

    def some() -> Floats:
        return np.array([draw(amounts) for _ in range(count)])

    slope, base, toll = draw(st.sampled_from([0.0, 0.1, 1e6])), some(), some()

    def estimate(prices: Floats) -> Estimate:
        demand = base * np.exp(-np.minimum(slope * prices, 700.0))
        return Estimate(demand, slope * demand, np.zeros((count, count)))

    def bills() -> Bills:
        """Two segments, of which one asks for what is cached and long."""
        amounts = np.zeros((2, count, PARTS))
        amounts[0, :, 0], amounts[1] = 1.0, 0.5

        def ask(prices: Floats) -> Requests:
            requests = np.exp(-np.minimum(slope * prices, 700.0))
            return Requests(requests, slope * requests, np.zeros((2, count, count)))

        ratios = np.full((count, PARTS), 0.25)
        work = np.full((2, count, 3), amount)
        costs = np.full((2, count), 0.5 * amount), np.zeros(count)
        there, sold = np.full((count, PARTS), fill_value=True), np.ones((2, count))
        return Bills(price, np.full((2, count), 0.1), amounts, ratios, there, *costs, work, sold, ask)

    price, amount = some(), draw(amounts)
    return Outlook(
        tick=draw(st.integers(0, 50)),
        period=draw(st.integers(0, 23)),
        hour=draw(st.floats(0, 23.99)),
        price=price,
        movable=np.ones(count, dtype=bool),
        cost=some(),
        usual_cost=some(),
        weight=draw(st.sampled_from([0.0, 0.3, 1.0, 40.0])),
        work=some(),
        utilisation=draw(st.sampled_from([0.0, 0.9, 3.0, 1e12])),
        sold=some(),
        capacity=draw(amounts),
        toll=toll.copy,
        estimate=estimate,
        usual_estimate=estimate,
        public_prices=some(),
        opening_price=some(),
        on_sale_h=some(),
        tick_hours=draw(st.sampled_from([0.25, 1.0, 6.0])),
        bills=bills,
    )


@law(
    PricingPolicy,
    "prices are numbers of at least 0, one an offer",
    drawn={"outlook": outlooks()},
    examples=20,
)
def prices_are_numbers(policy: PricingPolicy, outlook: Outlook) -> None:
    """Whatever the outlook."""
    count = outlook.price.size
    asked = policy(outlook)
    must(asked is not None, "gave nothing back, for {} offers", count)
    prices = np.asarray(asked)
    must(prices.shape == (count,), "gave {} for {} offers", asked, count)
    must(prices.dtype.kind in "fiu", "gave {}, which are no numbers", asked)
    must(np.isfinite(prices), "gave {}, which are no numbers", prices)
    must(prices >= 0, "gave {}, below 0", prices)


@law(
    PricingPolicy,
    "prices of parts of the bill over output's, and levels with them, are numbers of at least 0",
    drawn={"outlook": outlooks()},
    examples=15,
)
def parts_are_numbers(policy: PricingPolicy, outlook: Outlook) -> None:
    """Whatever the outlook."""
    count = outlook.price.size
    parts = policy.parts(outlook)
    if parts is None:
        return
    must(parts.ratios.shape == (count, PARTS), "gave ratios {} for {} offers", parts.ratios, count)
    must(parts.level.shape == (count,), "gave levels {} for {} offers", parts.level, count)
    for values in (parts.ratios, parts.level):
        must(np.isfinite(values) & (values >= 0), "gave {}, which are no prices", values)


@law(
    PricingPolicy,
    "who sets parts of the bill to earn most earns no less by them than before, and the cache is never dearer",
    drawn={"outlook": outlooks()},
    examples=15,
    concerns=lambda policy: isinstance(policy, PartsOfBill) and policy.market_power,
)
def parts_earn_no_less(policy: PricingPolicy, outlook: Outlook) -> None:
    """On the same estimate, whatever the outlook."""
    parts = policy.parts(outlook)
    if parts is None:
        return
    assert outlook.bills is not None
    bills = outlook.bills()
    now, _, _ = bills.profit(bills.price, bills.ratios)
    then, _, _ = bills.profit(bills.price * parts.level, parts.ratios)
    must(then >= now - 1e-9 * abs(now), "earns {} by what it posts, and {} by its present list", then, now)
    for part, other in AT_MOST.items():
        dear = parts.ratios[:, part] > parts.ratios[:, other] * (1.0 + 1e-9)
        must(~dear, "asks {} for tokens from the cache, over output's", parts.ratios[:, part])


@law(
    PricingPolicy,
    "who claims to earn most posts no list that earns less on its own estimate than the present one",
    drawn={"outlook": outlooks()},
    examples=30,
)
def posted_earns_no_less(policy: PricingPolicy, outlook: Outlook) -> None:
    """Where the list may be asked at all; in the first tick a list comes down until somebody buys."""
    now = policy.earns(outlook, outlook.price)
    if now is None or outlook.tick == 0:
        return
    then = policy.earns(outlook, np.asarray(policy(outlook)))
    assert then is not None
    must(
        then >= now - 1e-6 * abs(now) - NOTHING_USD, "earns {} by what it posts, and {} by its present list", then, now
    )


@law(
    PricingPolicy,
    "new terms are some that a tier may choose, and earn no less with their list than the present ones",
    drawn={"outlook": outlooks()},
    examples=15,
    concerns=lambda policy: policy.moves_terms,
)
def terms_earn_no_less(policy: PricingPolicy, outlook: Outlook) -> None:
    """By the estimate of what is sold on each: here the slower a tier is, the less of it."""
    given, other = TierTerms(), TierTerms(least_h=2.0)
    count = outlook.price.size

    def on(terms: tuple[TierTerms, ...]) -> Outlook:
        part = np.array([1.0 / (1.0 + one.least_h) for one in terms])

        def estimate(prices: Floats) -> Estimate:
            e = outlook.estimate(prices)
            return Estimate(e.demand * part, e.own * part, e.cross * part[:, None])

        may = ((given, other),) * count
        return replace(outlook, terms=terms, may_choose=may, on_terms=on, estimate=estimate, usual_estimate=estimate)

    start = on((other,) * count)
    posted = policy.checked_terms(start)
    if posted is None:
        return
    there = on(posted.terms)
    now, then = (
        float(o.usual_estimate(p).demand @ (p - o.usual_cost)) for o, p in ((start, start.price), (there, posted.price))
    )
    must(
        then >= now - 1e-6 * abs(now) - NOTHING_USD,
        "earns {} on the terms that it posts, and {} on its present ones",
        then,
        now,
    )


@law(
    PricingPolicy,
    "who says that prices cover cost lists nothing below it",
    drawn={"outlook": outlooks()},
    examples=15,
)
def below_cost_only_as_an_investment(policy: PricingPolicy, outlook: Outlook) -> None:
    """Once something is known, in hours that count. Who invests in share, or lists what was given, does not say so."""
    if not policy.covers_cost(outlook.tick_hours) or outlook.tick == 0 or outlook.weight == 0.0:
        return
    prices = np.asarray(policy(outlook))
    must(prices >= outlook.cost * (1.0 - 1e-9), "asks {} where cost is {}", prices, outlook.cost)


@law(
    PricingPolicy,
    "who says that what it changes covers cost changes no price to below what machines cost now and usually",
    drawn={"outlook": outlooks()},
    examples=15,
    concerns=lambda policy: policy.moves_cover_cost,
)
def changes_to_below_cost_only_as_an_investment(policy: PricingPolicy, outlook: Outlook) -> None:
    """Lists that stand for long go by usual costs, and may be overtaken by what machines cost later."""
    if outlook.tick == 0 or outlook.weight == 0.0:
        return
    prices, least = np.asarray(policy(outlook)), np.minimum(outlook.cost, outlook.usual_cost)
    fine = (prices == outlook.price) | (prices >= least * (1.0 - 1e-9))
    must(fine, "changes its list to {} where machines cost {} at the least", prices, least)


@law(
    PricingPolicy,
    "a policy has no memory, and leaves its outlook alone",
    drawn={"outlook": outlooks()},
    examples=10,
)
def has_no_memory(policy: PricingPolicy, outlook: Outlook) -> None:
    """Asked twice."""
    before = outlook.price.copy(), outlook.cost.copy()
    first, second = np.array(policy(outlook)), np.array(policy(outlook))
    must(np.array_equal(first, second, equal_nan=True), "gave {}, and {} when asked again", first, second)
    must(np.array_equal(before[0], outlook.price), "changed the prices of its outlook to {}", outlook.price)
    must(np.array_equal(before[1], outlook.cost), "changed the costs of its outlook to {}", outlook.cost)


@law(PricingPolicy, "prices stay numbers in a market, however it is cleared")
def prices_stay_numbers(policy: PricingPolicy) -> None:
    """Twelve ticks of four sellers, one without machines and one without offers."""
    agents = [
        seller("p", 3.0, racks=80.0, pricing=policy),
        seller("q", 0.0, 0.8, racks=0.0, pricing=policy),
        seller("r", 1e12, 2.0, racks=10.0, pricing=policy),
        Provider("empty", (), pricing=policy),
    ]
    users = (people(), people("poor", worth_usd=0.01, taste_noise=0.01))
    for clearing in CLEARINGS:
        model = run(market_of(*users, *agents, clearing=clearing), 12)
        for name, frame in model.frames().items():
            numbers = frame.select_dtypes("number")
            odd = [column for column in numbers if not np.isfinite(numbers[column]).all()]
            must(not odd, "the frame {} has no numbers in {}", name, odd)
        prices = model.records.tables["offers"].data["price"][:12]
        must(prices >= 0, "prices go down to {}", prices.min())


@law(PricingPolicy, "the order of offers and providers changes nothing")
def order_is_nothing(policy: PricingPolicy) -> None:
    """Two sellers of three offers each, turned round."""

    def firm(name: str, racks: float) -> Provider:
        offers = tuple(Offer(f"{name} {k}", 2.0 + k, 0.8 + 0.1 * k, cost=0.5 * k) for k in range(3))
        return Provider(name, offers, pools=(Pool(racks),), pricing=policy)

    firms = (firm("p", 100.0), firm("q", 60.0))
    turned = tuple(replace(p, offers=p.offers[::-1]) for p in firms[::-1])
    one, other = run(market_of(people(), *firms), 8), run(market_of(people(), *turned), 8)
    # Steps of a best response are stopped short, so rounding shows.
    must_be_same(one, other, rtol=1e-5 if "BestResponse" in repr(policy) else 1e-8)


@law(PricingPolicy, "the same seed gives the same prices, to the bit")
def same_seed_same_prices(policy: PricingPolicy) -> None:
    """Six ticks, twice."""
    economy = market_of(people(), seller("p", racks=50.0, pricing=policy), whole=True)
    one, other = (frame_bytes(run(economy, 6, seed=3)) for _ in range(2))
    odd = [name for name in one if one[name] != other[name]]
    must(not odd, "these differ between two runs: {}", odd)
