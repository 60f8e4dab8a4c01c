"""What a run gave: key figures, charts, a comparison with the run before, and files to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from scenarios.app.choosing import Choice
from scenarios.app.controls import live
from scenarios.app.result import do_not_trust, size_of
from scenarios.app.run_request import RunRequest
from scenarios.loading.parameter_rows import rows
from scenarios.pictures.registry import CHARTS
from scenarios.results.called import called
from scenarios.results.key_figures import key_figures, subtitle
from scenarios.results.side_by_side import figures
from scenarios.text.markdown import plain

if TYPE_CHECKING:
    from scenarios.app.result import ShownResult
    from scenarios.definition.scenario import Scenario
    from scenarios.pictures.svg import Theme

#: Charts that are drawn at first.
FIRST_CHARTS: Final = ("price-paths", "utilisation", "expected-waits", "market-shares")

#: Pixels an inch of a chart: two charts fit beside each other on a wide screen, one on others; text is readable.
SCALE: Final = 97.0


def about_choice(choice: Choice) -> None:
    """The question, its source, the command and the parameters."""
    st.caption("tokenmarket  ·  the market for AI tokens")
    if choice.base is not None:
        heading, below = _told_of(choice, choice.base)
        st.subheader(plain(heading), anchor=False)
        if below:
            st.caption(plain(below))
    with st.expander("Command line and parameters", icon=":material/terminal:"):
        if choice.asked is None:
            st.caption("None, as long as something is wrong.")
            return
        st.caption("The same run in a terminal, number for number:")
        st.code(choice.asked.command, language="bash", wrap_lines=True)
        if st.toggle("Show all parameters", key="parameters"):
            st.dataframe(_parameters(choice.asked), hide_index=True, width="stretch", height=380)


def _told_of(choice: Choice, base: Scenario) -> tuple[str, str]:
    """A heading and a line below it: what the command below makes, and what that was made from."""
    asked = choice.asked
    source = f"Source: {base.source}" if base.source else ""
    if asked is None or (not asked.sets and asked.days == base.time.days):
        return base.question, source
    about = {"scenario": base.name, "changes": asked.changes, "days": asked.days, "own_days": base.time.days}
    return called(about), f"Made from {base.name}, which asks: {base.question}"


def _parameters(asked: RunRequest) -> pd.DataFrame:
    found = rows(asked.settings().scenario)
    columns = {
        "parameter": [row["path"] for row in found],
        "value": [_written(row["value"]) for row in found],
        "baseline": [_written(row["baseline"]) if "baseline" in row else "" for row in found],
        "unit": [row["unit"] for row in found],
        "meaning": [row["meaning"] for row in found],
        "source": [row["source"] for row in found],
    }
    if not any(columns["baseline"]):
        del columns["baseline"]
    return pd.DataFrame(columns)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(_written(one) for one in value) or "none"
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)


def show_results(choice: Choice) -> None:
    """The result on the page, if there is one."""
    shown = live().results.get("shown")
    if shown is None and live().is_running:
        return
    if shown is None:
        st.info("Press **Run** for the whole run, or **Next hour** to watch the market step by step.")
        return
    last = live().results.get("last")
    above = st.container()
    _files(shown)  # before what takes a while: a page that is cut short by the next keeps only the files it came to
    with above:
        _head(shown, choice)
        _doubts(shown)
        _figures(shown)
        compare = last is not None and st.toggle("Compare with the last run", key="compare")
        if compare and last is not None:
            _comparison(shown, last)
        _charts(shown, last if compare else None)


def _head(shown: ShownResult, choice: Choice) -> None:
    st.markdown(f"##### {plain(f'Result of {called(shown.about)}, seed {shown.asked.seed}')}")
    if choice.asked != shown.asked:
        _differs(shown, choice)
    st.caption(plain(subtitle(shown.about)))


def _differs(shown: ShownResult, choice: Choice) -> None:
    """Say that what is below is not of what was put together above."""
    name = shown.asked.scenario.partition(":")[0]
    if choice.name.partition(":")[0] != name:
        st.warning(
            f"All below is of {plain(name)}, which was run before, and not of {plain(choice.name)}. "
            f"Its question is: {plain(shown.about['question'])}",
            icon=":material/info:",
        )
    else:
        st.warning(
            "The settings have changed since this run: all below was made with those before.", icon=":material/info:"
        )


def _doubts(shown: ShownResult) -> None:
    """Warn of a run whose sums do not add up: that is an error of the model."""
    if shown.broken:
        st.error(plain(do_not_trust(shown.broken)), icon=":material/warning:")


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."


def _figures(shown: ShownResult) -> None:
    found = key_figures(shown.result)
    for column, (value, meaning) in zip(st.columns(len(found)), found, strict=True):
        column.markdown(f"**{plain(value)}**  \n:small[{plain(meaning)}]")


def _comparison(this: ShownResult, last: ShownResult) -> None:
    st.subheader("This run and the last", anchor=False)
    st.caption("Last run: " + plain(_settings_in_words(last)))
    _doubts(last)
    table = pd.DataFrame(
        [one.row for one in figures(this.result.frames, last.result.frames)],
        columns=["", "this run", "last run", "difference", "relative"],
    )
    told = "Prices, machines busy and requests lost in both runs, by day"
    st.image(this.picture_with(last, _theme()), width="stretch", alt=told)
    st.table(table.set_index(""))


def _settings_in_words(shown: ShownResult) -> str:
    about: Any = shown.about
    changes = ", ".join(_short(one) for one in shown.asked.sets) or "no changes"
    days = "1 day" if about["days"] == 1 else f"{about['days']:.4g} days"
    return f"{shown.asked.scenario}, {days}, {about['users']:,} users, seed {about['seed']}; {changes}"


def _charts(shown: ShownResult, last: ShownResult | None) -> None:
    chosen = st.multiselect(
        "Charts",
        list(CHARTS),
        default=[name for name in FIRST_CHARTS if name in CHARTS],
        key="charts",
        format_func=lambda name: CHARTS[name].title,
        label_visibility="collapsed",
        placeholder="Choose charts",
    )
    with st.container(horizontal=True):
        for name in chosen:
            for one in (shown,) if last is None else (shown, last):
                caption = None if last is None else "this run" if one is shown else "last run"
                told = f"{CHARTS[name].title}: {CHARTS[name].shows}"
                st.image(one.picture(name, _theme()), caption, width=round(SCALE * size_of(name)[0]), alt=told)


def _theme() -> Theme:
    """Whether the page is light or dark."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _files(shown: ShownResult) -> None:
    st.subheader("Take it away", anchor=False)
    toml = f"{shown.file_name}.toml"
    with st.container(
        horizontal=True, key=f"files-{shown.number}-{shown.about['ticks']}"
    ):  # another result, other files
        st.download_button(
            "Data (zip)",
            shown.zipped,
            f"{shown.file_name}.zip",
            "application/zip",
            key="zip",
            icon=":material/download:",
            on_click="ignore",
            help="A folder with every table as Parquet and CSV, and how it was made.",
        )
        st.download_button(
            "Scenario (TOML)",
            shown.result.parameters,
            toml,
            "application/toml",
            key="toml",
            icon=":material/download:",
            on_click="ignore",
            help=f"The scenario with all changes. This makes the same result of it: `{shown.command_for(toml)}`",
        )
    st.caption("The command that makes this result:")
    st.code(shown.about["command"], language="bash", wrap_lines=True)
