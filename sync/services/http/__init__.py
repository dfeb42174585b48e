"""Requests: sent, paced, retried, redacted."""
