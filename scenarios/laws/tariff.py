"""Laws of components of a tariff: beside the others, they make a bill of a number of tokens, and the same one again."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

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


@law(
    TariffComponent,
    "what the hour multiplies the bill by is a number of at least 0, and a long tick's the mean of its hours'",
    drawn={"hour": st.integers(0, 200), "hours": st.sampled_from([1, 3, 24])},
    examples=15,
)
def factors_are_means(component: TariffComponent, hour: int, hours: int) -> None:
    """From any hour of a week."""
    begin = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=hour)
    factor = component.factor(begin, float(hours))
    must(math.isfinite(factor) and factor >= 0, "multiplied the bill by {}", factor)
    each = [component.factor(begin + timedelta(hours=k), 1.0) for k in range(hours)]
    mean = sum(each) / hours
    must(math.isclose(factor, mean, rel_tol=1e-9, abs_tol=1e-12), "gave {} for hours of {} on average", factor, mean)


@law(TariffComponent, "the same request is billed the same", drawn={"workload": workloads}, examples=10)
def has_no_memory(component: TariffComponent, workload: Workload) -> None:
    """Asked twice."""
    first, second = component.tokens(workload), component.tokens(workload)
    must(first == second, "billed {} tokens, and {} when asked again", first, second)
