"""Where pictures come from: each is drawn by a short-lived process, so that its font and canvas never stay with us."""

import asyncio
import contextlib
import logging
import sys
from dataclasses import dataclass, field

from adapters.errors import Rejected, Transient

log = logging.getLogger("bida.pictures")

PROGRAM = ("-m", "bot.pictures")
WITHIN = 20.0
"""Seconds one drawing may take; it takes a fraction of one."""
MOST_BYTES = 1_000_000
"""R-BDG-03: at most 1 MB."""


@dataclass(slots=True)
class Studio:
    """Draws one picture at a time."""

    _free: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def draw(self, order: str) -> bytes:
        """The PNG of an order: a picture as `cards.picture.dump` writes it, or the name of a catalogue picture.

        Raises `Rejected` for what cannot be drawn, `Transient` when drawing broke off.
        """
        async with self._free:
            child = await asyncio.create_subprocess_exec(
                sys.executable, *PROGRAM,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                async with asyncio.timeout(WITHIN):
                    png, fault = await child.communicate(order.encode())
            except TimeoutError:
                raise Transient("drawing", "took too long") from None
            finally:
                if child.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        child.kill()
                    await child.wait()
        if child.returncode == 0 and 0 < len(png) <= MOST_BYTES:
            return png
        name = fault.decode(errors="replace").strip()[:60]
        log.error("not_drawn", extra={"cause": name, "status": child.returncode})
        if child.returncode is not None and child.returncode < 0:
            raise Transient("drawing", "broke off")
        raise Rejected("drawing", name)
