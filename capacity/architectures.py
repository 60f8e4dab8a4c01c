"""Architectures: what a model asks of a machine for every token.

An architecture is its attention block, its expert block and its counts. To add an architecture, add
one entry to ``ARCHITECTURES``; to add a kind of attention, add one subclass of ``Attention``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

from capacity.errors import Catalogue, InputError, require
from capacity.precision import BYTES
from capacity.units import BILLION, TRILLION


class Attention(ABC):
    """What one layer's attention costs: the three numbers that the throughput equations need."""

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


@dataclass(frozen=True)
class MLA(Attention):
    """Multi-head latent attention [DeepSeek-V2, 2024, section 2.1].

    One latent vector a token is cached, with a rotary part beside it. In decode the up-projection is
    absorbed in the query, so that every head works on the latent: width 2·latent, as the published
    figures count it (scores over the rotary part would add rope/2·latent, 6 %).
    """

    query_heads: int
    latent: int
    rope: int
    key_dim: int
    value_dim: int

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


@dataclass(frozen=True)
class GQA(Attention):
    """Grouped-query attention [Ainslie et al., 2023]; multi-head attention where kv_heads = heads."""

    query_heads: int
    kv_heads: int
    head_dim: int

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
        require("experts: chosen", self.chosen, above=0, at_most=self.count)
        require("experts: share", self.share, above=0, at_most=1)


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
        full_attention_layers: layers whose attention and cache grow with the context; None for all.
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
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(f"architecture '{self.name}': total", self.total, above=0)
        require(f"architecture '{self.name}': active", self.active, above=0, at_most=self.total)
        require(f"architecture '{self.name}': layers", self.layers, above=0)
        if self.full_attention_layers is not None:
            require(f"architecture '{self.name}': full_attention_layers", self.full_attention_layers,
                    at_least=0, at_most=self.layers)  # fmt: skip
        if self.precision not in BYTES:
            raise InputError(f"architecture '{self.name}': precision is '{self.precision}', not one of {list(BYTES)}")

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
        """Layers whose attention grows with the context."""
        return self.layers if self.full_attention_layers is None else self.full_attention_layers

    def weight_bytes(self, precision: str) -> float:
        """Bytes of all weights, M."""
        return self.total * BYTES[precision]

    def cache_bytes(self, precision: str) -> float:
        """KV-cache bytes per token of context, Kv."""
        return self.attention_layers * self.attention.cache_width * BYTES[precision]


ARCHITECTURES: Final[Catalogue[Architecture]] = Catalogue(
    "architecture",
    [
        Architecture(
            "kimi-k2", "Kimi K2 (open, 1T)",
            total=1.0 * TRILLION, active=32 * BILLION, layers=61,
            attention=MLA(query_heads=64, latent=512, rope=64, key_dim=128, value_dim=128),
            experts=Experts(count=384, chosen=8, share=0.9886),
            precision="fp4",
            source="Kimi K2 model card and technical report (2025); 60 layers x 384 experts x 3 x 7168 x "
            "2048 of the 1.026T that the layers add up to (the report says 1.04T); the total is rounded to "
            "1.0T, and dk is given without its rotary 64, as in Epoch AI (2026)",
            aliases=("Kimi-K2.5", "Kimi-K2.6", "Kimi-K2-Instruct", "Kimi-K2-Thinking"),
        ),
        Architecture(
            "deepseek-v3", "DeepSeek V3/R1 (open)",
            total=671 * BILLION, active=37 * BILLION, layers=61,
            attention=MLA(query_heads=128, latent=512, rope=64, key_dim=128, value_dim=128),
            experts=Experts(count=256, chosen=8, share=0.9745),
            precision="fp8",
            source="DeepSeek-V3 technical report (2024); 58 layers x 256 experts x 3 x 7168 x 2048 of 671B; "
            "dk is given without its rotary 64, as in kimi-k2",
            aliases=("DeepSeek-R1", "DeepSeek-V3", "DeepSeek-V3.1"),
        ),
        Architecture(
            "frontier", "frontier (closed)",
            total=3.0 * TRILLION, active=96 * BILLION, layers=91,
            attention=MLA(query_heads=64, latent=1024, rope=128, key_dim=256, value_dim=256),
            experts=Experts(count=384, chosen=8, share=0.9886),
            precision="fp4",
            source="declared assumption: every count of kimi-k2 times three (layers x 1.5, latent and head "
            "widths x 2), so that a token costs about three times as much",
            unsure="all of it: nothing is published of closed frontier models",
        ),
        Architecture(
            "mini", "mini (closed)",
            total=200 * BILLION, active=12 * BILLION, layers=48,
            attention=GQA(query_heads=64, kv_heads=8, head_dim=128),
            experts=Experts(count=128, chosen=6, share=0.986),
            precision="fp4",
            source="declared assumption: a small mixture of experts of the order of open ones",
            unsure="all of it: nothing is published of closed small models",
        ),
        Architecture(
            "dense-70b", "dense 70B (open)",
            total=70.6 * BILLION, active=70.6 * BILLION, layers=80,
            attention=GQA(query_heads=64, kv_heads=8, head_dim=128),
            precision="fp8",
            source="Llama 3.1 model card and report (2024)",
            aliases=("Llama-3.1-70B", "Llama-3.3-70B"),
        ),
        Architecture(
            "dense-32b", "dense 32B (open)",
            total=32.8 * BILLION, active=32.8 * BILLION, layers=64,
            attention=GQA(query_heads=64, kv_heads=8, head_dim=128),
            precision="fp8",
            source="Qwen3 technical report (2025), Qwen3-32B",
            unsure="Qwen2.5-32B, counted as the same, has 32.5B and 40 query heads; its cache is equal",
            aliases=("Qwen3-32B", "Qwen2.5-32B"),
        ),
        Architecture(
            "local-27b", "local 27B (open)",
            total=27 * BILLION, active=27 * BILLION, layers=64, full_attention_layers=16,
            attention=GQA(query_heads=24, kv_heads=4, head_dim=256),
            precision="fp4",
            source="model cards of Qwen3.5-27B and Qwen3.6-27B (2026): one layer in four has full attention",
            unsure="the linear-attention layers' fixed state and work are left out; served in 4 bits at home",
            aliases=("Qwen3.5-27B", "Qwen3.6-27B"),
        ),
        Architecture(
            "gpt-oss-120b", "gpt-oss 120B (open)",
            total=116.8 * BILLION, active=5.1 * BILLION, layers=36, full_attention_layers=18,
            attention=GQA(query_heads=64, kv_heads=8, head_dim=64),
            experts=Experts(count=128, chosen=4, share=0.982),
            precision="fp4",
            source="gpt-oss model card and reference code (2025); 36 layers x 128 experts x (3 x 2880 x "
            "2880 and biases) of 116.8B; every other layer attends to 128 tokens only and is left out of "
            "the attention that grows with the context",
            aliases=("GPT-OSS-120B", "openai/gpt-oss-120b"),
        ),
    ],
)  # fmt: skip
