"""The command: it says what is missing, taken or impossible in a line, and the help needs none of it."""

import importlib.util
import os
import socket
import subprocess
import sys

import pytest

from scenarios.app.server import address, free_port, options
from scenarios.cli import main as cli


def said(capsys, monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["tokenmarket", "app", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.count("\n") == 1
    return error


def test_without_streamlit_it_says_how_to_install_it(capsys, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "pip install 'tokenmarket[app]'" in said(capsys, monkeypatch)


def test_a_port_that_is_taken_is_named_with_another(capsys, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = said(capsys, monkeypatch, "--no-browser", "--port", str(port))
    assert f"--port {port} on 127.0.0.1 is taken" in error
    assert "--port 0 for any" in error


@pytest.mark.parametrize("host", ["example.org", "1.2.3", "", "127.0.0.1:80"])
def test_a_host_is_an_address_of_this_machine(capsys, monkeypatch, host):
    assert "must be an address of this machine" in said(capsys, monkeypatch, "--host", host)


def test_a_free_port_is_found_and_a_foreign_address_is_not():
    assert 0 < free_port("127.0.0.1", 0) < 65_536
    assert free_port("192.0.2.1", 0) is None  # kept for documentation: no machine has it


def test_addresses_are_written_as_browsers_take_them():
    assert address("127.0.0.1", 8501) == "http://127.0.0.1:8501"
    assert address("::1", 80) == "http://[::1]:80"
    assert address("0.0.0.0", 80) == "http://localhost:80"


def test_it_tells_nobody_and_lets_nobody_in_whatever_the_machine_is_set_to():
    given = options("127.0.0.1", 8501)
    assert given["browser.gatherUsageStats"] is False
    assert given["server.enableCORS"] is given["server.enableXsrfProtection"] is True
    assert given["client.showErrorDetails"] == "none"


def test_help_imports_no_streamlit():
    code = "import sys; from scenarios import cli; sys.exit('streamlit' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
