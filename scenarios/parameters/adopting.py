"""Parameters of users who come and go."""

from __future__ import annotations

import math

from pydantic import model_validator

from scenarios.parameters.fields import Number, Section, quantity, refuse


class Adopting(Section):
    """How users come and go with what they get."""

    response: Number = quantity(
        0.0,
        "1/year",
        "growth rate that a unit of what a request is worth adds: expected utility in units of taste_noise, over that "
        "at the start",
        high=1e3,
    )
    ceiling: Number = quantity(math.inf, "people", "all who might ever use it; inf: no limit", above=0, or_inf=True)
    innovation: Number = quantity(
        0.0, "1/year", "share of those to come who come by themselves: Bass's p, in place of the trend", high=1e3
    )
    imitation: Number = quantity(0.0, "1/year", "what all who have come add to that share: Bass's q", high=1e3)
    start_days: Number = quantity(
        1.0, "days", "days from the start whose worth is that at the start; until then the trend alone", high=366
    )

    @model_validator(mode="after")
    def _of_how_many(self) -> Adopting:
        if self.innovation + self.imitation and math.isinf(self.ceiling):
            raise refuse("ceiling", self.ceiling, "with innovation or imitation it must be a number of people")
        return self
