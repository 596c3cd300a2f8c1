"""English: shop, orders, approvals (flow 5.3)."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {}
