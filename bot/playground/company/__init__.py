"""The invented retail chain the playground opens with: 60 people, six stores, and its goals for the first quarter of
2026 as they stand in the middle of February.

Files for `people import` and `goals import`; everybody is invented, on all three messengers, and may be shown.
"""

from pathlib import Path
from typing import Final

PEOPLE: Final = Path(__file__).with_name("people.csv")
GOALS: Final = Path(__file__).with_name("goals.csv")
