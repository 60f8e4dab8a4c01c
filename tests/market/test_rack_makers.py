"""Who makes racks: prices, allotments and memory by hand, what the owners do, and what the books say."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from capacity.errors import InputError
from market import TokenMarket
from market.economy import Economy
from market.supply.expansion import FollowRents, SteadyGrowth
from market.supply.memory import Memory, along
from market.supply.rack_allotments import ByContract, ProRata
from market.supply.rack_maker import RackMaker
from market.supply.rack_prices import ClearingRackPrice, MonopolyRackPrice, PostedRackPrice, RackMarket
from market.supply.specs import Hyperscaler
from scenarios.verification.machines import firms
from scenarios.verification.rack_makers import LinearOrders, maker_of, selling


def isoelastic(output: float, cost: float, elasticity: float = 2.0) -> RackMarket:
    """100 racks at a price of 1."""
    return RackMarket(lambda price: 100.0 * price**-elasticity, output, cost, 1.0, cost)


def test_a_monopoly_of_isoelastic_orders_asks_elasticity_times_cost() -> None:
    assert MonopolyRackPrice().price(isoelastic(math.inf, 0.7)) == pytest.approx(1.4)
    assert MonopolyRackPrice().price(isoelastic(4.0, 0.7)) == pytest.approx(5.0)
    assert ClearingRackPrice().price(isoelastic(4.0, 0.7)) == pytest.approx(5.0)
    assert ClearingRackPrice().price(isoelastic(math.inf, 0.7)) == pytest.approx(0.7)


def test_a_monopoly_of_orders_that_hardly_fall_asks_what_it_may() -> None:
    assert MonopolyRackPrice(most=7.0).price(isoelastic(math.inf, 0.7, elasticity=0.5)) == pytest.approx(7.0)


def test_a_posted_price_passes_dearer_memory_on() -> None:
    assert PostedRackPrice().price(RackMarket(lambda price: 1.0 / price, 1.0, 5.0, 8.0, 3.0)) == 10.0


def test_what_is_promised_and_not_ordered_goes_to_the_others() -> None:
    orders, standing = np.array([2.0, 30.0, 30.0]), np.array([60.0, 40.0, 0.0])
    assert ByContract(0.5, 2).given(orders, standing, 20.0).tolist() == pytest.approx([2.0, 4.0 + 14 * 26 / 56, 7.5])
    assert ByContract(0.5, 2).given(orders, standing, math.inf) is orders
    assert ProRata().given(np.zeros(2), standing[:2], 3.0).tolist() == [0.0, 0.0]


def test_a_path_of_output_is_the_same_in_one_step_and_in_two() -> None:
    assert along(5.0, 3.0, 0.2, 1.4) == pytest.approx(along(5.0, 3.0, 0.2, 0.9) + along(5.0, 3.0, 0.9, 1.4))
    assert along(math.inf, 3.0, 0.0, 0.1) == math.inf


def test_with_room_at_the_usual_price_a_maker_changes_nothing_for_owners() -> None:
    """Racks are as they would be of nobody; only who is paid differs."""
    plan = FollowRents(cost=0.25, charge=0.1)
    users, sellers = firms([0.5], [100.0])
    ran = []
    for maker in (None, RackMaker("maker", 3.0, 1.0)):
        model = TokenMarket(
            Economy(tuple(users), tuple(sellers), (Hyperscaler("c", 100.0, plan, rack_price=3.0),), maker=maker)
        )
        model.state.machines.earned[:] = 1.0
        model.run_for(2)
        ran.append((model.hyperscalers[0].fleet.on_order, model.hyperscalers[0].cash))
    assert ran[0] == ran[1]
    assert ran[0][0]


def test_owners_whose_racks_grow_by_themselves_order_of_nobody() -> None:
    model = selling(RackMaker("maker", 3.0), (SteadyGrowth(2.0),), 3)
    assert model.state.fleets.sales.ordered.tolist() == [0.0]
    assert model.ledger["maker"] == 0.0


def test_memory_that_nobody_orders_keeps_its_price() -> None:
    maker = maker_of(MonopolyRackPrice(), 30.0, memory=Memory(2.0, 1.0, 10.0))
    sales = selling(maker, (LinearOrders(1.0, most=0.0, opening=4.0),)).state.fleets.sales
    assert (sales.price, sales.memory_price) == (4.0, 1.0)


def test_a_maker_sells_nothing_at_a_loss() -> None:
    sales = selling(
        maker_of(MonopolyRackPrice(), 30.0, cost=200.0), (LinearOrders(1.0, opening=4.0),)
    ).state.fleets.sales
    assert sales.price == pytest.approx(200.0)
    assert sales.given.tolist() == [0.0]


def test_books_and_words_say_what_a_maker_sold() -> None:
    maker = maker_of(PostedRackPrice(), 30.0, cost=1.0, memory=Memory(0.5, 2.0, 1e6, elasticity=0.0))
    model = selling(maker, (LinearOrders(1.0, opening=4.0),))
    books = {name: model.records.series("books", name, "maker")[0] for name in ("sales", "running", "income", "cash")}
    price = model.state.fleets.sales.price
    assert books["sales"] == pytest.approx(30.0 * price)
    assert books["income"] == books["cash"] == pytest.approx(books["sales"] - books["running"])
    words = model.explain_firm("maker")
    assert "Racks: 30 sold of" in words
    assert "its rule is 'pro-rata'" in words
    assert "($4.00 at the start). Memory at" in words


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: RackMaker("m", 0.0), "rack maker 'm': price is 0, but must be above 0"),
        (lambda: RackMaker("m", 1.0, output=-1.0), "rack maker 'm': output is -1, but must be at least 0"),
        (lambda: Memory(1.0, 1.0, 0.0), "memory: output is 0, but must be above 0"),
        (lambda: ByContract(1.5), "by-contract: promised is 1.5, but must be at least 0 and at most 1"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: Callable[[], object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        wrong()
