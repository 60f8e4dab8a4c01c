"""Run, step, stop; and how far it is."""

from __future__ import annotations

from typing import Final

import streamlit as st

from capacity.errors import InputError
from scenarios.app.choosing import Choice
from scenarios.app.limits import check_size
from scenarios.app.live import Live
from scenarios.app.result import ShownResult
from scenarios.app.run_request import RunRequest
from scenarios.app.tabs import market_of_tab
from scenarios.text.durations import time_left
from scenarios.text.markdown import plain

#: Time between two looks at a run under way [s].
LOOK_SECONDS: Final = 0.4


def live() -> Live:
    """The market of this tab."""
    if "live" not in st.session_state:
        st.session_state["live"] = market_of_tab()
    made: Live = st.session_state["live"]
    return made


def controls(choice: Choice) -> None:
    """The row of buttons, and below it the progress of a run or what went wrong with it."""
    market = live()
    if choice.asked is not None and not market.is_running:
        _follow(choice, choice.asked, market)
    running = market.is_running
    _buttons(choice, market, running=running)
    if running:
        st.fragment(_progress, run_every=LOOK_SECONDS)()
    else:
        _take_in(market)
        if market.trouble:
            st.error(plain(market.trouble), icon=":material/error:")
    if refused := st.session_state.pop("refused", ""):
        st.error(plain(refused), icon=":material/error:")


def _follow(choice: Choice, asked: RunRequest, market: Live) -> None:
    """Start what was pressed, before anything of it is drawn: what is on the page stays good until it is drawn anew.

    Not in a callback: that would know only what was put together when the button was drawn, and not what was typed
    just before it was pressed. Nor after the buttons are drawn, to begin the page again from there: Streamlit would
    let go of files that the page still offers.
    """
    if st.session_state.get("run"):
        _begin(asked, None, new=True)
    elif not _at_end(choice, market) and (st.session_state.get("hour") or st.session_state.get("day")):
        _step(asked, 24.0 if st.session_state.get("day") else 0.0)


def _at_end(choice: Choice, market: Live) -> bool:
    """Whether all of what is put together has been run."""
    return market.asked == choice.asked and market.ticks_done >= market.ticks


def _buttons(choice: Choice, market: Live, *, running: bool) -> None:
    at_end = _at_end(choice, market)
    off = choice.asked is None or running
    hours = choice.base.time.tick_hours if choice.base is not None else 1.0
    with st.container(horizontal=True):
        st.button(
            "Run",
            type="primary",
            icon=":material/play_arrow:",
            disabled=off,
            key="run",
            help=_why_off(choice, running=running) or "Run all of it from the start.",
        )
        st.button(
            "Next hour" if hours == 1 else f"Next {hours:g} hours",
            icon=":material/skip_next:",
            key="hour",
            disabled=off or at_end,
            help=_why_off(choice, running=running, at_end=at_end) or "One tick on, and all drawn anew.",
        )
        st.button(
            "Next day",
            icon=":material/fast_forward:",
            disabled=off or at_end,
            key="day",
            help=_why_off(choice, running=running, at_end=at_end) or "On to the end of the day.",
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            disabled=not running,
            key="stop",
            on_click=_stop,
            help="Stop, and keep what is done." if running else "Nothing is running.",
        )


def _why_off(choice: Choice, *, running: bool, at_end: bool = False) -> str:
    """Why a button cannot be pressed; nothing if it can."""
    if running:
        return "A run is under way."
    if choice.asked is None:
        return "Something that was put together cannot be; the sentence above says what."
    return "The run has come to its end. Take more days, or press Run to run it again." if at_end else ""


def _step(asked: RunRequest, to_multiple_of: float) -> None:
    """One tick on, or on to the next whole multiple of so many hours."""
    market = live()
    same = market.asked == asked
    done = market.ticks_done if same else 0
    every = max(round(to_multiple_of / asked.settings().scenario.time.tick_hours), 1)
    to_tick = (done // every + 1) * every
    if same and market.has_model:
        market.run_to(to_tick)
    else:
        # A model that was put away meanwhile is made again from its seed, and is the same.
        _begin(asked, to_tick, new=not same)


def _begin(asked: RunRequest, to_tick: int | None, *, new: bool) -> None:
    """Make the model that is put together, and run it to a tick or to its end."""
    try:
        ticks = check_size(asked.settings())
        live().begin(asked, ticks, ticks if to_tick is None else to_tick, new=new)
    except InputError as error:
        st.session_state["refused"] = str(error)


def _stop() -> None:
    live().stop()


def _progress() -> None:
    market = live()
    if not market.is_running:
        st.rerun()
    elif market.is_starting:
        st.progress(0.0, "Setting up the market …")
    else:
        left = time_left(market.seconds_left)
        text = f"{market.ticks_done:,} of {market.to_tick:,} ticks{f', {left}' if left else ''}"
        st.progress(market.share_done, text)


def _take_in(market: Live) -> None:
    """Put a new result on the page; what was there of another run becomes the last run."""
    folder = market.result_folder()
    if folder is None or market.asked is None or st.session_state.get("taken") == folder:
        return
    shown = market.results.get("shown")
    if shown is not None and shown.number != market.number:
        market.results["last"] = shown
    market.results["shown"] = ShownResult.read(market.number, market.asked, folder)
    st.session_state["taken"] = folder
