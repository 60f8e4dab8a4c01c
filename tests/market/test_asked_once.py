"""What is not worked out again, or not for everybody, comes to the same bytes."""

import numpy as np
import pytest

from market import TokenMarket
from market.demand.choice import Ground
from market.demand.intensity import Intensity
from market.demand.nests import Nests
from market.demand.options import Options
from market.demand.plan import LeftForOne
from market.demand.traits import Traits
from market.exchange.clearing.base import Response
from market.simulation.asking import Asking
from market.simulation.research import Estimated
from market.supply.outlook import Estimate, Remembered
from market.supply.pricing.every import Every
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.sticky import Sticky
from scenarios.library import SCENARIOS

COST = np.array([0.1, 0.4, 0.2, 0.7, 0.3])


def options(noise: float) -> Options:
    """Five offers in nests of three and two."""
    gain, group = np.array([0.9, 1.0, 0.7, 0.8, -np.inf]), np.array([0, 0, 0, 1, 1])
    nests = Nests(np.array([0, 0, 0, 1, 1, 1]), np.array([0.4, 1.0])) if noise else None
    return Options(gain, COST, group, 0.2, noise, 0.0, 1.0, nests=nests)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("count", [40, 9_000])
def test_those_who_ask_nothing_need_not_be_looked_at(kind: type, count: int) -> None:
    rng = np.random.default_rng(1)
    inverse_worth = np.exp(rng.normal(size=count)).astype(kind)
    traits = Traits(rng.integers(-1, 2, count).astype(np.int16))
    who = np.flatnonzero(rng.random(count) < 0.2)
    mass = np.zeros(count, dtype=kind)
    mass[who] = rng.random(who.size)
    grounds = [
        Ground(options(0.1), inverse_worth, kind, traits, intensity=Intensity(0.8), who=some) for some in (None, who)
    ]
    everybody, few = (ground.at(COST).of(mass, slopes=1.0) for ground in grounds)
    tolerance = 1e-12 if kind is np.float64 else 2e-5  # in 32 bits an exponential hangs on its place in memory
    for name in ("asked", "shares_sum", "nothing", "surplus", "own", "cross"):
        np.testing.assert_allclose(getattr(few, name), getattr(everybody, name), rtol=tolerance, atol=tolerance)
    places = np.array([0, 3])
    for of_all, of_few in zip(*(ground.at(COST).requests_and_shares(mass, places) for ground in grounds), strict=True):
        np.testing.assert_allclose(of_few[..., who], of_all[..., who], rtol=tolerance)


@pytest.mark.parametrize("noise", [0.1, 0.0])
@pytest.mark.parametrize("count", [40, 9_000, 70_000])
def test_limits_and_orders_are_worked_out_together(noise: float, count: int) -> None:
    """What is left of limited offers, and what is ordered within that, as if each were asked for by itself."""
    rng = np.random.default_rng(3)
    inverse_worth, mass = np.exp(rng.normal(size=count)), rng.random(count)
    traits = Traits(rng.integers(-1, 2, count).astype(np.int16))
    short, amount, before = np.array([0, 3]), np.array([0.2, 0.3]), rng.random((2, count)) * 0.25
    left = LeftForOne(np.full(count, 2.0), amount, before, None)

    def ground() -> Ground:
        return Ground(options(noise), inverse_worth, np.float64, traits, intensity=Intensity(0.8))

    within, taken, chosen = ground().at(COST).limited(mass, short, left, slopes=1.0)
    requests, shares = ground().at(COST).requests_and_shares(mass, short)
    wants = shares * requests / 2.0
    enough = np.divide(np.maximum(amount[:, None] - before, 0), wants, out=np.ones_like(wants), where=wants > 0)
    np.testing.assert_allclose(within, np.minimum(enough.min(axis=0), 1.0), rtol=1e-12)
    np.testing.assert_allclose(taken, wants * within, rtol=1e-12)
    assert 0 < np.count_nonzero(within < 1) < count
    wanted = ground().at(COST).of(mass * within, slopes=1.0)
    if noise:
        assert chosen is not None
        assert chosen.own is not None
        assert wanted.own is not None
        assert chosen.shares_sum.tobytes() == wanted.shares_sum.tobytes()
        assert chosen.own.tobytes() == wanted.own.tobytes()
        assert (chosen.asked, chosen.nothing, chosen.surplus) == (wanted.asked, wanted.nothing, wanted.surplus)
    else:
        assert chosen is None


