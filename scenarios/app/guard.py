"""Who may speak with the app: pages that it served itself, to a browser that asked it by an address of this machine.

Without it, any page in the same browser could drive the app: over a websocket from another origin, or by a name
that is made to point here (DNS rebinding). Streamlit checks origins too, but lets pages of other local ports pass,
and asks a server outside for this machine's address when it is unsure; it never comes to that behind this guard.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
#: What a page of the app may load, and from where: from the app alone. Streamlit's own code needs 'unsafe-inline'
#: for styles, and 'unsafe-eval' where a table or a chart is compiled.
POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


class SameOriginOnly:
    """Passes on what comes from the app's own pages, and refuses the rest.

    Attributes:
        app: what is guarded.
        host: address that it is bound to; one that means 'all' lets every numeric address pass as the Host.
    """

    def __init__(self, app: App, host: str = "127.0.0.1") -> None:
        self.app, self.host = app, host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it be answered."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if not self.may_pass(scope["type"], headers.get(b"host", ""), headers.get(b"origin")):
            await _refuse(scope, send)
            return
        await self.app(scope, receive, _with_headers(send))

    def may_pass(self, kind: str, host: str, origin: str | None) -> bool:
        """Whether the Host is this machine's, and the Origin (which a websocket must name) is that very Host."""
        if not self.is_ours(host):
            return False
        if origin is None:
            return kind == "http"
        return origin in (f"http://{host}", f"https://{host}")

    def is_ours(self, host: str) -> bool:
        """Whether a Host header names this machine by an address that no name server can bend."""
        try:
            parts = urlsplit(f"//{host}")
            name = parts.hostname or ""
            known_port = parts.port is None or parts.port > 0
        except ValueError:
            return False
        if parts.netloc != host or "@" in host or not known_port:
            return False
        if name in LOOPBACK or name == self.host.strip("[]").lower():
            return True
        return is_everywhere(self.host) and _is_number(name)


def is_everywhere(host: str) -> bool:
    """Whether an address to bind to means all addresses of the machine."""
    return host.strip("[]") in ("0.0.0.0", "::")


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": "not a page of this app"})
        return
    text = b"tokenmarket app: this request came from another origin or by another name, so it was refused.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode()), *HEADERS]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS]
        await send(message)

    return sent
