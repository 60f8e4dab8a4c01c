"""The page from top to bottom."""

from __future__ import annotations

import importlib
import threading
from functools import cache
from typing import Final

import streamlit as st

from capacity.errors import InputError
from scenarios.app.choosing import Choice, choose
from scenarios.app.controls import controls
from scenarios.app.showing import about_choice, show_results
from scenarios.app.words import plain

#: Time that the browser has for itself before the server imports the model [s].
WARM_UP_SECONDS: Final = 2.0


def show() -> None:
    """Draw the page."""
    st.set_page_config(page_title="tokenmarket", page_icon="📈", layout="wide")
    choice = _chosen()
    about_choice(choice)
    if choice.complaint:
        st.error(plain(choice.complaint), icon=":material/error:")
    controls(choice)
    show_results(choice)
    _warm_up()


@cache
def _warm_up() -> None:
    """Import the model soon after the first page, which should not wait for it: the first run should not either."""
    warming = threading.Timer(WARM_UP_SECONDS, importlib.import_module, args=("scenarios.run",))
    warming.daemon = True
    warming.start()


def _chosen() -> Choice:
    with st.sidebar:
        try:
            return choose()
        except InputError as error:
            return Choice(None, str(error))
