"""Parameters of scenarios that behaviours have: the same bounds, units, sources and values in both places."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from annotated_types import Ge, Gt, Le

from market.exchange.clearing.base import Clearing
from market.exchange.rationing.base import Rationing
from market.exchange.tariff import TariffComponent
from market.kinds import Described, Kind, fields_of, kinds_of
from market.supply.expansion import Expansion
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.every import Every
from market.supply.pricing.sticky import Sticky
from market.supply.quotas import QuotaPolicy
from scenarios.parameters.fields import Section
from scenarios.parameters.market import Bills, Market
from scenarios.parameters.sellers import Pricing, Quotas
from scenarios.parameters.supply import Supply

NAMES: list[tuple[type[Section], str, type[Kind]]] = [
    (Pricing, "kind", PricingPolicy),
    (Quotas, "kind", QuotaPolicy),
    (Market, "clearing", Clearing),
    (Market, "rationing", Rationing),
    (Supply, "expansion", Expansion),
]


@pytest.mark.parametrize(("section", "field", "base"), NAMES, ids=lambda value: getattr(value, "__name__", value))
def test_names(section: type[Section], field: str, base: type[Kind]) -> None:
    ours = {name for name, cls in kinds_of(base).items() if cls.__module__.startswith("market.")}
    assert set(get_args(section.model_fields[field].annotation)) == ours


def settable() -> list[Any]:
    """Every number of a behaviour that a scenario may set, and the section and field in which it does."""
    families: list[tuple[type[Section], type[Kind]]] = [
        (Pricing, PricingPolicy), (Quotas, QuotaPolicy), (Bills, TariffComponent), (Supply, Expansion),
    ]  # fmt: skip
    found = [
        (section, one.name, one)
        for section, base in families
        for cls in kinds_of(base).values()
        for one in fields_of(cls)
        if one.settable and cls.__module__.startswith("market.")
    ]
    found += [(Pricing, "every_hours", fields_of(Every)[1]), (Pricing, "stickiness", fields_of(Sticky)[1])]
    return [pytest.param(*case, id=f"{case[0].__name__}.{case[1]}") for case in found]


@pytest.mark.parametrize(("section", "name", "one"), settable())
def test_fields(section: type[Section], name: str, one: Described) -> None:
    field = section.model_fields[name]
    if one.sort == "numbers":
        assert name == "factors"
        return
    bounds = {type(bound): bound for bound in field.metadata}
    assert one.shipped == field.default
    assert one.high == bounds[Le].le
    assert (one.low, one.above) == (
        bounds[Ge].ge if Ge in bounds else None,
        bounds[Gt].gt if Gt in bounds else None,
    )
    extra: Any = field.json_schema_extra
    assert one.unit == extra["unit"]
    assert one.source == extra["source"]
