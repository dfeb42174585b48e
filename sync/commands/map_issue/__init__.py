"""``python -m sync map-issue``: the issue form of a manual map → a pull request on ``overrides.yaml``."""
