"""Serving the app: Streamlit behind the guard, without telemetry, on one port of this machine."""

from __future__ import annotations

import asyncio
import importlib
import socket
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from starlette.middleware import Middleware
from streamlit.starlette import App

from scenarios.app.guard import SameOriginOnly
from scenarios.app.tabs import keep_house

#: The colour of what can be pressed and moved, on light and on dark.
BLUE: Final = "#1f77b4"
PALE_BLUE: Final = "#3d8bc6"
PAGE: Final = Path(__file__).with_name("script.py")


def options(host: str, port: int) -> dict[str, Any]:
    """Streamlit's settings; given here, they override any file or variable of the machine."""
    return {
        "server.address": host,
        "server.port": port,
        "server.headless": True,
        "server.enableCORS": True,
        "server.enableXsrfProtection": True,
        "server.enableStaticServing": False,
        "server.enableAgentApi": False,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "server.disconnectedSessionTTL": 60,
        "server.maxUploadSize": 1,
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "global.developmentMode": False,
        "logger.level": "error",
        "logger.hideWelcomeMessage": True,
        "runner.magicEnabled": False,
        "runner.fastReruns": True,
        "theme.light.primaryColor": BLUE,
        "theme.dark.primaryColor": PALE_BLUE,
    }


def serve(host: str, port: int, ready: Callable[[str], None], *, open_browser: bool) -> None:
    """Serve until it is stopped; ``ready`` gets the address as soon as it answers there."""

    @asynccontextmanager
    async def begin(_app: Any) -> AsyncIterator[None]:
        # What the page needs is imported while the browser starts.
        threading.Thread(target=importlib.import_module, args=("scenarios.app.view",), daemon=True).start()
        ready(address(host, port))
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(address(host, port),), daemon=True).start()
        house = asyncio.create_task(keep_house())
        yield
        house.cancel()

    app = App(PAGE, middleware=[Middleware(SameOriginOnly, host=host)], lifespan=begin, on_script_error=_log)
    app.run(config=options(host, port))


def _log(error: Exception) -> None:
    """Streamlit logs it to the terminal, and shows the reader a plain sentence."""


def address(host: str, port: int) -> str:
    """What to type into a browser."""
    name = "localhost" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def free_port(host: str, port: int) -> int | None:
    """The port if it is free (any free one for 0); None if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return None
        return int(tried.getsockname()[1])
