"""Our own identifiers: UUIDv7, so that rows created together lie together and ids sort by time."""

import os
import threading
import time

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A fresh UUIDv7 as 32 hex digits. Strictly increasing within one process (RFC 9562, method 1).

    The clock is the machine's on purpose: an id is an ordering, not a business time.
    """
    global _last
    with _lock:
        moment = time.time_ns() // 1_000_000 << 12
        _last = moment = max(moment, _last + 1)
    tail = int.from_bytes(os.urandom(8)) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    head = (moment >> 12) << 16 | 0x7000 | moment & 0xFFF
    return f"{head:016x}{tail:016x}"
