"""What a handler gets: the command, the person, the unit of work, and a few verbs to answer with."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row

from adapters.base import Toast
from bot.calendars import Calendars
from bot.connections import Connection, Connections
from bot.envelopes import address, inbox_values
from bot.reply import Post, Reply
from bot.router import Router
from cards import text as catalogue
from cards.model import Card
from domain.calendar import WorkCalendar
from domain.command import Command, Conversation, ConversationKind, Kind
from domain.delivery import cards as card_rows
from domain.delivery import inbox, leases
from domain.errors import Conflict
from domain.ids import new_id
from domain.people.binding import account_of
from domain.people.messages import Profile
from domain.people.service import identities, the_company
from domain.periods import local_date
from domain.unit_of_work import UnitOfWork


@dataclass(slots=True, kw_only=True)
class Ctx:
    """One command being handled. `card` is the row of the card acted on (`card_version` its version once
    we have advanced it); `question` the open question a message answers; `touched` the connections it makes busy."""

    command: Command
    person: Profile
    uow: UnitOfWork
    connection: Connection
    connections: Connections
    router: Router
    calendars: Calendars
    card: Row[Any] | None = None
    card_version: int | None = None
    question: Row[Any] | None = None
    touched: set[str] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        return self.uow.now

    @property
    def is_group(self) -> bool:
        return self.command.conversation.kind is ConversationKind.GROUP

    @property
    def account(self) -> str:
        """This sender in this chat: where an open question belongs."""
        actor = self.command.actor
        return f"{account_of(actor.platform, actor.tenant, actor.user_id)}|{self.command.conversation.id}"

    @property
    def direct(self) -> Conversation:
        """The direct chat with whoever sent this command."""
        actor = self.command.actor
        return Conversation(
            platform=actor.platform, tenant=actor.tenant, id=actor.user_id, kind=ConversationKind.DIRECT
        )

    def say(self, key: str, **values: object) -> str:
        """A text in this person's language."""
        return catalogue.say(self.person.locale, key, **values)

    def calendar(self) -> WorkCalendar:
        """The company's working days."""
        return self.calendars.of(self.uow, self.person.calendar_version)

    # --- answering -------------------------------------------------------------------------------------------------

    def text(self, key: str, **values: object) -> Reply:
        """A line of text in the conversation of the command."""
        return Reply(posts=(Post(text=self.say(key, **values)),))

    def toast(self, key: str, tone: str = "info", **values: object) -> Reply:
        return Reply(toast=Toast(text=self.say(key, **values), tone=tone))

    def aloud(self, key: str, **values: object) -> tuple[Post, ...]:
        """A toast's words as a message, where there are no toasts and the redrawn card does not say them."""
        if self.connection.capabilities(self.command.conversation).toast:
            return ()
        return self.text(key, **values).posts

    def new_card(
        self, kind: str, subject: Mapping[str, Any], to: Conversation | None = None, about: str | None = None
    ) -> Card:
        """Note a new card instance of this person's and draw it with its view. `about`: redraw it when that object
        changes (`Reply.refresh`)."""
        key = new_id()
        to = to or self.direct
        card_rows.add(
            self.uow,
            key,
            kind=kind,
            connection=self.connection.name,
            conversation=address(to),
            person_id=self.person.id or None,
            subject=orjson.dumps(subject).decode(),
            about=about,
        )
        row = card_rows.find(self.uow, key)
        assert row is not None
        return self.router.views[kind](self, row)

    def subject(self) -> dict[str, Any]:
        """What the clicked card is about."""
        assert self.card is not None
        return dict(orjson.loads(self.card.subject))

    def advance(self, subject: Mapping[str, Any]) -> None:
        """Make the next version of the card. Raises `Conflict` when somebody was faster."""
        assert self.card is not None
        body = orjson.dumps(subject).decode()
        if not card_rows.advance(self.uow, self.card.id, seen=self.card.version, verb=self.command.name, subject=body):
            raise Conflict
        self.card_version = self.card.version + 1

    def redraw(self) -> Card:
        """The clicked card as it is now; one that stands in a group in the company's language, whoever clicked."""
        assert self.card is not None
        view = self.router.views[self.card.kind]
        if self.card.person_id is not None:
            return view(self, self.card)
        return view(replace(self, person=the_company(self.uow)), self.card)

    def privately(self, reply: Reply) -> Reply:
        """Move what is personal out of a group into the direct chat, leaving one line behind (product 5.0)."""
        if not self.is_group:
            return reply
        posts = tuple(replace(post, to=post.to or self.direct) for post in reply.posts)
        return replace(reply, posts=(Post(text=self.say("group.moved")), *posts))

    def first_today(self, what: str) -> bool:
        """Whether this happens to this sender for the first time today, in their zone; remembered with the command."""
        day = local_date(self.now, self.person.timezone).isoformat()
        sender = hashlib.sha256(self.account.encode()).hexdigest()[:32]
        return leases.first_run(self.uow, f"{what}:{sender}", day)

    def defer(self, name: str, until: datetime, key: str) -> None:
        """Act at `until` as if this person had sent the slash command `name` in their direct chat, once per `key`."""
        later = replace(
            self.command, id=new_id(), key=key, kind=Kind.SLASH, name=name, args="", values={},
            params={"deferred": "1"}, conversation=self.direct, reply=None, card_ref=None, message_id=None, mentions=(),
            sent_at=until, received_at=until,
        )  # fmt: skip
        inbox.put(self.uow, inbox_values(later, self.connection, until))


def reach(ctx: Ctx, person_id: str, preferred: str | None = None) -> tuple[Connection, Conversation] | None:
    """How to write to a person: their preferred messenger, else the first one we can reach (R-ID-06)."""
    bound = sorted(identities(ctx.uow, person_id), key=lambda one: one.platform != preferred)
    for identity in bound:
        connection = ctx.connections.reaching(ctx.uow.workspace_id, identity.platform, identity.tenant)
        if connection is not None:
            return connection, Conversation(
                platform=identity.platform,
                tenant=connection.adapter.tenant,
                id=identity.user_id,
                kind=ConversationKind.DIRECT,
            )
    return None
