"""Batches: many runs of scenarios, planned in values, kept whatever happens, and read with pandas.

from scenarios.batches import open_batch, run_batch, study_of
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.batches.plan.planning import study_of
    from scenarios.batches.plan.study import Case, Study
    from scenarios.batches.store.batch import Batch, open_batch
    from scenarios.batches.work.running import resume_batch, run_batch
    from scenarios.batches.work.work import Result

__all__ = ["Batch", "Case", "Result", "Study", "open_batch", "resume_batch", "run_batch", "study_of"]

_HOME = {
    "Batch": "store.batch",
    "Case": "plan.study",
    "Result": "work.work",
    "Study": "plan.study",
    "open_batch": "store.batch",
    "resume_batch": "work.running",
    "run_batch": "work.running",
    "study_of": "plan.planning",
}


def __getattr__(name: str) -> Any:
    # Fetched when asked for: `tokenmarket --help` and the workers must not wait for what they do not use.
    if name in _HOME:
        return getattr(import_module(f"scenarios.batches.{_HOME[name]}"), name)
    raise AttributeError(f"module 'scenarios.batches' has no attribute '{name}'")
