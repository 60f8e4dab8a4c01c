"""The guard: pages of the app pass; other origins, other names, and websockets of unknown origin do not."""

import asyncio

import pytest

from scenarios.app.guard import POLICY, SameOriginOnly

OURS = "127.0.0.1:8501"


@pytest.mark.parametrize(
    ("kind", "host", "origin"),
    [
        ("http", OURS, None),
        ("http", "localhost:8501", None),
        ("http", "[::1]:8501", None),
        ("http", "localhost", None),
        ("http", OURS, f"http://{OURS}"),
        ("websocket", OURS, f"http://{OURS}"),
        ("websocket", "localhost:9000", "http://localhost:9000"),  # through a tunnel
    ],
)
def test_its_own_pages_pass(kind, host, origin):
    assert SameOriginOnly(None).may_pass(kind, host, origin)


@pytest.mark.parametrize(
    ("kind", "host", "origin"),
    [
        ("websocket", OURS, "https://evil.example"),  # another site
        ("websocket", OURS, "http://127.0.0.1:9999"),  # another app of this machine
        ("websocket", OURS, "http://localhost:8501"),  # the same app by another name is another origin
        ("websocket", OURS, None),
        ("websocket", OURS, "null"),
        ("http", OURS, "null"),
        ("http", OURS, ""),
        ("websocket", "evil.example:8501", "http://evil.example:8501"),  # DNS rebinding
        ("http", "evil.example:8501", None),
        ("http", "127.0.0.1.evil.example", None),
        ("http", "192.0.2.7:8501", None),
        ("http", "", None),
        ("http", "user@127.0.0.1:8501", None),
        ("http", "127.0.0.1:x", None),
        ("http", "127.0.0.1:8501/x", None),
        ("http", "[::1", None),
        ("http", "localhost.:8501", None),
        ("http", "127.0.0.1:99999", None),
        ("http", OURS, f"https://{OURS}@evil.example"),
    ],
)
def test_others_do_not(kind, host, origin):
    assert not SameOriginOnly(None).may_pass(kind, host, origin)


def test_bound_to_an_address_it_goes_by_that_address_and_bound_to_all_by_any_number_but_no_name():
    assert SameOriginOnly(None, "192.0.2.7").may_pass("http", "192.0.2.7:8501", None)
    assert not SameOriginOnly(None, "192.0.2.7").may_pass("http", "192.0.2.8:8501", None)
    everywhere = SameOriginOnly(None, "0.0.0.0")
    assert everywhere.may_pass("http", "192.0.2.8:8501", None)
    assert not everywhere.may_pass("http", "evil.example:8501", None)
    assert not everywhere.may_pass("websocket", "192.0.2.8:8501", "http://evil.example")


async def hello(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"1")]})
    await send({"type": "http.response.body", "body": b"hello"})


def answers(kind, **headers):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    asyncio.run(SameOriginOnly(hello)(scope, None, send))
    return sent


def test_what_passes_is_answered_with_headers_that_keep_the_page_to_itself():
    start, body = answers("http", host=OURS)
    assert (start["status"], body["body"]) == (200, b"hello")
    headers = dict(start["headers"])
    assert headers[b"x-own"] == b"1"
    assert headers[b"content-security-policy"].decode() == POLICY
    assert "default-src 'self'" in POLICY
    assert "http" not in POLICY.replace("https:", "http:")  # no address beyond the app's own
    assert headers[b"x-frame-options"] == b"DENY"


def test_what_does_not_pass_never_reaches_the_app():
    start, body = answers("http", host="evil.example")
    assert start["status"] == 403
    assert b"refused" in body["body"]
    (closed,) = answers("websocket", host=OURS, origin="https://evil.example")
    assert (closed["type"], closed["code"]) == ("websocket.close", 1008)
