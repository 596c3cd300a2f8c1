"""The journal, entry by entry, as if nothing else were stored (R-LED-01, 02, 06, 08).

Kinds may only move what §9.4 says, so a GIVE account is what was granted and returned, less what was given and retired:
that is R-LED-07, for every person and moment."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from domain.points.chain import FIELDS, GENESIS, entry_hash
from domain.points.chart import MOVES, Kind, kind_of

_CREDITS = {Kind.CLEARED, Kind.REWARDED, Kind.ADJUSTED}


class Broken(Exception):
    """The first journal entry that is wrong, and what is wrong with it."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(reason)
        self.seq = seq
        self.reason = f"entry {seq}: {reason}"


class Replay:
    """What the journal says so far. `earned` is what came into wallets from outside, `netted` what debts took of it,
    `postings` how many there were."""

    def __init__(self) -> None:
        self.seq = 0
        self.hash = GENESIS
        self.balances: dict[str, int] = defaultdict(int)
        self.earned = 0
        self.netted = 0
        self.postings = 0

    def take(self, entry: Row[Any], postings: Sequence[tuple[str, str, int]]) -> None:
        """Replay the next entry. Raises `Broken`."""
        seq = self.seq + 1
        if entry.seq != seq:
            raise Broken(seq, "it is missing")
        if entry.prev_hash != self.hash:
            raise Broken(seq, "it does not follow the one before")
        if not postings:
            raise Broken(seq, "it moves nothing")
        if entry.hash != entry_hash(self.hash, _fields(entry), entry.at, postings):
            raise Broken(seq, "it is not what was written")
        if entry.amount != sum(amount for _, _, amount in postings):
            raise Broken(seq, "its amount is not the sum of its postings")
        self._move(seq, entry, postings)
        self.seq, self.hash = seq, entry.hash

    def ends_at(self, seq: int, last_hash: str) -> None:
        """Compare with the stored end of the chain: entries cut off there break no link. Raises `Broken`."""
        if seq != self.seq:
            raise Broken(min(seq, self.seq) + 1, f"the journal ends with {self.seq}, the chain with {seq}")
        if last_hash != self.hash:
            raise Broken(seq, "it is not the end of the chain")

    def _move(self, seq: int, entry: Row[Any], postings: Sequence[tuple[str, str, int]]) -> None:
        if entry.kind not in set(Kind):
            raise Broken(seq, f"there is no entry of kind {entry.kind}")
        kind = Kind(entry.kind)
        for source, target, amount in postings:
            ends = kind_of(source), kind_of(target)
            if amount <= 0 or ends not in MOVES[kind]:
                raise Broken(seq, f"{kind} moves {amount} from {source} to {target}")
            self.balances[source] -= amount
            self.balances[target] += amount
            if kind in _CREDITS and ends[0] != "WALLET":
                self.earned += amount if ends[1] == "WALLET" else 0
                self.netted += amount if ends[1] == "RETIRED" else 0
        self.postings += len(postings)
        for source, _, _ in postings:
            if self.balances[source] < 0 and kind_of(source) != "MINT":
                raise Broken(seq, f"{source} is below zero")


def _fields(entry: Row[Any]) -> dict[str, object]:
    return {name: getattr(entry, name) for name in FIELDS}
