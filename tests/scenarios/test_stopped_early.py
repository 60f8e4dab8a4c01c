"""Ctrl-C at any moment after the command begins: one line, status 130, no traceback."""

import signal
import subprocess
import sys
import time

import pytest
from fresh import tokenmarket


@pytest.mark.parametrize("after_s", [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.0])
def test_ctrl_c_has_its_line_and_its_status(tmp_path, after_s):
    code = "from scenarios.cli.entry import main; print('begun', flush=True); main()"
    words = ["run", "--days", "28", "--users", "2000", "--out", str(tmp_path / "run"), "--quiet"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaint.startswith("tokenmarket: stopped")
    assert len(complaint.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_does_not_wait_for_it_is_stopped_all_the_same(tmp_path):
    code = (
        "import scenarios.cli.main as m, scenarios.cli.verify_report\n"
        "import scenarios.verification.run as r\n"
        "def stop(*_, **__): raise KeyboardInterrupt\n"
        "r.verify = stop\n"
        "m.main()"
    )
    done = tokenmarket("verify", cwd=tmp_path, code=code)
    assert (done.returncode, done.stderr) == (130, "tokenmarket: stopped\n")
