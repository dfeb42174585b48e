"""``overrides.yaml``: what it says, each with its line."""
