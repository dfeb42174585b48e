"""GitHub's REST API in miniature: one repository with its git, issues, secrets and workflows."""
