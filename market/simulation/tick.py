"""The tick: its phases in their order, and which parts of the state each reads and makes."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from market.simulation.coming_and_going import come_and_go
from market.simulation.contracting import renew_contracts
from market.simulation.forming import form_requests
from market.simulation.founded import Founded
from market.simulation.growing import grow
from market.simulation.happening import happen
from market.simulation.improving import improve
from market.simulation.investing import invest
from market.simulation.learning import learn
from market.simulation.looking import look
from market.simulation.needing import foresee
from market.simulation.ordering import order
from market.simulation.paying import pay
from market.simulation.posting import post
from market.simulation.quoting import quote
from market.simulation.renting import rent
from market.simulation.serving import serve
from market.simulation.state import State

#: What agents remember, founded once and moved in place.
MEMORY: Final = ("owners", "cohorts")
#: All that is moved in place, each by one phase: agents' memory, the queue and the ledger, and streams of random
#: numbers, by the first word of their names.
MOVED: Final = (
    *MEMORY,
    *("queue", "ledger"),
    *("entry stream", "arrivals stream", "overflow stream", "rationing stream", "fallback stream"),
    *("attachment stream", "subscriptions stream", "machines stream"),
)


@dataclass(frozen=True)
class Phase:
    """A step of the tick: a function from parts of the state to a new part.

    Attributes:
        name: what it is called.
        makes: part of the state that its result becomes.
        run: the function; its arguments are named for the parts that it reads.
        moves: what it moves in place beside that, of ``MOVED``.
    """

    name: str
    makes: str
    run: Callable[..., Any]
    moves: tuple[str, ...] = ()
    reads: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reads", tuple(inspect.signature(self.run).parameters))

    def made(self, founded: Founded, state: State) -> Any:
        """What it makes of what it reads."""
        parts = vars(state)
        return self.run(*[parts[name] if name in parts else _of_founded(founded, name) for name in self.reads])


def _of_founded(founded: Founded, name: str) -> Any:
    """What a phase reads that is no part of the state: all that was founded, or what agents remember."""
    return founded if name == "founded" else getattr(founded, name)


#: The tick. What a phase reads of a part that is made further down is that of the tick before.
PHASES: Final = (
    Phase("events happen", "effects", happen),
    Phase("fleets grow", "fleets", grow, moves=("owners",)),
    Phase("models improve", "terms", improve),
    Phase("firms come and go", "firms", come_and_go, moves=("entry stream",)),
    Phase("machines are quoted", "quoted", quote),
    Phase("contracts are renewed", "contracts", renew_contracts),
    Phase("sellers look ahead", "needs", foresee),
    Phase("machines are rented", "machines", rent),
    Phase("prices are posted", "posted", post),
    Phase("requests form", "wanted", form_requests),
    Phase("users look at waits", "expected", look),
    Phase("users order", "ordered", order, moves=("arrivals stream", "overflow stream")),
    Phase("machines serve", "served", serve, moves=("queue", "rationing stream", "fallback stream")),
    Phase(
        "all learn",
        "known",
        learn,
        moves=("cohorts", "attachment stream", "subscriptions stream", "machines stream"),
    ),
    Phase("providers invest", "invested", invest),
    Phase("money moves", "paid", pay, moves=("ledger",)),
)

type Timings = dict[str, float]


def run_tick(founded: Founded, state: State, timings: Timings | None = None) -> None:
    """Run one tick; ``timings`` collects seconds by phase."""
    state.tick += 1
    for phase in PHASES:
        begin = time.perf_counter() if timings is not None else 0.0
        setattr(state, phase.makes, phase.made(founded, state))
        if timings is not None:
            timings[phase.name] = timings.get(phase.name, 0.0) + time.perf_counter() - begin
