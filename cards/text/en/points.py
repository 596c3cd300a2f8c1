"""English: the wallet."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {}
