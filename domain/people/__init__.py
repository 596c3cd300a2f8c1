"""Workspaces, people, their identities on the messengers, and the departments they work in (R-ID, R-ORG)."""
