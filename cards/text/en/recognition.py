"""English: thanking colleagues (flow 5.2)."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {}
