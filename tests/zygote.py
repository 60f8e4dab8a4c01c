"""What ``fresh`` forks: a process that has imported the commands and done nothing else.

Each line of its stdin says, as JSON, what a fork of it does: code, words, folder, environment, and the files that take
what it says. Each line of its stdout is the status of one of them.
"""

import gc
import importlib
import json
import os
import sys
import warnings

from scenarios.cli.entry import main as command  # first of all: how many threads there are

#: What commands import when they are called.
HEAVY = (
    "hypothesis",
    "scenarios.cli.laws_report",
    "scenarios.laws.run",
    "scenarios.cli.main",
    "scenarios.runs.efficient",
    "scenarios.batches.work.running",
    "scenarios.batches.plan.options",
    "scenarios.pictures.dashboard",
    "scenarios.pictures.chart_options",
    "scenarios.cli.summary",
    "scenarios.results.summary_tables",
    "scenarios.reports.run_report",
)


def become(asked):
    """In a fork: the process that was asked for."""
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.path[0] = ""
    sys.argv = asked["argv"]


def serve():
    """Fork for each line; a fork is gone with the end of what it does, as any process."""
    for line in sys.stdin:
        asked = json.loads(line)
        with warnings.catch_warnings(action="ignore"):  # Arrow's allocator has a thread of its own
            child = os.fork()
        if not child:
            become(asked)
            exec(asked["code"], {"__name__": "__main__"}) if asked["code"] else command()
            return
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    for name in HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    serve()
