"""The command as a module: ``python -m tokenmarket``. What it does is in capacity, market and scenarios."""
