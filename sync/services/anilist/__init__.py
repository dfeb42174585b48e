"""AniList, read only."""
