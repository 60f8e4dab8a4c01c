"""An architecture: what a model asks of a machine for every token.

It is its blocks of attention, its experts and its counts. ``architectures.py`` lists those that ship.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from capacity.attention import Attention
from capacity.errors import InputError, nearest, require, require_kind, require_kinds, require_or_inf, require_whole
from capacity.precision import BYTES


@dataclass(frozen=True)
class Experts:
    """A mixture of experts: ``chosen`` of ``count`` routed experts see a token.

    ``share`` is the routed experts' share of all weights, r: layers x count x three matrices of
    hidden x expert width, over all parameters.
    """

    count: int
    chosen: int
    share: float

    def __post_init__(self) -> None:
        require_whole("experts: count", self.count, at_least=1)
        require("experts: chosen", self.chosen, above=0, at_most=self.count)
        require("experts: share", self.share, above=0, at_most=1)


@dataclass(frozen=True)
class Layers:
    """So many layers with one kind of attention."""

    count: int
    attention: Attention

    def __post_init__(self) -> None:
        require_whole("layers: count", self.count, at_least=1)
        require_kind("layers: attention", self.attention, Attention)


@dataclass(frozen=True)
class Architecture:
    """A model as the machine sees it.

    Attributes:
        name: what it is called on the command line.
        title: what it is called in a picture.
        total: all parameters.
        active: parameters that work on one token, P.
        layers: number of layers, L.
        attention: the attention block.
        experts: the routed experts, or None for a dense model.
        precision: number format of the weights that providers serve it in.
        source: where the figures come from.
        unsure: which of them are assumptions, and why.
        full_attention_layers: layers that have ``attention``; None for all.
        other_layers: layers with another kind of attention (a window, linear); layers that are in neither
            have none that is counted.
        hidden: width of a token between layers, which chips exchange; None takes heads times head width.
        context: tokens that it can attend to at most (input and output together); infinite if not known.
        aliases: names of the same architecture in measurement files.
    """

    name: str
    title: str
    total: float
    active: float
    layers: int
    attention: Attention
    experts: Experts | None = None
    precision: str = "fp8"
    source: str = ""
    unsure: str = ""
    full_attention_layers: int | None = None
    other_layers: tuple[Layers, ...] = ()
    hidden: float | None = None
    context: float = math.inf
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        what = f"architecture '{self.name}'"
        require(f"{what}: total", self.total, above=0)
        require(f"{what}: active", self.active, above=0, at_most=self.total)
        require_whole(f"{what}: layers", self.layers, at_least=1)
        require_kind(f"{what}: attention", self.attention, Attention)
        if self.experts is not None:
            require_kind(f"{what}: experts", self.experts, Experts)
        if self.full_attention_layers is not None:
            require_whole(f"{what}: full_attention_layers", self.full_attention_layers, at_least=0, at_most=self.layers)
        require_kinds(f"{what}: other_layers", self.other_layers, Layers)
        listed = self.attention_layers + sum(block.count for block in self.other_layers)
        if listed > self.layers:
            raise InputError(f"{what}: {listed} layers have attention, but there are {self.layers} layers")
        if self.hidden is not None:
            require(f"{what}: hidden", self.hidden, above=0)
        require_or_inf(f"{what}: context", self.context, at_least=1)
        if not isinstance(self.precision, str) or self.precision not in BYTES:
            raise InputError(
                f"{what}: precision is {self.precision!r}, but must be one of {', '.join(BYTES)}"
                f"{nearest(str(self.precision), BYTES)}"
            )

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
