"""Which input matters: Sobol's indices and Morris' elementary effects, by SALib, on a batch's own design.

The runs of a case are averaged over its seeds first. What luck is left is in the indices as an interaction of all
inputs, so that first-order indices that sum to less than one may be noise: more seeds tell.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity.errors import InputError, require
from scenarios.batches.analysis.over_seeds import inputs_in, measures_in
from scenarios.batches.optional import salib
from scenarios.batches.plan.design import points_in, unit_problem
from scenarios.batches.plan.sampling import LEVELS, Sampling

type Floats = NDArray[np.float64]

#: Resamples from which the intervals come.
RESAMPLES: Final = 500


def sobol_indices(
    summaries: pd.DataFrame,
    sampling: Sampling | None,
    measures: Sequence[str] | None = None,
    *,
    level: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """Shares of the variance over the ranges that inputs explain.

    Columns: what else differs (scenario, variant, other inputs), measure, input, first (alone), total (with all its
    interactions), each with low and high of its bootstrap interval at ``level``.
    """
    design = _checked(sampling, "sobol", level)
    sobol = salib("analyze.sobol", "sensitivity")
    rows = []
    for about, measure, values, _ in _answers(summaries, design, measures):
        if not np.isfinite(values).all() or np.ptp(values) == 0:
            found = dict.fromkeys(("S1", "S1_conf", "ST", "ST_conf"), np.full(len(design.ranges), math.nan))
        else:
            problem = unit_problem(design)
            found = sobol.analyze(
                problem, values, calc_second_order=False, num_resamples=RESAMPLES, conf_level=level, seed=seed
            )
        for k, path in enumerate(design.paths):
            first, total = (_ends(found[name][k], found[f"{name}_conf"][k]) for name in ("S1", "ST"))
            rows.append((*about.values(), measure, path, *first, *total))
    columns = ["first", "first_low", "first_high", "total", "total_low", "total_high"]
    return _frame(summaries, design, rows, columns)


def morris_effects(
    summaries: pd.DataFrame,
    sampling: Sampling | None,
    measures: Sequence[str] | None = None,
    *,
    level: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """How far a measure moves when an input crosses its whole range, all else as it is.

    Columns: what else differs, measure, input, mean (with its sign), strength (mean size, mu*) with low and high of its
    bootstrap interval at ``level``, and spread (sigma: above the strength where the input interacts or bends).
    """
    design = _checked(sampling, "morris", level)
    morris = salib("analyze.morris", "sensitivity")
    rows = []
    for about, measure, values, shares in _answers(summaries, design, measures):
        if np.isfinite(values).all():
            found: Any = morris.analyze(
                unit_problem(design),
                shares,
                values,
                num_resamples=RESAMPLES,
                conf_level=level,
                num_levels=LEVELS,
                seed=seed,
            )
        else:
            found = {name: [math.nan] * len(design.ranges) for name in ("mu", "mu_star", "mu_star_conf", "sigma")}
        for k, path in enumerate(design.paths):
            strength = _ends(found["mu_star"][k], found["mu_star_conf"][k])
            rows.append((*about.values(), measure, path, float(found["mu"][k]), *strength, float(found["sigma"][k])))
    return _frame(summaries, design, rows, ["mean", "strength", "strength_low", "strength_high", "spread"])


def _ends(value: float, half: float) -> tuple[float, float, float]:
    return float(value), float(value - half), float(value + half)


def _checked(sampling: Sampling | None, method: str, level: float) -> Sampling:
    if sampling is None or sampling.method != method:
        made = "not sampled" if sampling is None else f"sampled by {sampling.method}"
        raise InputError(f"these cases were {made}, but this needs a batch with --sample and --method {method}")
    if require("level", level, above=0) >= 1:
        raise InputError(f"level is {level:g}, but must be above 0 and below 1, such as 0.95")
    return sampling


# ---------------------------------------------------------------------------------------------- from runs to points


def _others(summaries: pd.DataFrame, design: Sampling) -> list[str]:
    """Columns that tell one sample from another: the scenario, and what varies beside the sample."""
    beside = [path for path in inputs_in(summaries) if path not in design.paths]
    return [name for name in ("scenario", "variant") if name in summaries.columns] + beside


def _frame(summaries: pd.DataFrame, design: Sampling, rows: list[Any], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[*_others(summaries, design), "measure", "input", *columns])


def _answers(
    summaries: pd.DataFrame, design: Sampling, measures: Sequence[str] | None
) -> Iterator[tuple[dict[str, Any], str, Floats, Floats]]:
    """What a sample is of, a measure, and its value and inputs (as shares of their ranges) at every point."""
    names, others = measures_in(summaries, measures), _others(summaries, design)
    for path in design.paths:
        if path not in summaries.columns:
            raise InputError(f"the table of runs has no column '{path}', which the design varies")
    parts: Any = summaries.groupby(others, sort=False, dropna=False) if others else [((), summaries)]
    for key, part in parts:
        about = dict(zip(others, key, strict=True))
        cases = _cases(part, names, design, about)
        order = np.array(design.order) if design.order else np.arange(len(cases))
        shares = np.column_stack([_shares(cases[one.path], one.low, one.high, one.log) for one in design.ranges])
        for name in names:
            yield about, name, cases[name].to_numpy(dtype=np.float64)[order], shares[order]


def _cases(part: pd.DataFrame, names: list[str], design: Sampling, about: dict[str, Any]) -> pd.DataFrame:
    """One row a case in the order of the design, averaged over seeds; every run must be there."""
    wanted = max(design.order) + 1 if design.order else points_in(design)
    rows = part.sort_values("run", kind="stable") if "run" in part.columns else part
    cases = rows.groupby("label", sort=False)
    whole = cases["seed"].nunique()
    if len(whole) != wanted or whole.min() != whole.max():
        of = " ".join(str(value) for value in about.values() if str(value)) or "the sample"
        short = int((whole < whole.max()).sum())
        raise InputError(
            f"{of} has {len(whole):,} of the {wanted:,} cases of its design"
            + (f", {short:,} of them without all seeds" if short else "")
            + ": indices need every run; `tokenmarket batch --resume` makes what is missing"
        )
    made = cases[design.paths].first()
    # A NaN in one seed must not pass for a mean of the others.
    return made.join(cases[names].mean().where(cases[names].count().eq(whole, axis=0)))


def _shares(values: pd.Series[Any], low: float, high: float, log: bool) -> Floats:
    numbers = values.to_numpy(dtype=np.float64)
    shares = np.log(numbers / low) / math.log(high / low) if log else (numbers - low) / (high - low)
    # On the levels of the trajectories, to the last digit.
    return np.asarray(np.round(shares * (LEVELS - 1)) / (LEVELS - 1))
