"""What waits for its turn on a thread: a job, who asked for it, and what is to follow once it is durable."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

log = logging.getLogger("bida.units")


@dataclass(slots=True)
class Ticket:
    """`future` is settled with the job's value or error once that is durable; `then` makes of the value the job that
    follows, whose future is `later`."""

    job: Callable[[Any], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    then: Callable[[Any], Callable[[Any], Any] | None] | None = None
    later: asyncio.Future[Any] | None = None
    value: Any = None
    error: BaseException | None = None


def follow(ticket: Ticket) -> Ticket | None:
    """What is to be done next, after a job that is durable; takes over the future of it."""
    if ticket.then is None or ticket.later is None or ticket.error is not None or ticket.future.cancelled():
        return None
    job = ticket.then(ticket.value)
    if job is None:
        return None
    later, ticket.later = ticket.later, None
    return Ticket(job, later, ticket.loop)


def _deliver(tickets: list[Ticket]) -> None:
    """Runs on the event loop: settle the futures of one commit together."""
    for ticket in tickets:
        if ticket.later is not None:
            ticket.later.cancel()  # nothing follows
        if ticket.future.done():
            continue
        if ticket.error is not None:
            ticket.future.set_exception(ticket.error)
        else:
            ticket.future.set_result(ticket.value)


def hand_back(tickets: list[Ticket]) -> None:
    """From a thread: tell the event loop what became of these."""
    if tickets:
        try:
            tickets[0].loop.call_soon_threadsafe(_deliver, tickets)
        except RuntimeError:  # the loop is closed: nobody waits any more, the work itself is durable
            log.info("loop_closed", extra={"count": len(tickets)})
