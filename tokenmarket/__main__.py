"""``python -m tokenmarket`` is the command ``tokenmarket``."""

from scenarios.cli.entry import main

if __name__ == "__main__":
    main()
