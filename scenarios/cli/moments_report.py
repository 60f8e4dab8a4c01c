"""Moments, elasticities and fits, for a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from scenarios.studies.elasticities import Tried
from scenarios.studies.moments.fitting import Fit
from scenarios.studies.moments.moments import Verdict
from scenarios.text.console import table


def number(value: float) -> str:
    """Three digits, or a dash."""
    return "-" if math.isnan(value) else f"{value:.3g}"


def verdict(one: Verdict) -> Text:
    """Hit, miss, or a dash."""
    if one.hit is None:
        return Text("-")
    return Text("hit", style="green") if one.hit else Text("MISS", style="bold red")


def moments_report(name: str, verdicts: Sequence[Verdict]) -> RenderableType:
    """What is known, what the run gives, hit or miss; then who says so."""
    made = table(f"{name} against the world", ["", "known", "found", "unit", ""])
    made.columns[3].justify = "left"
    for one in verdicts:
        moment = one.moment
        unit = "" if moment.unit == "1" else moment.unit
        known = f"{moment.low:g} to {moment.high:g}"
        made.add_row(moment.name, known, number(one.found), unit, verdict(one))
    hits = sum(one.hit is True for one in verdicts)
    unknown = sum(one.hit is None for one in verdicts)
    rest = f"; {unknown} cannot be told from this run" if unknown else ""
    sources = [Text(f"{one.moment.name}: {one.moment.source} ({one.moment.grade})", style="dim") for one in verdicts]
    return Group(made, Text(f"{hits} of {len(verdicts)} hit{rest}", style="bold"), Text(""), *sources)


def elasticities_report(name: str, tried: Mapping[str, Tried]) -> RenderableType:
    """Elasticities, and where the requests go that are lost."""
    made = table(f"{name}: per cent less tokens if lists rise by 1 %", ["lists of", "elasticity"])
    for group, one in tried.items():
        made.add_row(group, number(one.elasticity))
    parts: list[RenderableType] = [made]
    for group, one in tried.items():
        if one.diversion:
            parts.append(Text(f"Of what is lost by {group}: {_shares(one.diversion)}"))
            if group != "all":
                parts.append(Text(f"    to each seller: {_shares(one.diversion_by_seller)}", style="dim"))
    return Group(*parts)


def _shares(of: Mapping[str, float]) -> str:
    return ", ".join(f"{share:.0%} {where}" for where, share in of.items() if abs(share) >= 0.005) or "nothing"


def fit_report(fit: Fit) -> RenderableType:
    """Parameters with ranges, and the moments they give."""
    made = table("Parameters", ["", "value", "from", "to", "moved most by"])
    made.columns[4].justify = "left"
    for row in fit.parameters().to_dict("records"):
        by = str(row["moved_by"]) or "no moment: stays where it began"
        at = " (at its bound)" if row["at_bound"] else ""
        better = f" ({row['known']})" if row["known"] else ""
        made.add_row(str(row["path"]), *(f"{row[k]:.4g}" for k in ("value", "from", "to")), by + at + better)
    return Group(made, _how_far(fit), moments_report(fit.task.scenario.name, fit.verdicts))


def _how_far(fit: Fit) -> Text:
    """Whether the search ended, and of how many parameters nothing is known but the bounds."""
    unknown = int((~fit.known).sum())
    if fit.ended:
        said = Text(f"The search ended after {fit.rounds} rounds.")
    else:
        said = Text(
            f"The search ran out of its {fit.rounds} rounds before it ended: values and ranges are those of where it "
            "stopped, and ranges may be others at its end. --rounds with a larger number goes on from here.",
            style="bold red",
        )
    return said.append(f" {unknown} of {len(fit.task.free)} parameters are known no better than their bounds.")
