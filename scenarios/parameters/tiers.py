"""Terms on which models are sold, and who chooses them."""

from __future__ import annotations

import math
from typing import Any, Final, Literal

from market.exchange.tier_terms import TierTerms
from market.supply.specs import Tier as Terms
from scenarios.parameters.fields import DECLARED, Flag, Name, Number, Section, choice, quantity, several


def most_speed_field() -> Any:
    """Field of a tier, and of terms that may be chosen for it."""
    return quantity(
        math.inf,
        "token/s",
        "speed at which it is served at most; inf for what the machines can do",
        above=0,
        or_inf=True,
    )


def least_field() -> Any:
    """Another."""
    return quantity(0.0, "h", "time from the order to the answer at least", high=8_766)


def deadline_field() -> Any:
    """Another."""
    return quantity(math.inf, "h", "age at which a waiting request is turned away; inf for none", above=0, or_inf=True)


class OtherTerms(Section):
    """Terms of a tier that its seller may choose in place of those listed."""

    most_speed: Number = most_speed_field()
    least_h: Number = least_field()
    deadline_h: Number = deadline_field()


class Tier(Section):
    """Terms on which a model is sold."""

    name: Name = choice(..., "what it is called")
    speed: Number = quantity(..., "token/s", "speed promised to each user", "Epoch: at least 35", above=0, high=1e5)
    priority: Number = quantity(1.0, "1", "place in the order of service; smaller is served first", low=-1e6, high=1e6)
    deadline_h: Number = deadline_field()
    quota_per_day: Number = quantity(
        math.inf, "requests/day", "requests of one user and day; inf for no limit", or_inf=True
    )
    window_h: Number = quantity(
        24.0,
        "h",
        "hours over which a quota is counted: a user has so much less of it in a shorter window",
        "a day; plans of 2025 count by five hours",
        above=0,
        high=168,
    )
    quota_per_week: Number = quantity(
        math.inf, "requests/week", "requests of one user and week, from Monday on; inf for no limit", or_inf=True
    )
    most_speed: Number = most_speed_field()
    least_h: Number = least_field()
    spare: Flag = choice(False, "whether it is served on machines that others leave idle, up to its deadline")
    may_choose: tuple[OtherTerms, ...] = several(
        (), "terms among which its seller may choose, besides these (pricing.terms)", least=0, most=10
    )

    def make(self) -> Terms:
        """The terms of a provider's offer."""
        given = self.model_dump(exclude={"may_choose"})
        return Terms(**given, may_choose=tuple(TierTerms(**one.model_dump()) for one in self.may_choose))


class ChosenTerms(Section):
    """Who sets the terms of tiers that may be sold on several."""

    policy: Literal["as-listed", "earn-most"] = choice(
        "as-listed", "as-listed leaves them, earn-most sells each tier on those of its terms that pay best", DECLARED
    )
    every_hours: Number = quantity(
        2191.5, "h", "hours between two looks at them; a quarter", DECLARED, above=0, high=1e5
    )
    least_gain: Number = quantity(
        0.001,
        "1",
        "gain, over what users pay, below which they stay as they are; more where a change of the list costs days of "
        "sales (change_cost_days), which have to come back within a year",
        DECLARED,
        high=1,
    )


#: As they are listed.
GIVEN: Final = ChosenTerms()
