"""Trakt in miniature: its API, its log-in host, and the accounts there."""
