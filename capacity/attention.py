"""Kinds of attention: what one layer asks of a machine for a token and for the tokens that it attends to.

To add a kind, add one subclass of ``Attention`` here. Nothing else in the code asks which kind it is.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from capacity.errors import InputError
from capacity.fields import BESIDE, check_fields, inner, quantity


def counted(unit: str, meaning: str, low: int = 1) -> Any:
    """A field of an attention that is counted."""
    return quantity(..., unit, meaning, BESIDE, low=low, whole=True)


@dataclass(frozen=True)
class Indexer:
    """Scores every token of the context so that attention may choose a few [DeepSeek-V3.2-Exp, 2025].

    Its key is cached for every token in the number format of the cache.
    """

    heads: int = counted("heads", "heads of the scorer")
    width: int = counted("numbers", "numbers of its key, cached for every token")

    def __post_init__(self) -> None:
        check_fields(self, "indexer")


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


@dataclass(frozen=True)
class MLA(Attention):
    """Multi-head latent attention [DeepSeek-V2, 2024, section 2.1].

    One latent vector a token is cached, with a rotary part beside it. In decode the up-projection is
    absorbed in the query, so that every head works on the latent: width 2·latent, as the published
    figures count it (scores over the rotary part would add rope/2·latent, 6 %).

    ``sparse`` tokens are attended to if it is given, chosen by the ``index`` (DeepSeek Sparse Attention).
    """

    query_heads: int = counted("heads", "query heads, h")
    latent: int = counted("numbers", "width of the latent vector")
    rope: int = counted("numbers", "width of the rotary part", low=0)
    key_dim: int = counted("numbers", "width of a key, dk")
    value_dim: int = counted("numbers", "width of a value, dv")
    sparse: float = quantity(
        math.inf, "tokens", "tokens that one token attends to at most; infinite for all", BESIDE, low=1, or_inf=True
    )
    index: Indexer | None = inner(Indexer, "what chooses them", None, or_none=True)

    def __post_init__(self) -> None:
        check_fields(self, "MLA")
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

    query_heads: int = counted("heads", "query heads, h")
    kv_heads: int = counted("heads", "heads of keys and values")
    head_dim: int = counted("numbers", "width of a head")
    window: float = quantity(
        math.inf, "tokens", "tokens that one token attends to at most; infinite for all", BESIDE, low=1, or_inf=True
    )

    def __post_init__(self) -> None:
        check_fields(self, "GQA")
        if self.kv_heads > self.query_heads:
            raise InputError(f"GQA: kv_heads is {self.kv_heads}, but must be at most query_heads, {self.query_heads}")

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

    state_heads: int = counted("heads", "heads of the state")
    key_dim: int = counted("numbers", "width of a key")
    value_dim: int = counted("numbers", "width of a value")

    def __post_init__(self) -> None:
        check_fields(self, "Linear")

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
