"""Keys of sample cards."""

KEY = "0" * 31
"""The first 31 digits of a sample's key; the last tells samples apart."""
