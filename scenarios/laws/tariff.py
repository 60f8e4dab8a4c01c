"""Laws of components of a tariff: beside the others, they make a bill of a number of tokens, and the same one again."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from capacity import Workload
from market.exchange.tariff import Tariff, TariffComponent
from scenarios.laws.law import law, must

sizes = st.sampled_from([0.0, 1.0, 300.0, 8_000.0, 1e6])
workloads = st.builds(Workload, input=sizes, output=sizes.filter(bool), cached=st.sampled_from([0.0, 0.5, 0.9]))


@law(TariffComponent, "the bill is a number of at least 0", drawn={"workload": workloads}, examples=25)
def bills_are_numbers(component: TariffComponent, workload: Workload) -> None:
    """Of one request, with the shipped components and one more."""
    tokens = component.tokens(workload)
    must(tokens is not None, "gave nothing back")
    must(math.isfinite(tokens), "billed {} tokens", tokens)
    billed = Tariff((*Tariff().components, component)).billed(workload)
    must(billed >= 0, "billed {} million tokens with the shipped components", billed)


@law(TariffComponent, "the same request is billed the same", drawn={"workload": workloads}, examples=10)
def has_no_memory(component: TariffComponent, workload: Workload) -> None:
    """Asked twice."""
    first, second = component.tokens(workload), component.tokens(workload)
    must(first == second, "billed {} tokens, and {} when asked again", first, second)
