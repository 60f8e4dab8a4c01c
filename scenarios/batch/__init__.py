"""Batches: many runs of scenarios, planned in values, kept whatever happens, and read with pandas.

from scenarios.batch import Study, open_batch, run_batch
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.batch.running import resume_batch, run_batch
    from scenarios.batch.store import Batch, open_batch
    from scenarios.batch.study import Case, Study
    from scenarios.batch.work import Result

__all__ = ["Batch", "Case", "Result", "Study", "open_batch", "resume_batch", "run_batch"]

_HOME = {
    "Batch": "store", "Case": "study", "Result": "work", "Study": "study", "open_batch": "store",
    "resume_batch": "running", "run_batch": "running",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    # Fetched when asked for: `tokenmarket --help` and the workers must not wait for what they do not use.
    if name in _HOME:
        return getattr(import_module(f"scenarios.batch.{_HOME[name]}"), name)
    raise AttributeError(f"module 'scenarios.batch' has no attribute '{name}'")
