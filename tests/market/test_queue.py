"""Queues by themselves: small cases with answers by hand, fluid and in whole requests."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from small_books import book_of

from market.exchange.books import Book
from market.exchange.queue import Queue, Round
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.first_come import FirstCome
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.rationing.strict_priority import StrictPriority

type Floats = NDArray[np.float64]

EVER = math.inf


def queue_of(
    book: Book, patience_h: Sequence[float] | float = EVER, tick_hours: float = 1.0, whole: bool = False
) -> Queue:
    return Queue(book.segments, book.offers, tick_hours, np.broadcast_to(patience_h, book.segments), whole=whole)


def serve(
    queue: Queue,
    book: Book,
    arrivals: object,
    capacity: object,
    rule: Rationing | None = None,
    closed: object = None,
    seed: int = 1,
) -> Round:
    return queue.serve(
        book,
        np.array(arrivals, dtype=np.float64),
        np.array(capacity, dtype=np.float64),
        rule or FirstCome(),
        np.random.default_rng(seed),
        None if closed is None else np.array(closed),
    )


@pytest.mark.parametrize("whole", [False, True])
def test_three_ticks_by_hand(whole: bool) -> None:
    """Ten requests of two rack-hours a tick for two ticks and none after, at twelve rack-hours and half-hour ticks."""
    book = book_of([[2.0]])
    queue = queue_of(book, tick_hours=0.5, whole=whole)
    first = serve(queue, book, [[10.0]], [12.0])
    assert (first.joined.item(), first.served.item(), first.waiting.item()) == (10.0, 6.0, 4.0)
    assert first.used.tolist() == [12.0]
    assert first.work.tolist() == [[12.0]]
    assert first.served_wait_h.item() == first.left_wait_h.item() == 0.0
    assert queue.length.tolist() == [[4.0]]
    assert queue.backlog(book.work).tolist() == [8.0]
    assert queue.waited_h.item() == 4 * 0.5
    second = serve(queue, book, [[10.0]], [12.0])
    assert second.served.item() == 6.0
    assert second.served_wait_h.item() == 4 * 0.5  # the four of before, who waited half an hour, and two new ones
    assert queue.waiting.tolist() == [[[8.0]]]
    assert queue.waited_h.item() == 8 * 0.5
    third = serve(queue, book, [[0.0]], [4.0])
    assert third.served_wait_h.item() == 2 * 0.5
    assert queue.waiting.tolist() == [[[0.0, 6.0]]]
    assert queue.waited_h.item() == 6 * 1.0
    last = serve(queue, book, [[0.0]], [100.0])
    assert last.served.item() == 6.0
    assert last.served_wait_h.item() == 6 * 1.0
    assert last.used.tolist() == [12.0]
    assert queue.waiting.tolist() == [[[0.0]]]
    assert (queue.waited_h.item(), queue.backlog(book.work).item()) == (0.0, 0.0)


def test_the_oldest_come_first_and_ages_stay_apart() -> None:
    book = book_of([[1.0]])
    queue = queue_of(book)
    for arrivals in (3.0, 5.0, 7.0):
        serve(queue, book, [[arrivals]], [0.0])
    assert queue.waiting.tolist() == [[[7.0, 5.0, 3.0]]]
    assert serve(queue, book, [[1.0]], [4.0]).served_wait_h.item() == 3 * 3.0 + 1 * 2.0
    assert queue.waiting.tolist() == [[[1.0, 7.0, 4.0]]]


@pytest.mark.parametrize("whole", [False, True])
def test_pools_serve_their_own(whole: bool) -> None:
    """Offers 0 and 2 share pool 1, offer 1 has pool 0; by rank, a shortage in one and room in the other."""
    book = book_of([[1.0, 2.0, 1.0], [1.0, 2.0, 3.0]], pool=[1, 0, 1], priority=[1.0, 0.0, 0.0])
    queue = queue_of(book, whole=whole)
    found = serve(queue, book, [[5.0, 1.0, 4.0], [2.0, 3.0, 1.0]], [8.0, 10.0], StrictPriority(FirstCome()))
    np.testing.assert_allclose(found.served.sum(axis=0), [3.0, 4.0, 5.0])
    np.testing.assert_allclose(found.used, [8.0, 10.0])
    np.testing.assert_allclose(found.served[:, 2], [4.0, 1.0])
    np.testing.assert_allclose(found.waiting.sum(axis=1).sum(), 4.0)
    np.testing.assert_allclose(found.work.sum(axis=0), [3.0, 8.0, 7.0])
    np.testing.assert_allclose(queue.backlog(book.work), [4.0, 0.0, 0.0])


def test_fluid_shares_to_the_last_drop() -> None:
    book = book_of([[1.0, 1.0]])
    queue = queue_of(book)
    found = serve(queue, book, [[3.0, 1.0]], [1.0], ProRata())
    np.testing.assert_allclose(found.served, [[0.75, 0.25]], rtol=1e-12)
    np.testing.assert_allclose(found.used, [1.0], rtol=1e-12)
    # What rounding would leave is nobody.
    serve(queue, book, [[0.0, 0.0]], [3.0 * (1.0 - 1e-15)], ProRata())
    assert not queue.length.any()


# Leaving -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patience", [0.25, 2.0])
@pytest.mark.parametrize("tick_hours", [0.5, 1.0, 2.0])
def test_patience_is_exponential(tick_hours: float, patience: float) -> None:
    """Of those left, exp(-tick / patience) stay; nobody stays without patience, and all do with endless patience."""
    book = book_of([[1.0], [1.0], [1.0]])
    queue = queue_of(book, [patience, 0.0, EVER], tick_hours)
    found = serve(queue, book, [[8.0], [8.0], [8.0]], [0.0])
    stay = math.exp(-tick_hours / patience)
    np.testing.assert_allclose(queue.length[:, 0], [8.0 * stay, 0.0, 8.0], rtol=1e-12)
    np.testing.assert_allclose(found.left_impatient[:, 0], [8.0 * (1 - stay), 8.0, 0.0], rtol=1e-12)
    assert not found.left_late.any()
    assert not found.left_wait_h.any()  # they leave at the end of the tick in which they came: no time yet
    again = serve(queue, book, [[0.0], [0.0], [0.0]], [0.0])
    np.testing.assert_allclose(again.left_wait_h[:, 0], [8.0 * stay * (1 - stay) * tick_hours, 0.0, 0.0], rtol=1e-12)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(("deadline", "last"), [(0.0, 0), (0.5, 0), (1.0, 1), (2.0, 2), (2.9, 2), (EVER, 9)])
def test_who_is_older_than_the_deadline_is_turned_away(deadline: float, last: int, whole: bool) -> None:
    """After so many ticks in the queue; how long they waited counts, in ticks of two hours."""
    book = book_of([[1.0]], deadline_ticks=[deadline])
    queue = queue_of(book, tick_hours=2.0, whole=whole)
    gone = [serve(queue, book, [[4.0 if tick == 0 else 0.0]], [0.0]) for tick in range(6)]
    late = [found.left_late.item() for found in gone]
    assert late == [4.0 if tick == last else 0.0 for tick in range(6)]
    if last < 6:
        assert gone[last].left_wait_h.item() == 4.0 * last * 2.0
        assert gone[last].waiting.item() == 0.0
        assert not any(found.left_impatient.any() for found in gone)


def test_deadline_before_patience() -> None:
    """Who is late is late, and only the rest can lose patience."""
    book = book_of([[1.0, 1.0]], deadline_ticks=[0.0, EVER])
    found = serve(queue_of(book, 0.0), book, [[3.0, 4.0]], [0.0])
    assert found.left_late.tolist() == [[3.0, 0.0]]
    assert found.left_impatient.tolist() == [[0.0, 4.0]]


@pytest.mark.parametrize("whole", [False, True])
def test_nobody_stays_at_an_offer_that_is_closed(whole: bool) -> None:
    book = book_of([[1.0, 1.0]])
    queue = queue_of(book, whole=whole)
    found = serve(queue, book, [[5.0, 5.0]], [4.0], StrictPriority(FirstCome()), closed=[True, False])
    assert found.served.sum() == 4.0
    assert queue.length[0, 0] == 0.0
    assert queue.length[0, 1] == 5.0 - found.served[0, 1] > 0
    assert found.left_impatient[0, 0] == 5.0 - found.served[0, 0] > 0
    assert serve(queue, book, [[2.0, 0.0]], [0.0], closed=[False, False]).waiting[0, 0] == 2.0


def test_whole_requests_lose_patience_one_by_one() -> None:
    """Binomial: of 40,000, exp(-1/2) stay, to chance, and every number is whole."""
    book = book_of([[1.0]])
    stay = math.exp(-0.5)
    found = [serve(queue_of(book, 2.0, whole=True), book, [[400.0]], [0.0], seed=s) for s in range(100)]
    stayed = np.array([f.waiting.item() for f in found])
    np.testing.assert_array_equal(stayed, np.rint(stayed))
    np.testing.assert_array_equal(stayed + [f.left_impatient.item() for f in found], 400.0)
    assert abs(stayed.mean() - 400 * stay) < 4 * math.sqrt(400 * stay * (1 - stay) / 100)
    assert stats.kstest((stayed - 400 * stay) / math.sqrt(400 * stay * (1 - stay)), "norm").pvalue > 1e-3


# Joining -----------------------------------------------------------------------------------------------------


def test_who_comes_from_another_queue_joins_as_of_this_tick() -> None:
    book = book_of([[1.0, 1.0]])
    queue = queue_of(book, tick_hours=0.5)
    serve(queue, book, [[2.0, 0.0]], [0.0])
    serve(queue, book, [[1.0, 0.0]], [0.0])
    queue.add(np.array([[0.5, 3.0]]))
    assert queue.waiting.tolist() == [[[1.5, 2.0], [3.0, 0.0]]]
    np.testing.assert_allclose(queue.waited_h, [[1.5 * 0.5 + 2.0 * 1.0, 3.0 * 0.5]])
    assert queue.length.tolist() == [[3.5, 3.0]]


def test_an_empty_queue_is_short() -> None:
    book = book_of([[1.0, 2.0]], pool=[0, 1])
    queue = queue_of(book)
    found = serve(queue, book, [[0.0, 0.0]], [1.0, 1.0])
    assert queue.waiting.shape == (1, 2, 1)
    assert not queue.length.any()
    assert found.used.tolist() == [0.0, 0.0]
    serve(queue, book, [[9.0, 0.0]], [0.0, 0.0])
    serve(queue, book, [[0.0, 0.0]], [0.0, 0.0])
    assert queue.waiting.shape == (1, 2, 2)
    serve(queue, book, [[0.0, 0.0]], [9.0, 0.0])
    assert queue.waiting.shape == (1, 2, 1)


# Whole requests on hours that do not come out even --------------------------------------------------------------


def test_what_is_begun_by_hand() -> None:
    """Two kinds in one rank, requests of 2 and 3 rack-hours, 2.5 a tick, first come first served."""
    book = book_of([[2.0, 3.0]])
    queue = queue_of(book, whole=True)
    first = serve(queue, book, [[1.0, 0.0]], [1.5])
    assert (first.served.tolist(), queue.begun.tolist()) == ([[0.0, 0.0]], [[1.5, 0.0]])
    assert first.used.tolist() == [1.5]
    assert queue.backlog(book.work).tolist() == [0.5, 0.0]
    second = serve(queue, book, [[0.0, 1.0]], [2.5])
    assert second.served.tolist() == [[1.0, 0.0]]
    assert queue.begun.tolist() == [[0.0, 2.0]]
    assert second.work.tolist() == [[0.5, 2.0]]
    third = serve(queue, book, [[1.0, 0.0]], [2.5])
    assert third.served.tolist() == [[0.0, 1.0]]
    assert third.work.tolist() == [[1.5, 1.0]]
    assert queue.begun.tolist() == [[1.5, 0.0]]
    last = serve(queue, book, [[0.0, 0.0]], [2.5])
    assert last.served.tolist() == [[1.0, 0.0]]
    assert last.used.tolist() == [0.5]
    assert not queue.begun.any()


def test_what_is_begun_belongs_to_its_pool() -> None:
    book = book_of([[2.0, 2.0]], pool=[0, 1])
    queue = queue_of(book, whole=True)
    serve(queue, book, [[1.0, 1.0]], [1.0, 0.5])
    assert queue.begun.tolist() == [[1.0, 0.5]]
    found = serve(queue, book, [[0.0, 0.0]], [1.0, 1.0])
    assert found.served.tolist() == [[1.0, 0.0]]
    assert queue.begun.tolist() == [[0.0, 1.5]]
    assert found.used.tolist() == [1.0, 1.0]


def test_a_request_that_is_begun_is_the_oldest_of_its_kind() -> None:
    book = book_of([[2.0]])
    queue = queue_of(book, whole=True)
    serve(queue, book, [[1.0]], [1.5])
    serve(queue, book, [[1.0]], [0.0])
    found = serve(queue, book, [[1.0]], [0.5])
    assert found.served_wait_h.item() == 2.0
    assert queue.waiting.tolist() == [[[1.0, 1.0]]]


def test_large_requests_of_two_ranks() -> None:
    """Neither fits in a tick: the first rank takes all machines until it is done."""
    book = book_of([[5.0, 4.0]], priority=[1.0, 0.0])
    queue = queue_of(book, whole=True)
    rule = StrictPriority(FirstCome())
    served = [serve(queue, book, [[float(t == 0), float(t == 0)]], [1.5], rule).served[0].tolist() for t in range(7)]
    # 1.5, 3 and 4 of the first rank by the third tick; .5, 2, 3.5 and 5 of the other by the sixth.
    assert served == [[0, 0], [0, 0], [0, 1], [0, 0], [0, 0], [1, 0], [0, 0]]


def test_small_requests_get_their_part_beside_a_large_one() -> None:
    """Pro rata by hand: of 4 rack-hours the large one (12 of 24 asked) gets 2, and two small ones are finished."""
    book = book_of([[12.0, 1.0]])
    queue = queue_of(book, whole=True)
    found = serve(queue, book, [[1.0, 12.0]], [4.0], ProRata())
    assert found.served.tolist() == [[0.0, 2.0]]
    assert queue.begun.tolist() == [[2.0, 0.0]]
    assert found.used.tolist() == [4.0]
