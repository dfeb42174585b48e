"""PURE: what to write to Trakt, and when it was watched."""
