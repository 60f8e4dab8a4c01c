"""The architectures that ship: models that are served now, each with its source.

To add one, add one entry to ``ARCHITECTURES``, or give it in a file (``capacity.custom``).
"""

from __future__ import annotations

from typing import Final

from capacity.architecture import Architecture, Experts
from capacity.attention import GQA, MLA
from capacity.errors import Catalogue
from capacity.units import BILLION, TRILLION

ARCHITECTURES: Final[Catalogue[Architecture]] = Catalogue(
    "architecture",
    [
        Architecture(
            "kimi-k2", "Kimi K2 (open, 1T)",
            total=1.0 * TRILLION, active=32 * BILLION, layers=61,
            attention=MLA(query_heads=64, latent=512, rope=64, key_dim=128, value_dim=128),
            experts=Experts(count=384, chosen=8, share=0.9886),
            hidden=7168, context=262_144,
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
            hidden=7168, context=163_840,
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
            hidden=8192, context=131_072,
            precision="fp8",
            source="Llama 3.1 model card and report (2024)",
            aliases=("Llama-3.1-70B", "Llama-3.3-70B"),
        ),
        Architecture(
            "dense-32b", "dense 32B (open)",
            total=32.8 * BILLION, active=32.8 * BILLION, layers=64,
            attention=GQA(query_heads=64, kv_heads=8, head_dim=128),
            hidden=5120, context=131_072,
            precision="fp8",
            source="Qwen3 technical report (2025), Qwen3-32B",
            unsure="Qwen2.5-32B, counted as the same, has 32.5B and 40 query heads; its cache is equal",
            aliases=("Qwen3-32B", "Qwen2.5-32B"),
        ),
        Architecture(
            "local-27b", "local 27B (open)",
            total=27 * BILLION, active=27 * BILLION, layers=64, full_attention_layers=16,
            attention=GQA(query_heads=24, kv_heads=4, head_dim=256),
            hidden=5120, context=262_144,
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
            hidden=2880, context=131_072,
            precision="fp4",
            source="gpt-oss model card and reference code (2025); 36 layers x 128 experts x (3 x 2880 x "
            "2880 and biases) of 116.8B; every other layer attends to 128 tokens only and is left out of "
            "the attention that grows with the context",
            aliases=("GPT-OSS-120B", "openai/gpt-oss-120b"),
        ),
    ],
)  # fmt: skip
