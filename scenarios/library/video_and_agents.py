"""What do video and agents that hold their state do to everybody else's prices and waits?"""

from __future__ import annotations

from scenarios.definition.asking import ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

#: A minute a day of clips of five seconds, for ten million users; a minute is worth 15-50 USD [Inflation].
VIDEO = {
    "name": "video",
    "quality_as": "casual",
    "users": 1e7,
    "requests_per_day": 12.0,
    "individuals_share": 0.1,
    "request": {"like": "video", "input": 2_000.0, "output": 31_200.0},
    "worth_usd": 1.5,
    "time_value": 1.0,
    "patience_h": 2.0,
    "shape": "chat",
}

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Inflation: a minute of video 15-50 USD, persistent agents hold state; TraceLab: 150k input, 96 % cached",
    changes={
        "demand.casual.individuals_share": 0.4,
        "demand.others.+": VIDEO,
        "demand.agentic.request": {"input": 150_000.0, "output": 500.0, "cached": 0.96, "held_s": 60.0},
        "demand.agentic.requests_per_day": 2.0 * BASELINE.demand.agentic.requests_per_day,
    },
    outcomes=(
        outcome("utilisation", "up", against="without-video", source="Inflation"),
        outcome("spot-price", "up", against="without-video", source="Inflation"),
        outcome("unserved-casual", "up", against="without-video", source="Inflation"),
        outcome("unserved-agentic", "up", against="stateless", source="Alderson: caching holds memory"),
        outcome("unserved-video"),
    ),
    variants={
        "without-video": {"demand.others": []},
        "stateless": {"demand.agentic.request.held_s": 0.0},
    },
)
