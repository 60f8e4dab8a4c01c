"""Quotas: what one user may make of offers that have one, over a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from scenarios.results import summary_tables

if TYPE_CHECKING:
    from scenarios.results.frames import Frames


def quotas_by_offer(frames: Frames) -> pd.DataFrame:
    """The rows of offers that have a quota, with ``quota``: requests that one user may make a day."""
    made = summary_tables.offers(frames)
    made = made[np.isfinite(made["quota_per_day"].to_numpy(dtype=np.float64))]
    return made.assign(quota=made["granted"] * made["quota_per_day"])


def quotas(frames: Frames) -> pd.DataFrame:
    """Requests that one user may make a day, by kind and tier, mean over sellers.

    On the first day, on all and on the last, and on those with least and with most.
    """
    rows = []
    made = quotas_by_offer(frames)
    for (kind, tier), part in made.groupby(["kind", "tier"], sort=False):
        by_day = part.groupby(part["time"].dt.floor("D"))["quota"].mean()
        ends = {"first": by_day.iloc[0], "last": by_day.iloc[-1]}
        rows.append(
            {"kind": kind, "tier": tier, **ends, "mean": by_day.mean(), "least": by_day.min(), "most": by_day.max()}
        )
    return pd.DataFrame(rows, columns=["kind", "tier", "first", "mean", "last", "least", "most"])
