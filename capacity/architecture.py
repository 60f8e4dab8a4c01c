"""An architecture: what a model asks of a machine for every token.

It is its blocks of attention, its experts and its counts. ``architectures.py`` lists those that ship.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from capacity.attention import Attention
from capacity.errors import InputError, nearest, require
from capacity.fields import BESIDE, check_fields, inner, inner_list, quantity, text, texts
from capacity.precision import BYTES


@dataclass(frozen=True)
class Experts:
    """A mixture of experts: ``chosen`` of ``count`` routed experts see a token.

    ``share`` is layers x count x three matrices of hidden x expert width, over all parameters.
    """

    count: int = quantity(..., "experts", "routed experts of a layer, E", BESIDE, low=1, whole=True)
    chosen: int = quantity(..., "experts", "routed experts that see a token, k", BESIDE, above=0)
    share: float = quantity(..., "1", "the routed experts' share of all weights, r", BESIDE, above=0, high=1)

    def __post_init__(self) -> None:
        check_fields(self, "experts")
        require("experts: chosen", self.chosen, above=0, at_most=self.count)


@dataclass(frozen=True)
class Layers:
    """So many layers with one kind of attention."""

    count: int = quantity(..., "layers", "how many", BESIDE, low=1, whole=True)
    attention: Attention = inner(Attention, "their attention")

    def __post_init__(self) -> None:
        check_fields(self, "layers")


@dataclass(frozen=True)
class Architecture:
    """A model as the machine sees it; layers that are in neither list have no attention that is counted."""

    name: str = text(..., "what it is called on the command line")
    title: str = text(..., "what it is called in a picture")
    total: float = quantity(..., "parameters", "all parameters", BESIDE, above=0)
    active: float = quantity(..., "parameters", "parameters that work on one token, P", BESIDE, above=0)
    layers: int = quantity(..., "layers", "number of layers, L", BESIDE, low=1, whole=True)
    attention: Attention = inner(Attention, "the attention block")
    experts: Experts | None = inner(Experts, "the routed experts; none in a dense model", None, or_none=True)
    precision: str = text("fp8", "number format of the weights that providers serve it in")
    source: str = text("", "where the figures come from")
    unsure: str = text("", "which of them are assumptions, and why")
    full_attention_layers: int | None = quantity(
        None, "layers", "layers that have the attention block; all unless given", BESIDE, whole=True, or_none=True
    )
    other_layers: tuple[Layers, ...] = inner_list(Layers, "layers with another kind of attention: a window, linear")
    hidden: float | None = quantity(
        None,
        "numbers",
        "width of a token between layers, which chips exchange; heads times head width unless given",
        BESIDE,
        above=0,
        or_none=True,
    )
    context: float = quantity(
        math.inf,
        "tokens",
        "tokens that it can attend to at most, input and output together; infinite if not known",
        BESIDE,
        low=1,
        or_inf=True,
    )
    aliases: tuple[str, ...] = texts("names of the same architecture in measurement files")

    def __post_init__(self) -> None:
        what = f"architecture '{self.name}'"
        if not isinstance(self.precision, str) or self.precision not in BYTES:
            raise InputError(
                f"{what}: precision is {self.precision!r}, but must be one of {', '.join(BYTES)}"
                f"{nearest(str(self.precision), BYTES)}"
            )
        check_fields(self, what)
        require(f"{what}: active", self.active, above=0, at_most=self.total)
        if self.full_attention_layers is not None:
            require(f"{what}: full_attention_layers", self.full_attention_layers, at_least=0, at_most=self.layers)
        listed = self.attention_layers + sum(block.count for block in self.other_layers)
        if listed > self.layers:
            raise InputError(f"{what}: {listed} layers have attention, but there are {self.layers} layers")

    @property
    def routed_share(self) -> float:
        """Share of the weights that lies in routed experts, r."""
        return 0.0 if self.experts is None else self.experts.share

    @property
    def chosen_share(self) -> float:
        """Share of the routed experts that one token uses, k/E."""
        return 1.0 if self.experts is None else self.experts.chosen / self.experts.count

    @property
    def attention_layers(self) -> int:
        """Layers that have ``attention``."""
        return self.layers if self.full_attention_layers is None else self.full_attention_layers

    @cached_property
    def blocks(self) -> tuple[Layers, ...]:
        """All layers with attention, by kind; the main kind first."""
        main = (Layers(self.attention_layers, self.attention),) if self.attention_layers else ()
        return (*main, *self.other_layers)

    @property
    def token_width(self) -> float:
        """Numbers that represent a token between layers."""
        return self.hidden or self.attention.heads * self.attention.prefill_width / 2.0

    def weight_bytes(self, precision: str) -> float:
        """Bytes of all weights, M."""
        return self.total * BYTES[precision]

    def cache_bytes(self, precision: str) -> float:
        """KV-cache bytes per token of context, Kv, while the context is inside every window."""
        return sum(block.count * token_bytes(block.attention, precision) for block in self.blocks)

    def require_context(self, tokens: float, what: str = "context") -> None:
        """Say so if a request is longer than the model can attend to."""
        if tokens > self.context:
            raise InputError(
                f"{what} is {tokens:,.0f} tokens (input and output), but {self.name} attends to at most "
                f"{self.context:,.0f}"
            )


def token_bytes(attention: Attention, precision: str) -> float:
    """Bytes that one layer's cache takes for one token: keys and values, and the indexer's key."""
    index = 0 if attention.indexer is None else attention.indexer.width
    return (attention.cache_width + index) * BYTES[precision]
