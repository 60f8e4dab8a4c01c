"""Forming requests: every segment says what it wants in the tick."""

from hand_made import a_market, a_seller

from market.demand.segment import CurveSegment, LinearDemand


def test_curves_are_taken_in_turn() -> None:
    """At a price of nothing 10/1, then 6/2 requests."""
    segment = CurveSegment("buyers", (LinearDemand(10.0, 1.0), LinearDemand(6.0, 2.0)))
    market = a_market(segment, a_seller("lab"))
    assert [market.make("wanted", tick)[0].formed for tick in (0, 1, 2)] == [10.0, 3.0, 10.0]


def test_one_of_each_segment_in_their_order() -> None:
    few, many = (CurveSegment(name, (LinearDemand(most, 1.0),)) for name, most in (("few", 1.0), ("many", 9.0)))
    assert [wanted.formed for wanted in a_market(few, many, a_seller("lab")).make("wanted", tick=0)] == [1.0, 9.0]
