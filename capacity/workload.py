"""Workloads: what one request asks of a machine.

To add one, add one entry to ``WORKLOADS``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from capacity.errors import Catalogue, require
from capacity.fields import BESIDE, check_fields, inner, quantity, text
from capacity.units import BILLION


@dataclass(frozen=True)
class Speculation:
    """How many tokens a decode step emits, and how many positions it computes to do so.

    One and one without speculation. A block-parallel decoder (diffusion video) is the same thing with
    large numbers: many positions computed a pass, few finished tokens per pass.
    """

    tokens: float = quantity(3.0, "tokens", "tokens that a decode step emits", "Epoch AI (2026)", above=0)
    verified: float = quantity(5.0, "positions", "positions that it computes to do so", "Epoch AI (2026)", above=0)

    def __post_init__(self) -> None:
        check_fields(self, "speculation")
        require("speculation: verified", self.verified, at_least=self.tokens)


#: Three tokens a step, five positions verified [Epoch AI, 'Is a compute crunch coming?' (2026)].
SPECULATIVE: Final = Speculation(3.0, 5.0)
#: One token a step.
PLAIN: Final = Speculation(1.0, 1.0)


@dataclass(frozen=True)
class Workload:
    """The shape of one request."""

    input: float = quantity(..., "tokens", "tokens read, i", BESIDE, high=BILLION)
    output: float = quantity(..., "tokens", "tokens written, n", BESIDE, low=1, high=BILLION)
    cached: float = quantity(0.0, "1", "share of the input that is read from the prompt cache, c", BESIDE, high=1)
    held: float = quantity(
        0.0, "s", "time for which the state (the KV cache) stays in memory between this call and the next", BESIDE
    )
    window: float = quantity(
        math.inf,
        "tokens",
        "tokens that one token attends to at most; infinite where attention is full",
        BESIDE,
        low=1,
        or_inf=True,
    )
    speed: float = quantity(35.0, "token/s", "speed that users of this kind expect", above=0)
    decoding: Speculation | None = inner(
        Speculation, "speculation that it brings with it; the deployment's own unless given", None, or_none=True
    )
    first_token: float = quantity(
        math.inf,
        "s",
        "time in which users expect the first token; infinite where none is promised",
        BESIDE,
        above=0,
        or_inf=True,
    )
    name: str = text("custom", "what it is called on the command line")
    title: str = text("", "what it is called in a picture")
    source: str = text("", "where the figures come from")
    spread: float = quantity(
        0.0,
        "1",
        "standard deviation of the log of the input from request to request (log-normal); bills of long ones go by "
        "it, machines by the mean",
        BESIDE,
        high=5,
    )

    def __post_init__(self) -> None:
        check_fields(self, "workload")
        if not self.title:
            object.__setattr__(self, "title", f"{self.input:,.0f}:{self.output:,.0f}")

    @property
    def fresh(self) -> float:
        """Input tokens that are computed, not read from the prompt cache: i(1 - c)."""
        return self.input * (1.0 - self.cached)

    def longer_than(self, tokens: float) -> tuple[float, float]:
        """Share of requests that read more than so many tokens, and their share of the input.

        With log-normal lengths of mean i and spread s, N((ln(i/L) -+ s^2/2) / s) [Aitchison and Brown 1957].

        >>> Workload(100_000, 1_000).longer_than(200_000), Workload(100_000, 1_000).longer_than(50_000)
        ((0.0, 0.0), (1.0, 1.0))
        >>> tuple(round(share, 4) for share in Workload(100_000, 1_000, spread=1.0).longer_than(200_000))
        (0.1164, 0.4234)
        """
        if self.spread == 0 or self.input == 0 or tokens == 0:
            return (1.0, 1.0) if self.input > tokens else (0.0, 0.0)
        log = math.log(self.input / tokens) / self.spread
        phi = NormalDist().cdf
        return phi(log - self.spread / 2.0), phi(log + self.spread / 2.0)

    @property
    def context(self) -> float:
        """Tokens of state at the end of the request: i + n, or the window."""
        return min(self.input + self.output, self.window)

    @property
    def decode_context(self) -> float:
        """Mean number of tokens that an output token attends to: i + n/2, or the window."""
        return min(self.input + self.output / 2.0, self.window)

    def state_tokens(self, reach: float = math.inf) -> float:
        """Tokens of state at the end of the request in a layer that keeps at most ``reach``."""
        return min(self.context, reach)

    @property
    def prefill_context(self) -> float:
        """Mean number of tokens that a computed input token attends to, where attention is full."""
        return self.mean_prefill_context()

    def mean_prefill_context(self, reach: float = math.inf) -> float:
        """Mean number of tokens that a computed input token attends to, where it attends to at most ``reach``.

        The computed tokens are the last i(1 - c) of the input, so under causal attention the mean is
        (i·c + i)/2: i/2 without a cache [Epoch], and near i where nearly all is cached. With a window w
        the mean of min(x, w) over those positions x.
        """
        window = min(self.window, reach)
        first, last = self.input * self.cached, self.input
        if last <= window or last == first:
            return min((first + last) / 2.0, window)
        below = max(window - first, 0.0)  # positions that do not fill the window yet
        mean_below = (first + window) / 2.0
        return (below * mean_below + (last - first - below) * window) / (last - first)


WORKLOADS: Final[Catalogue[Workload]] = Catalogue(
    "workload",
    [
        Workload(8_000, 1_000, name="general", title="general 8k:1k", source="Epoch AI (2026)"),
        Workload(25_000, 1_000, name="coding", title="coding 25k:1k", source="Epoch AI (2026)"),
        Workload(128_000, 1_000, name="agentic", title="agentic 128k:1k", source="Epoch AI (2026)"),
        Workload(
            150_000, 500, cached=0.96, name="agentic-cached", title="agentic, 96 % cached",
            source="TraceLab, University of Washington (2026): 54.9G input, 52.6G of it cache reads, and "
            "187M output tokens in 357k steps of coding agents",
        ),
        Workload(
            8_000, 1_000, speed=10.0, name="batch", title="batch 8k:1k",
            source="general shape; 10 token/s is a declared assumption: nobody reads along",
        ),
        Workload(
            2_000, 31_200, speed=6_240.0, decoding=Speculation(312.0, 31_200.0), name="video",
            title="video, 5 s clip",
            source="declared assumption after Wan 2.1 (2025), an open model: 1,560 latent tokens a frame at "
            "480p, four latent frames a second, 50 denoising steps with and without guidance, so 100 passes "
            "over 31,200 positions; the speed is real time",
        ),
        Workload(
            150_000, 500, cached=0.96, held=60.0, name="persistent-agent", title="agent, state held",
            source="agentic-cached, with the state held in memory for a declared 60 s between calls "
            "(Alderson: caching saves compute but holds memory; Inflation: persistent agents)",
        ),
    ],
)  # fmt: skip
