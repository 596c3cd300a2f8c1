"""The ledger's commands: each is one journal entry per key, checked after its accounts are locked (R-LED-30).

Every function takes whole points of at least 1 (`BadPoints`) and runs inside the caller's unit of work. The same key
again returns the stored entry with `replayed`; with something else in it, `IdempotencyConflict` (R-LED-04). After a
failed verification all of them raise `PostingsStopped` (R-LED-06). A refusal has changed nothing.
"""

from domain.points.allowances import boost, expire_allowance, fund, grant_allowance, granted
from domain.points.endings import expire_lots, leave, merge
from domain.points.gifts import clear, give, return_parked, reverse, undo
from domain.points.orders import consume, hold, refund, release
from domain.points.rewards import adjust, cancel_reward, reward, settle_reward

__all__ = [
    "adjust",
    "boost",
    "cancel_reward",
    "clear",
    "consume",
    "expire_allowance",
    "expire_lots",
    "fund",
    "give",
    "grant_allowance",
    "granted",
    "hold",
    "leave",
    "merge",
    "refund",
    "release",
    "return_parked",
    "reverse",
    "reward",
    "settle_reward",
    "undo",
]
