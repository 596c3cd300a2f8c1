"""Rows of recognition: allowances, kudos and what hangs on them, value tags, badges, words and links."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from domain.columns import Instant, Scoped

_PERSON = ["person.workspace_id", "person.id"]
_KUDOS = ["kudos.workspace_id", "kudos.id"]
_LEFT = text("remaining > 0")


class Allowance(Scoped, table=True):
    """What somebody was granted to give away in a period (R-ALW-01); the points themselves are in the ledger.
    `lapsed_at`: what was left of it has been retired (R-ALW-02)."""

    __tablename__: ClassVar[str] = "allowance"
    __table_args__ = (
        UniqueConstraint("workspace_id", "person_id", "period"),
        Index("ix_allowance_open", "workspace_id", "period", "lapsed_at"),
        ForeignKeyConstraint(["workspace_id", "person_id"], _PERSON),
        CheckConstraint("points >= 0", name="allowance_points"),
    )

    person_id: str = Field(max_length=32)
    period: str = Field(max_length=16)
    points: int
    granted_at: datetime = Field(sa_type=Instant)
    lapsed_at: datetime | None = Field(default=None, sa_type=Instant)


class Boost(Scoped, table=True):
    """A refill of somebody's allowance (R-ALW-04). `remaining` is what of a one-time one was still there at the last
    period's end, `usable_until` its last period; a persistent one is part of every month's allowance after `period`
    until `stopped_at`. `idem` is the key of the command that granted it."""

    __tablename__: ClassVar[str] = "allowance_boost"
    __table_args__ = (
        UniqueConstraint("workspace_id", "idem"),
        Index("ix_allowance_boost_person", "workspace_id", "person_id", "created_at"),
        Index("ix_allowance_boost_rolling", "workspace_id", postgresql_where=_LEFT, sqlite_where=_LEFT),
        ForeignKeyConstraint(["workspace_id", "person_id"], _PERSON),
        ForeignKeyConstraint(["workspace_id", "by_id"], _PERSON),
        CheckConstraint("amount > 0", name="allowance_boost_amount"),
        CheckConstraint("remaining BETWEEN 0 AND amount", name="allowance_boost_remaining"),
        CheckConstraint("kind IN ('persistent', 'one_time')", name="allowance_boost_kind"),
        CheckConstraint("person_id <> by_id", name="allowance_boost_not_own"),
    )

    person_id: str = Field(max_length=32)
    by_id: str = Field(max_length=32)
    kind: str = Field(max_length=12)
    amount: int
    programme: str = Field(max_length=16)
    reason: str = Field(max_length=200)
    period: str = Field(max_length=16)
    usable_until: str = Field(max_length=16)
    remaining: int
    idem: str = Field(max_length=200)
    stopped_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class ValueTag(Scoped, table=True):
    """One of the company's values, by which every kudos is tagged (R-KUD-01)."""

    __tablename__: ClassVar[str] = "value_tag"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: str = Field(max_length=32)
    name_en: str = Field(default="", max_length=64)
    position: int = 0
    active: bool = True


class Kudos(Scoped, table=True):
    """A thank-you (R-KUD). `points` is what each recipient was meant to get; `idem` is the key of the click or message
    that gave it (A21); `group_address` where it was said in public."""

    __tablename__: ClassVar[str] = "kudos"
    __table_args__ = (
        UniqueConstraint("workspace_id", "idem"),
        Index("ix_kudos_giver", "workspace_id", "giver_id", "created_at"),
        Index("ix_kudos_group", "workspace_id", "group_address", "created_at"),
        ForeignKeyConstraint(["workspace_id", "giver_id"], _PERSON),
        CheckConstraint("points BETWEEN 0 AND 50", name="kudos_points"),
        CheckConstraint("visibility IN ('public', 'private')", name="kudos_visibility"),
        CheckConstraint("state IN ('given', 'cleared', 'undone')", name="kudos_state"),
    )

    giver_id: str = Field(max_length=32)
    points: int
    reason: str = Field(max_length=500)
    visibility: str = Field(max_length=8)
    state: str = Field(default="given", max_length=8)
    period: str = Field(max_length=16)
    idem: str = Field(max_length=200)
    group_address: str | None = Field(default=None, max_length=400)
    hidden_by: str | None = Field(default=None, max_length=32)
    badge: bool = False
    ecard: str = Field(default="", max_length=32)
    undo_until: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    command_id: str = Field(max_length=32)
    created_at: datetime = Field(sa_type=Instant)


class KudosTag(Scoped, table=True):
    """A value a kudos is tagged with."""

    __tablename__: ClassVar[str] = "kudos_tag"
    __table_args__ = (
        UniqueConstraint("workspace_id", "kudos_id", "tag_id"),
        ForeignKeyConstraint(["workspace_id", "kudos_id"], _KUDOS),
        ForeignKeyConstraint(["workspace_id", "tag_id"], ["value_tag.workspace_id", "value_tag.id"]),
    )

    kudos_id: str = Field(max_length=32)
    tag_id: str = Field(max_length=32)
    position: int = 0


