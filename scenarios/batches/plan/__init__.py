"""What a batch runs: cases, seeds and designs as values."""
