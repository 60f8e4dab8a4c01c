"""A comparison of the cases of a batch: means with intervals over seeds, and how they differ from one of them.

It is of a batch's folder, or of any table of runs (CSV or Parquet): columns label, seed, inputs and measures.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from capacity.errors import InputError
from capacity.reading import check_path, csv_rows, is_there, near, read_bytes, read_text, separator_of
from scenarios.batches.analysis.over_seeds import (
    LEVEL,
    PRECISION,
    check_runs,
    differences,
    groups,
    inputs_in,
    measures_in,
    summary,
)
from scenarios.batches.store.batch import open_batch
from scenarios.results.measures import MEASURES

if TYPE_CHECKING:
    from scenarios.batches.plan.sampling import Sampling

#: Shown where a scenario does not say which measures answer it.
USUAL: Final = ("paid-price", "spot-price", "queue-hours", "unserved", "utilisation", "surplus")
#: A table of runs larger than this is something else [bytes].
LARGEST_BYTES: Final = 200_000_000
#: Measures shown of a table that has none of these.
SHOWN: Final = 6


@dataclass(frozen=True)
class Runs:
    """The runs of a batch as a table, and what is known of them.

    Attributes:
        summaries: one row a run that is done.
        name: what the batch is called.
        question: what it asks.
        answers: measures that answer it.
        sampling: how its cases were sampled, where they were.
        note: what is missing, in words.
    """

    summaries: pd.DataFrame
    name: str
    question: str = ""
    answers: tuple[str, ...] = ()
    sampling: Sampling | None = None
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """Means and differences of some measures, by case or by an input.

    Attributes:
        by: the column whose values are compared.
        against: the value that the others are compared with.
        means: as ``analysis.summary`` gives them.
        gaps: as ``analysis.differences`` gives them.
        level: how often an interval covers the true mean.
        precision: share of a mean to which it should be known.
    """

    by: str
    against: Any
    means: pd.DataFrame
    gaps: pd.DataFrame
    level: float = LEVEL
    precision: float = PRECISION

    def table(self) -> pd.DataFrame:
        """One tidy table: a row for each measure and value, means first, then differences."""
        gaps = self.gaps.rename(columns={"low": "difference_low", "high": "difference_high", "seeds": "pairs"})
        made = self.means.merge(gaps, on=[self.by, "measure"], how="left")
        units = made["measure"].map(lambda name: MEASURES[name].unit if name in MEASURES else "")
        made.insert(2, "unit", units)
        made.insert(len(made.columns), "against", str(self.against))
        return made


def read_runs(path: Path) -> Runs:
    """The runs of a batch, or of a table in a CSV or Parquet file."""
    check_path(path, f"'{path}'")
    if path.suffix.lower() in (".csv", ".parquet") and not path.is_dir():
        return Runs(_table(path), path.stem)
    batch = open_batch(path)
    study, total, done = batch.study, batch.state.total, batch.state.count("done")
    answers = dict.fromkeys(one.measure for scenario in study.scenarios.values() for one in scenario.outcomes)
    failed = batch.state.count("failed")
    note = f"{total - done:,} of {total:,} runs are not there ({failed:,} failed); what follows is of the others"
    return Runs(
        batch.summaries, study.name, study.question, tuple(answers), study.sampling, note if done < total else ""
    )


def _table(path: Path) -> pd.DataFrame:
    if not is_there(path, f"'{path}'"):
        raise InputError(f"'{path}' is not there{near(path)}")
    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(io.BytesIO(read_bytes(path, f"'{path}'", "a table of runs", LARGEST_BYTES)))
        text = read_text(path, f"'{path}'", "a table of runs", LARGEST_BYTES)
        _check_lines(text, f"'{path}'")
        frame = pd.read_csv(io.StringIO(text), sep=separator_of(text), keep_default_na=False, skipinitialspace=True)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"'{path}' cannot be read: {' '.join(str(error).split())[:200]}") from error
    words = {"label", "scenario", "variant", *inputs_in(frame)}
    for name in frame.columns.difference(list(words)):
        frame[name] = _numbers(frame[name], path)
    check_runs(frame, f"'{path}'")
    return frame


def _check_lines(text: str, what: str) -> None:
    """Refuse what pandas would read as something else: a line too long for its header, a name that is there twice."""
    lines = [cells for _, cells in csv_rows(text, what, separator_of(text))]
    if lines and (twice := [name for name in lines[0] if name and lines[0].count(name) > 1]):
        raise InputError(f"{what} has the column '{twice[0]}' twice")


def _numbers(column: pd.Series[Any], path: Path) -> pd.Series[float]:
    """A column as numbers, where it has any; an empty cell, or 'nan', is none."""
    numbers = pd.to_numeric(column.replace("", math.nan), errors="coerce")
    words = numbers.isna() & ~column.astype(str).str.strip().str.lower().isin(("", "nan"))
    if numbers.notna().any() and words.any():
        row = int(words.to_numpy().argmax())
        raise InputError(f"'{path}': row {row + 1}: {column.name} is {column.iloc[row]!r}, but must be a number")
    return numbers


def compare(
    runs: Runs,
    *,
    by: str | None = None,
    measures: Sequence[str] | None = None,
    against: Any = None,
    level: float = LEVEL,
    precision: float = PRECISION,
) -> Comparison:
    """Compare cases, or the values of a column, with one of them: the first if nothing is said."""
    frame = runs.summaries
    by = by or _usual_column(frame)
    wanted = list(measures) if measures else answering(runs)
    means = summary(frame, wanted, by=by, level=level, precision=precision)
    base = means[by].iloc[0] if against is None else against
    gaps = differences(frame, base, wanted, by=by, level=level)
    found = next(one for one in means[by] if one not in set(gaps[by]))
    return Comparison(by, found, means, gaps, level, precision)


def _usual_column(frame: pd.DataFrame) -> str:
    """Cases by their labels; by their variants, which are shorter, where nothing else differs."""
    if not {"scenario", "variant"} <= set(frame.columns) or inputs_in(frame) or len(set(frame["scenario"])) > 1:
        return "label"
    return "variant" if len(set(frame["variant"])) == len(set(frame["label"])) > 1 else "label"


def answering(runs: Runs) -> list[str]:
    """Measures that answer the question, or usual ones."""
    known = measures_in(runs.summaries)
    for names in (runs.answers, USUAL):
        found = [name for name in names if name in known]
        if found:
            return found
    if not known:
        raise InputError(f"'{runs.name}' has no measure: no column of numbers beside the inputs")
    return known[:SHOWN]


def cases_pooled(runs: Runs, by: str) -> int:
    """Most cases that are averaged in one value of a column."""
    frame = pd.DataFrame({"group": groups(runs.summaries, by), "label": runs.summaries["label"]})
    return int(frame.groupby("group")["label"].nunique().max())
