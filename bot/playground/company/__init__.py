"""The invented retail chain the playground opens with: 60 people, six stores, its goals for the first quarter of 2026
as they stand in the middle of February, and twelve rewards of every kind.

Files for `people import`, `goals import` and `rewards import`; everybody is invented, on all three messengers, and may
be shown. The voucher codes are good for nothing.
"""

from pathlib import Path
from typing import Final

PEOPLE: Final = Path(__file__).with_name("people.csv")
GOALS: Final = Path(__file__).with_name("goals.csv")
REWARDS: Final = tuple(Path(__file__).with_name(name) for name in ("rewards.csv", "stock.csv", "codes.csv"))
"""In the order in which they are imported."""
