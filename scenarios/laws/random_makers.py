"""Makers of racks drawn at random, and none; and how firms are sold."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from market.supply.firm_sale import FirmSale
from market.supply.memory import Memory
from market.supply.rack_maker import RackMaker
from scenarios.laws.examples import RACK_ALLOTMENTS, RACK_PRICES

sales = st.builds(FirmSale, seller_share=st.sampled_from([0.0, 0.5, 1.0]), least=st.sampled_from([0.0, 0.4, 1.0]))
makers = st.one_of(
    st.none(),
    st.builds(
        RackMaker,
        name=st.just("maker"),
        price=st.sampled_from([0.1, 10.0]),
        cost=st.sampled_from([0.0, 4.0]),
        output=st.sampled_from([0.0, 5.0, math.inf]),
        growth=st.sampled_from([1.0, 3.0]),
        pricing=st.sampled_from(RACK_PRICES),
        allotment=st.sampled_from(RACK_ALLOTMENTS),
        memory=st.sampled_from([None, None, Memory(2.0, 1.0, 100.0), Memory(0.1, 5.0, 10.0, 2.0, 0.0)]),
        cash=st.sampled_from([0.0, 30.0]),
    ),
)
