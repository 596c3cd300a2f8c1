"""English: the wallet."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "points.bad_amount": "Points are whole numbers from 1 to 1,000,000,000.",
    "points.allowance_short": "You have {left} pts left to give and this needs {need}. Nothing was sent.",
    "points.short": "You have {left} pts available and this needs {need}. Nothing was deducted.",
    "points.budget_short": 'The budget "{programme}" has {left} pts left and this needs {need}. Nothing was paid.',
    "points.programme": 'There is no budget called "{programme}".',
    "points.settled": "These points were dealt with before. Nothing moved twice.",
    "points.not_held": "This order has {left} pts to deal with and this needs {need}. Nothing moved.",
    "points.four_eyes": "This change needs a reason, evidence and two admins other than the person concerned.",
    "points.conflict": "This request differs from the one sent before. No points moved.",
    "points.stopped": "The points ledger is being checked, so nothing can move. Your admin knows; please try later.",
}
