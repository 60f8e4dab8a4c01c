"""Who asks for tokens: segments, individuals, their choices and their patience."""
