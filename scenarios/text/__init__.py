"""Numbers, durations, tables, TOML and progress as people read them; nothing here knows of markets."""
