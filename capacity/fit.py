"""Fitting the calibration to measurements, with its range, and how good it is on what it has not seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from capacity import fleet
from capacity.architectures import ARCHITECTURES
from capacity.calibration import Calibration
from capacity.engine import Engine
from capacity.errors import InputError, require_kind
from capacity.measurements import Measurements
from capacity.predictions import Pace, Predictions, measured_throughput, pace, predict
from capacity.throughput import Floats
from capacity.units import KILO
from capacity.workload import WORKLOADS

#: What the fit finds, in the order of the search: fields of a calibration.
FITTED_FIELDS: Final = (
    "compute_efficiency",
    "expert_efficiency",
    "bandwidth_efficiency",
    "link_efficiency",
    "layer_latency",
    "expert_layer_latency",
    "exchange_latency",
    "sequence_latency",
)
FIRST_TOKEN_FIELDS: Final = ("first_token_steps", "company")
#: A serving program has numbers of its own from so many rows on [declared]; with fewer it counts as the typical one.
LEAST_ROWS: Final = 10
#: The most that each efficiency can be: kernels that only copy reach 92 % of the memory's rate on the chips measured
#: here [declared; public copy benchmarks give 0.90 to 0.93]; the others are shares.
MOST: Final = {
    "compute_efficiency": 1.0,
    "expert_efficiency": 1.0,
    "bandwidth_efficiency": 0.92,
    "link_efficiency": 1.0,
    "company": 1.0,
}
#: Where the search begins: the order of what single kernels and collectives reach. A row says nothing about what it
#: does not use, so a number that no row shows stays here.
START: Final = Calibration(
    0.65, 0.80, 0.0, expert_efficiency=0.30, link_efficiency=0.60, layer_latency=40e-6, expert_layer_latency=40e-6,
    exchange_latency=4e-6, sequence_latency=30e-6, overlap=0.0, first_token_steps=10.0, company=0.05,
)  # fmt: skip
#: Weight of the start: a number e times off costs as much as this in the mean error.
PULL: Final = 3e-4
#: Rows of one model on one system share their quirks, and inside them those of one engine and number format, so the
#: bootstrap draws the first, and inside each the second.
CLUSTER: Final = ["model", "system"]
SET_UP: Final = ["precision", "backend"]


def errors(rows: Measurements, calibration: Calibration) -> Floats:
    """|log(predicted / measured)| of the time per output token, a number a row."""
    measured = rows.numbers["tpot_ms"] / KILO
    return np.asarray(np.abs(np.log(pace(rows, calibration).per_token_s / measured)))


def first_token_errors(rows: Measurements, calibration: Calibration, at: Pace | None = None) -> Floats:
    """The same of the time to first token; ``at``: the pace, where it is known already."""
    measured = rows.numbers["ttft_ms"] / KILO
    return np.asarray(np.abs(np.log(predict(rows, calibration, at).first_token_s / measured)))


def _first_token_errors_at(rows: Measurements, found: Calibration) -> Callable[[Measurements, Calibration], Floats]:
    """Those errors under calibrations that differ from ``found`` in what the first token waits for alone."""
    return partial(first_token_errors, at=pace(rows, found))


def _from_free(point: Floats, names: tuple[str, ...], base: Calibration) -> Calibration:
    free: dict[str, Any] = {
        name: MOST[name] / (1.0 + math.exp(-x)) if name in MOST else math.exp(x)
        for name, x in zip(names, np.clip(point, -30.0, 30.0), strict=True)
    }
    return replace(base, **free, name="fit")


def _to_free(calibration: Calibration, names: tuple[str, ...]) -> Floats:
    def free(name: str) -> float:
        value = getattr(calibration, name)
        if name not in MOST:
            return math.log(max(value, 1e-12))
        share = min(max(value / MOST[name], 1e-9), 1.0 - 1e-9)
        return math.log(share / (1.0 - share))

    return np.array([free(name) for name in names])


def _search(
    rows: Measurements,
    names: tuple[str, ...],
    start: Calibration,
    of: Callable[[Measurements, Calibration], Floats],
    weights: Floats,
    rounds: int,
    towards: Calibration = START,
) -> Calibration:
    """Least weighted mean error over the fields ``names``, the others as they are in ``start``."""
    pulled = _to_free(towards, names)
    total = weights.sum()

    def mean_error(point: Floats) -> float:
        found = float(of(rows, _from_free(point, names, start)) @ weights / total)
        return found + PULL * float(np.mean((point - pulled) ** 2))

    point = _to_free(start, names)
    for _ in range(rounds):  # a fresh simplex gets out of a corner that the last one shrank into
        simplex = np.vstack([point, point + 0.5 * np.eye(len(point))])
        options = {"initial_simplex": simplex, "maxfev": 100 * len(names), "xatol": 1e-4, "fatol": 1e-7}
        point = np.asarray(minimize(mean_error, point, method="Nelder-Mead", options=options).x)
    return _from_free(point, names, start)


def fit(rows: Measurements, start: Calibration = START, weights: Floats | None = None, rounds: int = 4) -> Calibration:
    """Fit the calibration so that the mean of |log(predicted / measured)| is least.

    First everything that the time per token depends on, then, with that held, what the first token waits for: under
    a typical serving program, and under each that the rows name. The least mean of absolute errors makes the
    predictions right in the median and shrugs at outliers.
    """
    require_kind("measurements", rows, Measurements)
    if len(rows) < 3:
        raise InputError(f"{len(rows)} measurements are too few to fit a calibration")
    each = np.ones(len(rows)) if weights is None else weights
    alike = replace(start, engines=())
    found = _search(rows, FITTED_FIELDS, alike, errors, each, rounds)
    typical = _search(rows, FIRST_TOKEN_FIELDS, found, _first_token_errors_at(rows, found), each, 2)
    return replace(typical, engines=_engines(rows, typical, each))


def _engines(rows: Measurements, typical: Calibration, weights: Floats) -> tuple[Engine, ...]:
    """What the first token waits for under each serving program that enough rows name."""
    names, which = rows.engines
    made = []
    for number, name in enumerate(names):
        own = which == number
        if name and np.count_nonzero(own) >= LEAST_ROWS:
            some = rows.select(own)
            of = _first_token_errors_at(some, typical)
            found = _search(some, FIRST_TOKEN_FIELDS, typical, of, weights[own], 2, towards=typical)
            made.append(Engine(name, found.first_token_steps, found.company))
    return tuple(made)


@dataclass(frozen=True)
class FitRange:
    """A fit, and the fits of resampled clusters of rows.

    Attributes:
        calibration: the fit to all rows.
        draws: fits to resamples, from the one under which the fleet serves least to the one where it serves most.
        headlines: what the fleet serves under each of them [token/s].
    """

    calibration: Calibration
    draws: tuple[Calibration, ...]
    headlines: Floats

    def range(self, field: str) -> tuple[float, float]:
        """5 % and 95 % of a field over the draws."""
        low, high = np.quantile([getattr(draw, field) for draw in self.draws], [0.05, 0.95])
        return float(low), float(high)

    def engine_range(self, engine: str, field: str) -> tuple[float, float]:
        """The same of a field of a serving program; where a draw has no rows of it, it counts as the typical one."""
        low, high = np.quantile([getattr(draw.engine(engine), field) for draw in self.draws], [0.05, 0.95])
        return float(low), float(high)

    def at(self, quantile: float) -> Calibration:
        """The draw at a quantile of the headline: one set of numbers that belong together."""
        return self.draws[round(quantile * (len(self.draws) - 1))]


def headline(calibration: Calibration) -> float:
    """Output tokens per second of the published fleet, for its model, request and speed [token/s]."""
    request = WORKLOADS["general"]
    return fleet.throughput(fleet.HEADLINE_FLEET, ARCHITECTURES["kimi-k2"], request, request.speed, calibration)


def bootstrap(rows: Measurements, draws: int = 100, seed: int = 0) -> FitRange:
    """Refit on ``draws`` resamples of the clusters of rows (model x system), and of the set-ups inside them.

    Rows of a cluster stand or fall together: with a handful of clusters the range is wide, as it should be.
    """
    best = fit(rows)
    columns = [name for name in SET_UP if name in rows.frame]
    cluster = rows.frame.groupby(CLUSTER, dropna=False).ngroup().to_numpy()
    set_up = rows.frame.groupby(CLUSTER + columns, dropna=False).ngroup().to_numpy()
    members = [np.unique(set_up[cluster == number]) for number in range(int(cluster.max()) + 1)]
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        drawn = [rng.choice(members[c], len(members[c])) for c in rng.integers(0, len(members), len(members))]
        times = np.bincount(np.concatenate(drawn), minlength=int(set_up.max()) + 1)[set_up]
        found.append(fit(rows.select(times > 0), best, times[times > 0].astype(np.float64), rounds=1))
    reached = np.array([headline(each) for each in found])
    order = np.argsort(reached, kind="stable")
    return FitRange(best, tuple(found[i] for i in order), reached[order])


def goodness(rows: Measurements, predicted: Predictions | Calibration, by: list[str]) -> pd.DataFrame:
    """Median |log(predicted / measured)| and its sign, by groups of rows.

    Columns: rows; per_token, throughput, first_token (median absolute errors); per_token_bias (median of the
    signed error: above 0 where the prediction is slow).
    """
    p = predict(rows, predicted) if isinstance(predicted, Calibration) else predicted
    f = rows.frame
    signed = pd.DataFrame(
        {
            "per_token": np.log(p.per_token_s / (f["tpot_ms"] / KILO)),
            "throughput": np.log(p.throughput_tok_s / measured_throughput(rows)),
            "first_token": np.log(p.first_token_s / (f["ttft_ms"] / KILO)),
        }
    )
    table = signed.abs().assign(per_token_bias=signed["per_token"], **{name: f[name] for name in by})
    grouped = table.groupby(by)
    return grouped.median().assign(rows=grouped.size()).reset_index()


@dataclass(frozen=True)
class LeftOut:
    """Median errors over all rows, each predicted by a fit that has not seen its model (or system).

    Attributes:
        per_token: of the time per output token.
        first_token: of the time to first token.
        typical: the same where nothing is known of the serving program.
        constant: of the time to first token if it is called the median of the rows seen, whatever the row.
    """

    per_token: float
    first_token: float
    typical: float
    constant: float


def leave_one_out(rows: Measurements, column: str, best: Calibration | None = None) -> tuple[pd.DataFrame, LeftOut]:
    """Fit without each system (or model) in turn and predict it.

    ``best``: the fit to all rows, where it is known already; the others begin there.

    Returns a table, a row for each that was left out (rows; median error of the time per token, the first token
    and throughput; signed median of the time per token, above 0 where it is predicted too slow; the error of the
    first token where the serving program is not known, and of a constant one), and the medians over all rows, each
    predicted by the fit that has not seen it.
    """
    names = rows.frame[column].to_numpy()
    if len(set(names)) < 2:
        raise InputError(f"leaving one {column} out needs at least two; the file has {', '.join(set(names)) or 'none'}")
    start = fit(rows) if best is None else best
    first = np.log(rows.numbers["ttft_ms"])
    table, seen = [], {name: np.zeros(len(rows)) for name in ("per_token", "first_token", "typical", "constant")}
    for name in sorted(set(names)):
        left_out = names == name
        found = fit(rows.select(~left_out), start, rounds=3)
        unseen = rows.select(left_out)
        seen["per_token"][left_out] = errors(unseen, found)
        seen["first_token"][left_out] = first_token_errors(unseen, found)
        seen["typical"][left_out] = first_token_errors(unseen, replace(found, engines=()))
        seen["constant"][left_out] = np.abs(first[left_out] - np.median(first[~left_out]))
        good = goodness(unseen, found, [column]).iloc[0]
        table.append(
            {"left_out": name, "rows": int(left_out.sum())}
            | {key: float(np.median(values[left_out])) for key, values in seen.items()}
            | {"throughput": float(good["throughput"]), "per_token_bias": float(good["per_token_bias"])}
        )
    medians = {key: float(np.median(values)) for key, values in seen.items()}
    return pd.DataFrame(table), LeftOut(**medians)
