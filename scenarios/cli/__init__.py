"""The command ``tokenmarket``: one file a command. Nothing imports it."""
