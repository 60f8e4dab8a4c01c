"""What a scenario gives, by measure: one run, and what its users say to other prices on its last day."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from market.simulation.model import TokenMarket
from scenarios.definition.scenario import Scenario
from scenarios.results.frames import frames_of
from scenarios.results.measures.facts import Facts
from scenarios.results.measures.measure import MEASURES
from scenarios.studies.elasticities import as_measures, elasticities, groups
from scenarios.studies.moments.moments import ELASTICITIES

#: Days on which users are asked about other prices.
ASKED_DAYS = 1.0


def found_in(
    scenario: Scenario,
    days: float,
    users: int,
    seed: int,
    measures: Iterable[str],
    progress: Callable[[int], None] | None = None,
) -> dict[str, float]:
    """Run a scenario for so many days, and work out measures, elasticities among them; progress is told ticks."""
    wanted = list(measures)
    model = TokenMarket(scenario.economy(users), rng=seed)
    a_day = model.calendar.ticks_per_day
    ticks = max(round(days * a_day), 2)
    asked = round(ASKED_DAYS * a_day) if any(name in ELASTICITIES for name in wanted) else 0
    asked = min(asked, ticks - 1)
    for tick in range(ticks - asked):
        model.step()
        if progress is not None:
            progress(tick + 1)
    found = as_measures(elasticities(model, asked, groups(model))) if asked else {}
    facts = Facts(frames_of(model))
    return found | {name: MEASURES[name].of(facts) for name in wanted if name in MEASURES}


def mean_over(
    scenario: Scenario, days: float, users: int, seeds: Iterable[int], measures: list[str]
) -> dict[str, float]:
    """The same over several seeds."""
    runs = [found_in(scenario, days, users, seed, measures) for seed in seeds]
    return {name: sum(run[name] for run in runs) / len(runs) for name in runs[0]}
