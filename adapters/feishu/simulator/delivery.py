"""Events and card clicks on their way to the bot: retries, holding back, and what the clicking user is shown."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from adapters.feishu.simulator import answers
from adapters.feishu.simulator.courier import TIMEOUT, Reached, Sender, with_retries
from adapters.feishu.simulator.messages import Message
from adapters.feishu.simulator.tenant import Tenant
from adapters.simulation import Delivered, Json


@dataclass(slots=True, kw_only=True)
class Delivery:
    """Sends envelopes by the current way. `held` collects events while they are held back (None = not held)."""

    tenant: Tenant
    send: Sender
    wait: Callable[[float], Awaitable[None]]
    deadline: float
    locale: str
    held: list[Json] | None = None
    last: Json = field(default_factory=dict)

    async def event(self, envelope: Json) -> Delivered:
        """Deliver an event, with the platform's retries. While held back: status 0, no attempt."""
        if self.held is not None:
            self.held.append(envelope)
            return Delivered(status=0, attempts=0)
        self.last = envelope
        reached, attempts = await with_retries(lambda: self.send(envelope, self.deadline), self.wait)
        return delivered(reached, attempts)

    async def release(self, *, backwards: bool) -> list[Delivered]:
        """Deliver what was held back."""
        waiting, self.held = self.held or [], None
        return [await self.event(envelope) for envelope in (reversed(waiting) if backwards else waiting)]

    async def click(self, envelope: Json, message: Message | None, person: str) -> Delivered:
        """Deliver a click once and apply the answer; a failure is shown to the person as its code."""
        self.last = envelope
        if message is None:
            return delivered(await self.send(envelope, self.deadline), 1)
        if not message.answering:
            message.before_answer = message.content
        message.answering += 1
        try:
            reached = await self.send(envelope, self.deadline)
        finally:
            message.answering -= 1
        self._settle(reached, envelope, message, person)
        return delivered(reached, 1)

    def _settle(self, reached: Reached, envelope: Json, message: Message, person: str) -> None:
        """The answer wins: an update that came before it is undone (§1.12)."""
        now = self.tenant.clock.now()
        if message.content is not message.before_answer:
            message.replace(message.before_answer, now)
        try:
            if not reached.good:
                raise answers.BadAnswer(reached.problem or TIMEOUT)
            answer = answers.read(self.tenant, message, reached.raw, self.locale)
        except answers.BadAnswer as bad:
            message.toasts[person] = str(bad.code)
        else:
            if answer.toast:
                message.toasts[person] = answer.toast
            if answer.card is not None and not message.recalled:
                message.replace(answer.card, now)
        message.before_answer = message.content
        token = self.tenant.card_tokens.get(envelope["event"]["token"])
        if token is not None:
            token.answered = True


def delivered(reached: Reached, attempts: int) -> Delivered:
    """The outcome as simulators report it."""
    body: Any = None
    try:
        body = json.loads(reached.raw) if reached.raw else None
    except ValueError:
        body = None
    return Delivered(status=reached.status, attempts=attempts, body=body, raw=reached.raw)
