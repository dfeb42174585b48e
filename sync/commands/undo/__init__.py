"""``python -m sync undo``: takes back what a run added, or what all runs added for one entry."""
