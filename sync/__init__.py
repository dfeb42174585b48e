"""Brings what a person watched on AniList into their Trakt history."""
