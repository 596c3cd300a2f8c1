"""English: first contact and the starter kit (flow 5.8)."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {}
