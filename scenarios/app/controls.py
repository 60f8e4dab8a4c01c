"""Run, step, stop; and how far it is."""

from __future__ import annotations

from typing import Final

import streamlit as st

from capacity.errors import InputError
from scenarios.app.asked import Asked
from scenarios.app.choosing import Choice
from scenarios.app.live import Live
from scenarios.app.shown import Shown
from scenarios.app.words import plain, time_left

#: Time between two looks at a run under way [s].
LOOK_SECONDS: Final = 0.4


def controls(choice: Choice) -> None:
    """The row of buttons, and below it the progress of a run or what went wrong with it."""
    live: Live | None = st.session_state.get("live")
    running = live is not None and live.is_running
    _buttons(choice, running=running)
    if running:
        st.fragment(_progress, run_every=LOOK_SECONDS)()
    elif live is not None:
        _take_in(live)
        if live.trouble:
            st.error(plain(live.trouble), icon=":material/error:")
    if refused := st.session_state.pop("refused", ""):
        st.error(plain(refused), icon=":material/error:")


def _buttons(choice: Choice, *, running: bool) -> None:
    off = choice.asked is None or running
    done = _steps_done(choice)
    at_end = choice.asked is not None and done >= choice.ticks
    day = choice.ticks_per_day
    hour = "Next hour" if choice.tick_hours == 1 else f"Next {choice.tick_hours:g} hours"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Run", type="primary", icon=":material/play_arrow:", disabled=off, key="run",
                  on_click=_run, args=(choice, choice.ticks), help="Run all of it from the start.")  # fmt: skip
        st.button(hour, icon=":material/skip_next:", disabled=off or at_end, key="hour",
                  on_click=_step, args=(choice, done + 1), help="One tick on, and all drawn anew.")  # fmt: skip
        st.button("Next day", icon=":material/fast_forward:", disabled=off or at_end, key="day",
                  on_click=_step, args=(choice, min((done // day + 1) * day, choice.ticks)))  # fmt: skip
        st.button("Stop", icon=":material/stop:", disabled=not running, key="stop", on_click=_stop,
                  help="Stop, and keep what is done.")  # fmt: skip


def _steps_done(choice: Choice) -> int:
    """Ticks done of the very run that is put together; 0 if another is on the page."""
    live: Live | None = st.session_state.get("live")
    return live.ticks_done if live is not None and live.asked == choice.asked else 0


def _run(choice: Choice, to_tick: int) -> None:
    assert choice.asked is not None
    _begin(choice.asked, choice.ticks, to_tick, new=True)


def _step(choice: Choice, to_tick: int) -> None:
    assert choice.asked is not None
    live: Live | None = st.session_state.get("live")
    same = live is not None and live.asked == choice.asked
    if live is not None and same and live.is_there:
        live.run_to(to_tick)
    else:
        # A model that was put away meanwhile is made again from its seed, and is the same.
        _begin(choice.asked, choice.ticks, to_tick, new=not same)


def _begin(asked: Asked, ticks: int, to_tick: int, *, new: bool) -> None:
    state = st.session_state
    if "live" in state:
        state.pop("live").close()
    try:
        live = Live(asked, ticks)
    except InputError as error:
        state["refused"] = str(error)
        return
    state["live"] = live
    state["number"] = state.get("number", 0) + int(new)
    live.run_to(to_tick)


def _stop() -> None:
    live: Live | None = st.session_state.get("live")
    if live is not None:
        live.stop()


def _progress() -> None:
    live: Live | None = st.session_state.get("live")
    if live is None or not live.is_running:
        st.rerun()
    else:
        if live.is_starting:
            st.progress(0.0, "Setting up the market …")
        else:
            left = time_left(live.seconds_left)
            text = f"{live.ticks_done:,} of {live.to_tick:,} ticks{f', {left}' if left else ''}"
            st.progress(live.share_done, text)


def _take_in(live: Live) -> None:
    """Put a new result on the page; what was there of another run becomes the last run."""
    folder = live.result_folder()
    if folder is None or st.session_state.get("taken") == folder:
        return
    shown: Shown | None = st.session_state.get("shown")
    number = st.session_state["number"]
    if shown is not None and shown.number != number:
        st.session_state["last"] = shown
    st.session_state["shown"] = Shown.read(number, live.asked, folder)
    st.session_state["taken"] = folder
