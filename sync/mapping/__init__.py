"""PURE: an AniList entry → Trakt episodes."""
