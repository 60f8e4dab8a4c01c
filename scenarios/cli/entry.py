"""Where the command begins: Ctrl-C gets its line and its status from the first moment, before anything is imported."""

import os
import signal
from types import FrameType


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Nothing has been written while the program is loaded; half loaded, it could not end in any other way."""
    os.write(2, b"tokenmarket: stopped; nothing was written\n")
    os._exit(130)


signal.signal(signal.SIGINT, _stop)


def main() -> None:
    """Load the commands, and run the one that was asked for."""
    from scenarios.cli.main import main as run_command

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run_command()


if __name__ == "__main__":
    main()
