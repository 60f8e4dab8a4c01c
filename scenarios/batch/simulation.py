"""The work of a batch unless another is given: run the market, and take every measure of it."""

from __future__ import annotations

from scenarios.batch.work import Result
from scenarios.outcomes import summarise
from scenarios.results import frames_of
from scenarios.run import Settings, advance, start, ticks_in
from scenarios.scenario import Scenario


def simulate(scenario: Scenario, seed: int, days: float | None, users: int, keep: tuple[str, ...]) -> Result:
    """Run a scenario from the first tick to the last."""
    settings = Settings(scenario, days, seed, users)
    model = start(settings)
    advance(model, ticks_in(settings, model.economy))
    frames = frames_of(model)
    summary = summarise(frames)
    return Result({name: frames[name] for name in keep}, summary)
