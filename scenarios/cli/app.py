"""The command ``tokenmarket app``. Heavy imports wait inside it."""

from __future__ import annotations

import contextlib
import importlib.util
import ipaddress
from typing import Annotated

import typer

from scenarios.cli.own import takes_own

EXAMPLES = """Examples:

* `tokenmarket app` opens the app in the browser

* `tokenmarket app --port 9000 --no-browser` only says where it is
"""
INSTALL = "pip install 'tokenmarket[app]', or in a clone pip install -e '.[app]'"


def app_command(
    port: Annotated[int, typer.Option(help="Port; 0 for any that is free.", min=0, max=65_535)] = 8501,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    host: Annotated[str, typer.Option(help="Address to bind to; others than 127.0.0.1 let others in.")] = "127.0.0.1",
) -> None:
    """Explore the market live in the browser: scenarios, sliders, runs, pictures, data. Nothing leaves the machine."""
    from capacity.errors import InputError

    if importlib.util.find_spec("streamlit") is None:
        raise InputError(f"the app needs Streamlit, which is not installed: {INSTALL}")
    bound = _checked_host(host)
    from scenarios.app import server

    free = server.free_port(bound, port)
    if free is None:
        raise InputError(
            f"--port {port} on {bound} is taken (by another app, perhaps) or may not be used: "
            f"choose another, for example --port {port + 1 if port < 65_535 else 8501}, or --port 0 for any"
        )
    if bound not in ("127.0.0.1", "::1"):
        typer.echo(f"tokenmarket: {bound} can be reached from other machines; there is no password", err=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve(bound, free, _say_where, open_browser=not no_browser)
    typer.echo("tokenmarket: the app is stopped", err=True)
    raise typer.Exit(130)


def _say_where(url: str) -> None:
    typer.echo(f"tokenmarket app: {url}  (Ctrl-C stops it)")


def _checked_host(host: str) -> str:
    from capacity.errors import InputError

    if host == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        raise InputError(
            f"--host is '{host}', but must be an address of this machine, like 127.0.0.1, ::1 or 0.0.0.0"
        ) from None


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(name="app", epilog=EXAMPLES)(takes_own(app_command))