def test_nothing_is_used_of_what_is_closed_to_all() -> None:
    """Who may buy no limited offer is not asked how much of one it would take, and has as much left as before."""
    market = TokenMarket(SCENARIOS["baseline-2026"].economy(individuals=60), rng=1)
    market.run_for(2)
    agents = next(c for c in market.founded.cohorts if c.name == "agentic")
    limited = np.isfinite(market.state.posted.book.quota)
    assert limited.any()
    assert not (market.state.posted.book.open[list(market.founded.cohorts).index(agents)] & limited).any()
    assert agents.quota_used.shape[1] == agents.worth.size
    assert not agents.quota_used.any()


def test_a_ground_says_the_same_at_each_price_as_one_that_is_new() -> None:
    inverse_worth = np.exp(np.random.default_rng(2).normal(size=500))
    kept = Ground(options(0.1), inverse_worth, np.float64, intensity=Intensity(0.8))
    for times in (1.0, 3.0, 1.0):
        new = Ground(options(0.1), inverse_worth, np.float64, intensity=Intensity(0.8))
        found, wanted = (ground.at(times * COST).of(np.ones(500)) for ground in (kept, new))
        assert found.shares_sum.tobytes() == wanted.shares_sum.tobytes()
        assert (found.asked, found.surplus) == (wanted.asked, wanted.surplus)


def test_research_about_the_same_prices_is_done_once() -> None:
    asked: list[float] = []

    def ask(prices: np.ndarray) -> Estimate:
        asked.append(float(prices[0]))
        return Estimate(prices, prices, np.diag(prices))

    estimate = Remembered(ask)
    for price in (1.0, 2.0, 1.0, 2.0):
        assert estimate(np.array([price])).demand[0] == price
    assert asked == [1.0, 2.0]


def test_who_looks_once_a_week_is_asked_then_and_while_it_settles() -> None:
    policy = Sticky(Every(FixedPrice(), hours=168.0, settling_hours=24.0))
    looks = [tick for tick in range(400) if policy.looks(tick, 1.0)]
    assert looks == [*range(24), 168, 336]


def test_a_list_stays_where_its_policy_does_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    economy = SCENARIOS["baseline-2026"].economy(30)
    made = []
    for always in (False, True):
        if always:
            monkeypatch.setattr(Sticky, "looks", lambda self, tick, tick_hours: True)
        model = TokenMarket(economy, rng=3)
        model.run_for(27)
        made.append(model.records.tables["offers"].data["price"][:27].tobytes())
    assert made[0] == made[1]


def test_slopes_are_asked_for_when_they_are_looked_at_and_tell_of_the_same_demand() -> None:
    model = TokenMarket(SCENARIOS["baseline-2026"].economy(30), rng=1)
    model.run_for(2)
    state, p = model.state, model.providers[0]
    asked: list[bool] = []

    class Counting(Asking):
        def __call__(self, prices: np.ndarray, blur_usd: float = 0.0, *, slopes: bool = False) -> Response:
            asked.append(slopes)
            return super().__call__(prices, blur_usd, slopes=slopes)

    asking = Counting(model.founded, state.wanted, model.book, state.firms.alive, state.expected.delay_h)
    first, second = (
        Estimated(asking, np.ones(model.book.offers), p.offers, model.book.price[p.offers]) for _ in range(2)
    )
    assert first.demand.tobytes() == second.demand.tobytes()
    assert asked == [False, False]
    assert second.own.shape == p.offers.shape
    assert second.cross.shape == (p.offers.size, p.offers.size)
    assert asked == [False, False, True], "both slopes come from one answer"
    third = Estimated(asking, np.ones(model.book.offers), p.offers, model.book.price[p.offers])
    assert third.own.tobytes() == second.own.tobytes()
    assert third.demand.tobytes() == first.demand.tobytes()
    assert asked == [False, False, True, True], "who has slopes has demand"
