"""A kudos on its way: what its card remembers between clicks, from the first word to the moment it is given."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from sqlalchemy import Row

from bot.context import Ctx
from bot.envelopes import address
from cards.model import Card
from cards.recognition import (
    KudosSheet,
    cancelled_card,
    choose_card,
    confirm_card,
    form_card,
    problem_card,
    sent_card,
)
from domain.errors import CardUnknown
from domain.ids import new_id
from domain.points.reading import balances
from domain.recognition.finding import Found, candidates, find, team_of
from domain.recognition.messages import GiveKudos, Visibility
from domain.recognition.reading import kudos_of
from domain.recognition.spoken import understand
from domain.recognition.tags import named, values_of

MOST_TYPED = 200
FORM = "form:"
"""How the key of a draft begins that was made on a form."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """The card's subject. `state`: form, confirm, choose, problem, sent or cancelled. `to` are people, `unsure` names
    with whom they may mean; `error` and `params` what was wrong; `ways` what is offered instead; `kudos` once given."""

    state: str = "form"
    to: list[str] = field(default_factory=list)
    unsure: list[tuple[str, list[str]]] = field(default_factory=list)
    names: str = ""
    points: int = 0
    tags: list[str] = field(default_factory=list)
    reason: str = ""
    private: bool = False
    badge: bool = False
    ecard: str = ""
    group: str = ""
    idem: str = ""
    agreed: bool = False
    error: str = ""
    params: dict[str, str] = field(default_factory=dict)
    ways: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    kudos: str = ""
    late: bool = False

    @staticmethod
    def of(ctx: Ctx) -> "Draft":
        """The clicked card's; one that is given or cancelled has nothing left to change. Raises `CardUnknown`."""
        found = unpacked(ctx.subject())
        if found.state in ("sent", "cancelled"):
            raise CardUnknown
        return found

    @staticmethod
    def begin(ctx: Ctx) -> "Draft":
        """Nothing yet but where it was begun, and the key under which it can be given once (A21)."""
        digest = hashlib.sha256(f"{ctx.command.platform}|{ctx.command.app_id}|{ctx.command.key}".encode()).hexdigest()
        return Draft(idem=f"said:{digest[:40]}", group=address(ctx.command.conversation) if ctx.is_group else "")

    def subject(self) -> dict[str, Any]:
        """As the card keeps it; what is given needs none of what was typed."""
        return {"state": self.state, "kudos": self.kudos, "late": self.late} if self.kudos else asdict(self)

    # --- taking in what somebody says ------------------------------------------------------------------------------

    def hear(self, ctx: Ctx, text: str) -> None:
        """A sentence: people, points, values, reason."""
        command = ctx.command
        found = find(
            ctx.uow, text, command.mentions, platform=command.platform, tenant=command.actor.tenant
        )  # fmt: skip
        said = understand(found.rest)
        self._meet(found)
        self.points, self.reason, self.private = said.points, said.reason, said.is_private
        values = values_of(ctx.uow)
        meant = [named(values, word) for word in said.tags]
        self.tags = [one.id for one in dict.fromkeys(meant) if one is not None]

    def take_form(self, ctx: Ctx) -> None:
        """The fields of the form."""
        values = ctx.command.values
        chosen = values.get("to", ())
        self.to = list(dict.fromkeys((chosen,) if isinstance(chosen, str) and chosen else chosen))
        self.names = _typed(values, "names")[:MOST_TYPED]
        self.unsure = []
        if self.names:
            marked = " ".join(f"@{part.lstrip('@＠')}" for part in _split(self.names))
            self._meet(find(ctx.uow, marked))
        points = _typed(values, "points")
        self.points = int(points) if points.isdecimal() and len(points) < 7 else 0
        self.take_tag(ctx)
        self.reason = _typed(values, "reason")
        self.agreed = False  # consent was to what the form said before
        self.private = _typed(values, "private") == "1"
        self.badge = _typed(values, "badge") == "1"
        look = _typed(values, "ecard")
        self.ecard = "" if look == "none" else look

    def take_tag(self, ctx: Ctx) -> None:
        """The value chosen from the list."""
        tag = _typed(ctx.command.values, "tag")
        if tag:
            self.tags = [tag, *(one for one in self.tags[1:] if one != tag)]

    def settle(self, person_id: str) -> None:
        """The first unclear name means this person, or with "" nobody."""
        if self.unsure:
            self.unsure = self.unsure[1:]
            if person_id and person_id not in self.to:
                self.to.append(person_id)

    def command(self) -> GiveKudos:
        return GiveKudos(
            recipients=tuple(self.to), points=self.points, tags=tuple(self.tags), reason=self.reason, key=self.idem,
            visibility=Visibility.PRIVATE if self.private else Visibility.PUBLIC, group=self.group,
            excess_agreed=self.agreed, badge=self.badge, ecard=self.ecard,
        )  # fmt: skip

    def _meet(self, found: Found) -> None:
        self.to = list(dict.fromkeys([*self.to, *found.people]))
        self.unsure = [(name, list(ids)) for name, ids in found.unsure]


