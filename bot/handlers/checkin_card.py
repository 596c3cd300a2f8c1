"""What a check-in card remembers between clicks: one item per key result, from open to done."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Row

from bot.context import Ctx
from bot.handlers.checkin_draft import command_of, draft_of_form, draft_of_line, draft_of_recent, typed
from cards.checkin_row import CheckInRow, result_text
from cards.goals import CheckInSheet, checkin_card
from cards.model import Card
from cards.values import plain_text
from domain.errors import BadNumber, CycleClosed, NotAllowed, NotFound, TooLong, WrongMoment
from domain.goals.entry import PercentOnNumber, read_value
from domain.goals.messages import (
    CheckedIn,
    ConfirmationNeeded,
    KeyResultLine,
    ReasonNeeded,
    TooLate,
)
from domain.goals.service import check_in, is_editable
from domain.goals.sheet import Moment, Sheet, sheet_of
from domain.goals.spoken import Spoken

log = logging.getLogger("bida.checkin")

OPEN = ("open", "edit", "error")


def _hand_back(ctx: Ctx, item: dict[str, Any], draft: dict[str, str], code: str, **params: str) -> None:
    """Give an entry back with what was wrong; nothing of it is lost, and only its kind is logged."""
    item.update(state="error", draft=draft, error=code, params=params)
    log.info("entry_refused", extra={"command_id": ctx.command.id, "code": code, "platform": ctx.command.platform})


def moment_of(ctx: Ctx) -> Moment:
    """Now, for the person of this command."""
    return Moment.of(ctx.now, ctx.person.timezone, ctx.calendar())


@dataclass(slots=True)
class Items:
    """The card's subject, unpacked. Every item: `id`, `n`, `state`, and as needed `draft`, `error`, `thread`,
    `dobj`, `streak`. An item that has become nobody's of this card is `gone`; `notice` names what has to be said of
    the last step. `owner` and `zone` are whose key results they are, when not the reader's own."""

    items: list[dict[str, Any]]
    rest: list[str] = field(default_factory=list)
    period: str = ""
    snoozed: str = ""
    owner: str = ""
    zone: str = ""
    _sheet: Sheet | None = None
    _now: Moment | None = None

    @staticmethod
    def begin(lines: Sequence[KeyResultLine], rest: list[str], owner: str = "", zone: str = "") -> "Items":
        items = [{"id": line.id, "n": line.number, "state": "open"} for line in lines]
        return Items(items, rest, owner=owner, zone=zone)

    @staticmethod
    def of(ctx: Ctx) -> "Items":
        subject = ctx.subject()
        found = _unpacked(subject)
        for item in found.items:
            item.pop("fresh", None)  # what was said before this step is no news any more
            item.pop("notice", None)
        return found

    def subject(self, ctx: Ctx) -> dict[str, Any]:
        return {
            "items": self.items, "rest": self.rest, "period": self.period or self.now(ctx).period,
            "snoozed": self.snoozed, "owner": self.owner, "zone": self.zone,
        }  # fmt: skip

    @property
    def ids(self) -> list[str]:
        return [item["id"] for item in self.items]

    @property
    def numbers(self) -> dict[str, int]:
        return {item["id"]: item["n"] for item in self.items}

    def sheet(self, ctx: Ctx) -> Sheet:
        """The key results as they are now, read once."""
        if self._sheet is None:
            self._sheet = sheet_of(ctx.uow, self.ids, self.numbers, self.moment(ctx))
        return self._sheet

    def now(self, ctx: Ctx) -> Moment:
        """Now, in the zone of whose key results they are (R-GEN-02)."""
        if self._now is None:
            self._now = Moment.of(ctx.now, self.zone or ctx.person.timezone, ctx.calendar())
        return self._now

    def moment(self, ctx: Ctx) -> Moment:
        """Now; but what is done, or being corrected, belongs to the week it was said in, also on the Monday after."""
        now = self.now(ctx)
        if self.period and all(item["state"] in ("done", "gone") or item.get("thread") for item in self.items):
            return replace(now, period=self.period)
        self.period = now.period
        return now

    # --- what the person does --------------------------------------------------------------------------------------

    def take_form(self, ctx: Ctx) -> list[int]:
        """Check in every open item the form carried; returns their places."""
        values = ctx.command.values
        touched = [at for at in range(len(self.items)) if self.is_open(at) and {f"v{at}", f"s{at}"} & set(values)]
        for at in touched:
            self._try(ctx, at, draft_of_form(values, at))
        return touched

    def say(self, ctx: Ctx, at: int, spoken: Spoken) -> None:
        """Check in one item as a line of text says."""
        draft = draft_of_line(spoken)
        if spoken.no_change:
            self._keep(ctx, at, draft)
        else:
            self._try(ctx, at, {**draft, "value": spoken.value})

    def keep(self, ctx: Ctx) -> list[int]:
        """ "No change" for every open item the person saw."""
        shown = {name[1:] for name in ctx.command.values}
        touched = [
            at for at, item in enumerate(self.items) if item["state"] in OPEN and (not shown or str(at) in shown)
        ]
        for at in touched:
            self._keep(ctx, at, {"note": typed(ctx.command.values, f"n{at}")})
        return touched

    def confirm(self, ctx: Ctx, at: int) -> None:
        item = self.items[at]
        if item["state"] in ("asking", "percent"):
            # that "%" means the number does not make the number plausible
            self._try(ctx, at, item["draft"], confirmed=item["state"] == "asking")

    def reopen(self, at: int) -> None:
        item = self.items[at]
        if item["state"] in ("asking", "percent"):
            item["state"] = "edit" if item.get("thread") else "open"

    def edit(self, lines: Sequence[KeyResultLine]) -> None:
        """Open the finished items of these lines again, filled in with what was said."""
        said = {line.id: line.recent for line in lines}
        for item in self.items:
            recent = said.get(item["id"])
            if recent is not None and item["state"] == "done":
                item.update(state="edit", thread=recent.thread_id, error="", draft=draft_of_recent(recent))

    def turned(self, lines: list[KeyResultLine], numbers: Mapping[str, int], most: int) -> "Items":
        """The next page: these lines, then the rest."""
        items = [{"id": line.id, "n": numbers.get(line.id, 0), "state": "open"} for line in lines]
        return Items(items, self.rest[most:], self.period, owner=self.owner, zone=self.zone)

    # --- what came of it -------------------------------------------------------------------------------------------

    def is_open(self, at: int) -> bool:
        return str(self.items[at]["state"]) in OPEN

    def is_refused(self, at: int) -> bool:
        return bool(self.items[at]["state"] == "error")

    def wants_reason(self, at: int) -> bool:
        return self.is_refused(at) and self.items[at]["error"] == "ci.third"

    def refusal(self, at: int) -> tuple[str, dict[str, str]]:
        return self.items[at]["error"], self.items[at].get("params", {})

    def all_done(self, places: list[int]) -> bool:
        return all(self.items[at]["state"] == "done" for at in places)

    def notice(self, places: list[int]) -> str | None:
        """What the last step of these ran into: the name of a text."""
        return next((self.items[at]["notice"] for at in places if self.items[at].get("notice")), None)

    def words(self, ctx: Ctx, at: int) -> str:
        """A finished item in a line of text; "" when it is not finished."""
        if self.items[at]["state"] != "done":
            return ""
        line = self.sheet(ctx).find(self.items[at]["id"])
        return result_text(self._row(ctx, at, line), ctx.person.locale) if line is not None else ""

    def card(self, ctx: Ctx, key: str) -> Card:
        """The card of these items."""
        sheet = self.sheet(ctx)
        rows = [(at, sheet.find(item["id"])) for at, item in enumerate(self.items) if item["state"] != "gone"]
        return checkin_card(
            CheckInSheet(
                key=key,
                locale=ctx.person.locale,
                period=self.period,
                rows=tuple(self._row(ctx, at, line) for at, line in rows if line is not None),
                more=len(self.rest),
                snoozed=self.snoozed,
                owner=self.owner,
            )
        )

    # --- inside ----------------------------------------------------------------------------------------------------

    def _line(self, ctx: Ctx, at: int) -> KeyResultLine | None:
        """The item's key result; one that is cancelled leaves the card, and the others can go on."""
        line = self.sheet(ctx).find(self.items[at]["id"])
        if line is None:
            self._drop(at, NotFound.code)
        return line

    def _drop(self, at: int, why: str) -> None:
        self.items[at].update(state="gone", draft={}, error="", thread=None, notice=why)

    def _try(self, ctx: Ctx, at: int, draft: dict[str, str], *, confirmed: bool = False) -> None:
        line, item = self._line(ctx, at), self.items[at]
        if line is None:
            return
        if not draft.get("value", "").strip():
            _hand_back(ctx, item, draft, "ci.empty")
            return
        try:
            value = read_value(draft.get("value", ""), line)
        except BadNumber as error:
            _hand_back(ctx, item, draft, error.code, **error.params)
            return
        except PercentOnNumber as question:
            item.update(state="percent", draft={**draft, "value": plain_text(question.value)}, error="")
            return
        self._check_in(ctx, at, line, draft, value, confirmed=confirmed)

    def _keep(self, ctx: Ctx, at: int, draft: dict[str, str]) -> None:
        line = self._line(ctx, at)
        if line is not None:
            self._check_in(ctx, at, line, draft, None)

    def _check_in(
        self, ctx: Ctx, at: int, line: KeyResultLine, draft: dict[str, str], value: Decimal | None, *,
        confirmed: bool = False,
    ) -> None:  # fmt: skip
        item = self.items[at]
        command = command_of(draft, value, confirmed=confirmed, corrects=item.get("thread"))
        try:
            outcome = check_in(ctx.uow, self.sheet(ctx), line, command, ctx.person, self.moment(ctx))
        except (TooLong, CycleClosed, WrongMoment) as error:
            _hand_back(ctx, item, draft, error.code, **error.params)
            return
        except NotAllowed as error:
            self._drop(at, error.code)
            return
        match outcome:
            case CheckedIn():
                self._sheet = self.sheet(ctx).replaced(outcome.line)
                item.update(
                    state="done", draft={}, error="", thread=None, said=outcome.check_in_id, streak=outcome.streak,
                    fresh=True,
                    dobj=str(outcome.objective_after - outcome.objective_before),
                )  # fmt: skip
            case ConfirmationNeeded():
                item.update(state="asking", draft={**draft, "value": plain_text(outcome.value)}, error="")
            case ReasonNeeded():
                _hand_back(ctx, item, draft, "ci.third")
            case TooLate():
                newer = line.recent is not None and line.recent.thread_id != command.corrects
                why = "error.stale_card" if newer else "ci.too_late"
                item.update(state="done", draft={}, error="", thread=None, notice=why)

    def _row(self, ctx: Ctx, at: int, line: KeyResultLine) -> CheckInRow:
        item = self.items[at]
        recent = line.recent
        overtaken = item["state"] == "done" and recent is not None and recent.by_id != ctx.person.id
        return CheckInRow(
            at=at,
            line=line,
            state=item["state"],
            draft=item.get("draft") or {},
            error=item.get("error", ""),
            error_params=item.get("params") or {},
            objective_change=Decimal(item["dobj"]) if item.get("dobj") else None,
            streak=item.get("streak", 0),
            said_by=recent.by_name if overtaken and recent is not None else "",
            editable=item["state"] == "done" and is_editable(line, ctx.person, self.moment(ctx)),
            fresh=bool(item.get("fresh")),
        )


def draw(ctx: Ctx, row: Row[Any]) -> Card:
    """A check-in card from its row."""
    return _unpacked(orjson.loads(row.subject)).card(ctx, row.id)


def _unpacked(subject: Mapping[str, Any]) -> Items:
    return Items(
        subject["items"], subject["rest"], subject["period"], subject.get("snoozed", ""), subject.get("owner", ""),
        subject.get("zone", ""),
    )  # fmt: skip
