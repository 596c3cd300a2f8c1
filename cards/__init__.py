"""How an outcome looks, on no particular messenger. Sees `domain` commands and messages, never its rules or tables."""
