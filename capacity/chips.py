"""Chips, and the scale-up systems (racks, nodes, machines) that they come in.

To add one, add one entry to ``CHIPS`` at the end. Every figure is for one chip, dense (no structured
sparsity), and carries its source; ``unsure`` names the figures that are estimates and says why.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from capacity.errors import Catalogue, InputError, nearest, require_kind
from capacity.fields import BESIDE, check_fields, numbers_by_name, quantity, text, texts
from capacity.precision import WIDENING
from capacity.units import GIGA, PETA, TERA


@dataclass(frozen=True)
class Chip:
    """An accelerator and the scale-up system that it is sold in.

    ``latency_share`` is small where a compiler lays every step out ahead; ``counted_as`` is for names such as 'B200',
    by which the chip counts mostly mean racks of GB200.
    """

    name: str = text(..., "what it is called on the command line")
    title: str = text(..., "what it is called in a picture")
    flops: Mapping[str, float] = numbers_by_name(
        "FLOP/s", "dense operations per second by number format", BESIDE, above=0
    )
    bandwidth: float = quantity(..., "byte/s", "memory bandwidth of one chip", BESIDE, above=0)
    memory: float = quantity(..., "byte", "memory of one chip that weights and cache can use", BESIDE, above=0)
    chips_per_system: int = quantity(
        ...,
        "chips",
        "chips that one scale-up domain joins: a rack of an NVL72, a node of eight",
        BESIDE,
        low=1,
        whole=True,
    )
    power: float = quantity(
        ..., "W", "power of one chip with its share of the server, before the building's overhead", BESIDE, above=0
    )
    capital: float = quantity(..., "USD", "price of one chip with its share of server, network and building", BESIDE)
    rental: float = quantity(
        ..., "USD per chip-hour", "price at which one is rented under a one- to three-year contract", BESIDE
    )
    source: str = text(..., "where the figures come from")
    unsure: str = text("", "which of them are estimates, and why")
    aliases: tuple[str, ...] = texts(
        "names of the same chip in measurement files and chip counts, in any case of letters"
    )
    counted_as: tuple[str, ...] = texts("names that mean it in the chip counts only")
    link: float = quantity(
        math.inf, "byte/s", "what one chip sends to the others of its system, one way", BESIDE, above=0, or_inf=True
    )
    network: float = quantity(
        math.inf, "byte/s", "what one chip sends to other systems, one way", BESIDE, above=0, or_inf=True
    )
    latency_share: float = quantity(
        1.0,
        "1",
        "times beside the work (kernels to start, collectives) over those of a GPU, on which calibrations are measured",
    )

    def __post_init__(self) -> None:
        require_kind(f"chip '{self.name}': flops", self.flops, Mapping)
        if "bf16" not in self.flops:
            raise InputError(f"chip '{self.name}': flops must give 'bf16', the format that every other widens to")
        for name in self.flops:
            if name not in WIDENING:
                raise InputError(
                    f"chip '{self.name}': flops has {name!r}, but formats are {', '.join(WIDENING)}"
                    f"{nearest(str(name), WIDENING)}"
                )
        check_fields(self, f"chip '{self.name}'")
        object.__setattr__(self, "flops", MappingProxyType(dict(self.flops)))

    def __hash__(self) -> int:
        return hash((self.name, self.bandwidth, self.memory, self.chips_per_system, *self.flops.items()))

    def compute(self, precision: str) -> float:
        """Operations per second of one chip [FLOP/s] in ``precision``, or in the next wider format it has."""
        return next(self.flops[wider] for wider in WIDENING[precision] if wider in self.flops)

    def exchange_rate(self, chips: float) -> float:
        """What one chip sends to the others of a worker of ``chips`` chips, one way [byte/s].

        To every other chip alike, so of N chips the share (N - C)/(N - 1) is outside its system of C, and goes
        through the network after (or beside) what goes through the links: the slower of both sets the time.
        """
        inside = self.chips_per_system
        if chips <= inside:
            return self.link
        outside = (chips - inside) / (chips - 1.0)
        within = self.link / (1.0 - outside) if outside < 1.0 else math.inf
        return min(within, self.network / outside)


_PRICES = (
    "prices: estimates of the order of 2025-26 market reports, not list prices; the building counts "
    "for about 12,000 USD a kW of the capital"
)

CHIPS: Final[Catalogue[Chip]] = Catalogue(
    "chip",
    [
        Chip(
            "a100", "A100 SXM 80 GB",
            flops={"bf16": 312 * TERA, "int8": 624 * TERA},
            bandwidth=2.039 * TERA, memory=80 * GIGA, chips_per_system=8,
            power=812, capital=20_000, rental=1.2,
            link=300 * GIGA, network=25 * GIGA,
            source="NVIDIA A100 datasheet (2021); DGX A100 datasheet (2021), 6.5 kW / 8",
            unsure=_PRICES,
            aliases=("A100", "A800", "a100_sxm"),
        ),
        Chip(
            "h100", "H100 SXM",
            flops={"fp8": 1979 * TERA, "int8": 1979 * TERA, "bf16": 989.5 * TERA},
            bandwidth=3.35 * TERA, memory=80 * GIGA, chips_per_system=8,
            power=1275, capital=46_000, rental=2.35,
            link=450 * GIGA, network=50 * GIGA,
            source="NVIDIA H100 datasheet (2023): half of the figures given with sparsity; DGX H100 10.2 kW "
            "/ 8; rental: one-year contract of March 2026 [SemiAnalysis (2026), as reported]",
            unsure=f"rental: 1.7 in October 2025; {_PRICES}",
            aliases=("H100", "H800", "H100/H200", "h100_sxm"),
        ),
        Chip(
            "h200", "H200 SXM",
            flops={"fp8": 1979 * TERA, "int8": 1979 * TERA, "bf16": 989.5 * TERA},
            bandwidth=4.8 * TERA, memory=141 * GIGA, chips_per_system=8,
            power=1275, capital=50_000, rental=2.7,
            link=450 * GIGA, network=50 * GIGA,
            source="NVIDIA H200 datasheet (2024): half of the figures given with sparsity; DGX H200 10.2 kW "
            "/ 8",
            unsure=_PRICES,
            aliases=("H200", "h200_sxm"),
        ),
        Chip(
            "h20", "H20",
            flops={"fp8": 296 * TERA, "int8": 296 * TERA, "bf16": 148 * TERA},
            bandwidth=4.0 * TERA, memory=96 * GIGA, chips_per_system=8,
            power=800, capital=26_000, rental=1.0,
            link=450 * GIGA, network=50 * GIGA,
            source="NVIDIA H20 figures as published by server makers (2024), dense",
            unsure="a later version has 141 GB; power: 400 W chip, doubled for its share of the server as "
            f"in the A100; {_PRICES}",
            aliases=("H20", "h20_sxm"),
        ),
        Chip(
            "b200", "B200 HGX",
            flops={"fp4": 9 * PETA, "fp8": 4.5 * PETA, "int8": 4.5 * PETA, "bf16": 2.25 * PETA},
            bandwidth=8 * TERA, memory=180 * GIGA, chips_per_system=8,
            power=1788, capital=70_000, rental=3.8,
            link=900 * GIGA, network=50 * GIGA,
            source="NVIDIA DGX B200 datasheet (2024): 144 PF FP4 and 72 PF FP8, both with sparsity and "
            "halved here, 1,440 GB, 64 TB/s, 14.3 kW, each / 8",
            unsure=f"bandwidth: some sellers give 7.7 TB/s for this board; {_PRICES}",
            aliases=("b200_sxm",),
        ),
        Chip(
            "gb200-nvl72", "GB200 NVL72",
            flops={"fp4": 9 * PETA, "fp8": 4.5 * PETA, "int8": 4.5 * PETA, "bf16": 2.25 * PETA},
            bandwidth=8 * TERA, memory=186 * GIGA, chips_per_system=72,
            power=1833, capital=75_000, rental=4.5,
            link=900 * GIGA, network=50 * GIGA,
            source="Epoch AI, 'Is a compute crunch coming?' (2026): 72 x (9 PF FP4, 4.5 PF FP8, 8 TB/s, 186 "
            "GB); NVIDIA lists 10 and 5 PF for the rack's higher power limit; 132 kW a rack / 72",
            unsure="capital: a rack near 3.1 million USD [SemiAnalysis (2025), as reported] and its "
            "network, with the building; Bernstein (2025) reckons 5.9 million all in, 82,000 a chip; power: "
            f"120 kW a rack is given too; {_PRICES}",
            aliases=("GB200", "gb200_sxm"),
            counted_as=("B200",),
        ),
        Chip(
            "b300", "B300 HGX",
            flops={"fp4": 13.5 * PETA, "fp8": 4.5 * PETA, "bf16": 2.25 * PETA},
            bandwidth=8 * TERA, memory=270 * GIGA, chips_per_system=8,
            power=1812, capital=78_000, rental=4.8,
            link=900 * GIGA, network=100 * GIGA,
            source="NVIDIA HGX B300 figures (2025): 108 PF FP4 dense, 72 PF FP8 with sparsity, 2.1 TB, each "
            "/ 8; NVIDIA DGX B300 documentation (2025): 14.5 kW / 8",
            unsure="flops: no int8, because its units are cut to 0.15 PF and FP8 serves instead; memory is "
            f"given as 270 to 288 GB, bandwidth as 7.7 to 8 TB/s; {_PRICES}",
            aliases=("b300_sxm",),
        ),
        Chip(
            "gb300-nvl72", "GB300 NVL72",
            flops={"fp4": 15 * PETA, "fp8": 5 * PETA, "bf16": 2.5 * PETA},
            bandwidth=8 * TERA, memory=288 * GIGA, chips_per_system=72,
            power=1972, capital=85_000, rental=5.5,
            link=900 * GIGA, network=100 * GIGA,
            source="Epoch AI, 'Is a compute crunch coming?' (2026): 15 PF FP4, 5 PF FP8, 8 TB/s, 288 GB; "
            "142 kW a rack / 72 (server makers)",
            unsure="flops: no int8, because its units are cut to 0.17 PF and FP8 serves instead; NVIDIA "
            "lists about 20 TB for the rack, 279 GB a chip; power is given as 120 to 142 kW a rack; "
            f"{_PRICES}",
            aliases=("GB300", "gb300_sxm"),
            counted_as=("B300",),
        ),
        Chip(
            "mi300x", "Instinct MI300X",
            flops={"fp8": 2615 * TERA, "int8": 2615 * TERA, "bf16": 1307 * TERA},
            bandwidth=5.3 * TERA, memory=192 * GIGA, chips_per_system=8,
            power=1300, capital=40_000, rental=2.0,
            link=448 * GIGA, network=50 * GIGA,
            source="AMD Instinct MI300X data sheet (2023), without sparsity",
            unsure="the MI325X (256 GB, 6 TB/s) and the MI308X, cut down for export, count as this chip; "
            f"power: 750 W chip with its share of the server; {_PRICES}",
            aliases=("Instinct MI300X", "Instinct MI325X", "Instinct MI308X", "mi300x_sxm"),
        ),
        Chip(
            "mi355x", "Instinct MI355X",
            flops={"fp4": 10.1 * PETA, "fp8": 5.03 * PETA, "int8": 5.03 * PETA, "bf16": 2.5 * PETA},
            bandwidth=8 * TERA, memory=288 * GIGA, chips_per_system=8,
            power=2000, capital=60_000, rental=3.0,
            link=538 * GIGA, network=50 * GIGA,
            source="AMD Instinct MI355X data sheet (2025), without sparsity",
            unsure="the MI350X (1,000 W, 8 % slower) counts as this chip; power: 1,400 W chip with its "
            f"share of the server; {_PRICES}",
            aliases=("Instinct MI355X", "Instinct MI350X", "mi355x_sxm"),
        ),
        Chip(
            "tpu-v5p", "TPU v5p",
            flops={"fp8": 459 * TERA, "int8": 918 * TERA, "bf16": 459 * TERA},
            bandwidth=2.765 * TERA, memory=95 * GIGA, chips_per_system=64,
            power=600, capital=15_000, rental=2.1,
            link=600 * GIGA, network=25 * GIGA,
            source="Google Cloud TPU documentation, v5p and TPU7x pages (2025): 459 TF bf16 and FP8 (no "
            "faster), 918 TOP int8, 95 GB, 2,765 GB/s",
            unsure="system: one 4x4x4 cube of 64 of the pod's 8,960 chips; power is not published; "
            f"{_PRICES}",
            aliases=("TPU v5p",),
        ),
        Chip(
            "tpu-v6e", "TPU v6e",
            flops={"fp8": 918 * TERA, "int8": 1836 * TERA, "bf16": 918 * TERA},
            bandwidth=1.638 * TERA, memory=32 * GIGA, chips_per_system=256,
            power=450, capital=9_000, rental=1.3,
            link=400 * GIGA, network=25 * GIGA,
            source="Google Cloud TPU documentation, v6e and TPU7x pages (2025): 918 TF bf16 and FP8 (no "
            "faster), 1,836 TOP int8, 32 GB, 1,638 GB/s, pod of 256",
            unsure=f"power is not published; {_PRICES}",
            aliases=("TPU v6e",),
        ),
        Chip(
            "tpu-ironwood", "TPU v7 Ironwood",
            flops={"fp8": 4614 * TERA, "bf16": 2307 * TERA},
            bandwidth=7.37 * TERA, memory=192 * GIGA, chips_per_system=64,
            power=1100, capital=40_000, rental=3.5,
            link=600 * GIGA, network=25 * GIGA,
            source="Google, Ironwood announcement (2025): 4,614 TF FP8, 192 GB, 7.37 TB/s, pod of 9,216 "
            "chips at about 10 MW; Google Cloud TPU7x documentation (2025): 2,307 TF bf16",
            unsure="system: one cube of 64 of the pod's 9,216 chips; capital: about 25,000 USD a chip in "
            "racks [press on Anthropic's purchase of 400,000 (2025)], with network and building; rental: of "
            "the order of 1.6 in Anthropic's own contract (42 billion USD for 600,000, if over five years); "
            f"{_PRICES}",
            aliases=("TPU v7",),
        ),
        Chip(
            "trainium2", "Trainium 2",
            flops={"fp8": 1299 * TERA, "bf16": 667 * TERA},
            bandwidth=2.9 * TERA, memory=96 * GIGA, chips_per_system=64,
            power=800, capital=18_000, rental=1.4,
            link=640 * GIGA, network=25 * GIGA,
            source="AWS Neuron documentation, Trainium2 and Trn2 UltraServer (2025): 64 chips, 83.2 PF FP8 "
            "and 42.8 PF bf16, dense, 6 TB, 185 TB/s",
            unsure="earlier versions of the page give 1,287 and 655 TF; power: 500 W chip [press reports] "
            f"with its share of the server; capital: AWS sells none, not much better than a guess; {_PRICES}",
            aliases=("Trainium2",),
        ),
        Chip(
            "groq-lpu", "Groq LPU rack",
            flops={"int8": 750 * TERA, "bf16": 188 * TERA},
            bandwidth=80 * TERA, memory=0.23 * GIGA, chips_per_system=64,
            power=350, capital=8_000, rental=0.6,
            link=240 * GIGA, latency_share=0.4,
            source="Groq LPU (GroqChip 1) and GroqRack product briefs (about 2022): 750 TOP int8, 188 TF "
            "FP16, 230 MB SRAM at 80 TB/s; nine nodes of eight a rack, of which one is a spare, so 64 chips "
            "and 14 GB",
            unsure="a large model spans many racks, joined as one system; power of one card with its share; "
            "latency_share: from about 280 token/s that Llama 70B is reported to reach without speculation; "
            f"capital and rental: Groq publishes neither, not much better than a guess; {_PRICES}",
        ),
        Chip(
            "cerebras-wse3", "Cerebras WSE-3",
            flops={"bf16": 12.5 * PETA},
            bandwidth=21_000 * TERA, memory=44 * GIGA, chips_per_system=1,
            power=23_000, capital=2_500_000, rental=60.0,
            link=150 * GIGA, network=150 * GIGA, latency_share=0.4,
            source="Cerebras WSE-3 and CS-3 product pages (2024): 125 PF with sparsity, 44 GB SRAM, 21 PB/s, 23 kW a "
            "system, 1.2 Tb/s of input and output",
            unsure="flops: a tenth of the figure, since the maker gives no dense one; a large model spans several "
            "wafers; latency_share: from about 450 token/s reported for Llama 70B without speculation; capital: 2 to "
            f"3 million USD a system [press]; rental: a guess; {_PRICES}",
            aliases=("WSE-3", "CS-3"),
        ),
        Chip(
            "rtx-5090", "RTX 5090 at home",
            flops={"fp4": 1676 * TERA, "fp8": 419 * TERA, "int8": 838 * TERA, "bf16": 209.5 * TERA},
            bandwidth=1.792 * TERA, memory=32 * GIGA, chips_per_system=1,
            power=700, capital=4_500, rental=0.4,
            link=64 * GIGA, network=1.25 * GIGA,
            source="NVIDIA RTX Blackwell architecture paper (2025): 3,352 AI TOPS with sparsity, FP8 with "
            "FP32 accumulation, 32 GB, 1,792 GB/s, 575 W",
            unsure="flops: FP8 is twice that with FP16 accumulation; power: 575 W card with its machine; "
            "capital: card at 3,000 to 3,500 USD (mid-2026; launched at 1,999) with its machine, no "
            "building; rental: marketplace",
        ),
        Chip(
            "mac-64gb", "Mac with 64 GB",
            flops={"bf16": 17 * TERA},
            bandwidth=0.546 * TERA, memory=48 * GIGA, chips_per_system=1,
            power=40, capital=2_700, rental=0.15,
            link=10 * GIGA, network=1.25 * GIGA,
            source="Apple, M4 Max with 40-core GPU and 64 GB (2025): 546 GB/s; list price of a Mac Studio "
            "so equipped",
            unsure="flops: Apple gives none; 40 cores x 128 lanes x 2 at about 1.7 GHz in FP32, and FP16 no "
            "faster, as measured on the M1 [metal-benchmarks (2022)], while some sites list twice that; "
            "memory: three quarters of 64 GB, the share that macOS gives to the GPU by default; power: 30 to "
            "40 W of the chip under such load, measured by users, with its memory; rental is an estimate",
        ),
    ],
)  # fmt: skip
