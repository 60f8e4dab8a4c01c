"""What a batch says: means with intervals over seeds, and paired differences between cases.

All of it works on a plain frame, one row a run: columns seed, label, scenario, variant, the inputs that vary (their
names have a dot, as in supply.growth) and measures. Where the frame comes from does not matter.

Runs with the same seed draw the same users and luck in every case (common random numbers). So what belongs to a seed is
averaged first, and an interval is over seeds; differences are taken seed by seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit  # scipy.stats has it too, and takes half a second to import

from capacity.errors import InputError, UnknownNameError, nearest, require

type Floats = NDArray[np.float64]

#: Columns that say which run a row is.
ABOUT: Final = ("run", "label", "scenario", "variant", "seed")
LEVEL: Final = 0.9
#: Width that a mean should be known to, as a share of it: half its interval.
PRECISION: Final = 0.02
#: Seeds beyond this are not counted out.
MANY: Final = 10_000_000
#: A difference smaller than this share of what differs is one of rounding: none.
ROUNDING: Final = 1e-9
#: More values of an input than this are gathered into so many classes of equal size.
VALUES, CLASSES = 12, 5


def summary(
    summaries: pd.DataFrame,
    measures: Sequence[str] | None = None,
    *,
    by: str = "label",
    level: float = LEVEL,
    precision: float = PRECISION,
) -> pd.DataFrame:
    """Mean of each measure by case (or by ``by``), with its interval over seeds.

    Columns: ``by``, measure, mean, low, high (Student's t at ``level``: it covers the true mean so often, if the seeds'
    values are not far from normal), sd (between seeds), seeds, and seeds_needed: how many would bring half the interval
    down to ``precision`` x |mean|.
    """
    _check_level(level)
    require("precision", precision, above=0)
    rows = []
    for measure, table in tables_by_seed(summaries, measures_in(summaries, measures), by).items():
        for group in table.columns:
            values = _finite(table[group])
            mean, low, high = interval(values, level)
            sd = float(values.std(ddof=1)) if values.size > 1 else math.nan
            needed = seeds_needed(sd, precision * abs(mean), level)
            rows.append((group, measure, mean, low, high, sd, values.size, needed))
    columns = [by, "measure", "mean", "low", "high", "sd", "seeds", "seeds_needed"]
    return pd.DataFrame(rows, columns=columns)


def differences(
    summaries: pd.DataFrame,
    baseline: Any,
    measures: Sequence[str] | None = None,
    *,
    by: str = "label",
    level: float = LEVEL,
) -> pd.DataFrame:
    """How each case differs from one of them, seed by seed.

    Columns: ``by``, measure, difference (mean over seeds), low, high (Student's t at ``level``), relative (to the
    baseline's mean), up, down and seeds (in how many of so many seeds it is above and below; in the others nothing
    differs), and gain: how many times the seeds unpaired runs would need for the same interval, NaN where the
    difference does not vary. What differs by rounding does not differ.
    """
    _check_level(level)
    rows = []
    for measure, table in tables_by_seed(summaries, measures_in(summaries, measures), by).items():
        against = _group(table, baseline, by)
        for group in table.columns:
            if group == against:
                continue
            pair = table[[group, against]].to_numpy(dtype=np.float64)
            pair = pair[np.isfinite(pair).all(axis=1)]
            gap = gaps_of(pair)
            mean, low, high = interval(gap, level)
            base = float(pair[:, 1].mean()) if len(pair) else math.nan
            relative = mean / abs(base) if base else math.nan
            up, down = int((gap > 0).sum()), int((gap < 0).sum())
            rows.append((group, measure, mean, low, high, relative, up, down, len(gap), pairing_gain(pair)))
    columns = [by, "measure", "difference", "low", "high", "relative", "up", "down", "seeds", "gain"]
    return pd.DataFrame(rows, columns=columns)


# ---------------------------------------------------------------------------------------------- numbers


def interval(values: Floats, level: float = LEVEL) -> tuple[float, float, float]:
    """Mean and its interval by Student's t; the ends are NaN for a single value, which says nothing of its spread."""
    if values.size == 0:
        return math.nan, math.nan, math.nan
    mean = float(values.mean())
    if values.size == 1:
        return mean, math.nan, math.nan
    half = float(stdtrit(values.size - 1, 0.5 + level / 2.0) * values.std(ddof=1) / math.sqrt(values.size))
    return mean, mean - half, mean + half


