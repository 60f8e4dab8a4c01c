"""Whom events befall, by their numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from market.economy import Economy
from market.events.base import Event

type Ints = NDArray[np.int64]


def befallen(economy: Economy) -> Sequence[Ints]:
    """Numbers of the offers, or of the owners of machines, that each event befalls."""
    return [_numbers(economy, event) for event in economy.events]


def _numbers(economy: Economy, event: Event) -> Ints:
    if event.acts_on == "offers":
        named = [(offer.name, p.name, offer.model) for p in economy.providers for offer in p.offers]
    else:
        holders = [h.name for h in economy.hyperscalers]
        holders += [p.name for p in economy.providers] if event.acts_on == "machines" else []
        named = [(name, name, name) for name in holders]
    return np.array([k for k, names in enumerate(named) if not event.of or set(names) & set(event.of)], dtype=np.int64)
