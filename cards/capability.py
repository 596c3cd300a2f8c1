"""What one surface of one messenger can show and take, as numbers — never as messenger names."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Surface(StrEnum):
    """Where a card is shown."""

    DIRECT = "direct"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """The limits `fit()` works with. Counts and lengths are "at most"; 0 means "cannot". Lengths are characters unless
    the name says bytes.

    `form_buttons`: buttons that may stand beside inputs (WeCom's select card has only its submit). `sole_buttons`:
    that number for a form that is one question of a single choice among buttons, which is then as roomy as a card
    without inputs; 0 = no such thing. `submits`: buttons that can
    send the answers along. `form_text`: room for text on a card with inputs. `title`, `text`: room for the title and
    for running text on a card without inputs
    (0 = no limit worth knowing; so for `form_text` and `max_fields`). `sole_options`: options of a choice that is the
    card's only input, where that differs from `max_options`. `many_beside`: whether a choice of several may stand next
    to other inputs. `pictures`: catalogue pictures a card may show; `still_pictures`: where that differs for cards with
    nothing to press. `ack_is_final`: the answer to the click is all the clicker needs; otherwise an update follows it
    (DingTalk repaints only the clicker's client).
    """

    card: bool = True
    update_card: bool = True
    update_window: timedelta | None = None
    updates_per_handle: int = 0
    text_input: bool = True
    number_input: bool = True
    date_input: bool = True
    choice: bool = True
    choice_many: bool = True
    max_inputs: int = 50
    max_buttons: int = 20
    form_buttons: int = 20
    sole_buttons: int = 0
    submits: int = 20
    max_choices: int = 50
    max_options: int = 100
    sole_options: int | None = None
    many_beside: bool = True
    button_label: int = 40
    option_label: int = 100
    input_label: int = 100
    title: int = 0
    text: int = 0
    form_text: int = 0
    max_fields: int = 0
    pictures: int = 0
    still_pictures: int | None = None
    action_bytes: int = 1024
    option_bytes: int = 1024
    card_bytes: int = 28_000
    text_bytes: int = 2048
    markdown: bool = True
    mention_person: bool = True
    ephemeral: bool = False
    toast: bool = True
    ack_seconds: float = 3.0
    ack_is_final: bool = True
    free_layout: bool = True
    reply_handle_ttl: timedelta | None = None
    send_dedupe: bool = True
