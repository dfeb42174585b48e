"""What each command of ``python -m sync`` does."""
