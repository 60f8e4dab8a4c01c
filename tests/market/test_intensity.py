"""How much individuals ask where it costs more: textbook demand curves, bounds, and derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity import Workload
from capacity.errors import InputError
from market.demand.choice import choose
from market.demand.intensity import Intensity
from market.demand.nests import Nest
from market.demand.options import Options
from market.demand.segment import LocalMachine, Refusal, Segment
from market.economy import Economy
from market.exchange.clearing.base import Response
from market.exchange.technology import FixedWork
from market.simulation.asking import Asking
from market.simulation.model import TokenMarket
from market.supply.specs import Offer, Pool, Provider

ONE = Workload(0, 1_000_000)


def users(**changes: object) -> Segment:
    given: dict[str, object] = {"worth_usd": 4.0, "taste_noise": 0.3, "intensity_elasticity": 1.5}
    return Segment("users", ONE, 1000.0, 200, **given | changes)


def seller(name: str, price: float, kind: str = "frontier", **more: object) -> Provider:
    return Provider(name, (Offer(name, price, 1.0, FixedWork(), **more),), pools=(Pool(1e9),), kind=kind)


def asked(segment: Segment, *sellers: Provider) -> Asking:
    model = TokenMarket(Economy((segment,), sellers), rng=1)
    model.run_for(2)
    state = model.state
    return Asking(model.founded, state.wanted, state.posted.book, state.firms.alive, state.expected.delay_h)


def at(asking: Asking, *prices: float, slopes: bool = False) -> Response:
    return asking(np.array([prices]), slopes=slopes)


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_one_offer_is_asked_along_the_curve_of_full_cost(noise: float, dtype: str) -> None:
    """Requests (1 + p / (e w))^-elasticity, whatever the tastes, of those that are made if they cost nothing."""
    asking = asked(users(taste_noise=noise, outside=None, asking_effort=0.1, dtype=dtype), seller("one", 1.0))
    free = at(asking, 0.0)
    assert free.not_asked[0] == pytest.approx(0.0, abs=1e-9 if dtype == "float64" else 1e-2)
    for price in (0.5, 2.0, 11.0):
        answer = at(asking, price)
        share = (1.0 + price / (0.1 * 4.0)) ** -1.5
        assert answer.requests[0, 0] == pytest.approx(free.requests[0, 0] * share, rel=1e-9 if noise == 0 else 2e-5)
        assert answer.not_asked[0] == pytest.approx(free.requests[0, 0] * (1 - share), rel=2e-5)


def test_far_above_the_effort_a_per_cent_takes_off_the_elasticity() -> None:
    asking = asked(users(outside=None, asking_effort=1e-6), seller("one", 1.0))
    assert at(asking, 1.01).requests[0, 0] / at(asking, 1.0).requests[0, 0] == pytest.approx(1.01**-1.5, rel=1e-5)


def test_a_dear_offer_that_nobody_would_take_changes_nothing() -> None:
    """An index with the weights of the start would make all who once took it poor."""
    asking = asked(users(outside=None), seller("one", 1.0), seller("two", 1.0))
    with_two, dear = at(asking, 1.0, 1e3), at(asking, 1.0, 1e9)
    assert dear.requests == pytest.approx(with_two.requests, rel=1e-9)
    closed = at(asking, 1.0, np.inf)
    assert closed.requests[0, 0] > dear.requests[0, 0]  # what is not there costs nothing


def test_who_has_it_free_elsewhere_asks_as_ever() -> None:
    """A free offer as good as the paid one: prices cost no more than the taste for the paid one is worth."""
    asking = asked(users(outside=None, taste_noise=0.01), seller("free", 0.0), seller("paid", 1.0))
    answer = at(asking, 0.0, 50.0)
    assert answer.requests.sum() / (answer.requests.sum() + answer.not_asked[0]) > 0.8


@pytest.mark.parametrize("changes", [{}, {"nests": (Nest(0.4), Nest(0.7, kinds=("open",)))}, {"outside": None}])
def test_what_sellers_learn_is_what_a_difference_gives(changes: dict[str, object]) -> None:
    """Spread of worths, refusals, ties, machines of one's own, nests, all at once."""
    everybody = users(
        worth_spread=1.0,
        taste_noise=0.5,
        attachment=0.1,
        refusals=(Refusal("open", 0.4),),
        local=LocalMachine(0.3, 0.5, 1e9, 0.1),
        **changes,
    )
    asking = asked(everybody, seller("lab", 3.0), seller("other", 2.5), seller("cheap", 1.0, "open"))
    prices = np.array([[3.3, 2.2, 1.3]])
    derivative = asking(prices, slopes=True).derivative(0)
    for k in range(3):
        step = np.zeros((1, 3))
        step[0, k] = 1e-5
        difference = (asking(prices + step).requests - asking(prices - step).requests)[0] / 2e-5
        assert derivative[:, k] == pytest.approx(difference, rel=1e-6, abs=1e-6)


#: Where nothing is worth thirty times more than anything, how dear it is no longer counts.
numbers = st.floats(0.0, 7.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=4), st.integers(0, 3), numbers, st.sampled_from([0.0, 0.05, 0.5, 3.0]))
def test_a_price_that_rises_makes_nobody_ask_more(prices: list[float], which: int, rise: float, noise: float) -> None:
    """And all prices up by a dollar make the cost of every request higher by one."""
    count, worth = len(prices), np.array([0.5, 1.0, 4.0])

    def cost(of: list[float]) -> np.ndarray:
        options = Options(
            np.linspace(1.0, 0.5, count), np.array(of), np.zeros(count, dtype=np.int64), 0.0, noise, 0.0, 1.0
        )
        chosen = choose(options, 1 / worth, np.ones(3), keep=True, intensity=Intensity(1.0, 0.2))
        assert chosen.requests is not None
        assert chosen.asked == pytest.approx(chosen.shares_sum.sum() + chosen.nothing)
        return (1.0 / chosen.requests - 1.0) * 0.2 * worth

    dearer = [p + rise if k == which % count else p for k, p in enumerate(prices)]
    before = cost(prices)
    assert np.all(cost(dearer) >= before - 1e-9 * (1 + before))
    assert cost([p + 1.0 for p in prices]) == pytest.approx(before + 1.0, rel=1e-7)


def test_money_has_no_unit() -> None:
    """All money times a factor: the same requests."""
    few, many = (
        at(asked(users(worth_usd=4.0 * k, worth_spread=0.5), seller("one", k), seller("two", 2 * k)), k, 2 * k)
        for k in (1.0, 7.0)
    )
    assert few.requests == pytest.approx(many.requests, rel=1e-12)
    assert few.not_asked == pytest.approx(many.not_asked, rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"asking_effort": 0.0}, "segment 'users': asking_effort is 0, but must be above 0"),
        ({"intensity_elasticity": -1.0}, "segment 'users': intensity_elasticity is -1, but must be at least 0"),
    ],
)
def test_input_is_checked(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        users(**changes)
