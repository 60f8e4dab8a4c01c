"""Kinds of parameters: numbers that are not text, names, flags; each with a unit and a source."""

from __future__ import annotations

import math
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

#: Assumed by us, not measured.
DECLARED: Final = "declared"
#: Largest number that any parameter may be, unless it says otherwise.
HUGE: Final = 1e15

SEGMENTS: Final = ("casual", "coders", "agentic")


class Section(BaseModel):
    """A group of parameters: frozen, and unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number", "not a number")
    if isinstance(value, int) and abs(value) > 2**63:
        raise PydanticCustomError("number", "huge")
    if math.isnan(value):
        raise PydanticCustomError("number", "nan")
    return value


def _whole(value: Any) -> Any:
    number = _number(value)
    if not math.isfinite(number) or number != int(number):
        raise PydanticCustomError("whole", "not a whole number")
    return int(number)


def _flag(value: Any) -> Any:
    if not isinstance(value, bool):
        raise PydanticCustomError("flag", "neither true nor false")
    return value


type Number = Annotated[float, BeforeValidator(_number)]
type Whole = Annotated[int, BeforeValidator(_whole)]
type Flag = Annotated[bool, BeforeValidator(_flag)]
type Text = Annotated[str, StringConstraints(strict=True, max_length=2_000)]
#: A name that fits in a table: a letter or digit first, then also spaces, dots, dashes.
LONGEST_NAME: Final = 60
NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$"
type Name = Annotated[str, StringConstraints(strict=True, max_length=LONGEST_NAME, pattern=NAME)]


#: Tables by name: what a scenario defines in the words of another room.
type Tables = dict[Name, dict[str, Any]]


def quantity(
    default: Any,
    unit: str,
    meaning: str,
    source: str = DECLARED,
    *,
    low: float = 0.0,
    high: float = HUGE,
    above: float | None = None,
    or_inf: bool = False,
) -> Any:
    """A number with a unit, bounds and a source; ``default`` is ... where it must be given.

    ``or_inf``: whether inf is allowed, for no limit. (TOML has no word for nothing.)
    """
    bounds: dict[str, Any] = {"gt": above} if above is not None else {"ge": low}
    bounds["le"] = math.inf if or_inf else high
    return Field(
        default,
        description=f"{meaning} [{unit}]",
        json_schema_extra={"unit": unit, "source": source, "or_inf": or_inf},
        **bounds,
    )


def part(default: Section, meaning: str, source: str = "") -> Any:
    """A section within a section; its fields have sources of their own unless one is given."""
    return Field(default, description=meaning, json_schema_extra={"unit": "", "source": source})


def choice(default: Any, meaning: str, source: str = DECLARED) -> Any:
    """A word, a flag, a date or a list of names."""
    return Field(default, description=meaning, json_schema_extra={"unit": "", "source": source})


def tables(meaning: str) -> Any:
    """Tables by name, empty unless given; who reads them says what may be in them."""
    return Field(
        default_factory=dict, max_length=100, description=meaning, json_schema_extra={"unit": "", "source": ""}
    )


def several(default: Any, meaning: str, source: str = DECLARED, *, least: int = 1, most: int = 100) -> Any:
    """A list of sections."""
    return Field(
        default,
        min_length=least,
        max_length=most,
        description=meaning,
        json_schema_extra={"unit": "", "source": source},
    )


def refuse(at: str, value: Any, allowed: str) -> PydanticCustomError:
    """An error of several fields together, blamed on the one at the path ``at`` within the section."""
    return PydanticCustomError(
        "together", "{at} is {value}, but {allowed}", {"at": at, "value": repr(value), "allowed": allowed}
    )


def refuse_as_said(text: str) -> PydanticCustomError:
    """An error in words that say already where it is, what it is and what is allowed."""
    return PydanticCustomError("as_said", "{text}", {"text": text})


def refuse_doubles(at: str, names: list[str]) -> None:
    """Say so if a name is there twice."""
    for number, name in enumerate(names):
        if name in names[:number]:
            raise refuse(f"{at}[{number}].name", name, "that name is taken by another: names must differ")


class BySegment(Section):
    """A number for each of the three segments."""

    casual: Number = Field(..., ge=0.0, le=1e6, description="casual users")
    coders: Number = Field(..., ge=0.0, le=1e6, description="coders")
    agentic: Number = Field(..., ge=0.0, le=1e6, description="agentic users")

    def value(self, segment: str) -> float:
        """The number of one segment."""
        return float(getattr(self, segment))


def by_segment(casual: float, coders: float, agentic: float, unit: str, meaning: str, source: str) -> Any:
    """A field with a number for each segment."""
    return Field(
        BySegment(casual=casual, coders=coders, agentic=agentic),
        description=f"{meaning} [{unit}]",
        json_schema_extra={"unit": unit, "source": source},
    )
