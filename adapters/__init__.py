"""One folder per messenger: its wire, its limits, its quirks. Adapters know cards and commands, never rules or tables,
and never each other.
"""
