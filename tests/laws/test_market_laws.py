"""Laws of a tick, whatever the demand: mechanisms, rules and policies are put to them beside their own laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.demand.segment import CurveSegment
from scenarios.laws.examples import CURVES
from scenarios.laws.grouped import grouped
from scenarios.laws.law import quick
from scenarios.laws.random_economies import curve_segments, economies, segments
from scenarios.laws.tick import keep_the_laws


@pytest.mark.parametrize("curve", CURVES, ids=str)
@quick(8)
@given(data=st.data())
def test_every_demand_curve_keeps_the_laws(curve: object, data: st.DataObject) -> None:
    segment = data.draw(curve_segments())
    keep_the_laws(data.draw(economies(segment=st.just(CurveSegment("curve", (curve,), patience_h=segment.patience_h)))))


@quick(20)
@given(data=st.data())
def test_individuals_keep_the_laws(data: st.DataObject) -> None:
    keep_the_laws(data.draw(economies(segment=segments("more"))))


@quick(12)
@given(data=st.data())
def test_users_grouped_into_cells_keep_the_laws(data: st.DataObject) -> None:
    economy = data.draw(economies(segment=segments("more")))
    keep_the_laws(grouped(economy, data.draw(st.sampled_from([1, 5, 40]))))
