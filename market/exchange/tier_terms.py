"""Terms of a tier that its seller may choose: how fast it is served at most, how late at least, and until when."""

from __future__ import annotations

import math
from dataclasses import dataclass

from capacity.errors import require, require_or_inf


@dataclass(frozen=True)
class TierTerms:
    """Some of the terms of a tier.

    Attributes:
        most_speed: speed at which it is served at most [token/s]; infinite for what machines can do.
        least_h: time from the order to the answer at least [h].
        deadline_h: age at which a request that waits is turned away [h]; infinite for none.
    """

    most_speed: float = math.inf
    least_h: float = 0.0
    deadline_h: float = math.inf

    def check(self, where: str, speed: float) -> None:
        """Say so if they cannot be terms of a tier that promises a speed [token/s]."""
        require_or_inf(f"{where}: most_speed", self.most_speed, at_least=speed)
        require(f"{where}: least_h", self.least_h, at_least=0)
        require_or_inf(f"{where}: deadline_h", self.deadline_h, at_least=self.least_h)

    @property
    def in_words(self) -> str:
        """What they say, for people.

        >>> TierTerms(most_speed=60.0, least_h=1.0, deadline_h=24.0).in_words
        'at most 60 tokens/s, after 1 h at least, within 24 h'
        >>> TierTerms().in_words
        'as fast as machines can'
        """
        said = [f"at most {self.most_speed:g} tokens/s"] if math.isfinite(self.most_speed) else []
        said += [f"after {self.least_h:g} h at least"] if self.least_h > 0 else []
        said += [f"within {self.deadline_h:g} h"] if math.isfinite(self.deadline_h) else []
        return ", ".join(said) or "as fast as machines can"
