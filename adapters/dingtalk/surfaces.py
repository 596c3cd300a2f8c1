"""What DingTalk can show and take, with and without the universal template (dingtalk.md §3, §4.3)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from cards.capability import Capabilities, Surface

SESSION_LIFE = timedelta(minutes=90)
"""How long a session webhook usually lives; the message's own expiry counts (§1.1)."""

PICTURES = 4
"""Images in one text that are still pleasant to scroll past."""

_TEMPLATE = Capabilities(
    max_inputs=20,
    max_buttons=8,
    form_buttons=7,
    submits=1,
    max_choices=20,
    max_options=100,
    button_label=20,
    option_label=60,
    input_label=60,
    title=60,
    text=3000,
    form_text=3000,
    action_bytes=900,
    option_bytes=900,
    card_bytes=28_000,
    text_bytes=2048,
    mention_person=False,
    ack_seconds=2.0,
    ack_is_final=False,
    reply_handle_ttl=SESSION_LIFE,
)

_BARE = Capabilities(
    update_card=False,
    text_input=False,
    number_input=False,
    date_input=False,
    choice=False,
    choice_many=False,
    max_inputs=0,
    max_buttons=5,
    form_buttons=5,
    max_choices=0,
    max_options=0,
    button_label=20,
    title=60,
    text=3000,
    action_bytes=600,
    option_bytes=0,
    card_bytes=14_000,
    text_bytes=2048,
    mention_person=False,
    toast=False,
    ack_seconds=2.0,
    ack_is_final=False,
    free_layout=True,
    reply_handle_ttl=SESSION_LIFE,
    send_dedupe=False,
)


def surfaces(*, has_template: bool, has_pictures: bool = False) -> Mapping[Surface, Capabilities]:
    """The limits of direct and group chats; only a template card in a group can mention people. `has_pictures`: ours
    can be fetched from the web, for the images of markdown (§4.6)."""
    alone = replace(_TEMPLATE if has_template else _BARE, pictures=PICTURES if has_pictures else 0)
    return {Surface.DIRECT: alone, Surface.GROUP: replace(alone, mention_person=has_template)}
