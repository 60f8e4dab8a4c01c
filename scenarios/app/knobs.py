"""What can be turned on the page: parameters of a scenario, with the words, units, bounds and sources of its fields.

A knob is a path and a label; all else comes from ``scenarios/parameters``. To add one, add a line to ``GROUPS``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from market.kinds import kinds_of
from scenarios.definition.scenario import Scenario
from scenarios.parameters.paths import steps
from scenarios.text.markdown import plain

#: The schedule that a list by the time of day opens with: half as dear again while the Americas and Europe work
#: (12-22 h UTC), and 0.6 otherwise; declared.
SCHEDULE: Final = tuple(1.5 if 12 <= hour < 22 else 0.6 for hour in range(24))
#: Offered first where values differ between firms, and by the knobs that change lists: nothing is changed.
AS_IT_IS: Final = "as in the scenario"


@dataclass(frozen=True)
class Knob:
    """A parameter that can be turned.

    Attributes:
        path: as in ``--set``; ``*`` stands for all of a list.
        label: what it is called on the page.
        slider: least, most and step of a slider; without one a number is typed. The range of a slider is what
            is of interest; the box for any parameter takes all that the field allows.
        unit: its unit in words, where that of its field is a bare number or does not say enough.
    """

    path: str
    label: str
    slider: tuple[float, float, float] | None = None
    unit: str = ""


GROUPS: Final[dict[str, tuple[Knob, ...]]] = {
    "Growth": (
        Knob("demand.growth", "Growth of demand", (0.5, 15.0, 0.1)),
        Knob("supply.growth", "Growth of supply", (0.5, 15.0, 0.1)),
        Knob("demand.scale", "Demand at the start", (0.1, 5.0, 0.05), "× early 2026"),
        Knob("supply.expansion", "How owners expand"),
        Knob("progress.efficiency_growth", "Growth of efficiency", (1.0, 5.0, 0.1)),
    ),
    "Who is served first": (
        Knob("supply.first_party", "Owners' own products and training", (0.0, 0.95, 0.01), "share of machines"),
        Knob("supply.first_party_products.share", "Products among them that follow the day", (0.0, 1.0, 0.01), "share"),
        Knob("supply.first_party_first", "Own products come before contracts"),
        Knob("supply.contracts.share", "Machines under contract with labs", (0.0, 0.5, 0.01), "share of machines"),
        Knob("market.rationing.kind", "Who is served when machines are full"),
        Knob("market.by_tier", "Higher tiers are served first"),
    ),
    "Prices": (
        Knob("market.clearing.kind", "How the market clears"),
        Knob("labs.*.pricing.kind", "Frontier labs price by"),
        Knob("open.*.pricing.kind", "Open-weight providers price by"),
        Knob("supply.power_usd_per_kwh", "Electricity of data centres", (0.01, 0.5, 0.01)),
    ),
    "Machines of one's own": (
        Knob("demand.coders.local.owners", "Coders who have a machine", (0.0, 1.0, 0.01), "share of coders"),
        Knob("demand.coders.local.quality", "Worth of its answers", (0.0, 1.2, 0.05), "× today's best model"),
        Knob("demand.coders.local.price_usd", "Price of a machine", unit="USD; inf: nobody can buy one"),
        Knob("demand.coders.deferral.share", "Work of coders that can wait", (0.0, 1.0, 0.05), "share of requests"),
    ),
}


@dataclass(frozen=True)
class Setting:
    """A knob in a scenario: where it stands, and all that its field says of it."""

    knob: Knob
    value: Any
    unit: str
    meaning: str
    source: str
    choices: tuple[str, ...]
    or_inf: bool

    @property
    def kind(self) -> Literal["choice", "flag", "slider", "text"]:
        """How it is shown."""
        if self.choices:
            return "choice"
        if isinstance(self.value, bool):
            return "flag"
        return "slider" if self.knob.slider is not None and not self.or_inf else "text"

    @property
    def label(self) -> str:
        """Its name with its unit."""
        unit = self.knob.unit or {"1/year": "× a year"}.get(self.unit, self.unit)
        return f"{self.knob.label} [{unit}]" if unit else self.knob.label

    @property
    def help(self) -> str:
        """What it means, where it comes from, what it is called on the command line."""
        of = f" Unit: {self.unit}." if self.unit not in ("", "1") else ""
        meaning = self.meaning[:1].upper() + self.meaning[1:]
        return f"{plain(f'{meaning}.{of} Source: {self.source}.')} Parameter: `{self.knob.path}`"

    @property
    def slider(self) -> tuple[float, float, float]:
        """Least, most and step, widened so that the scenario's own value is on it."""
        assert self.knob.slider is not None
        low, high, step = self.knob.slider
        return min(low, float(self.value)), max(high, float(self.value)), step

    @property
    def written(self) -> str:
        """The value as text."""
        return f"{self.value:.12g}" if isinstance(self.value, float) and math.isfinite(self.value) else str(self.value)


def setting(scenario: Scenario, knob: Knob) -> Setting:
    """A knob as it stands in a scenario."""
    values, field = _look_up(scenario, knob.path)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    unit = str(extra.get("unit", ""))
    words = tuple(str(word) for word in get_args(field.annotation)) if get_origin(field.annotation) is Literal else ()
    if "kinds_of" in extra:
        words = tuple(kinds_of(extra["kinds_of"]))  # type: ignore[arg-type]
    same = bool(values) and all(value == values[0] for value in values)
    return Setting(
        knob,
        values[0] if same else AS_IT_IS,
        unit,
        (field.description or "").removesuffix(f" [{unit}]"),
        str(extra.get("source", "")) or "declared",
        words if same else (AS_IT_IS, *words),
        bool(extra.get("or_inf")),
    )


def _look_up(section: BaseModel, path: str) -> tuple[list[Any], FieldInfo]:
    """All values at a path, none where a scenario has no such sellers, and the field."""
    here: list[BaseModel] = [section]
    kind: Any = type(section)
    names = steps(path)
    for name in names[:-1]:
        if name != "*":
            found = [getattr(one, name) for one in here]
            here = [part for one in found for part in (one if isinstance(one, tuple) else (one,))]
            declared = kind.model_fields[name].annotation
            kind = type(here[0]) if here else next(iter(get_args(declared)), declared)
    return [getattr(one, names[-1]) for one in here], kind.model_fields[names[-1]]


def changed(one: Setting, value: Any) -> dict[str, Any]:
    """What turning a knob to a value changes: nothing if it stands there already."""
    if value in (one.value, AS_IT_IS):
        return {}
    made = {one.knob.path: value}
    if value == "time-of-day":
        # A schedule is a scenario's question and has no default; the one of the library is taken.
        made[one.knob.path.replace("kind", "factors")] = SCHEDULE
    return made
