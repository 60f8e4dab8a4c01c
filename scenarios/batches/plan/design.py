"""Designs: which values the varied parameters take together. A grid, a sample, or a table that another program made."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import scipy
from numpy.typing import NDArray

from capacity.errors import InputError, require_whole
from scenarios.batches.optional import salib
from scenarios.batches.plan.sampling import LEVELS, Range, Sampling
from scenarios.parameters.describe import describe
from scenarios.parameters.paths import flat, merge, nest, steps

if TYPE_CHECKING:
    from scenarios.definition.scenario import Scenario

type Floats = NDArray[np.float64]

#: Cases beyond this are a slip of the pen.
MOST_CASES: Final = 200_000


@dataclass(frozen=True)
class Cell:
    """One combination of values.

    Attributes:
        changes: path to value.
        mark: what it is called in a label where its values are too long: "#017", "row 17".
    """

    changes: Mapping[str, Any]
    mark: str = ""


def grid(vary: Mapping[str, Sequence[Any]]) -> list[Cell]:
    """Every combination of the values; one empty cell if nothing varies."""
    _limit(math.prod(len(values) for values in vary.values()), "--vary makes a grid of")
    return [Cell(dict(zip(vary, values, strict=True))) for values in itertools.product(*vary.values())]


def cross(outer: Sequence[Cell], inner: Sequence[Cell]) -> list[Cell]:
    """Every combination of two designs."""
    _limit(len(outer) * len(inner), "the designs together make")
    return [Cell({**a.changes, **b.changes}, b.mark or a.mark) for a in outer for b in inner]


def _limit(count: int, what: str) -> None:
    if count > MOST_CASES:
        raise InputError(f"{what} {count:,} cases, but at most {MOST_CASES:,} are taken")


# ---------------------------------------------------------------------------------------------- samples


def sampled(sampling: Sampling) -> tuple[Sampling, list[Cell], list[str]]:
    """The design with its order and a size that the method can use, its distinct points, and what was decided."""
    fitted, notes = _fitted(sampling)
    points = points_in(fitted)
    _limit(points, f"--sample {fitted.size} makes")
    shares = _shares(fitted)
    rows = [tuple(one.value(float(share)) for one, share in zip(fitted.ranges, row, strict=True)) for row in shares]
    places = {row: place for place, row in enumerate(dict.fromkeys(rows))}
    if len(places) < len(rows):
        notes.append(f"{len(rows) - len(places):,} of {len(rows):,} points are there already, and are run once")
        fitted = replace(fitted, order=tuple(places[row] for row in rows))
    digits = len(str(len(places)))
    return (
        fitted,
        [Cell(dict(zip(fitted.paths, row, strict=True)), f"#{place + 1:0{digits}d}") for row, place in places.items()],
        notes,
    )


def points_in(sampling: Sampling) -> int:
    """Points that a sample takes: N, N (k + 2) for Saltelli's scheme, N (k + 1) for trajectories."""
    more = {"lhs": 1, "sobol": len(sampling.ranges) + 2, "morris": len(sampling.ranges) + 1}
    return sampling.size * more[sampling.method]


def _fitted(sampling: Sampling) -> tuple[Sampling, list[str]]:
    k, size, notes = len(sampling.ranges), sampling.size, []
    if sampling.method == "sobol":
        require_whole("--sample", size, at_least=2)
        fit = 2 ** math.ceil(math.log2(size))
        up = f"--sample {size} is rounded up to {fit}, a power of two, which Sobol's sequence needs; " * (fit != size)
        notes.append(f"{up}{fit} base points x ({k} ranges + 2) = {fit * (k + 2):,} points")
        return replace(sampling, size=fit), notes
    if sampling.method == "morris":
        require_whole("--sample", size, at_least=2)
        for one in sampling.ranges:
            if one.whole:
                raise InputError(f"--method morris steps through shares of a range, but {one.path} is a whole number")
        notes.append(f"{size} trajectories x ({k} ranges + 1) = {size * (k + 1):,} points")
    return sampling, notes


def _shares(sampling: Sampling) -> Floats:
    """Points in the unit cube, one row each."""
    k, size, seed = len(sampling.ranges), sampling.size, sampling.seed
    if sampling.method == "lhs":
        return np.asarray(scipy.stats.qmc.LatinHypercube(k, rng=np.random.default_rng(seed)).random(size))
    problem = unit_problem(sampling)
    sampler = salib(f"sample.{sampling.method}", f"--method {sampling.method}")
    if sampling.method == "sobol":
        return np.asarray(sampler.sample(problem, size, calc_second_order=False, seed=seed))
    return np.asarray(sampler.sample(problem, size, num_levels=LEVELS, seed=seed))


def unit_problem(sampling: Sampling) -> dict[str, Any]:
    """The sample as SALib describes it, in shares of each range."""
    k = len(sampling.ranges)
    return {"num_vars": k, "names": sampling.paths, "bounds": [[0.0, 1.0]] * k}


# ---------------------------------------------------------------------------------------------- parameters


def current(scenario: Scenario, path: str) -> Any:
    """The value of a parameter, None where there is none; of several (labs.*) the first."""
    at: Any = scenario.data()
    for step in steps(path):
        if isinstance(at, Mapping):
            at = at.get(step)
        elif isinstance(at, list | tuple):
            at = _entry(at, step)
        else:
            return None
    return at


def _entry(entries: Sequence[Any], step: str) -> Any:
    if step == "*":
        return entries[0] if entries else None
    if step.startswith("["):
        number = int(step[1:-1])
        return entries[number] if number < len(entries) else None
    return next((one for one in entries if isinstance(one, Mapping) and one.get("name") == step), None)


def unit_of(scenario: Scenario, path: str) -> str:
    """The unit of a parameter, "" where it has none or is unknown."""
    value = current(scenario, path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    # The rows name entries of lists; the path may number them or mean all.
    marked = merge(scenario.data(), nest(path, math.nan))
    changed = next((at for at, one in flat(marked).items() if isinstance(one, float) and math.isnan(one)), "")
    return next((unit for at, _, unit, _, _ in describe(scenario) if at == changed), "")


def ranges_of(ranges: Iterable[Range], scenario: Scenario) -> Iterator[Range]:
    """The ranges with whole numbers where the parameter is one."""
    for one in ranges:
        value = current(scenario, one.path)
        whole = isinstance(value, int) and not isinstance(value, bool)
        yield replace(one, whole=whole)
