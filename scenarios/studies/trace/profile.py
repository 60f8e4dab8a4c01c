"""What a log says of requests of a kind, in the terms of the model.

- Load by local hour d of weekdays and of weekend days: lambda_d = requests in such hours / such hours in the log [1/h].
- Requests a day: 24 h x (5 x mean weekday + 2 x mean weekend) / 7; without a load, requests over the days of the log.
- Burstiness: Pearson's statistic over its degrees of freedom [McCullagh and Nelder, 1989, 4.5.2],

      sum over hours t of (n_t - e_t lambda_t)^2 / (e_t lambda_t)  /  (hours - loads that are fitted),

  where n_t are the requests of an hour and e_t is the share of it that is in the log. It is 1 for Poisson arrivals
  whose rate follows the load, and in the model ``demand.*.burstiness``: variance over mean of arrivals in a tick.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scenarios.studies.trace.tally import Tally
from scenarios.studies.trace.trace import HOUR, Trace

type Floats = NDArray[np.float64]

#: A load is told of hours of which at least this much is in the log [h], and burstiness of those that are as whole.
#: Declared.
LEAST_HOURS: Final = 0.5
#: Fewer degrees of freedom say nothing of burstiness: a day's hours. Declared.
LEAST_FREEDOM: Final = 24
DAYS, HOURS = ("weekday", "weekend"), 24


@dataclass(frozen=True)
class Profile:
    """What a log says of requests of a kind.

    Attributes:
        requests: how many there are.
        input: mean input [tokens].
        cached: share of all input that was read from the prompt cache.
        output: mean output [tokens].
        size_spread: standard deviation of the log of a request's tokens, input and output together.
        requests_per_day: mean requests of a day, with weekends at their share of a week.
        burstiness: variance over mean of requests in an hour around the load; NaN where the log is too short.
        weekday, weekend: requests an hour by local hour; empty where the log leaves one of them out [1/h].
    """

    requests: int
    input: float
    cached: float
    output: float
    size_spread: float
    requests_per_day: float
    burstiness: float
    weekday: tuple[float, ...]
    weekend: tuple[float, ...]

    @property
    def record(self) -> dict[str, Any]:
        """Plain values; None for what cannot be told."""
        values = {**vars(self), "weekday": list(self.weekday) or None, "weekend": list(self.weekend) or None}
        return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in values.items()}


def profile(trace: Trace, tally: Tally) -> Profile:
    """What a log says of the requests in one of its tallies, or in several added up."""
    counts, share, place = _hours(trace, tally)
    count, time = (np.bincount(place, weights=weights, minlength=2 * HOURS) for weights in (counts, share))
    load = np.divide(count, time, out=np.zeros(2 * HOURS), where=time >= LEAST_HOURS)
    known = bool((time >= LEAST_HOURS).all())
    weekday, weekend = (tuple(map(float, load[k : k + HOURS])) if known else () for k in (0, HOURS))
    days = (trace.last - trace.first) / HOUR / 24.0
    a_day = tally.requests / days if days > 0 else math.nan
    if known:
        a_day = 24.0 * (5.0 * float(np.mean(weekday)) + 2.0 * float(np.mean(weekend))) / 7.0
    return Profile(
        tally.requests,
        tally.input / tally.requests,
        tally.cached / tally.input if tally.input else 0.0,
        tally.output / tally.requests,
        math.sqrt(tally.log_squares / tally.requests),
        a_day,
        _burstiness(counts, share, load, place),
        weekday,
        weekend,
    )


def _hours(trace: Trace, tally: Tally) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Requests of each hour of the log, the share of it that is in the log, and its place in the load of the week."""
    begin, end = (one / HOUR + trace.utc_offset_h for one in (trace.first, trace.last))
    first, last = math.floor(begin), math.floor(end)
    hours = np.arange(first, last + 1)
    share = np.minimum(hours + 1.0, end) - np.maximum(hours, begin)
    day = hours // 24
    weekend = (day + 3) % 7 >= 5  # the first of January 1970 was a Thursday
    place = weekend.astype(np.int64) * HOURS + hours % 24
    return tally.hours_between(first, last + 1).astype(np.float64), share, place


def _burstiness(counts: Floats, share: Floats, load: Floats, place: NDArray[np.int64]) -> float:
    expected = share * load[place]
    told = (share >= LEAST_HOURS) & (expected > 0)
    freedom = int(told.sum()) - len(np.unique(place[told]))
    if freedom < LEAST_FREEDOM:
        return math.nan
    return float(((counts[told] - expected[told]) ** 2 / expected[told]).sum() / freedom)
