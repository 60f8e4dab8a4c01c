"""A law: what must hold of every behaviour of a kind, on whatever it is given; and how one is tried.

A law is a plain function of a behaviour and of what is drawn for it. It raises ``BrokenLawError`` with words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from market.kinds import Kind
from scenarios.laws.in_words import in_words
from scenarios.laws.time_limit import TimeUpError

type Drawn = Mapping[str, st.SearchStrategy[Any]]

#: A smaller example is looked for no longer than this [s].
SECONDS_TO_SHRINK: Final = 10.0

#: Every law, in the order in which they are tried.
LAWS: Final[list[Law]] = []


class BrokenLawError(AssertionError):
    """A law does not hold; its words say what came out and what should have."""


class _EnoughError(BaseException):
    """The example is small enough, or took long enough; hypothesis lets it pass."""


def must(holds: Any, words: str, *values: Any) -> None:
    """Say so if something does not hold; ``words`` may have braces for values, which are put in words only then."""
    if not np.all(holds):
        raise BrokenLawError(words.format(*map(in_words, values)))


def quick(examples: int) -> settings:
    """Settings of a law: few examples, the same ones every time, and none made smaller."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )


@dataclass(frozen=True)
class Broken:
    """How a behaviour breaks a law: what it was given, in words, and what went wrong."""

    given: Mapping[str, str]
    words: str
    error: BaseException


@dataclass(frozen=True)
class Law:
    """What must hold of every behaviour below a base class.

    Attributes:
        base: the base class.
        words: what must hold, as a short sentence.
        check: raises an error with words where it does not hold of a behaviour and of what was drawn.
        drawn: strategies of what is drawn for a behaviour, by the names of the arguments of ``check``.
        examples: how often it is drawn in the tests, and where nobody says.
        concerns: whether the law is about a behaviour.
    """

    base: type[Kind]
    words: str
    check: Callable[..., None]
    drawn: Callable[[Any], Drawn]
    examples: int
    concerns: Callable[[Any], bool]

    def __str__(self) -> str:
        return self.words

    def broken_by(self, behaviour: Any, examples: int | None = None, *, shrink: bool = False) -> Broken | None:
        """How a behaviour breaks the law, on the smallest example that was found if asked for; None if it keeps it."""
        drawn = self.drawn(behaviour)
        found: list[Broken] = []
        until = [float("inf")]

        def attempt(**values: Any) -> None:
            try:
                with np.errstate(all="ignore"):
                    self.check(behaviour, **values)
            except TimeUpError as error:
                found[:] = [Broken({name: in_words(value) for name, value in values.items()}, str(error), error)]
                raise _EnoughError from error
            except Exception as error:
                found[:] = [Broken({name: in_words(value) for name, value in values.items()}, _words(error), error)]
                until[0] = min(until[0], time.monotonic() + SECONDS_TO_SHRINK)
                if time.monotonic() > until[0]:
                    raise _EnoughError from error
                raise

        chosen = quick(examples or self.examples)
        if shrink:
            chosen = settings(chosen, phases=(Phase.generate, Phase.shrink))
        attempts = chosen(given(**drawn)(attempt)) if drawn else attempt
        try:
            attempts()
        except TimeUpError as error:  # no single example took long, but all together did
            found = found or [Broken({}, str(error), error)]
        except (Exception, _EnoughError):
            if not found:
                raise
        return found[0] if found else None

    def hold(self, behaviour: Any) -> None:
        """Raise an error with words if a behaviour breaks the law."""
        broken = self.broken_by(behaviour)
        if broken is not None:
            raise BrokenLawError(f"{self.words}: {broken.words}; given {in_words(broken.given)}") from broken.error


def law(
    base: type[Kind],
    words: str,
    *,
    drawn: Drawn | Callable[[Any], Drawn] | None = None,
    examples: int = 1,
    concerns: Callable[[Any], bool] = lambda _: True,
) -> Callable[[Callable[..., None]], Law]:
    """Make a function a law of all behaviours below ``base``; see ``Law``."""

    def made(check: Callable[..., None]) -> Law:
        strategies = drawn if callable(drawn) else lambda _: drawn or {}
        LAWS.append(Law(base, words, check, strategies, examples, concerns))
        return LAWS[-1]

    return made


def laws_of(behaviour: Any) -> list[Law]:
    """The laws that concern a behaviour."""
    return [one for one in LAWS if isinstance(behaviour, one.base) and one.concerns(behaviour)]


def cases(behaviours: list[Any]) -> list[tuple[Law, Any]]:
    """Every law with every behaviour that it concerns."""
    return [(one, behaviour) for behaviour in behaviours for one in laws_of(behaviour)]


def _words(error: Exception) -> str:
    text = " ".join(str(error).split()) or "no reason was given"
    return text if isinstance(error, BrokenLawError) else f"it raised {type(error).__name__}: {text}"
