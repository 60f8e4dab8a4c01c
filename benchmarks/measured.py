"""What whole ticks of a scenario cost, beside what they are measured against, and its line of a table."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Users of the plain version, and usual ticks that are timed: a day of them.
PLAIN, USUAL = 500, 24
TICKS_PER_WEEK = 168
HEAD = ("scenario", "users", "a tick [ms]", "looks [ms]", "empty [ms]", "over plain Mesa", "over exponentials")


@dataclass
class Measured:
    """What a scenario costs [ms a tick].

    Attributes:
        scenario, users: what was run.
        usual, look: a usual tick, and one in which sellers look at their lists.
        empty: a usual tick with hardly any users.
        plain: a tick of the plain version.
        exponentials: those alone.
        phases: of a usual tick, by phase.
        ticks: usual ticks that were timed.
    """

    scenario: str
    users: int
    usual: float
    look: float
    empty: float
    plain: float
    exponentials: float
    ticks: int
    phases: dict[str, float] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether a whole day was timed: hours differ in what they cost, so a part of one compares with no other."""
        return self.ticks == USUAL

    @property
    def week(self) -> float:
        """Mean tick of a week."""
        return self.usual + (self.look - self.usual) / TICKS_PER_WEEK

    @property
    def over_plain(self) -> float:
        """How many times faster than plain Mesa."""
        return self.plain / self.week

    @property
    def over_exponentials(self) -> float:
        """How many times as long as the exponentials alone."""
        return self.week / self.exponentials


def row(one: Measured) -> tuple[str, ...]:
    """Cells of the table."""
    return (
        one.scenario,
        f"{one.users:,}",
        f"{one.week:.1f}" if one.is_whole else f"{one.week:.1f} ({one.ticks} of {USUAL} h)",
        f"{one.look:.0f}",
        f"{one.empty:.1f}",
        f"{one.over_plain:.2g}x" if one.over_plain < 10 else f"{one.over_plain:.0f}x",
        f"{one.over_exponentials:.1f}x" if one.over_exponentials < 100 else f"{one.over_exponentials:,.0f}x",
    )
