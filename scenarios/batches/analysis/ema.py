"""Finished runs in the format of the EMA Workbench, which need not be there for it.

experiments, outcomes = open_batch("results/growth").to_ema()
feature_scoring.get_feature_scores_all(experiments[inputs], outcomes)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.batches.analysis.over_seeds import inputs_in, measures_in

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
