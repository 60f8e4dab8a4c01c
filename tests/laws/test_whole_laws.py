"""Laws of whole requests on machines whose hours do not come out even.

What a tick cannot finish is begun: so a pool of half a rack serves a request of a rack-hour every other hour, a rack
and a half serves three in two, and nothing is served beyond what the machines have done.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_books import book_of

from market.exchange.books import Book
from market.exchange.queue import Queue, Round
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.first_come import FirstCome
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.rationing.strict_priority import StrictPriority
from market.exchange.waits import WaitModel
from scenarios.laws.examples import RULES
from scenarios.laws.plain_economies import market_of, people, run, seller
from scenarios.verification.formulas import backlog_recursion

type Floats = NDArray[np.float64]

all_rules = pytest.mark.parametrize("rule", RULES, ids=str)
quick = settings(max_examples=15, deadline=None, derandomize=True)
sizes = st.sampled_from([0.1, 0.3, 1.0, 1.0, 2.0, 7.3])


def queue_of(book: Book, patience_h: float = np.inf) -> Queue:
    return Queue(book.segments, book.offers, 1.0, np.full(book.segments, patience_h), whole=True)


def serve(
    queue: Queue, book: Book, arrivals: object, capacity: object, rule: Rationing, rng: np.random.Generator
) -> Round:
    return queue.serve(book, np.array(arrivals, dtype=np.float64), np.array(capacity, dtype=np.float64), rule, rng)


def served_by_tick(book: Book, arrivals: Floats, capacity: float, rule: Rationing, ticks: int) -> Floats:
    """Requests served, by tick and offer, of one segment with the same arrivals each tick."""
    queue, rng = queue_of(book), np.random.default_rng(1)
    return np.array([serve(queue, book, [arrivals], [capacity], rule, rng).served[0] for _ in range(ticks)])


# How much is served ------------------------------------------------------------------------------------------


@all_rules
@quick
@given(data=st.data())
def test_the_backlog_is_what_came_less_what_machines_could_do(rule: Rationing, data: st.DataObject) -> None:
    """Lindley's recursion, tick by tick and in each pool: for any capacity, any sizes and any order of service."""
    pools = data.draw(st.sampled_from([[0, 0, 0], [0, 1, 0]]))
    work = [[data.draw(sizes) for _ in pools] for _ in range(2)]
    book = book_of(work, pool=pools, priority=[0.0, 0.0, 1.0])
    capacity = [data.draw(st.floats(0.05, 6.0)) for _ in range(book.pools)]
    seed = data.draw(st.integers(0, 999))
    rng = np.random.default_rng(seed)
    load = data.draw(st.sampled_from([0.5, 0.9, 1.2]))
    mean = load * np.array(capacity)[book.pool] / np.bincount(book.pool)[book.pool] / book.work / 2
    arrivals = rng.poisson(mean, size=(40, *mean.shape)).astype(np.float64)
    queue = queue_of(book)
    came, done, backlog = [], np.zeros(book.pools), []
    for tick in range(40):
        before = queue.begun.copy()
        result = serve(queue, book, arrivals[tick], capacity, rule, rng)
        np.testing.assert_array_equal(result.served, np.rint(result.served))
        assert (result.used <= np.array(capacity) * (1 + 1e-12)).all()
        np.testing.assert_allclose(result.work, result.served * book.work + queue.begun - before, atol=1e-9)
        np.testing.assert_allclose(result.used, np.bincount(book.pool, weights=result.work.sum(axis=0)), rtol=1e-9)
        assert (queue.begun >= 0).all()
        assert (queue.begun < book.work).all()
        assert not queue.begun[queue.length == 0].any()
        done += np.bincount(book.pool, weights=(result.served * book.work).sum(axis=0))
        assert (done <= (tick + 1) * np.array(capacity) * (1 + 1e-12)).all()
        came.append(np.bincount(book.pool, weights=(arrivals[tick] * book.work).sum(axis=0)))
        backlog.append(np.bincount(book.pool, weights=queue.backlog(book.work)))
    expected = backlog_recursion(np.array(came), np.array(capacity), axis=0)
    np.testing.assert_allclose(np.array(backlog), expected, rtol=1e-9, atol=1e-8)


@all_rules
@pytest.mark.parametrize("capacity", [0.5, 0.75, 1.5, 2.25])
def test_capacity_adds_up_over_ticks(rule: Rationing, capacity: float) -> None:
    served = served_by_tick(book_of([[1.0]]), np.array([3.0]), capacity, rule, 40)
    np.testing.assert_array_equal(served[:, 0].cumsum(), np.floor(capacity * np.arange(1, 41)))


@pytest.mark.parametrize(("racks", "load"), [(1.5, 0.87), (0.5, 0.6), (0.7, 0.9), (2.9, 0.95)])
def test_a_market_of_whole_requests_serves_what_is_ordered(racks: float, load: float) -> None:
    users = people(
        users=1.0, individuals=1, requests_per_day=24 * racks * load, size_spread=0.0, outside=None, patience_h=np.inf
    )
    economy = market_of(users, seller("p", racks=racks), whole=True, waits=WaitModel(chance=False))
    model = run(economy, 400)
    data = model.records.tables["ticks"].data
    ordered, served, waiting, used = (data[name][:400, 0] for name in ("ordered", "served", "waiting", "used"))
    assert served.sum() + waiting[-1] == ordered.sum()
    assert waiting.mean() < 20
    assert used.sum() == pytest.approx(served.sum() + model.queue.begun.sum(), rel=1e-12)  # a rack-hour each
    assert (used <= racks * (1 + 1e-12)).all()
    work = model.records.tables["offers"].data["work"][:400]
    np.testing.assert_allclose(work.sum(axis=1), used, rtol=1e-12)


