"""What a handler hands back: values that say what should be shown to whom; sending is somebody else's work."""

from dataclasses import dataclass
from datetime import datetime

from adapters.base import Toast
from cards.model import Card
from cards.picture import ECard
from domain.command import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A new message: a card, a picture, or plain text. `to` None means the conversation of the command.

    A picture never stands alone (R-BDG-03): where it cannot be delivered it is let go without another word, so what it
    says goes out as a card or text too. `alt` describes it; "" leaves that to the picture's own words.

    `dedupe` makes a second promise of the same message impossible; None derives it from the command. Of two messages in
    one `lane` the first arrives first; None derives it from the card, or the command. `secret`: we keep nothing of what
    it says once it is delivered (a pick-up code, a voucher).
    """

    card: Card | None = None
    text: str = ""
    picture: ECard | None = None
    alt: str = ""
    to: Conversation | None = None
    dedupe: str | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None
    lane: str | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Read one user's directory entry; it comes back as a `directory.read` event."""

    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`card` replaces the clicked card; `toast` is a short note to the person who clicked (or a message to them where
    the messenger has none); `posts` are new messages. `refresh` names objects (orders, kudos…) that have changed: every
    other card about them is redrawn where it stands."""

    posts: tuple[Post, ...] = ()
    card: Card | None = None
    toast: Toast | None = None
    look_ups: tuple[LookUp, ...] = ()
    refresh: tuple[str, ...] = ()


NOTHING = Reply()


@dataclass(frozen=True, slots=True)
class Handled:
    """The outcome of one command: what the acknowledgement may carry (JSON for `adapter.ack`), the outbox rows
    (workspace, id) that need not be sent when it does, and those that may follow it at once. `due`: something else
    waits to be sent now; `others`: the connections besides the command's own where that is so."""

    answer: bytes | None
    ridden: tuple[tuple[str, str], ...] = ()
    following: tuple[tuple[str, str], ...] = ()
    due: bool = True
    others: frozenset[str] = frozenset()
