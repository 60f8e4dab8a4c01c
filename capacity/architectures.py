"""The architectures that ship: models that are served now, each with its source.

To add one, add one entry to ``ARCHITECTURES``, or give it in a file (``capacity.custom``).
"""

from __future__ import annotations

from typing import Final

from capacity.architecture import Architecture, Experts, Layers
from capacity.attention import GQA, MLA, Indexer, Linear
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
            aliases=(
                "Kimi-K2.5", "Kimi-K2.6", "Kimi-K2-Thinking", "Kimi-K2",
            ),
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
            aliases=("DeepSeek-R1", "DeepSeek-V3", "DeepSeek-V3.1", "DeepSeek-R1-0528", "DeepSeek-V3-0324"),
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
            unsure="as qwen3.5-27b in 4 bits at home, with the linear layers' state and work left out",
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
            aliases=("GPT-OSS-120B",),
        ),
        Architecture(
            "deepseek-v3.2", "DeepSeek V3.2 (open)",
            total=671 * BILLION, active=37 * BILLION, layers=61,
            attention=MLA(
                query_heads=128, latent=512, rope=64, key_dim=128, value_dim=128, sparse=2048, index=Indexer(64, 128)
            ),
            experts=Experts(count=256, chosen=8, share=0.9745),
            hidden=7168, context=163_840,
            precision="fp8",
            source="DeepSeek-V3.2-Exp report and reference code (2025): DeepSeek V3 with attention to 2,048 tokens, "
            "chosen by an indexer of 64 heads of 128",
            aliases=("DeepSeek-V3.2", "DeepSeek-V3.2-Exp"),
        ),
        Architecture(
            "glm-5", "GLM-5 (open)",
            total=744 * BILLION, active=40 * BILLION, layers=78,
            attention=MLA(
                query_heads=64, latent=512, rope=64, key_dim=192, value_dim=256, sparse=2048, index=Indexer(32, 128)
            ),
            experts=Experts(count=256, chosen=8, share=0.9743),
            hidden=6144, context=204_800,
            precision="fp8",
            source="GLM-5 technical report (2026): 744B, 40B active, 3 dense and 75 expert layers, 256 experts of "
            "2048, 64 heads, indexer of 32 heads of 128",
            unsure="tokens attended to, 2,048, are those of DeepSeek V3.2; GLM-5.2's sharing of indices is left out",
            aliases=("GLM-5", "GLM-5.1"),
        ),
        Architecture(
            "minimax-m2.5", "MiniMax M2.5 (open)",
            total=229 * BILLION, active=10 * BILLION, layers=62,
            attention=GQA(query_heads=48, kv_heads=8, head_dim=128),
            experts=Experts(count=256, chosen=8, share=0.981),
            hidden=3072, context=196_608,
            precision="fp8",
            source="MiniMax-M2 and M2.5 model cards and configuration (2025-26): 62 layers of 256 experts of 1536",
            unsure="total: given as 229 to 230B",
            aliases=("MiniMax-M2.5", "MiniMax-M2", "MiniMax-M2.1"),
        ),
        Architecture(
            "qwen3.5-397b", "Qwen3.5 397B (open)",
            total=397 * BILLION, active=17 * BILLION, layers=60, full_attention_layers=15,
            attention=GQA(query_heads=32, kv_heads=2, head_dim=256),
            other_layers=(Layers(45, Linear(state_heads=64, key_dim=128, value_dim=128)),),
            experts=Experts(count=512, chosen=10, share=0.9736),
            hidden=4096, context=262_144,
            precision="fp8",
            source="Qwen3.5-397B-A17B model card and configuration (2026): 512 experts of 1024, one layer in four "
            "with full attention, the others gated delta networks",
            unsure="experts chosen (10 and one shared) and heads of the state, from memory of the configuration",
            aliases=("Qwen3.5-397B-A17B", "Qwen3.5"),
        ),
        Architecture(
            "qwen3-235b", "Qwen3 235B (open)",
            total=235 * BILLION, active=22 * BILLION, layers=94,
            attention=GQA(query_heads=64, kv_heads=4, head_dim=128),
            experts=Experts(count=128, chosen=8, share=0.966),
            hidden=4096, context=262_144,
            precision="fp8",
            source="Qwen3 technical report (2025), Qwen3-235B-A22B: 128 experts of 1536; context of the 2507 versions",
            aliases=("Qwen3-235B-A22B", "Qwen3-235B"),
        ),
        Architecture(
            "qwen3-30b", "Qwen3 30B (open)",
            total=30.5 * BILLION, active=3.3 * BILLION, layers=48,
            attention=GQA(query_heads=32, kv_heads=4, head_dim=128),
            experts=Experts(count=128, chosen=8, share=0.951),
            hidden=2048, context=262_144,
            precision="fp8",
            source="Qwen3 technical report (2025), Qwen3-30B-A3B: 128 experts of 768; context of the 2507 versions",
            aliases=("Qwen3-30B-A3B", "Qwen3-30B"),
        ),
        Architecture(
            "qwen3.5-27b", "Qwen3.5 27B (open)",
            total=27 * BILLION, active=27 * BILLION, layers=64, full_attention_layers=16,
            attention=GQA(query_heads=24, kv_heads=4, head_dim=256),
            other_layers=(Layers(48, Linear(state_heads=48, key_dim=128, value_dim=128)),),
            hidden=5120, context=262_144,
            precision="fp8",
            source="model cards of Qwen3.5-27B and Qwen3.6-27B (2026): one layer in four has full attention, the "
            "others are gated delta networks",
            unsure="heads of the state, from memory of the configuration",
            aliases=("Qwen3.5-27B", "Qwen3.6-27B"),
        ),
        Architecture(
            "gpt-oss-20b", "gpt-oss 20B (open)",
            total=20.9 * BILLION, active=3.6 * BILLION, layers=24, full_attention_layers=12,
            attention=GQA(query_heads=64, kv_heads=8, head_dim=64),
            other_layers=(Layers(12, GQA(query_heads=64, kv_heads=8, head_dim=64, window=128)),),
            experts=Experts(count=32, chosen=4, share=0.915),
            hidden=2880, context=131_072,
            precision="fp4",
            source="gpt-oss model card and reference code (2025): 24 layers of 32 experts; every other layer attends "
            "to 128 tokens only",
            aliases=("GPT-OSS-20B",),
        ),
        Architecture(
            "llama-3.1-8b", "Llama 3.1 8B (open)",
            total=8.03 * BILLION, active=8.03 * BILLION, layers=32,
            attention=GQA(query_heads=32, kv_heads=8, head_dim=128),
            hidden=4096, context=131_072,
            precision="fp8",
            source="Llama 3.1 model card and report (2024)",
            aliases=("Llama-3.1-8B", "Meta-Llama-3.1-8B", "Llama-3-8B"),
        ),
    ],
)  # fmt: skip
