"""The values that flow through a run. Every one is frozen; every time is an aware UTC ``datetime``."""
