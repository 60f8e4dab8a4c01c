"""Which draws of what is not known are near what was observed: approximate Bayesian computation by rejection.

Values are drawn between their bounds, each set is run, and those whose runs are nearest to what was observed until a
month are run again, each with a few other seeds; of these the sets are kept that are nearest then [Beaumont, Zhang and
Balding 2002]. On what day a seller comes is chance, so that a set can be near by luck: what it is kept for is what it
does on seeds that had no part in choosing it. A set's values stay together, so that what is only known jointly stays
so. Sets kept to June 2025 are tested on what came after; those kept to December 2025 are for what follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from scenarios.studies.hindcast.forecasts import FITTED_UNTIL
from scenarios.studies.hindcast.observed import FITTED_LAST, LAST, LAST_MONTH, observed, observed_moves, table

type Run = Mapping[str, Any]

#: Quarters of months whose means are compared, as far as they are observed.
SPANS: Final = (
    ("2024-11", "2025-01"),
    ("2025-02", "2025-04"),
    ("2025-05", "2025-06"),
    ("2025-07", "2025-09"),
    ("2025-10", "2025-12"),
)
#: By the last month that is fitted to: the last day, and what a run calls moves until then.
ENDS: Final = {FITTED_UNTIL: (FITTED_LAST, "moves to June"), LAST_MONTH: (LAST, "moves")}
#: Part of the sets that are run again, and of all that are kept.
AGAIN: Final = 1.0 / 4.0
KEPT: Final = 1.0 / 12.0
#: Distance, in scales, from which on more does not count: what is out of reach must not decide all else.
MOST: Final = 3.0


def distances(run: Run, until: str) -> dict[str, float]:
    """How far a run is from what was observed until a month, in scales, by what is compared."""
    seen, scales = observed(), table("fitted_to.csv").set_index("series")["scale"]
    found = {}
    for name in scales.index:
        if name in seen:
            line = pd.Series(run["series"].get(name, {}), dtype=float)
            for first, last in SPANS:
                known = seen[name].loc[first:last].dropna()
                if last <= until and len(known):
                    with np.errstate(divide="ignore"):  # nothing at all is as far off as can be
                        gap = np.log(line.reindex(known.index).to_numpy()) - np.log(known.to_numpy())
                    found[f"{name}, {first} to {last}"] = _capped(float(gap.mean()) / scales[name])
    day, moves = ENDS[until]
    for name in scales.index.difference(seen.columns):
        what, _, kind = name.rpartition(" (")
        known, had = observed_moves(kind[:-1], last=day)[what], run[moves][kind[:-1]].get(what, 0.0)
        found[name] = _capped(float(np.log(max(had, 1e-9) / known)) / scales[name])
    return found


def _capped(distance: float) -> float:
    return float(np.clip(distance, -MOST, MOST)) if np.isfinite(distance) else MOST


def distance(run: Run, until: str) -> float:
    """Root of the mean square of all of them."""
    return float(np.sqrt(np.mean(np.square(list(distances(run, until).values())))))


def nearest(runs: Sequence[Run], until: str, part: float) -> list[Run]:
    """So large a part of the runs, the nearest ones, in the order in which they were drawn."""
    far = [distance(run, until) for run in runs]
    keep = sorted(np.argsort(far, kind="stable")[: max(round(part * len(runs)), 1)])
    return [runs[k] for k in keep]


def run_again(runs: Sequence[Run]) -> list[Run]:
    """Runs whose sets are worth other seeds: the nearest ones to each month that is fitted to."""
    near = [run for until in ENDS for run in nearest(runs, until, AGAIN)]
    return sorted({run["seed"]: run for run in near}.values(), key=lambda run: int(run["seed"]))


def kept_sets(runs: Sequence[Run], again: Sequence[Run], until: str) -> list[tuple[Run, float]]:
    """First runs of the sets that are kept, with the root of the mean square of their distances on other seeds.

    ``runs``: of all sets, one each; ``again``: those of the nearest ones on other seeds.
    """
    found = []
    for run in nearest(runs, until, AGAIN):
        far = [distance(other, until) for other in again if other["values"] == run["values"]]
        found.append((run, float(np.sqrt(np.mean(np.square(far))))))
    best = sorted(found, key=lambda one: one[1])[: max(round(KEPT * len(runs)), 1)]
    return sorted(best, key=lambda one: int(one[0]["seed"]))


def write_sets(runs: Sequence[Run], again: Sequence[Run], path: Path) -> None:
    """Sets that are kept, for each month that is fitted to, as a table."""
    rows = [
        {"until": until, "seed": run["seed"], "distance": float(f"{far:.4g}"), **run["values"]}
        for until in ENDS
        for run, far in kept_sets(runs, again, until)
    ]
    pd.DataFrame(rows).to_csv(path, index=False, lineterminator="\n")


def fitted_sets(until: str) -> list[dict[str, float]]:
    """Sets that were kept: those fitted to June 2025 for what can be tested, to December for what follows."""
    rows = table("fitted.csv")
    rows = rows[rows["until"] == (FITTED_UNTIL if until <= LAST_MONTH else LAST_MONTH)]
    made: list[dict[str, float]] = rows.drop(columns=["until", "seed", "distance"]).to_dict("records")  # type: ignore[assignment]
    return made
