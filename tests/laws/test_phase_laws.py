"""A phase of the tick makes its part and writes nothing else: on random economies, to the byte."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import TokenMarket
from market.economy import Economy
from market.simulation.asking import Asking
from market.simulation.founded import Founded
from market.simulation.research import Estimated
from market.simulation.state import State
from market.simulation.tick import MEMORY, MOVED, PHASES, Phase
from scenarios.laws.law import quick
from scenarios.laws.random_economies import economies

#: What agents hold that is not their memory: the market around them, and what they are made of.
NOT_MEMORY = ("model", "_ledger", "spec", "segment", "calendar")


def to_bytes(value: Any) -> Any:
    """A value as something that differs as soon as a byte of it does."""
    return as_bytes(type(value))(value)


@cache
def as_bytes(kind: type) -> Callable[[Any], Any]:
    """What makes that of a value of this type; looked up once for each, since there are many values of few types."""
    if issubclass(kind, np.ndarray):
        return lambda value: (value.dtype.str, value.shape, value.tobytes())
    if issubclass(kind, np.random.Generator):
        return lambda value: repr(value.bit_generator.state)
    if issubclass(kind, str | bytes | type | None):
        return lambda value: value
    if issubclass(kind, Mapping):
        return lambda value: tuple((to_bytes(key), to_bytes(one)) for key, one in value.items())
    if issubclass(kind, Sequence):
        return lambda value: tuple(to_bytes(one) for one in value)
    if is_dataclass(kind):
        # What does not count for two values to be equal is a note of what follows from the rest.
        names = [one.name for one in fields(kind) if one.compare]
        return lambda value: tuple((name, to_bytes(getattr(value, name))) for name in names)
    return lambda value: (
        to_bytes({name: one for name, one in vars(value).items() if name not in NOT_MEMORY})
        if hasattr(value, "__dict__")
        else repr(value)
    )


def snapshot(founded: Founded, state: State) -> dict[str, Any]:
    """All that there is, part by part."""
    parts = {field.name: to_bytes(getattr(state, field.name)) for field in fields(state)}
    agents = {name: to_bytes(getattr(founded, name)) for name in MEMORY}
    agents |= {f"{name} stream": stands for name, stands in founded.streams.standing().items()}
    fixed = {
        field.name: to_bytes(getattr(founded, field.name))
        for field in fields(founded)
        if field.name not in (*MEMORY, "economy", "streams")
    }
    return parts | agents | fixed


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Parts that differ."""
    return {name for name in before | after if before.get(name) != after.get(name)}


def test_every_part_is_made_by_exactly_one_phase() -> None:
    parts = [field.name for field in fields(State) if field.name not in ("tick", "queue", "ledger")]
    assert sorted(phase.makes for phase in PHASES) == sorted(parts)
    assert len({phase.name for phase in PHASES}) == len(PHASES)


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_a_phase_returns_its_part_and_reads_parts_that_there_are(phase: Phase) -> None:
    declared = get_type_hints(Founded) | get_type_hints(State)
    assert get_type_hints(phase.run)["return"] == declared[phase.makes]
    arguments = get_type_hints(phase.run)
    for name in phase.reads:
        assert arguments[name] == (Founded if name == "founded" else declared[name])
    assert phase.reads == tuple(inspect.signature(phase.run).parameters)


def test_whatever_is_moved_in_place_is_moved_by_one_phase() -> None:
    assert sorted(what for phase in PHASES for what in phase.moves) == sorted(MOVED)
    for what in MOVED:
        assert what in (*MEMORY, "queue", "ledger") or what.endswith(" stream")


def test_the_queue_and_the_ledger_are_moved_by_one_phase_each() -> None:
    for kept, mover in (("queue", "machines serve"), ("ledger", "money moves")):
        assert [phase.name for phase in PHASES if kept in phase.reads] == [mover]


@pytest.mark.slow
@quick(20)
@given(economies(), st.integers(0, 2**16))
def test_a_phase_writes_nothing_but_what_it_makes(economy: Economy, seed: int) -> None:
    model = TokenMarket(economy, rng=seed)
    founded, state = model.founded, model.state
    for _ in range(3):
        state.tick += 1
        before = snapshot(founded, state)
        for phase in PHASES:
            made = phase.made(founded, state)
            after = snapshot(founded, state)
            written = changed(before, after)
            assert written <= set(phase.moves), f"{phase.name} wrote {written}"
            setattr(state, phase.makes, made)
            before = after | {phase.makes: to_bytes(made)}


@pytest.mark.slow
@quick(15)
@given(economies(), st.integers(0, 2**16))
def test_the_phases_one_by_one_are_the_tick(economy: Economy, seed: int) -> None:
    by_hand, whole = TokenMarket(economy, rng=seed), TokenMarket(economy, rng=seed)
    for _ in range(2):
        by_hand.state.tick += 1
        for phase in PHASES:
            setattr(by_hand.state, phase.makes, phase.made(by_hand.founded, by_hand.state))
        whole.step()
    assert changed(snapshot(by_hand.founded, by_hand.state), snapshot(whole.founded, whole.state)) == set()


@dataclass(frozen=True)
class Question:
    """Something that can be asked of a market as often as one likes."""

    name: str
    ask: Callable[[Asking, State], Any]


QUESTIONS = (
    Question("what would be ordered", lambda asking, state: asking(asking.book.request_prices())),
    Question("with slopes", lambda asking, state: asking(asking.book.request_prices(), slopes=True)),
    Question("with ties shared", lambda asking, state: asking(asking.book.request_prices(), 0.01, slopes=True)),
    Question("what is wanted", lambda asking, state: [c.form(state.tick + 1) for c in asking.founded.cohorts]),
    Question("what would be wanted", lambda asking, state: [c.would_want(state.tick) for c in asking.founded.cohorts]),
    Question(
        "market research",
        lambda asking, state: [
            Estimated(asking, np.ones(asking.book.offers), p.offers, asking.book.price[p.offers])
            for p in asking.founded.providers
        ],
    ),
)


@pytest.mark.slow
@quick(25)
@given(economy=economies(), seed=st.integers(0, 2**16))
def test_asking_twice_gives_the_same_and_changes_nothing(economy: Economy, seed: int) -> None:
    model = TokenMarket(economy, rng=seed)
    model.run_for(2)
    founded, state = model.founded, model.state
    asking = Asking(founded, state.wanted, state.posted.book, state.firms.alive, state.expected.delay_h)
    before = snapshot(founded, state)
    for question in QUESTIONS:
        first = to_bytes(question.ask(asking, state))
        assert to_bytes(question.ask(asking, state)) == first, question.name
        assert changed(before, snapshot(founded, state)) == set(), question.name
        # Each gets notes of its own: two segments that see the same offers are not the same people.
        notes: list[dict[str, Any]] = [{"plans": {}} if hasattr(one, "plans") else {} for one in asking.wanted]
        own_notes = [replace(one, **own) for one, own in zip(asking.wanted, notes, strict=True)]
        assert to_bytes(question.ask(replace(asking, wanted=own_notes), state)) == first, question.name
