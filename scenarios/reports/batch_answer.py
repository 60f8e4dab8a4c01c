"""The answer of a batch in words: means over seeds, with intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scenarios.batches.analysis import over_seeds
from scenarios.reports.answer import GOOD, MISSED, OPEN, REPORTED, UNSURE, Verdict
from scenarios.reports.measured_numbers import NONE, pair, percent, relative, scale, signed, unit, values
from scenarios.results.measures import meaning
from scenarios.results.outcome import SAME

if TYPE_CHECKING:
    from scenarios.definition.scenario import Scenario
    from scenarios.reports.subject import BatchOf
    from scenarios.results.outcome import Outcome

type Gap = dict[str, float]

#: Measures that are told in short.
MOST_TOLD = 4
#: Relative difference up to which cases are told as one.
ALIKE = 0.002


def of_batch(batch: BatchOf) -> list[Verdict]:
    """How the outcomes of a batch's scenarios came out."""
    made: dict[tuple[str, str, str], Verdict] = {}
    for scenario in batch.study.scenarios.values():
        for one in scenario.outcomes:
            made.setdefault((scenario.name, one.measure, one.against), _of_batch(one, scenario, batch))
    return list(made.values())


def _of_batch(one: Outcome, scenario: Scenario, batch: BatchOf) -> Verdict:
    rows = batch.summaries
    if one.measure not in rows:
        return Verdict(one, OPEN, "this batch has no such measure.")
    if one.against == "start":
        found = _over_runs(one.measure, rows[rows["scenario"] == scenario.name])
        return Verdict(one, OPEN, f"{found}; a batch keeps no start and end to compare.")
    gap = _gap(one, scenario, rows)
    if gap is None:
        return Verdict(one, OPEN, f"this needs {one.against}, which is not among the cases.")
    if not math.isfinite(gap["mean"]) or not math.isfinite(gap["base"]):
        return Verdict(one, OPEN, f"there is no value to compare with {one.against}: nothing of the kind happened.")
    return Verdict(one, _kind(one, gap), _values_in_words(one, scenario.name, gap), here=scenario.name)


def _values_in_words(one: Outcome, name: str, gap: Gap) -> str:
    """Both values, and the difference from the case that comes first in the batch, as ``compare`` takes it."""
    names = (one.against, name)
    if gap["first"]:
        names, gap = (name, one.against), _turned(gap)
    old, new = pair(one.measure, gap["base"], gap["mean"])
    apart = relative(gap["mean"], gap["base"])
    told = "; ".join(part for part in (apart if apart != NONE else "", _interval(one.measure, gap)) if part)
    return f"{old} in {names[0]}, {new} in {names[1]} ({told})."


def _turned(gap: Gap) -> Gap:
    """The same difference the other way round."""
    ends = {"mean": gap["base"], "base": gap["mean"], "low": -gap["high"], "high": -gap["low"]}
    return {**gap, **ends, "gap": -gap["gap"]}


def _over_runs(measure: str, rows: Any) -> str:
    """A measure over whole runs, case by case."""
    means = rows.groupby("label")[measure].mean().dropna()
    if means.empty:
        return "there is no value in any run"
    low, high = values(measure, float(means.min()), float(means.max()))
    if low == high:
        return f"{high} over whole runs{' in every case' if len(means) > 1 else ''}"
    low, high = pair(measure, float(means.min()), float(means.max()))
    return f"over whole runs {low} to {high}, by case"


def _gap(one: Outcome, scenario: Scenario, rows: Any) -> Gap | None:
    """Difference of a scenario from what it is compared with, and its interval; None if one is not there.

    ``first``: 1 where the scenario comes before what it is compared with, else 0.
    """
    if one.against in scenario.variants:
        part, by = rows[rows["scenario"] == scenario.name], "variant"
    else:
        part, by = rows[rows["variant"].astype(str) == ""], "scenario"
    here = list(dict.fromkeys(over_seeds.groups(part, by))) if len(part) else []
    if not {one.against, scenario.name} <= set(here):
        return None
    found = over_seeds.differences(part, one.against, [one.measure], by=by)
    means = over_seeds.summary(part, [one.measure], by=by).set_index(by)["mean"]
    row = found.set_index(by).loc[[scenario.name]].iloc[0]
    return {
        "mean": float(means.loc[scenario.name]),
        "base": float(means[one.against]),
        "gap": float(row["difference"]),
        "low": float(row["low"]),
        "high": float(row["high"]),
        "seeds": float(row["seeds"]),
        "first": float(here.index(scenario.name) < here.index(one.against)),
    }


def _interval(measure: str, gap: Gap) -> str:
    if not math.isfinite(gap["low"]):
        return "one seed, so there is no interval"
    low, high = (signed(scale(measure) * gap[end]) for end in ("low", "high"))
    behind = {"%": " points", "": ""}.get(unit(measure), f" {unit(measure)}")
    return (
        f"{100 * over_seeds.LEVEL:.0f} % interval of the difference over {gap['seeds']:.0f} seeds: {low} to "
        f"{high}{behind}"
    )


def _kind(one: Outcome, gap: Gap) -> str:
    if one.expected == "reported":
        return REPORTED
    near = SAME * max(abs(gap["mean"]), abs(gap["base"]))
    same = abs(gap["gap"]) <= near
    if not math.isfinite(gap["low"]):
        return UNSURE
    if one.expected == "same":
        certain = max(abs(gap["low"]), abs(gap["high"])) <= near or gap["low"] > near or gap["high"] < -near
        return UNSURE if not certain else GOOD if same else MISSED
    if gap["low"] <= 0.0 <= gap["high"] and not same:
        return UNSURE
    went = "same" if same else "up" if gap["gap"] > 0 else "down"
    return GOOD if went == one.expected else MISSED


def in_short(means: Any, by: str) -> list[str]:
    """For the first measures: where they are lowest and highest, in sentences."""
    seeds = int(means["seeds"].max())
    said = []
    for measure, part in list(means.dropna(subset=["mean"]).groupby("measure", sort=False))[:MOST_TOLD]:
        low, high = (part.loc[getattr(part["mean"], which)()] for which in ("idxmin", "idxmax"))
        name = meaning(str(measure))
        text = f"{name[0].upper()}{name[1:]}: "
        least, most = values(str(measure), low["mean"], high["mean"])
        if len(part) == 1:
            said.append(f"{text}{most}.")
        elif high["mean"] - low["mean"] <= ALIKE * abs(high["mean"]):
            most = values(str(measure), high["mean"])[0]
            said.append(f"{text}{most} in every case, within {percent(ALIKE)}.")
        else:
            said.append(f"{text}lowest in {low[by]} ({least}), highest in {high[by]} ({most}).")
    over = f"Means over {seeds} seeds." if seeds > 1 else "One seed only: no telling a difference from luck."
    return [*said, over] if said else ["No run of this batch has one of its measures."]