def unpacked(subject: Mapping[str, Any]) -> Draft:
    """A card's subject as a draft."""
    known = Draft.__dataclass_fields__
    made = Draft(**{name: value for name, value in subject.items() if name in known})
    made.unsure = [(name, list(ids)) for name, ids in made.unsure]
    made.ways = [(name, dict(params)) for name, params in made.ways]
    return made


def fresh_key() -> str:
    """For a form that will be sent by its button."""
    return f"{FORM}{new_id()}"


def draw(ctx: Ctx, row: Row[Any]) -> Card:
    """The giver's card in whatever state it is."""
    draft = unpacked(orjson.loads(row.subject))
    locale = ctx.person.locale
    if draft.kudos:
        return _sent(ctx, row, draft)
    if draft.state == "cancelled":
        return cancelled_card(row.id, locale)
    sheet = sheet_of(ctx, row.id, draft)
    if draft.state == "choose":
        name, ids = draft.unsure[0]
        return choose_card(sheet, name, candidates(ctx.uow, ids))
    if draft.state == "problem":
        return problem_card(sheet)
    return confirm_card(sheet) if draft.state == "confirm" else form_card(sheet)


def sheet_of(ctx: Ctx, key: str, draft: Draft) -> KudosSheet:
    """A draft with the names of people and values, for its cards."""
    person = ctx.person
    return KudosSheet(
        key=key, locale=person.locale, left=balances(ctx.uow, person.id).giving, to=candidates(ctx.uow, draft.to),
        team=team_of(ctx.uow, person.id, person.manager_id, person.department_id) if draft.state == "form" else (),
        names=draft.names, points=draft.points, tags=tuple(draft.tags), values=values_of(ctx.uow), reason=draft.reason,
        private=draft.private, badge=draft.badge, ecard=draft.ecard, in_group=bool(draft.group),
        has_form=draft.idem.startswith(FORM),
        problem=ctx.say(draft.error, **draft.params) if draft.error else "", ways=tuple(draft.ways),
    )  # fmt: skip


def _sent(ctx: Ctx, row: Row[Any], draft: Draft) -> Card:
    kudos = kudos_of(ctx.uow, draft.kudos)
    if kudos is None:
        return cancelled_card(row.id, ctx.person.locale)
    return sent_card(
        row.id, kudos, ctx.person.locale, left=balances(ctx.uow, ctx.person.id).giving, late=draft.late,
        undoable=not draft.late and ctx.now <= kudos.undo_until,
    )  # fmt: skip


def _typed(values: Mapping[str, Any], name: str) -> str:
    said = values.get(name, "")
    return said.strip() if isinstance(said, str) else ""


def _split(names: str) -> list[str]:
    """Names as typed into one field: by comma where there is one, else by the signs of a list."""
    for sign in ("\n", "，", ",", "、", "；", ";"):
        names = names.replace(sign, "\n")
    return [part.strip() for part in names.split("\n") if part.strip()]
