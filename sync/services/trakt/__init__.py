"""Trakt: catalogue, plays, lists, log-in."""
