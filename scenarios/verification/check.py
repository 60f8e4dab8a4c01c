"""What a check is. To add one, write a function with ``@check`` in one of the files of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, SupportsFloat

import numpy as np

#: Relative error allowed where the answer comes out of a formula, of iterations, of chance.
EXACT, ITERATED, STOCHASTIC = 1e-9, 1e-6, 0.02
#: Standard errors allowed where the answer comes out of chance; the tighter of this and ``STOCHASTIC`` holds.
STANDARD_ERRORS = 3.0

#: What a check is of: the market, set up as the theory asks; or a formula by itself, without a market.
type Tested = Literal["market", "formula"]


@dataclass(frozen=True)
class Finding:
    """One number of a check: what theory says, what came out, and how far off it may be.

    Attributes:
        quantity: what it is, with its unit.
        expected: computed without the model.
        found: computed by the model.
        tolerance: error allowed, relative to what is expected (absolute where that is 0).
    """

    quantity: str
    expected: float
    found: float
    tolerance: float

    @property
    def error(self) -> float:
        """Relative to what is expected; absolute where that is 0."""
        off = abs(self.found - self.expected)
        return off / abs(self.expected) if self.expected else off


@dataclass(frozen=True)
class CheckRow:
    """A finding, with the theory it belongs to."""

    check: str
    theory: str
    quantity: str
    expected: float
    found: float
    error: float
    tolerance: float
    passed: bool
    source: str
    tests: Tested


@dataclass(frozen=True)
class Check:
    """A theory and the function that checks it.

    Attributes:
        name: what it is called on the command line.
        theory: what it is called in print.
        source: where the theory is from.
        findings: sets up what it tests and compares.
        tests: whether it sets up the market, or tests a formula by itself.
    """

    name: str
    theory: str
    source: str
    findings: Callable[[], Iterable[Finding]]
    tests: Tested = "market"

    def rows(self) -> list[CheckRow]:
        """Run it."""
        return [
            CheckRow(
                self.name,
                self.theory,
                f.quantity,
                f.expected,
                f.found,
                f.error,
                f.tolerance,
                bool(np.isfinite(f.error) and f.error <= f.tolerance),
                self.source,
                self.tests,
            )
            for f in self.findings()
        ]


CHECKS: dict[str, Check] = {}
"""Every check by name, in the order of the files and of their lines."""


def check(
    name: str, theory: str, source: str, tests: Tested = "market"
) -> Callable[[Callable[[], Iterable[Finding]]], Callable[[], Iterable[Finding]]]:
    """Add a function that yields findings to the checks."""

    def add(function: Callable[[], Iterable[Finding]]) -> Callable[[], Iterable[Finding]]:
        if name in CHECKS:
            raise ValueError(f"two checks are called '{name}'")
        CHECKS[name] = Check(name, theory, source, function, tests)
        return function

    return add


def exact(quantity: str, expected: SupportsFloat, found: SupportsFloat) -> Finding:
    """A number that comes out of a formula."""
    return Finding(quantity, float(expected), float(found), EXACT)


def iterated(quantity: str, expected: SupportsFloat, found: SupportsFloat) -> Finding:
    """A number that comes out of iterations."""
    return Finding(quantity, float(expected), float(found), ITERATED)


def stochastic(quantity: str, expected: float, found: float, standard_error: float) -> Finding:
    """A number that comes out of chance: within three standard errors and two per cent."""
    allowed = min(STANDARD_ERRORS * standard_error / abs(expected), STOCHASTIC)
    return Finding(quantity, float(expected), float(found), allowed)


def each(
    kind: Callable[[str, SupportsFloat, SupportsFloat], Finding],
    quantity: str,
    expected: Iterable[SupportsFloat],
    found: Iterable[SupportsFloat],
) -> Iterator[Finding]:
    """Findings for every entry of two vectors, numbered from 1."""
    for number, (theory, model) in enumerate(zip(expected, found, strict=True), start=1):
        yield kind(f"{quantity} {number}", theory, model)
