"""Kinds of agent: as shipped, or a class of one's own."""

from __future__ import annotations

from typing import Any

from capacity.errors import nearest
from market.supply.firm import Firm, agent_classes
from scenarios.parameters.fields import choice, refuse


def agent_field(default: str, who: str) -> Any:
    """A field for the kind of agent that ``who`` are."""
    return choice(default, f"kind of agent that {who}: as shipped, or the `kind` of a class of your own (--with)")


def check_agent(base: type[Firm[Any, Any]], kind: str, where: str = "agent") -> None:
    """Refuse a kind of agent that there is not."""
    known = agent_classes(base)
    if kind not in known:
        raise refuse(where, kind, f"must be one of {', '.join(sorted(known))}{nearest(kind, known)}")
