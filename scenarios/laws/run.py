"""Every law of a kind, tried on behaviours one by one."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from market.kinds import Kind, called
from scenarios.laws import (  # noqa: F401
    clearing,
    expansion,
    machines,
    pricing,
    quotas,
    racks,
    rationing,
    supply_curves,
    tariff,
    tick,
    training,
)
from scenarios.laws.examples import example_of
from scenarios.laws.law import LAWS, Broken, Law, laws_of
from scenarios.laws.time_limit import time_limit


@dataclass(frozen=True)
class Verdict:
    """What came of a law and a behaviour.

    Attributes:
        behaviour: what the behaviour is called.
        kind: what its base class is called.
        law: what must hold.
        broken: how it does not hold, on the smallest example that was found; None if it held on all that were tried.
    """

    behaviour: str
    kind: str
    law: str
    broken: Broken | None


def bases() -> list[type[Kind]]:
    """The base classes for which there are laws."""
    return list(dict.fromkeys(one.base for one in LAWS))


def pairs(kinds: Sequence[type[Kind]]) -> list[tuple[Law, Any]]:
    """Every law with an example of every class that it concerns."""
    lawful = [cls for cls in kinds if issubclass(cls, tuple(bases()))]
    return [(one, behaviour) for behaviour in map(example_of, lawful) for one in laws_of(behaviour)]


def hold_to_laws(
    kinds: Sequence[type[Kind]],
    examples: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    seconds: float | None = None,
) -> list[Verdict]:
    """Try every law on every class that it concerns.

    Args:
        kinds: classes below a base class of ``Kind``.
        examples: how often each law is drawn; None for as often as in the tests of this package.
        progress: is told how many were tried, and of how many.
        seconds: time that a law has; one that does not end in it is broken. None for no limit.
    """
    tried = pairs(kinds)
    verdicts = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what comes out is judged, not how
        for number, (one, behaviour) in enumerate(tried):
            if progress is not None:
                progress(number, len(tried))
            with time_limit(seconds):
                broken = one.broken_by(behaviour, examples, shrink=True)
            verdicts.append(Verdict(called(type(behaviour)), called(one.base), one.words, broken))
    return verdicts
