"""The market as a model that the EMA Workbench runs itself.

    model = ema_model("compute-crunch", {"supply.growth": (2, 6)}, days=28, users=500)
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=100)

It needs the workbench (``pip install ema-workbench``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from capacity.errors import Catalogue, InputError
from scenarios.batches.optional import optional
from scenarios.batches.plan.design import current
from scenarios.batches.plan.seeds import Seeds, seeds_of
from scenarios.batches.plan.study import plain
from scenarios.batches.work.simulation import simulate
from scenarios.definition.scenario import Scenario
from scenarios.loading.scenarios import load
from scenarios.results.measures import MEASURES


def name_of(path: str) -> str:
    """A path or measure as the workbench wants names: ``open[2].price`` is open_2_price."""
    return re.sub(r"\W+", "_", path.replace("*", "all")).strip("_")


@dataclass(frozen=True)
class Question:
    """The market as a function of inputs, which can be sent to a worker: the mean of each measure over seeds.

    Attributes:
        scenario: what is run, but for the inputs.
        paths: the inputs.
        measures: what is taken of it.
        seeds: seeds of its runs, the same for all inputs.
        days: length [days]; None for the scenario's own.
        users: simulated users.
    """

    scenario: Scenario
    paths: tuple[str, ...]
    measures: tuple[str, ...]
    seeds: tuple[int, ...]
    days: float | None
    users: int

    def __call__(self, **inputs: Any) -> dict[str, float]:
        """Run it with these values; inputs and measures under their names in the workbench."""
        changed = self.scenario.with_changes({path: plain(inputs[name_of(path)]) for path in self.paths})
        found = [simulate(changed, seed, self.days, self.users, ()).summary for seed in self.seeds]
        return {name_of(measure): float(np.mean([one[measure] for one in found])) for measure in self.measures}


def ema_model(
    scenario: str | Scenario,
    uncertainties: Mapping[str, tuple[float, float]],
    levers: Mapping[str, Sequence[Any]] | None = None,
    *,
    measures: Sequence[str] = (),
    seeds: Seeds = 1,
    days: float | None = None,
    users: int = 1_000,
) -> Any:
    """A ``Model`` of the workbench that runs a scenario. Its names have no dots: supply_growth, queue_hours.

    Args:
        scenario: a name, ``name:variant``, a TOML file or a scenario.
        uncertainties: path to (low, high).
        levers: path to the values to choose from.
        measures: outcomes; those that answer the scenario's question if nothing is said.
        seeds: how many seeds each experiment is averaged over, or which.
        days: length of a run [days]; the scenario's own if nothing is said.
        users: simulated users.
    """
    lacking = "ema_model needs the EMA Workbench, which is not installed: pip install ema-workbench"
    workbench = optional("ema_workbench", lacking)
    base = scenario if isinstance(scenario, Scenario) else load(scenario)
    names = list(measures) or list(dict.fromkeys(one.measure for one in base.outcomes)) or ["paid-price", "surplus"]
    known: Catalogue[Any] = MEASURES
    for name in names:
        known[name]
    _check(base, uncertainties, levers or {})
    paths = (*uncertainties, *(levers or {}))
    question = Question(base, paths, tuple(names), seeds_of(seeds), days, users)
    model = workbench.Model(re.sub(r"[^A-Za-z0-9]", "", base.name), question)
    model.uncertainties = [
        (workbench.IntegerParameter if _is_whole(base, path) else workbench.RealParameter)(name_of(path), low, high)
        for path, (low, high) in uncertainties.items()
    ]
    model.levers = [
        workbench.CategoricalParameter(name_of(path), list(values)) for path, values in (levers or {}).items()
    ]
    model.outcomes = [workbench.ScalarOutcome(name_of(name)) for name in names]
    return model


def _is_whole(scenario: Scenario, path: str) -> bool:
    value = current(scenario, path)
    return isinstance(value, int) and not isinstance(value, bool)


def _check(scenario: Scenario, uncertainties: Mapping[str, Any], levers: Mapping[str, Sequence[Any]]) -> None:
    """Every end of every range, and every choice, gives a valid scenario."""
    for path, values in [*uncertainties.items(), *levers.items()]:
        if isinstance(values, str) or not isinstance(values, Sequence) or not len(values):
            raise InputError(f"{path} is {values!r}, but must be (low, high), or a list of choices where it is a lever")
        for value in values:
            scenario.with_changes({path: value}, f"{path} of the model")
