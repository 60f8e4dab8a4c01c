"""Kinds of agent that a scenario names, and that there are."""

from __future__ import annotations

from typing import Any

from capacity.errors import UnknownNameError, nearest
from market.kinds import classes_of
from market.supply.firm import Firm, agent_classes


def all_agents() -> tuple[type[Firm[Any, Any]], ...]:
    """Every class of agents that there is, those of files of one's own too."""
    return tuple(classes_of(Firm))


def known_agent(base: type[Firm[Any, Any]], kind: str, path: str) -> str:
    """A kind of agent that a parameter names, or an error that names the nearest."""
    known = agent_classes(base)
    if kind not in known:
        allowed = f"must be one of {', '.join(sorted(known))}{nearest(kind, known)}"
        raise UnknownNameError(f"{path} is '{kind}', but {allowed}")
    return kind
