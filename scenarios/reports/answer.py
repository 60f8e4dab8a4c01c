"""The answer to the question of a scenario in words, made from the numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Final

from scenarios.library import SCENARIOS
from scenarios.reports.html import Child, Html, element
from scenarios.reports.in_short import together
from scenarios.reports.measured_numbers import TINY, change, pair
from scenarios.results import summary_tables
from scenarios.results.grouped import said_of_cells
from scenarios.results.measures import Facts, meaning
from scenarios.results.outcome import SAME, compare, part_of
from scenarios.results.warm_up import said_of_warm_up, warm_up_days

if TYPE_CHECKING:
    from scenarios.definition.scenario import Scenario
    from scenarios.reports.subject import Run
    from scenarios.results.frames import Frames
    from scenarios.results.outcome import Outcome

#: How something can come out: said beside a sign, so that the colour is not needed.
GOOD, MISSED, UNSURE, REPORTED, OPEN = "as expected", "not as expected", "not certain", "reported", "not answered here"
SIGNS: Final = {GOOD: "✓", MISSED: "✗", UNSURE: "≈", REPORTED: "·", OPEN: "?"}
#: A change from the start to the end of a run; a difference between two.
WISHES: Final = {
    "up": ("to rise", "to be higher"),
    "down": ("to fall", "to be lower"),
    "same": ("to stay", "to be the same"),
}


@dataclass(frozen=True)
class Verdict:
    """How one outcome came out.

    Attributes:
        outcome: the measure, what it is compared with and what is expected.
        kind: one of SIGNS.
        found: what came out, in a sentence.
        advice: what would answer it, where it is open.
        here: what the outcome is of, where the sentence does not say 'here'.
    """

    outcome: Outcome
    kind: str
    found: str
    advice: Child = ""
    here: str = ""

    def html(self) -> Html:
        """As an entry of a list."""
        one = self.outcome
        said = meaning(one.measure)
        parts: list[Child] = [*self._sign(), element("strong", f"{said[0].upper()}{said[1:]}"), f": {self.found}"]
        wished = wish(one, self.here)
        if wished:
            parts.append(element("span", f" {wished}", class_="wish"))
        if self.advice:
            parts += [" ", self.advice]
        return element("li", parts, class_=f"verdict {self.kind.replace(' ', '-')}")

    def _sign(self) -> list[Child]:
        """How it came out, where anything was expected."""
        if self.kind == REPORTED:
            return []
        sign = element("span", SIGNS[self.kind], aria_hidden="true")
        return [element("span", sign, f" {self.kind}", class_="badge"), " "]


def beside(left: Sequence[Child], right: Child) -> Html:
    """Two columns where the page is wide: text in lines that read well, and what it rests on."""
    return element("div", element("div", left), element("div", right), class_="beside")


def wish(one: Outcome, here: str = "") -> str:
    """What is expected, and by whom; ``here``: of what, where another is compared with it."""
    if one.expected == "reported":
        return ""
    said = WISHES[one.expected][one.against != "start"]
    where = (
        ""
        if one.against == "start"
        else f" than in {one.against}"
        if one.expected != "same"
        else f" as in {one.against}"
    )
    subject = f" in {here}" if here and one.against != "start" else ""
    return f"Expected {said}{subject}{where}{f' ({one.source})' if one.source else ''}."


def listed(verdicts: Sequence[Verdict]) -> Html:
    """Verdicts as a list, those that were expected first."""
    order = list(SIGNS)
    return element("ul", [one.html() for one in sorted(verdicts, key=lambda v: order.index(v.kind))], class_="verdicts")


def counted(verdicts: Sequence[Verdict], of: str = "This run") -> str:
    """How many came out as expected, in a sentence or two."""
    kinds = [one.kind for one in verdicts if one.outcome.expected != "reported"]
    good, missed, unsure = (kinds.count(kind) for kind in (GOOD, MISSED, UNSURE))
    tested, left = good + missed + unsure, kinds.count(OPEN)
    if not kinds:
        return "No source says what to expect here, so what came out is reported and not judged." if verdicts else ""
    if not tested:
        what = "the one expectation" if left == 1 else f"any of the {left} expectations"
        return f"{of} cannot test {what} of its sources; below it says why."
    if tested == good:
        said = "All of them came out as expected" if tested > 1 else "It came out as expected"
    else:
        several = [f"{good or 'none'} came out as expected", f"{missed} did not", f"{unsure} cannot be told from luck"]
        counts = (1, missed if good or unsure else 0, unsure)
        said = together([text for text, count in zip(several, counts, strict=True) if count])
        said = said[0].upper() + said[1:]
    rest = f" {_number(left, 'more')} cannot be tested here: below it says why." if left else ""
    return f"{of} tests {_number(tested, 'expectation')} of its sources. {said}.{rest}"


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 and what != 'more' else ''}"


# -------------------------------------------------------------------- a run


def of_run(run: Run, others: Mapping[str, Frames] | None = None, *, is_base: bool = True) -> list[Verdict]:
    """How the outcomes of a run's scenario came out; ``others``: frames of its variants, and of other scenarios.

    ``is_base``: whether differences are from this run to the other, or from the other to this one. The page has one
    direction, whichever of the two has the outcome.
    """
    if run.scenario is None:
        return []
    return [_of_run(one, run, run.scenario, others or {}, is_base) for one in run.scenario.outcomes]


def _of_run(one: Outcome, run: Run, scenario: Scenario, others: Mapping[str, Frames], is_base: bool) -> Verdict:
    if one.against != "start" and one.against not in others:
        what = "variant" if one.against in scenario.variants else "scenario"
        text = f"this needs the {what} {one.against}, which is not part of this report."
        return Verdict(one, OPEN, text, _advice(one, run, what))
    value, base, went = compare(one, run.frames, others.get(one.against))
    if not math.isfinite(value) or not math.isfinite(base):
        where = "at its start and end" if one.against == "start" else f"here and in {one.against}"
        return Verdict(one, OPEN, f"there is no value to compare {where}: nothing of the kind happened.")
    text = _moved(one.measure, value, base) if one.against == "start" else _beside(one, value, base, is_base)
    return Verdict(one, REPORTED if went is None else GOOD if went else MISSED, f"{text}.")


def _moved(measure: str, value: float, base: float) -> str:
    """From the start to the end."""
    old, new = pair(measure, base, value)
    if value == base or old == new == TINY:
        return f"stayed at {new}"
    near = abs(value - base) <= SAME * max(abs(value), abs(base))
    moved = "hardly moved, from" if near else "rose from" if value > base else "fell from"
    return f"{moved} {old} to {new}{change(measure, value, base)}"


def _beside(one: Outcome, here: float, there: float, is_base: bool) -> str:
    """Here and in what it is compared with, the later of the two relative to the earlier."""
    if is_base:
        old, new = pair(one.measure, here, there)
        return f"{old} here, {new} in {one.against}{change(one.measure, there, here)}"
    old, new = pair(one.measure, there, here)
    return f"{old} in {one.against}, {new} here{change(one.measure, here, there)}"


def broken(runs: Mapping[str, Run]) -> list[Html]:
    """That runs are not to be trusted since a sum is broken, each in a paragraph; nothing where all is well."""
    said = []
    for name, run in runs.items():
        wrong = [check.name for check in summary_tables.checks(run.frames) if not check.kept]
        if wrong:
            said.append(f"Do not trust {name}: {'; '.join(wrong)} {'do' if len(wrong) > 1 else 'does'} not hold.")
    return [element("p", text, class_="lead bad") for text in said]


def _advice(one: Outcome, run: Run, what: str) -> Child:
    """The commands that would answer what this run alone cannot."""
    about = run.about
    scenario = run.scenario
    name = one.against
    if what == "variant":
        known = scenario is not None and scenario.digest == _library_digest(run.name)
        name = f"{run.name if known else run.folder / 'scenario.toml'}:{one.against}"
    length = f" --days {about['days']:g}" if is_short(run) else ""
    made = f"tokenmarket run {quote(name)} --seed {about['seed']} --users {about['users']}{length} --out OTHER"
    return element(
        "span",
        "To answer it: ",
        element("code", made),
        ", then ",
        element("code", f"tokenmarket report {quote(str(run.folder))} OTHER"),
        ".",
        class_="advice",
    )


def _library_digest(name: str) -> str:
    return SCENARIOS[name].digest if name in SCENARIOS else ""


def is_short(run: Run) -> bool:
    """Whether a run is shorter than its question."""
    return run.scenario is not None and float(run.about["days"]) < run.scenario.time.days


def doubts(run: Run) -> list[str]:
    """Why the answer of a run is to be taken with care, in sentences."""
    facts, found = Facts(run.frames), []
    days = float(run.about["days"])
    if run.scenario is not None and is_short(run):
        found.append(
            f"This run is too short for a full answer: {days:,.4g} of the {run.scenario.time.days:,.4g} days "
            "that the question is about."
        )
    starts = run.scenario is not None and any(one.against == "start" for one in run.scenario.outcomes)
    if starts and facts.ticks * facts.hours < 336:
        found.append(
            "In less than two weeks the start and the end are the first and the last quarter, so hours of the "
            "day and weekends weigh in."
        )
    elif starts:
        weeks = round(part_of(run.frames) * facts.ticks * facts.hours / 168)
        found.append(
            "The start is the first week of the run and the end its last."
            if weeks <= 1
            else f"The start is the first {weeks} simulated weeks of the run and the end its last."
        )
    if warm := said_of_warm_up(warm_up_days(run.frames)):
        found.append(warm)
    if cells := said_of_cells(run.about):
        found.append(cells)
    found.append("It is one run with one seed: a batch over several seeds tells a difference from luck.")
    return found
