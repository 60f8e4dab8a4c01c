"""The load of a segment by local hour: one of the measured ones by name, or one of one's own in numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from capacity.errors import nearest
from scenarios.parameters.fields import Number, Section, Text, refuse

#: Loads that are known by name.
KNOWN: Final = ("chat", "code", "flat")
HOURS: Final = 24
WANTED: Final = f"must be one of {', '.join(KNOWN)}, or the name of a CSV file that ends in .csv"


class Shape(Section):
    """Load by local hour: a word, or a name of one's own with the loads of a weekday and of a weekend day.

    The loads are in any unit, since only their ratios count. A CSV file that a scenario names is read where the
    scenario is loaded (``scenarios.loading.load_shapes``), so that a scenario holds the numbers and not the file.
    """

    load: Text = Field(..., description="measured load, or the name of one's own")
    weekday: tuple[Number, ...] = Field(default=(), description="load by local hour from Monday to Friday")
    weekend: tuple[Number, ...] = Field(default=(), description="load by local hour on Saturday and Sunday")

    @property
    def called(self) -> str:
        """Its name, and of one's own also the hash of its numbers: two with the same are the same."""
        if not self.weekday:
            return self.load
        digest = hashlib.sha256(repr((self.weekday, self.weekend)).encode()).hexdigest()
        return f"{self.load} ({digest[:8]})"

    @model_validator(mode="before")
    @classmethod
    def _word(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"load": data}
        if not isinstance(data, Mapping | Shape):
            raise refuse("load", data, WANTED)
        return data

    @model_validator(mode="after")
    def _one_of_both(self) -> Shape:
        if not self.weekday and not self.weekend:
            if self.load not in KNOWN:
                raise refuse("load", self.load, WANTED + nearest(self.load, KNOWN))
            return self
        if self.load in KNOWN:
            raise refuse("load", self.load, "that is a measured load: a load of one's own needs another name")
        for name in ("weekday", "weekend"):
            loads = getattr(self, name)
            if len(loads) != HOURS:
                raise refuse(name, f"{len(loads)} numbers", f"there must be {HOURS}, one a local hour")
            for hour, load in enumerate(loads):
                if not 0.0 <= load <= 1e15:
                    raise refuse(f"{name}[{hour}]", load, "must be a number, at least 0 and at most 1e+15")
        if not any((*self.weekday, *self.weekend)):
            raise refuse("weekday", 0, "one of the loads must be above 0")
        return self

    @model_serializer(mode="wrap")
    def _short(self, handler: SerializerFunctionWrapHandler) -> Any:
        return handler(self) if self.weekday else self.load


CHAT: Final = Shape(load="chat")
CODE: Final = Shape(load="code")
