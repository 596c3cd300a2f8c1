"""The chain of hashes over the journal (R-LED-08): changing, dropping or moving an entry breaks every later one."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from domain.clock import to_millisecond

GENESIS = "0" * 64
FIELDS = ("seq", "id", "idem", "input_hash", "kind", "actor_id", "subject_id", "cause", "config_version", "event_id",
          "period", "amount")  # fmt: skip


def canonical(value: object) -> bytes:
    """One way to write a value: keys sorted, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def input_hash(kind: str, inputs: Mapping[str, object]) -> str:
    """What a command asked for, so that the same key with something else in it is noticed (R-LED-04)."""
    return hashlib.sha256(canonical([kind, inputs])).hexdigest()


def entry_hash(
    prev_hash: str, entry: Mapping[str, object], at: datetime, postings: Iterable[tuple[str, str, int]]
) -> str:
    """The hash of an entry with at least `FIELDS`, and of its postings in order."""
    content = {name: entry[name] for name in FIELDS}
    content["at"] = to_millisecond(at).isoformat(timespec="milliseconds")
    content["postings"] = [list(posting) for posting in postings]
    return hashlib.sha256(prev_hash.encode() + canonical(content)).hexdigest()
