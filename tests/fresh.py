"""Commands in processes of their own, which know nothing of what tests have done: a file of one's own is imported once.

A new interpreter takes two seconds of a processor to import the model. Here each is a fork of one process that has
imported all and done nothing since (``zygote``). That a new interpreter begins is tested where it is the question.
"""

import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ZYGOTE = Path(__file__).with_name("zygote.py")


@functools.cache
def zygote():
    """The process that is forked, begun when the first is asked for."""
    path = os.pathsep.join([str(ZYGOTE.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, str(ZYGOTE)],
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def close():
    """End it, if it was begun."""
    if zygote.cache_info().currsize:
        zygote().communicate()
        zygote.cache_clear()


def tokenmarket(*words, cwd, code="", env=None):
    """The finished command, or ``code`` in place of it, with its status and what it said."""
    with tempfile.TemporaryDirectory() as said:
        out, err = (Path(said) / name for name in ("out", "err"))
        asked = {
            "code": code,
            "argv": ["tokenmarket", *map(str, words)],
            "cwd": str(cwd),
            "env": env or dict(os.environ),
            "out": str(out),
            "err": str(err),
        }
        process = zygote()
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        status = process.stdout.readline()
        assert status, "the process that is forked is gone"
        return subprocess.CompletedProcess(words, int(status), out.read_text(), err.read_text())
