"""PURE: the outcome of a run → pages that a person reads."""
