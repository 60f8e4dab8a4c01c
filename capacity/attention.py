"""Kinds of attention: what one layer asks of a machine for a token and for the tokens that it attends to.

To add a kind, add one subclass of ``Attention`` here. Nothing else in the code asks which kind it is.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from capacity.errors import InputError, require_kind, require_or_inf, require_whole


@dataclass(frozen=True)
class Indexer:
    """Scores every token of the context so that attention may choose a few [DeepSeek-V3.2-Exp, 2025].

    Attributes:
        heads: heads of the scorer.
        width: numbers of its key, cached for every token, in the number format of the cache.
    """

    heads: int
    width: int

    def __post_init__(self) -> None:
        require_whole("indexer: heads", self.heads, at_least=1)
        require_whole("indexer: width", self.width, at_least=1)


class Attention(ABC):
    """What one layer's attention costs, in the few numbers that the throughput equations need."""

    @property
    @abstractmethod
    def heads(self) -> int:
        """Query heads, h."""

    @property
    @abstractmethod
    def prefill_width(self) -> float:
        """Multiply-adds per head and pair of tokens in prefill: dk + dv."""

    @property
    @abstractmethod
    def decode_width(self) -> float:
        """Multiply-adds per head and cached token in decode, after absorption."""

    @property
    @abstractmethod
    def cache_width(self) -> float:
        """Numbers stored per token and layer."""

    @property
    @abstractmethod
    def cache_heads(self) -> int:
        """Independent parts that the cache can be split into; beyond this many ranks it is copied."""

    @property
    def reach(self) -> float:
        """Tokens that one token attends to at most, and that the cache keeps: a window. Infinite if full."""
        return math.inf

    @property
    def chosen(self) -> float:
        """Tokens that one token attends to at most, of all that the cache keeps: sparse. Infinite if all."""
        return math.inf

    @property
    def indexer(self) -> Indexer | None:
        """What chooses them, over the whole context; None where nothing has to be chosen."""
        return None

    @property
    def fixed_state_bytes(self) -> float:
        """Bytes of state that a request holds in this layer whatever its context, read and written each step."""
        return 0.0

    @property
    def token_work(self) -> float:
        """Multiply-adds per token that do not depend on the context."""
        return 0.0


def _require_counts(kind: str, numbers: dict[str, object]) -> None:
    for name, value in numbers.items():
        require_whole(f"{kind}: {name}", value, at_least=1)


@dataclass(frozen=True)
class MLA(Attention):
    """Multi-head latent attention [DeepSeek-V2, 2024, section 2.1].

    One latent vector a token is cached, with a rotary part beside it. In decode the up-projection is
    absorbed in the query, so that every head works on the latent: width 2·latent, as the published
    figures count it (scores over the rotary part would add rope/2·latent, 6 %).

    ``sparse`` tokens are attended to if it is given, chosen by the ``index`` (DeepSeek Sparse Attention).
    """

    query_heads: int
    latent: int
    rope: int
    key_dim: int
    value_dim: int
    sparse: float = math.inf
    index: Indexer | None = None

    def __post_init__(self) -> None:
        named = ("query_heads", "latent", "key_dim", "value_dim")
        _require_counts("MLA", {name: getattr(self, name) for name in named})
        require_whole("MLA: rope", self.rope, at_least=0)
        require_or_inf("MLA: sparse", self.sparse, at_least=1)
        if self.index is not None:
            require_kind("MLA: index", self.index, Indexer)
        if (self.sparse == math.inf) != (self.index is None):
            raise InputError("MLA: sparse and index belong together: an indexer chooses the tokens attended to")

    @property
    def heads(self) -> int:
        """Query heads, h."""
        return self.query_heads

    @property
    def prefill_width(self) -> float:
        """dk + dv; the up-projected heads are used in prefill."""
        return self.key_dim + self.value_dim

    @property
    def decode_width(self) -> float:
        """2·latent."""
        return 2.0 * self.latent

    @property
    def cache_width(self) -> float:
        """One latent and one rotary vector a layer."""
        return self.latent + self.rope

    @property
    def cache_heads(self) -> int:
        """One latent serves all heads, so tensor-parallel ranks each hold a copy."""
        return 1

    @property
    def chosen(self) -> float:
        """Tokens that the indexer chooses."""
        return self.sparse

    @property
    def indexer(self) -> Indexer | None:
        """What chooses them."""
        return self.index


@dataclass(frozen=True)
class GQA(Attention):
    """Grouped-query attention [Ainslie et al., 2023]; multi-head attention where kv_heads = heads.

    With a ``window`` a token attends to so many before it, and the cache keeps no more.
    """

    query_heads: int
    kv_heads: int
    head_dim: int
    window: float = math.inf

    def __post_init__(self) -> None:
        _require_counts("GQA", {name: getattr(self, name) for name in ("query_heads", "kv_heads", "head_dim")})
        if self.kv_heads > self.query_heads:
            raise InputError(f"GQA: kv_heads is {self.kv_heads}, but must be at most query_heads, {self.query_heads}")
        require_or_inf("GQA: window", self.window, at_least=1)

    @property
    def heads(self) -> int:
        """Query heads, h."""
        return self.query_heads

    @property
    def prefill_width(self) -> float:
        """dk + dv."""
        return 2.0 * self.head_dim

    @property
    def decode_width(self) -> float:
        """dk + dv: nothing is absorbed."""
        return 2.0 * self.head_dim

    @property
    def cache_width(self) -> float:
        """A key and a value for every KV head."""
        return 2.0 * self.kv_heads * self.head_dim

    @property
    def cache_heads(self) -> int:
        """KV heads."""
        return self.kv_heads

    @property
    def reach(self) -> float:
        """The window."""
        return self.window


@dataclass(frozen=True)
class Linear(Attention):
    """Linear attention or a state-space layer: a matrix of key x value numbers a head, and no cache.

    Covers gated delta networks [Yang et al., 2024], Kimi Delta Attention [2025], lightning attention and
    Mamba-2 [Dao and Gu, 2024]: the state is updated and read once a token, about four multiply-adds a number
    (decay, erase, write, read), and is kept in 32 bits, as engines do. The short convolution is left out.
    """

    state_heads: int
    key_dim: int
    value_dim: int

    def __post_init__(self) -> None:
        _require_counts("Linear", {name: getattr(self, name) for name in ("state_heads", "key_dim", "value_dim")})

    @property
    def heads(self) -> int:
        """Heads of the state."""
        return self.state_heads

    @property
    def prefill_width(self) -> float:
        """No pairs of tokens."""
        return 0.0

    @property
    def decode_width(self) -> float:
        """No pairs of tokens."""
        return 0.0

    @property
    def cache_width(self) -> float:
        """Nothing grows with the context."""
        return 0.0

    @property
    def cache_heads(self) -> int:
        """The state splits by heads."""
        return self.state_heads

    @property
    def fixed_state_bytes(self) -> float:
        """heads x key x value numbers of 32 bits."""
        return 4.0 * self.state_heads * self.key_dim * self.value_dim

    @property
    def token_work(self) -> float:
        """Four multiply-adds a number of the state."""
        return 4.0 * self.state_heads * self.key_dim * self.value_dim
