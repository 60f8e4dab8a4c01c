"""Tabs that were closed: what they held is put away, not when Streamlit next looks, but after a minute."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from scenarios.app.live import Live, all_markets

#: Time for which a tab that is gone may come back, as after a sleep of the machine [s].
GONE_SECONDS: Final = 60.0
#: Time between two looks [s].
LOOK_SECONDS: Final = 5.0


def name_of_tab() -> str:
    """What Streamlit calls the tab whose page is being drawn; nothing outside of a server."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context is not None and runtime.exists() else ""


async def keep_house() -> None:
    """Look after closed tabs for as long as the server runs."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        await asyncio.to_thread(put_away_closed, runtime.get_instance().is_active_session)


def put_away_closed(is_open: Callable[[str], bool]) -> None:
    """Put away the markets whose tabs have been closed for a minute."""
    for market in all_markets():
        if is_open(market.tab):
            market.gone_since = None
        elif market.gone_since is None:
            market.gone_since = time.monotonic()
        elif time.monotonic() - market.gone_since > GONE_SECONDS:
            market.put_away()


def market_of_tab() -> Live:
    """A market that goes with the tab."""
    return Live(name_of_tab())
