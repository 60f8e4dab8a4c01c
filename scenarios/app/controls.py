"""Run, step, stop; and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from capacity.errors import InputError
from scenarios.app.asked import Asked
from scenarios.app.choosing import Choice
from scenarios.app.limits import check_size
from scenarios.app.live import Live
from scenarios.app.words import plain, time_left

if TYPE_CHECKING:
    from scenarios.app.shown import Shown

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
    live = _same(choice)
    off = choice.asked is None or running
    at_end = live is not None and live.ticks_done >= live.ticks
    hours = choice.base.time.tick_hours if choice.base is not None else 1.0
    with st.container(horizontal=True):
        st.button("Run", type="primary", icon=":material/play_arrow:", disabled=off, key="run",
                  on_click=_run, args=(choice,), help="Run all of it from the start.")  # fmt: skip
        st.button("Next hour" if hours == 1 else f"Next {hours:g} hours", icon=":material/skip_next:", key="hour",
                  disabled=off or at_end, on_click=_step, args=(choice, 0.0),
                  help="One tick on, and all drawn anew.")  # fmt: skip
        st.button("Next day", icon=":material/fast_forward:", disabled=off or at_end, key="day",
                  on_click=_step, args=(choice, 24.0), help="On to the end of the day.")  # fmt: skip
        st.button("Stop", icon=":material/stop:", disabled=not running, key="stop", on_click=_stop,
                  help="Stop, and keep what is done.")  # fmt: skip


def _same(choice: Choice) -> Live | None:
    """The model on the page, if it is of the very run that is put together."""
    live: Live | None = st.session_state.get("live")
    return live if live is not None and live.asked == choice.asked else None


def _run(choice: Choice) -> None:
    assert choice.asked is not None
    _begin(choice.asked, None, new=True)


def _step(choice: Choice, to_multiple_of: float) -> None:
    """One tick on, or on to the next whole multiple of so many hours."""
    assert choice.asked is not None
    live = _same(choice)
    done = live.ticks_done if live is not None else 0
    every = max(round(to_multiple_of / choice.asked.settings().scenario.time.tick_hours), 1)
    to_tick = (done // every + 1) * every
    if live is not None and live.is_there:
        live.run_to(to_tick)
    else:
        # A model that was put away meanwhile is made again from its seed, and is the same.
        _begin(choice.asked, to_tick, new=live is None)


def _begin(asked: Asked, to_tick: int | None, *, new: bool) -> None:
    """Put away the model on the page and begin another, to a tick or to its end."""
    state = st.session_state
    if "live" in state:
        state.pop("live").close()
    try:
        live = Live(asked, check_size(asked.settings()))
    except InputError as error:
        state["refused"] = str(error)
        return
    state["live"] = live
    state["number"] = state.get("number", 0) + int(new)
    live.run_to(live.ticks if to_tick is None else to_tick)


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
    from scenarios.app.shown import Shown

    folder = live.result_folder()
    if folder is None or st.session_state.get("taken") == folder:
        return
    shown: Shown | None = st.session_state.get("shown")
    number = st.session_state["number"]
    if shown is not None and shown.number != number:
        st.session_state["last"] = shown
    st.session_state["shown"] = Shown.read(number, live.asked, folder)
    st.session_state["taken"] = folder
