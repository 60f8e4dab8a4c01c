"""Where the command begins: Ctrl-C gets its line and its status from the first moment, before much is imported."""

from scenarios.cli.stopping import end_at_once
from scenarios.text.threads import one_thread


def main() -> None:
    """Load the commands, and run the one that was asked for."""
    from scenarios.cli.main import main as run_command

    run_command()


end_at_once()
one_thread()

if __name__ == "__main__":
    main()
