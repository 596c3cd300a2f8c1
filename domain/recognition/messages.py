"""What goes in and out of recognition; the only part of it that cards may see."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Visibility(StrEnum):
    """Who may see a kudos (R-KUD-07)."""

    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveKudos:
    """Thank people. `points` is per recipient; `tags` are ids of value tags. `group`: the address of the group it was
    said in, "" in a direct chat. `key` makes a second gift of the same click impossible (A21). `excess_agreed`: the
    giver has seen who would get the thanks without points (R-KUD-04). `badge`: with the first value's badge;
    `ecard`: the template id of a picture that goes with it (R-BDG-03)."""

    recipients: tuple[str, ...]
    points: int
    tags: tuple[str, ...]
    reason: str
    key: str
    visibility: Visibility = Visibility.PUBLIC
    group: str = ""
    excess_agreed: bool = False
    badge: bool = False
    ecard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagView:
    """A value of the company's list, with its name in every language we speak."""

    id: str
    name: str
    name_en: str

    def named(self, locale: str) -> str:
        """Its name for a reader."""
        return self.name_en if locale[:2] == "en" and self.name_en else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientView:
    """One recipient of a kudos. `state`: pending, cleared, undone, parked or returned; `taken`: an admin took the
    points back (R-LED-20)."""

    person_id: str
    name: str
    points: int
    state: str
    taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KudosView:
    """A kudos as it stands. `undo_until`: when the giver's right to undo ends; `hidden`: a recipient made it private
    after it had been public; `lapsed`: it was undone after its month, so the points did not come back (A25);
    `endorsers` are names in the order they agreed."""

    id: str
    giver_id: str
    giver_name: str
    recipients: tuple[RecipientView, ...]
    points: int
    tags: tuple[TagView, ...]
    reason: str
    visibility: Visibility
    hidden: bool
    group: str
    undone: bool
    given_at: datetime
    undo_until: datetime
    endorsers: tuple[str, ...] = ()
    badge: bool = False
    ecard: str = ""
    period: str = ""
    lapsed: bool = False

    def of(self, person_id: str) -> RecipientView | None:
        """What one person got of it."""
        return next((one for one in self.recipients if one.person_id == person_id), None)

    @property
    def withdrawn(self) -> bool:
        """Undone by its giver, or every point of it taken back by an admin."""
        paid = [one for one in self.recipients if one.points]
        return self.undone or (bool(paid) and all(one.taken for one in paid))

    @property
    def waiting(self) -> tuple[RecipientView, ...]:
        """Recipients whose gift waits until they are linked (R-ID-03)."""
        return tuple(one for one in self.recipients if one.state == "parked")


@dataclass(frozen=True, slots=True, kw_only=True)
class KudosGiven:
    """It is given. `again`: by an earlier click or message with the same key; nothing happened now (A21)."""

    kudos: KudosView
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcessFound:
    """These recipients have had today's points from peers already and would get the thanks without points; nothing
    is stored until the giver agrees (R-KUD-04)."""

    names: tuple[str, ...]
    limit: int


GiveOutcome = KudosGiven | ExcessFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody a name may mean."""

    person_id: str
    name: str
    department: str = ""
    employee_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeEarned:
    """A badge was awarded. `count`: how often this person has it now (R-BDG-01)."""

    person_id: str
    key: str
    name: str
    name_en: str
    count: int

    def named(self, locale: str) -> str:
        """Its name for a reader."""
        return self.name_en if locale[:2] == "en" and self.name_en else self.name


class BoostKind(StrEnum):
    """How long a refill lasts (R-ALW-02): added to every month's allowance until it is stopped, or once, spent last and
    rolling over two periods."""

    PERSISTENT = "persistent"
    ONE_TIME = "one_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refill:
    """Let a person give away more (R-ALW-04). `key` makes a second refill of the same command impossible."""

    person_id: str
    amount: int
    reason: str
    key: str
    kind: BoostKind = BoostKind.ONE_TIME
    programme: str = "allowance"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoostView:
    """A refill as it was granted. `usable_until` is the last month ("2026-04") a one-time one can be used in."""

    id: str
    person_id: str
    person_name: str
    by_name: str
    kind: BoostKind
    amount: int
    programme: str
    reason: str
    usable_until: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refilled:
    """It is granted: what the person may give now, and what the programme's budget has left. `again`: by the same
    command before; nothing happened now."""

    boost: BoostView
    giving: int
    budget: int
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftView:
    """What one person got of a kudos. `named_id` is who it was given to, `recipient_id` who has it."""

    id: str
    kudos_id: str
    named_id: str
    giver_id: str
    giver_name: str
    recipient_id: str
    recipient_name: str
    points: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalView:
    """What an admin took back of a gift (R-LED-20): `retired` at once, `due` from later credits."""

    retired: int
    due: int
    regranted: bool
    reason: str
    entry_id: str
