"""The page from top to bottom."""

from __future__ import annotations

import threading
from typing import Final

import streamlit as st

from capacity.errors import InputError
from scenarios.app.choosing import Choice, choose
from scenarios.app.controls import controls, live
from scenarios.app.live import Live
from scenarios.app.result_page import about_choice, show_results
from scenarios.text.markdown import plain

#: Less empty space above the page, numbers to the right in tables, and no second Stop beside the one that stops a run.
STYLE: Final = """
[data-testid="stMainBlockContainer"] { padding-top: 3.8rem; }
[data-testid="stMainBlockContainer"] [data-testid="stVerticalBlock"] { gap: 0.6rem; }
[data-testid="stTable"] td, [data-testid="stTable"] thead th { text-align: right !important; }
[data-testid="stStatusWidget"] { visibility: hidden; }
"""
#: Time that the browser has for itself before the server imports the model [s].
WARM_UP_SECONDS: Final = 2.0


def show() -> None:
    """Draw the page."""
    st.set_page_config(page_title="tokenmarket", page_icon="📈", layout="wide")
    choice = _chosen()
    about_choice(choice)
    if choice.complaint:
        st.error(plain(choice.complaint), icon=":material/error:")
    for words in choice.idle:
        st.warning(plain(words), icon=":material/info:")
    controls(choice)
    show_results(choice)
    _warm_up(live())


def _warm_up(market: Live) -> None:
    """Import the model soon after the first page, which should not wait for it: the first run should not either."""
    if st.session_state.setdefault("warm", False):
        return
    st.session_state["warm"] = True
    soon = threading.Timer(WARM_UP_SECONDS, market.warm_up)
    soon.daemon = True
    soon.start()


def _chosen() -> Choice:
    st.html(f"<style>{STYLE}</style>")
    with st.sidebar:
        try:
            return choose()
        except InputError as error:
            return Choice(None, str(error))
