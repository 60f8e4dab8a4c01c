"""The work of a batch unless another is given: run the market, and take every measure of it."""

from __future__ import annotations

from scenarios.batches.work.work import Result
from scenarios.definition.scenario import Scenario
from scenarios.results.frames import frames_of
from scenarios.results.measures import summarise
from scenarios.runs.run import advance, start
from scenarios.runs.settings import Settings, ticks_in


def simulate(scenario: Scenario, seed: int, days: float | None, users: int, keep: tuple[str, ...]) -> Result:
    """Run a scenario from the first tick to the last."""
    settings = Settings(scenario, days, seed, users)
    model = start(settings)
    advance(model, ticks_in(settings, model.economy))
    frames = frames_of(model)
    summary = summarise(frames)
    return Result({name: frames[name] for name in keep}, summary)
