"""Batches in the EMA Workbench's format, and the market as its model."""

import warnings

import numpy as np
import pandas as pd
import pytest

from capacity.errors import InputError
from scenarios.batches import optional
from scenarios.batches.analysis.ema import to_ema
from scenarios.batches.work.ema_model import Question, ema_model
from scenarios.library import SCENARIOS


def workbench():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of engines that are not installed
        return pytest.importorskip(
            "ema_workbench", reason="the EMA Workbench is not installed: it is in the dependency group bench"
        )


RUNS = pd.DataFrame(
    {
        "run": range(4),
        "label": ["a", "b", "a", "b"],
        "scenario": "off-peak",
        "variant": ["", "dynamic"] * 2,
        "seed": [1, 1, 2, 2],
        "supply.growth": [2.0, 2.0, 2.0, 3.0],
        "m": [1.0, 2.0, 3.0, 4.0],
    }
)


def test_runs_become_experiments_and_outcomes():
    experiments, outcomes = to_ema(RUNS)
    assert experiments.columns.tolist() == ["supply.growth", "seed", "scenario", "policy", "model"]
    assert experiments["policy"].tolist() == ["None", "dynamic", "None", "dynamic"]
    assert experiments["model"].unique().tolist() == ["off-peak"]
    assert experiments["scenario"].tolist() == [0, 0, 1, 2]  # the same growth and seed: the same scenario of theirs
    assert list(outcomes) == ["m"]
    assert outcomes["m"].tolist() == [1.0, 2.0, 3.0, 4.0]


def test_the_market_is_a_function_of_its_inputs():
    ask = Question(SCENARIOS["off-peak"], ("supply.growth",), ("surplus", "paid-price"), (1, 2), 1.0, 40)
    one = ask(supply_growth=2.0)
    assert one == ask(supply_growth=np.float64(2.0))
    assert set(one) == {"surplus", "paid_price"}
    assert np.isfinite(list(one.values())).all()
    with pytest.raises(InputError, match=r"supply\.growth is -2"):
        ask(supply_growth=-2.0)


def test_without_the_workbench_one_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setattr(optional, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install ema-workbench"):
        ema_model("off-peak", {"supply.growth": (2, 6)})


def test_the_workbench_scores_our_runs():
    workbench()
    from ema_workbench.analysis import feature_scoring

    random = np.random.default_rng(1)
    runs = pd.DataFrame(
        {
            "label": [str(k) for k in range(200)],
            "scenario": "s",
            "variant": "",
            "seed": 1,
            "a.a": random.random(200),
            "a.b": random.random(200),
        }
    )
    experiments, outcomes = to_ema(runs.assign(m=10 * runs["a.a"] + runs["a.b"]))
    scores = feature_scoring.get_feature_scores_all(experiments[["a.a", "a.b"]], outcomes)
    assert scores.loc["a.a", "m"] > scores.loc["a.b", "m"]


def test_the_workbench_runs_our_market():
    module = workbench()
    model = ema_model(
        "off-peak",
        {"supply.growth": (2, 6), "supply.lead_quarters": (1, 3)},
        {"open.*.pricing.kind": ["fixed", "surge"]},
        measures=["surplus"],
        days=1,
        users=40,
    )
    with module.SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=2, policies=2)
    assert len(experiments) == len(outcomes["surplus"]) == 4
    assert experiments["supply_growth"].between(2, 6).all()
    row = experiments.iloc[0]
    inputs = {name: row[name] for name in ("supply_growth", "supply_lead_quarters", "open_all_pricing_kind")}
    assert model.function(**inputs)["surplus"] == outcomes["surplus"][0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (({"supply.grwth": (2, 6)},), "did you mean 'growth'"),
        (({"supply.growth": (-2, 6)},), "supply.growth is -2"),
        (({"supply.growth": (2, 6)}, {"open.*.pricing.kind": ["fixd"]}), "did you mean 'fixed'"),
        (({"supply.growth": (2, 6)}, {"open.*.pricing.kind": "fixed"}), "must be .low, high., or a list"),
    ],
)
def test_a_model_that_cannot_run_is_refused(arguments, words):
    workbench()
    with pytest.raises(InputError, match=words):
        ema_model("off-peak", *arguments)
