"""The steps of a run, with their input and output; ``job.py`` puts them in order."""
