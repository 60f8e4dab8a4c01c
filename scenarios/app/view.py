"""The page from top to bottom."""

from __future__ import annotations

import streamlit as st

from capacity.errors import InputError
from scenarios.app.choosing import Choice, choose
from scenarios.app.controls import controls
from scenarios.app.showing import about_choice, show_results
from scenarios.app.words import plain


def show() -> None:
    """Draw the page."""
    st.set_page_config(page_title="tokenmarket", page_icon="🪙", layout="wide", initial_sidebar_state="auto")
    choice = _chosen()
    st.title("The market for AI tokens", anchor=False)
    about_choice(choice)
    if choice.complaint:
        st.error(plain(choice.complaint), icon=":material/error:")
    controls(choice)
    show_results(choice)


def _chosen() -> Choice:
    with st.sidebar:
        try:
            return choose()
        except InputError as error:
            return Choice(None, str(error))