def seeds_needed(sd: float, half: float, level: float = LEVEL) -> float:
    """Smallest number of seeds, from 2, for which half the interval is at most ``half``; NaN where it is unknown."""
    if not (math.isfinite(sd) and math.isfinite(half)) or half <= 0 < sd:
        return math.nan
    if sd == 0:
        return 2.0
    low, high = 1, 2
    while stdtrit(high - 1, 0.5 + level / 2.0) * sd / math.sqrt(high) > half:
        low, high = high, high * 2
        if high > MANY:
            return math.inf
    while high - low > 1:
        middle = (low + high) // 2
        enough = stdtrit(middle - 1, 0.5 + level / 2.0) * sd / math.sqrt(middle) <= half
        low, high = (low, middle) if enough else (middle, high)
    return float(high)


def gaps_of(pair: Floats) -> Floats:
    """First less second of each pair; 0 where that is rounding beside the larger of the two."""
    gap = pair[:, 0] - pair[:, 1]
    return np.where(np.abs(gap) <= ROUNDING * np.abs(pair).max(axis=1, initial=0.0), 0.0, gap)


def pairing_gain(pair: Floats) -> float:
    """Variance of a difference of independent runs over that of paired ones: above 1 where common seeds help."""
    if len(pair) < 2:
        return math.nan
    apart, together = float(pair.var(axis=0, ddof=1).sum()), float(gaps_of(pair).var(ddof=1))
    return apart / together if together > 0 else math.nan


def _finite(values: pd.Series[float]) -> Floats:
    array = values.to_numpy(dtype=np.float64)
    return np.asarray(array[np.isfinite(array)], dtype=np.float64)


def _check_level(level: float) -> None:
    if require("level", level, above=0) >= 1:
        raise InputError(f"level is {level:g}, but must be above 0 and below 1, such as 0.9")


# ---------------------------------------------------------------------------------------------- the frame


def inputs_in(summaries: pd.DataFrame) -> list[str]:
    """Columns that are parameters: their names are paths."""
    return [str(name) for name in summaries.columns if "." in str(name) or "[" in str(name)]


def check_runs(summaries: pd.DataFrame, what: str = "the table of runs") -> None:
    """A table of runs has some, each with the label of its case and its seed."""
    missing = [name for name in ("seed", "label") if name not in summaries.columns]
    if missing:
        hint = nearest(missing[0], map(str, summaries.columns)).replace("did you mean", "is it")
        raise InputError(f"{what} has no column '{missing[0]}'{hint}, but needs seed and label")
    if not len(summaries):
        raise InputError(f"{what} is empty: no run has finished")
    for name in ("seed", "label"):
        empty = (summaries[name].isna() | (summaries[name].astype(str).str.strip() == "")).to_numpy()
        if empty.any():
            raise InputError(f"{what} has no {name} in row {int(empty.argmax()) + 1}, but every run has one")
    if _is_number(summaries["seed"]):
        seeds = summaries["seed"].to_numpy(dtype=np.float64)
        if (broken := ~np.isfinite(seeds) | (np.floor(seeds) != seeds)).any():
            row = int(broken.argmax())
            raise InputError(f"{what}: row {row + 1}: seed is {seeds[row]}, but must be a whole number")


def _refuse_twice(seeds: pd.Series[Any], group: pd.Series[Any], labels: pd.Series[Any], by: str) -> None:
    """Within what is compared a label has one run a seed: of two nobody knows which it is."""
    keys = pd.DataFrame({"group": group, "label": labels, "seed": seeds})
    if (twice := keys.duplicated().to_numpy()).any():
        row = int(twice.argmax())
        first = int((keys == keys.iloc[row]).all(axis=1).to_numpy().argmax())
        one = keys.iloc[row]
        value = "" if by == "label" else f" and {by} {one['group']}"
        raise InputError(
            f"the table of runs has label '{one['label']}'{value} with seed {one['seed']} twice, in rows {first + 1} "
            f"and {row + 1}, but a case has one run of each seed"
        )


