"""Funding rounds: what investors give to a firm that runs out of money, by what it sells and how fast that grows."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.errors import require

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Rounds:
    """Terms of investors.

    When the money left lasts less than ``runway_days`` at the loss of the last month, a firm that has not raised any
    for ``least_days`` asks for ``raises_days`` of that loss. Investors give at most a share of what they hold it to be
    worth: its sales a year times ``multiple`` times ``mood``, times how its sales of the last month stand to those of
    the last quarter.

    Attributes:
        runway_days: when it asks: days that its money lasts.
        raises_days: for how many days it asks.
        least_days: days between two rounds.
        multiple: worth over sales a year, when sales do not grow.
        mood: factor on that of the market's mood; 0 gives nothing to anybody.
        most_share: most of the firm that is sold in a round.
    """

    runway_days: float = 180.0
    raises_days: float = 540.0
    least_days: float = 90.0
    multiple: float = 20.0
    mood: float = 1.0
    most_share: float = 0.15

    def __post_init__(self) -> None:
        for name in ("runway_days", "raises_days", "least_days", "multiple", "mood"):
            require(f"rounds: {name}", getattr(self, name), at_least=0)
        require("rounds: most_share", self.most_share, at_least=0, at_most=1)

    def worth(self, month: float, quarter: float) -> float:
        """What investors hold a firm to be worth [USD], with sales of the last month and quarter [USD/day]."""
        growth = month / quarter if quarter > 0 else 1.0
        return self.multiple * self.mood * DAYS_A_YEAR * month * growth

    def given(self, cash: float, loss: float, month: float, quarter: float, days_since: float) -> float:
        """What they give now [USD].

        Args:
            cash: money of the firm, below 0 if it owes [USD].
            loss: what it has lost a day lately, after all [USD/day].
            month, quarter: its sales of the last month and quarter [USD/day].
            days_since: days since the last round.

        >>> Rounds(runway_days=10, raises_days=30, multiple=1, most_share=0.5).given(5.0, 1.0, 0.1, 0.1, 100.0)
        18.2625
        """
        if loss <= 0 or cash >= self.runway_days * loss or days_since < self.least_days:
            return 0.0
        return min(self.raises_days * loss, self.most_share * self.worth(month, quarter))
