"""When a scenario begins, how long it is, and which of its hours are simulated."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from scenarios.parameters.fields import DECLARED, Number, Section, choice, quantity, refuse

FIRST, LAST = date(2020, 1, 1), date(2060, 1, 1)


def _date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("date", "no date") from None
    if not isinstance(value, date) or isinstance(value, datetime) or not FIRST <= value <= LAST:
        raise PydanticCustomError("date", "no date")
    return value


type Date = Annotated[date, BeforeValidator(_date)]


class Time(Section):
    """Time. ``end`` may be given in place of ``days``."""

    start: Date = choice(date(2026, 1, 5), "first day (UTC); a Monday lets weeks be whole")
    days: Number = quantity(28.0, "days", "length", above=0.0, high=3_660.0)
    tick_hours: Number = quantity(
        1.0, "h", "length of a tick; a day must be a whole number of ticks", low=0.01, high=24
    )
    mode: Literal["hourly", "representative-weeks"] = choice(
        "hourly", "every hour, or one week of each month with the calendar jumping between", DECLARED
    )

    @model_validator(mode="before")
    @classmethod
    def _end(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "end" not in data:
            return data
        data = dict(data)
        given, start = data.pop("end"), data.get("start", cls.model_fields["start"].default)
        try:
            end, start = _date(given), _date(start)
        except PydanticCustomError:
            raise refuse("end", given, "start and end must be dates between 2020 and 2060, like 2026-01-05") from None
        if end <= start:
            raise refuse("end", end.isoformat(), f"it must be after the start, {start.isoformat()}")
        return data | {"days": float((end - start).days)}

    @model_validator(mode="after")
    def _whole_ticks(self) -> Time:
        if abs(24.0 / self.tick_hours - round(24.0 / self.tick_hours)) > 1e-9:
            raise refuse("tick_hours", self.tick_hours, "a day must be a whole number of ticks")
        if self.days * 24.0 < self.tick_hours:
            raise refuse("days", self.days, f"it must be at least one tick of {self.tick_hours:g} h")
        return self
