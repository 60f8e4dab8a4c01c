"""What is done for one run: from a scenario and a seed to frames and a summary.

Any callable of this shape that can be pickled does: an empty one measures the engine, a broken one tests it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.definition.scenario import Scenario


@dataclass(frozen=True)
class Result:
    """What a run leaves behind; every run of a batch has the same frames, columns and measures.

    Attributes:
        frames: tidy frames by name; those that the study keeps must be there.
        summary: measure to value.
    """

    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    summary: Mapping[str, float] = field(default_factory=dict)


class Work(Protocol):
    """Does one run."""

    def __call__(
        self, scenario: Scenario, seed: int, days: float | None, users: int, keep: tuple[str, ...], /
    ) -> Result:
        """Run a scenario.

        Args:
            scenario: what is run, resolved.
            seed: seed of every random stream.
            days: length [days]; None for the scenario's own.
            users: simulated individuals.
            keep: frames that are kept; others need not be made.
        """


def name_of(work: Work) -> str:
    """Where a work is found, ``module:name``."""
    made = work if hasattr(work, "__qualname__") else type(work)
    return f"{made.__module__}:{made.__qualname__}"