def test_idle_machines_store_nothing() -> None:
    book, rng = book_of([[1.0]]), np.random.default_rng(1)
    queue = queue_of(book)
    for _ in range(5):
        result = serve(queue, book, [[0.0]], [0.75], ProRata(), rng)
        assert result.used[0] == 0.0
    assert serve(queue, book, [[2.0]], [0.75], ProRata(), rng).served[0, 0] == 0.0
    assert queue.begun[0, 0] == 0.75
    assert serve(queue, book, [[0.0]], [0.75], ProRata(), rng).served[0, 0] == 1.0
    assert serve(queue, book, [[0.0]], [0.75], ProRata(), rng).served[0, 0] == 1.0
    # The last of them took 2 - 1.5 of the .75; what was left is gone.
    assert queue.begun[0, 0] == 0.0
    assert serve(queue, book, [[1.0]], [0.75], ProRata(), rng).served[0, 0] == 0.0


def test_what_was_begun_is_lost_with_who_leaves_and_counts_as_work() -> None:
    book, rng = book_of([[2.0]]), np.random.default_rng(1)
    queue = queue_of(book, patience_h=0.0)
    result = serve(queue, book, [[1.0]], [1.5], ProRata(), rng)
    assert result.left_impatient[0, 0] == 1.0
    assert result.used[0] == result.work[0, 0] == 1.5
    assert queue.begun[0, 0] == 0.0
    assert queue.backlog(book.work)[0] == 0.0


def test_a_request_that_takes_less_than_it_did_is_finished() -> None:
    book, rng = book_of([[2.0]]), np.random.default_rng(1)
    queue = queue_of(book)
    serve(queue, book, [[2.0]], [1.5], ProRata(), rng)
    book.work[:] = 1.0  # better algorithms
    result = serve(queue, book, [[0.0]], [0.5], ProRata(), rng)
    assert result.served[0, 0] == 1.0
    assert 0.0 <= result.used[0] <= 0.5
    assert queue.backlog(book.work)[0] == pytest.approx(0.5)


# Who is served -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("large", [1.5, 2.0, 5.0, 20.0])
def test_a_large_request_of_the_first_rank_is_not_passed(large: float) -> None:
    """A tick of one rack-hour, small requests of the second rank in plenty: the first rank has all machines."""
    book, rng = book_of([[large, 1.0]], priority=[0.0, 1.0]), np.random.default_rng(1)
    queue = queue_of(book)
    serve(queue, book, [[0.0, 50.0]], [1.0], StrictPriority(), rng)
    for tick in range(1, 100):
        done = serve(queue, book, [[float(tick == 1), 1.0]], [1.0], StrictPriority(), rng).served
        if done[0, 0]:
            break
        assert done[0, 1] == 0.0
    assert tick == int(np.ceil(large))


def test_first_come_keeps_its_order_across_sizes() -> None:
    """By hand: 2 of .5, then one of 3, then more of .5; a rack-hour a tick."""
    book, rng = book_of([[0.5, 3.0]]), np.random.default_rng(1)
    queue = queue_of(book)
    served = [
        serve(queue, book, arrivals, [1.0], FirstCome(), rng).served[0].tolist()
        for arrivals in ([[4.0, 0.0]], [[0.0, 1.0]], [[9.0, 0.0]], *[[[9.0, 0.0]]] * 4)
    ]
    assert served == [[2, 0], [2, 0], [0, 0], [0, 0], [0, 1], [2, 0], [2, 0]]


@all_rules
def test_nobody_waits_for_ever_because_of_being_large(rule: Rationing) -> None:
    """A tick of one rack-hour, one request of 3 among small ones that come faster than they can be served."""
    book, rng = book_of([[3.0, 1.0]], priority=[0.0, 0.0]), np.random.default_rng(1)
    queue = queue_of(book)
    served = 0.0
    for tick in range(400):
        served += serve(queue, book, [[float(tick == 5), 1.05]], [1.0], rule, rng).served[0, 0]
    assert served == 1.0


def test_pro_rata_in_the_long_run() -> None:
    """Large and small requests ask for the same work at all times, so that they get the same."""
    book, rng = book_of([[2.5, 1.0]]), np.random.default_rng(1)
    queue = queue_of(book)
    serve(queue, book, [[40.0, 100.0]], [0.0], ProRata(), rng)
    done = np.zeros(2)
    for _ in range(500):
        served = serve(queue, book, [[0.0, 0.0]], [1.25], ProRata(), rng).served
        done += served[0] * book.work[0]
        queue.add(served)
    assert done[0] == pytest.approx(done[1], rel=0.1)


def test_whole_hours_are_served_as_before() -> None:
    """Where nothing is left over, nothing is begun."""
    queue, book, rng = queue_of(book_of([[1.0, 0.5]])), book_of([[1.0, 0.5]]), np.random.default_rng(1)
    for _ in range(20):
        serve(queue, book, [[2.0, 2.0]], [2.0], ProRata(), rng)
        np.testing.assert_allclose(queue.begun, 0.0, atol=1e-12)
