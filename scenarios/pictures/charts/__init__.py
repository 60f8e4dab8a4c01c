"""Every chart, a theme a file. A new file here is found: its charts register themselves."""
