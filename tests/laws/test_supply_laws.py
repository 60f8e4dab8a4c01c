"""Laws of supply curves: each that is shipped is put to them."""

import pytest

from market.exchange.supply_curve import SupplyCurve
from scenarios.laws import supply_curves  # noqa: F401  # its laws
from scenarios.laws.examples import SUPPLIES
from scenarios.laws.law import Law, cases


@pytest.mark.parametrize(("law", "supply"), cases(SUPPLIES), ids=str)
def test_supply_curves_keep_the_laws(law: Law, supply: SupplyCurve) -> None:
    law.hold(supply)