class KudosRecipient(Scoped, table=True):
    """What one person got of a kudos. `person_id` is a provisional person while the gift is parked (R-ID-03), with the
    messenger `account` they were named by and the end of waiting in `parked_until`; `got_by` is who it was delivered
    to when that is somebody else's record; `reversed_at`: an admin took the points back then."""

    __tablename__: ClassVar[str] = "kudos_recipient"
    __table_args__ = (
        UniqueConstraint("workspace_id", "kudos_id", "person_id"),
        Index("ix_kudos_recipient_person", "workspace_id", "person_id", "created_at"),
        Index("ix_kudos_recipient_parked", "workspace_id", "state", "parked_until"),
        ForeignKeyConstraint(["workspace_id", "kudos_id"], _KUDOS),
        ForeignKeyConstraint(["workspace_id", "person_id"], _PERSON),
        ForeignKeyConstraint(["workspace_id", "got_by"], _PERSON),
        CheckConstraint("points BETWEEN 0 AND 50", name="kudos_recipient_points"),
        CheckConstraint(
            "state IN ('pending', 'cleared', 'undone', 'parked', 'returned')", name="kudos_recipient_state"
        ),
    )

    kudos_id: str = Field(max_length=32)
    person_id: str = Field(max_length=32)
    points: int
    state: str = Field(max_length=8)
    account: str | None = Field(default=None, max_length=220)
    parked_until: datetime | None = Field(default=None, sa_type=Instant)
    got_by: str | None = Field(default=None, max_length=32)
    created_at: datetime = Field(sa_type=Instant)
    reversed_at: datetime | None = Field(default=None, sa_type=Instant)


class KudosReversal(Scoped, table=True):
    """An admin took back what one person got of a kudos (R-LED-20): `retired` at once, `due` from later credits.
    `entry_id` is the journal's, "" when nothing could be moved at once."""

    __tablename__: ClassVar[str] = "kudos_reversal"
    __table_args__ = (
        UniqueConstraint("workspace_id", "gift_id"),
        ForeignKeyConstraint(["workspace_id", "gift_id"], ["kudos_recipient.workspace_id", "kudos_recipient.id"]),
        ForeignKeyConstraint(["workspace_id", "by_id"], _PERSON),
        CheckConstraint("retired >= 0 AND due >= 0 AND retired + due > 0", name="kudos_reversal_points"),
    )

    gift_id: str = Field(max_length=32)
    by_id: str = Field(max_length=32)
    retired: int
    due: int
    regranted: bool
    reason: str = Field(max_length=200)
    entry_id: str = Field(max_length=32)
    created_at: datetime = Field(sa_type=Instant)


class Endorsement(Scoped, table=True):
    """ "+1": somebody else agrees; never worth points (R-KUD-05)."""

    __tablename__: ClassVar[str] = "endorsement"
    __table_args__ = (
        UniqueConstraint("workspace_id", "kudos_id", "person_id"),
        ForeignKeyConstraint(["workspace_id", "kudos_id"], _KUDOS),
        ForeignKeyConstraint(["workspace_id", "person_id"], _PERSON),
    )

    kudos_id: str = Field(max_length=32)
    person_id: str = Field(max_length=32)
    created_at: datetime = Field(sa_type=Instant)


class ContentRule(Scoped, table=True):
    """What a reason may not say, or where it may link to (R-KUD-09). `kind`: word or domain."""

    __tablename__: ClassVar[str] = "content_rule"
    __table_args__ = (
        UniqueConstraint("workspace_id", "kind", "text"),
        CheckConstraint("kind IN ('word', 'domain')", name="content_rule_kind"),
    )

    kind: str = Field(max_length=8)
    text: str = Field(max_length=253)


class Badge(Scoped, table=True):
    """Something to be proud of (R-BDG-01). A culture badge belongs to a value tag."""

    __tablename__: ClassVar[str] = "badge"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        ForeignKeyConstraint(["workspace_id", "tag_id"], ["value_tag.workspace_id", "value_tag.id"]),
        CheckConstraint("kind IN ('culture', 'achievement', 'event', 'honour')", name="badge_kind"),
    )

    key: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    name: str = Field(max_length=64)
    name_en: str = Field(default="", max_length=64)
    tag_id: str | None = Field(default=None, max_length=32)


class BadgeAward(Scoped, table=True):
    """A badge somebody has, once per period or once for ever (R-BDG-01); their number is the counter."""

    __tablename__: ClassVar[str] = "badge_award"
    __table_args__ = (
        UniqueConstraint("workspace_id", "badge_id", "person_id", "period"),
        Index("ix_badge_award_person", "workspace_id", "person_id"),
        ForeignKeyConstraint(["workspace_id", "badge_id"], ["badge.workspace_id", "badge.id"]),
        ForeignKeyConstraint(["workspace_id", "person_id"], _PERSON),
    )

    badge_id: str = Field(max_length=32)
    person_id: str = Field(max_length=32)
    period: str = Field(max_length=16)
    cause: str = Field(max_length=32)
    created_at: datetime = Field(sa_type=Instant)
