"""The side of the page on which a run is put together: scenario, variant, knobs, and a box for any parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import streamlit as st

from capacity.errors import InputError
from scenarios.app.knobs import GROUPS, Setting, changed, setting
from scenarios.app.limits import MOST_USERS, check_size
from scenarios.app.run_request import RunRequest, number, sets_of, sets_of_lines, whole_number
from scenarios.app.tiers import tier_changes, tiers_sold, tiers_to_choose
from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS
from scenarios.runs.idle import idle
from scenarios.text.toml import parse_value

#: Simulated users at first: enough for a picture in seconds.
FIRST_USERS: Final = 2_000
FIRST_SEED: Final = 1
BOX_HELP: Final = (
    "As after --set on the command line: `path=value`, one a line, values as in TOML. "
    "Lists: `labs.Aster.cash`, `open[2].price`, `labs.*` for all. All paths are in the table of parameters."
)


@dataclass(frozen=True)
class Choice:
    """What is put together at the moment.

    Attributes:
        asked: the run; None as long as something is wrong.
        complaint: what is wrong, in a sentence.
        name: the scenario that is chosen, with its variant; nothing where even that is wrong.
        base: the scenario before the changes; None where even that is wrong.
        idle: what is asked for that a run makes nothing of, a sentence each.
    """

    asked: RunRequest | None
    complaint: str = ""
    name: str = ""
    base: Scenario | None = None
    idle: tuple[str, ...] = ()


def choose() -> Choice:
    """The choice as it stands."""
    turn = st.session_state.setdefault("turn", 0)
    name = _scenario(turn)
    base = _base(name)
    at = f"{turn}|{name}|"
    typed = _size(turn, at, base)
    changes: dict[str, Any] = {}
    for title, group in GROUPS.items():
        with st.expander(title, expanded=title == "Growth"):
            for knob in group:
                one = setting(base, knob)
                changes |= changed(one, _turned(at, one))
    with st.expander("Tiers"):
        sold = tiers_sold(base)
        chosen = st.multiselect(
            "Tiers that labs sell",
            tiers_to_choose(base),
            default=sold,
            key=f"{at}tiers",
            help="free: small requests within a daily quota. plan: a subscription at 20 USD a month. "
            "Parameters: `labs.*.tiers`, `labs.*.offers`.",
        )
    with st.expander("Any other parameter"):
        box = st.text_area(
            "Changes, one path=value a line", key=f"{at}box", placeholder="labs.*.cash=1e9", help=BOX_HELP
        )
    st.button(
        "Set all back",
        on_click=_set_back,
        width="stretch",
        help="All values as the scenario has them; users and seed as at first.",
    )
    try:
        sets = (*sets_of(changes), *sets_of(tier_changes(base, chosen)), *sets_of_lines(box))
        days, users, seed = typed.read()
        asked = RunRequest(name, sets, days, users, seed)
        said: list[str] = []
        # As the library has them, all are right, and need not wait for the model.
        if sets or (days, users, seed) != (base.time.days, FIRST_USERS, FIRST_SEED):
            said = idle(asked.settings().scenario, check_size(asked.settings()))
    except InputError as error:
        return Choice(None, str(error), name, base)
    return Choice(asked, "", name, base, tuple(said))


def _set_back() -> None:
    st.session_state["turn"] += 1


def _base(name: str) -> Scenario:
    scenario, _, variant = name.partition(":")
    return SCENARIOS[scenario].variant(variant) if variant else SCENARIOS[scenario]


def _scenario(turn: int) -> str:
    name: str = st.selectbox("Scenario", list(SCENARIOS), key="scenario", help="Each asks one question.")
    variants = SCENARIOS[name].variants
    if not variants:
        return name
    variant = st.selectbox(
        "Variant",
        ["", *variants],
        key=f"{turn}|{name}|variant",
        help="Named changes that the scenario is compared with.",
        format_func=lambda one: one or "none: the scenario itself",
    )
    return f"{name}:{variant}" if variant else name


class Typed(NamedTuple):
    """Length, users and seed as somebody typed them.

    Fields of text: Streamlit's own field of a number keeps what was in it before, without a word to us, where it
    finds a number too small, too large, or none at all.
    """

    days: str
    users: str
    seed: str

    def read(self) -> tuple[float, int, int]:
        """The numbers, by the names of the command line."""
        return number("--days", self.days), whole_number("--users", self.users), whole_number("--seed", self.seed)


def _size(turn: int, at: str, base: Scenario) -> Typed:
    left, right = st.columns(2)
    days = left.text_input(
        "Days",
        f"{base.time.days:.10g}",
        key=f"{at}days",
        help="Length of the run. With representative weeks one week of each month is simulated.",
    )
    seed = right.text_input(
        "Seed", str(FIRST_SEED), key=f"{turn}|seed", help="Of every random stream: the same seed, the same run."
    )
    users = st.text_input(
        "Simulated users",
        str(FIRST_USERS),
        key=f"{turn}|users",
        help=f"More give smoother pictures and take longer. At most {MOST_USERS:,}; the command line takes more.",
    )
    return Typed(days.strip(), users.strip(), seed.strip())


def _turned(at: str, one: Setting) -> Any:
    """A knob on the page; what it stands at."""
    key, label, text = f"{at}{one.knob.path}", one.label, one.help
    if one.kind == "choice":
        return st.selectbox(label, one.choices, index=one.choices.index(str(one.value)), key=key, help=text)
    if one.kind == "flag":
        return st.toggle(label, value=one.value, key=key, help=text)
    if one.kind == "slider":
        low, high, step = one.slider
        found = st.slider(label, low, high, float(one.value), step, key=key, help=text)
        # A slider gives 0.30000000000000004 where it shows 0.3.
        return one.value if found == float(one.value) else round(found, 6)
    typed = st.text_input(label, value=one.written, key=key, help=text).strip()
    return one.value if typed == one.written else parse_value(typed)
