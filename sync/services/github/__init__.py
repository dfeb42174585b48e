"""The repository that the job runs in: commits, issues, pull requests."""