def measures_in(summaries: pd.DataFrame, wanted: Sequence[str] | None = None) -> list[str]:
    """Columns that are measures, or those that are wanted of them."""
    check_runs(summaries)
    about = {*ABOUT, *inputs_in(summaries)}
    known = [str(name) for name in summaries.columns if name not in about and _is_number(summaries[name])]
    for name in wanted or ():
        if name not in known:
            raise UnknownNameError(f"unknown measure '{name}'{nearest(name, known)}; known: {', '.join(known)}")
    return list(dict.fromkeys(wanted)) if wanted else known


def _is_number(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def by_seed(summaries: pd.DataFrame, measure: str, by: str = "label") -> pd.DataFrame:
    """One row a seed, one column a group: the mean over the group's cases, where the seed ran all of them."""
    return tables_by_seed(summaries, [measure], by)[measure]


def tables_by_seed(summaries: pd.DataFrame, measures: Sequence[str], by: str = "label") -> dict[str, pd.DataFrame]:
    """The same of several measures, by name: runs are told apart once, which is most of the work."""
    group = groups(summaries, by).rename("group")
    _refuse_twice(summaries["seed"], group, summaries["label"], by)
    order = _ordered(group)
    cases = summaries["label"].groupby(group, sort=False).nunique().reindex(order)
    cells = summaries[list(measures)].groupby([summaries["seed"], group])
    means: Any
    counts: Any
    means, counts = (table.unstack("group") for table in (cells.mean(), cells.count()))  # noqa: PD010  # grouped once
    wanted = pd.MultiIndex.from_product([measures, order], names=means.columns.names)
    mean, count = (table.reindex(columns=wanted).to_numpy(dtype=np.float64) for table in (means, counts))
    whole = np.where(count == np.tile(cases.to_numpy(), len(measures)), mean, np.nan)
    columns, wide = pd.Index(order, name="group"), len(order)
    return {
        name: pd.DataFrame(whole[:, wide * k : wide * (k + 1)], index=means.index, columns=columns)
        for k, name in enumerate(measures)
    }


def groups(summaries: pd.DataFrame, by: str) -> pd.Series[Any]:
    """To which group each run belongs; many values of a number are gathered into classes."""
    known = ["label", "scenario", "variant", *inputs_in(summaries)]
    if by not in known or by not in summaries.columns:
        here = [name for name in known if name in summaries.columns]
        raise UnknownNameError(f"cannot compare by '{by}'{nearest(by, here)}; known: {', '.join(here)}")
    column = summaries[by]
    if by == "variant":
        # Without a variant a scenario is itself.
        return column.where(column.astype(str) != "", summaries["scenario"]).astype(str)
    if not _is_number(column):
        return column.astype(str)
    if column.nunique() <= VALUES:
        return column
    classes, edges = pd.qcut(column, CLASSES, duplicates="drop", labels=False, retbins=True)
    names = {k: f"{edges[k]:.4g} to {edges[k + 1]:.4g}" for k in range(len(edges) - 1)}
    return classes.map(names).astype(str)


def _ordered(group: pd.Series[Any]) -> list[Any]:
    """Groups as they come; numbers and classes by size."""
    found = list(group.unique())
    if _is_number(group):
        return sorted(found)
    if all(isinstance(one, str) and " to " in one and _begin(one) is not None for one in found):
        return sorted(found, key=lambda one: _begin(one) or 0.0)
    return found


def _begin(one: str) -> float | None:
    try:
        return float(one.split(" to ", maxsplit=1)[0])
    except ValueError:
        return None


def _group(table: pd.DataFrame, wanted: Any, by: str) -> Any:
    for one in table.columns:
        if one == wanted or str(one) == str(wanted) or _same_number(one, wanted):
            return one
    known = [str(one) for one in table.columns]
    shown = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    raise UnknownNameError(f"no {by} is '{wanted}'{nearest(str(wanted), known)}; known: {shown}")


def _same_number(one: Any, other: Any) -> bool:
    try:
        return float(one) == float(other)
    except (TypeError, ValueError):
        return False
