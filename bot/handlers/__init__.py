"""One module per feature: arguments → domain command → outcome → card. Each ends with its `FEATURE` table."""
