"""Kinds of agent: as shipped, or a class of one's own."""

from __future__ import annotations

from typing import Any

from scenarios.parameters.fields import choice


def agent_field(default: str, who: str) -> Any:
    """A field for the kind of agent that ``who`` are; whether there is such a kind is seen where agents are known."""
    return choice(default, f"kind of agent that {who}: as shipped, or the `kind` of a class of your own (--with)")
