"""What can be asked of a batch once it is open: the functions of the analyses as its methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scenarios.batches.analysis.ema import to_ema
from scenarios.batches.analysis.over_seeds import LEVEL, PRECISION, differences, summary
from scenarios.batches.analysis.sensitivity import morris_effects, sobol_indices

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.batches.analysis.ema import Experiments
    from scenarios.batches.plan.study import Study


class Analysed:
    """Analyses of runs; whoever inherits has their plan and one row of measures a run."""

    if TYPE_CHECKING:
        study: Study

        @property
        def summaries(self) -> pd.DataFrame:
            """One row a run."""

    def summary(
        self,
        measures: Sequence[str] | None = None,
        *,
        by: str = "label",
        level: float = LEVEL,
        precision: float = PRECISION,
    ) -> pd.DataFrame:
        """Means with intervals over seeds, and how many seeds a precision needs: see ``analysis.summary``."""
        return summary(self.summaries, measures, by=by, level=level, precision=precision)

    def differences(
        self, baseline: Any, measures: Sequence[str] | None = None, *, by: str = "label", level: float = LEVEL
    ) -> pd.DataFrame:
        """Differences from one case, seed by seed: see ``analysis.differences``."""
        return differences(self.summaries, baseline, measures, by=by, level=level)

    def sobol_indices(self, measures: Sequence[str] | None = None, *, level: float = 0.95) -> pd.DataFrame:
        """Which input explains which share of the variance, of a batch with ``method="sobol"``."""
        return sobol_indices(self.summaries, self.study.sampling, measures, level=level)

    def morris_effects(self, measures: Sequence[str] | None = None, *, level: float = 0.95) -> pd.DataFrame:
        """How far each input moves each measure, of a batch with ``method="morris"``."""
        return morris_effects(self.summaries, self.study.sampling, measures, level=level)

    def to_ema(self, measures: Sequence[str] | None = None) -> Experiments:
        """Experiments and outcomes in the EMA Workbench's format."""
        return to_ema(self.summaries, measures)
