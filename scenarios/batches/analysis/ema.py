"""Batches and the EMA Workbench: finished runs in its format, and the market as a model that it runs itself.

    experiments, outcomes = open_batch("results/growth").to_ema()
    feature_scoring.get_feature_scores_all(experiments[inputs], outcomes)

    model = ema_model("compute-crunch", {"supply.growth": (2, 6)}, days=28, users=500)
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=100)

The second needs the workbench (``pip install ema-workbench``), the first does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity.errors import Catalogue, InputError
from scenarios.batches.analysis.over_seeds import inputs_in, measures_in
from scenarios.batches.plan.seeds import Seeds, seeds_of
from scenarios.batches.plan.study import plain
from scenarios.definition.scenario import Scenario
from scenarios.results.measures import MEASURES

type Experiments = tuple[pd.DataFrame, dict[str, NDArray[np.float64]]]

#: Policy of a scenario without a variant.
NO_POLICY: Final = "None"


def to_ema(summaries: pd.DataFrame, measures: Sequence[str] | None = None) -> Experiments:
    """Experiments and outcomes as the workbench's analyses take them: one row and one number a run.

    The inputs and the seed are uncertainties, variants are policies, scenarios are models; the workbench's *scenario*
    numbers the combinations of uncertainties.
    """
    names, inputs = measures_in(summaries, measures), inputs_in(summaries)
    experiments = summaries[[*inputs, "seed"]].reset_index(drop=True)
    experiments["scenario"] = experiments.groupby([*inputs, "seed"], sort=False, dropna=False).ngroup()
    policies = summaries["variant"].astype(str).replace("", NO_POLICY) if "variant" in summaries else NO_POLICY
    for column, values in (("policy", policies), ("model", summaries.get("scenario", "market"))):
        experiments[column] = pd.Categorical(pd.Series(values, index=summaries.index).astype(str))
    return experiments, {name: summaries[name].to_numpy(dtype=np.float64) for name in names}


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
        from scenarios.batches.work.simulation import simulate

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
    if find_spec("ema_workbench") is None:
        raise InputError("ema_model needs the EMA Workbench, which is not installed: pip install ema-workbench")
    from ema_workbench import CategoricalParameter, IntegerParameter, Model, RealParameter, ScalarOutcome

    from scenarios.loading.scenarios import load

    base = scenario if isinstance(scenario, Scenario) else load(scenario)
    names = list(measures) or list(dict.fromkeys(one.measure for one in base.outcomes)) or ["paid-price", "surplus"]
    known: Catalogue[Any] = MEASURES
    for name in names:
        known[name]
    _check(base, uncertainties, levers or {})
    paths = (*uncertainties, *(levers or {}))
    question = Question(base, paths, tuple(names), seeds_of(seeds), days, users)
    model = Model(re.sub(r"[^A-Za-z0-9]", "", base.name), question)
    model.uncertainties = [
        (IntegerParameter if _is_whole(base, path) else RealParameter)(name_of(path), low, high)
        for path, (low, high) in uncertainties.items()
    ]
    model.levers = [CategoricalParameter(name_of(path), list(values)) for path, values in (levers or {}).items()]
    model.outcomes = [ScalarOutcome(name_of(name)) for name in names]
    return model


def _is_whole(scenario: Scenario, path: str) -> bool:
    from scenarios.batches.plan.design import current

    value = current(scenario, path)
    return isinstance(value, int) and not isinstance(value, bool)


def _check(scenario: Scenario, uncertainties: Mapping[str, Any], levers: Mapping[str, Sequence[Any]]) -> None:
    """Every end of every range, and every choice, gives a valid scenario."""
    for path, values in [*uncertainties.items(), *levers.items()]:
        if isinstance(values, str) or not isinstance(values, Sequence) or not len(values):
            raise InputError(f"{path} is {values!r}, but must be (low, high), or a list of choices where it is a lever")
        for value in values:
            scenario.with_changes({path: value}, f"{path} of the model")
