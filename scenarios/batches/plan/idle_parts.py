"""What the runs of a study make nothing of, once for each of its scenarios."""

from __future__ import annotations

from typing import Final

from scenarios.batches.plan.study import Study
from scenarios.parameters.paths import steps
from scenarios.runs.idle import QUOTAS, idle

#: Cases that differ in nothing below these, or called so, are told of as one.
ABOUT: Final = frozenset({"time", "events", "released", "quotas", *QUOTAS})


def idle_in(study: Study) -> list[str]:
    """A line for each scenario and what its runs make nothing of: variants and cases say it once."""
    told: dict[str, None] = {}
    looked = set()
    for case in study.cases:
        varied = {path: value for path, value in case.changes.items() if not ABOUT.isdisjoint(steps(path))}
        if (key := (case.key, repr(varied))) in looked:
            continue
        looked.add(key)
        scenario = study.scenario(case)
        ticks = scenario.calendar().ticks_in(scenario.time.days if study.days is None else study.days)
        told |= dict.fromkeys(f"{case.base}: {words}" for words in idle(scenario, ticks))
    return list(told)
