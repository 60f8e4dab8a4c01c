"""Sets of fitted parameters that do about as well as the fit: what is known jointly stays together.

Near the fit the distance of each moment, in halves of its known range, goes in straight lines with the places of the
parameters, slopes J. If moments are known to halves of their ranges, and parameters to be within theirs (width w, as if
uniform), the places are normal about the fit with precision

    J'J + diag(12 / w^2)                                                                                        (1)

cut to the ranges. Candidates are drawn so, each is run, and the nearest to the world are kept [importance by rejection:
Beaumont, Zhang and Balding 2002], since slopes are not straight far away.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

#: The fitted values that come with the project, and the sets beside them.
FITTED: Final = "baseline_2026.csv"
FILE: Final = "baseline_2026_sets.csv"


def joint_draws(
    middle: Floats, low: Floats, high: Floats, slopes: Floats, count: int, rng: np.random.Generator
) -> Floats:
    """So many places of all parameters, by draw and parameter, equation (1)."""
    precision = slopes.T @ slopes + np.diag(12.0 / np.square(high - low))
    root = np.linalg.cholesky(np.linalg.inv(precision))
    drawn = middle + rng.standard_normal((count, middle.size)) @ root.T
    return np.clip(drawn, low, high)


def nearest(distances: Sequence[Floats], count: int) -> list[int]:
    """Numbers of the sets whose moments are nearest, by the root of the mean square, in the order of the draws."""
    far = [float(np.sqrt(np.mean(np.square(one)))) for one in distances]
    return sorted(int(k) for k in np.argsort(far, kind="stable")[:count])


def fitted_values() -> dict[str, float]:
    """What the baseline was fitted to: values by path."""
    return {row["path"]: float(row["value"]) for row in rows_of(FITTED)}


def fitted_sets() -> list[dict[str, float]]:
    """The sets of the baseline: values by path."""
    return [{path: float(value) for path, value in row.items()} for row in rows_of(FILE)]


def rows_of(name: str) -> list[dict[str, str]]:
    """A table of the library."""
    with resources.files("scenarios.library").joinpath(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
