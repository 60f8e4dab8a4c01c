"""Where orders meet capacity: books, clearing, rationing, queues, waits, money."""
