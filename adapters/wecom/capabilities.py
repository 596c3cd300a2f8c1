"""What the two surfaces of a self-built app can show and take (wecom.md §3.5, §4.2, §4.3, §4.7)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from cards.capability import Capabilities, Surface

RESPONSE_CODE_TTL = timedelta(hours=72)

DIRECT = Capabilities(
    card=True,
    update_card=True,
    update_window=RESPONSE_CODE_TTL,
    updates_per_handle=1,
    text_input=False,
    number_input=False,
    date_input=False,
    choice=True,
    choice_many=True,
    max_inputs=3,
    max_buttons=6,
    form_buttons=1,
    sole_buttons=6,  # a drop-down among buttons
    max_choices=3,
    max_options=10,
    sole_options=20,  # alone, a choice becomes a vote
    many_beside=False,
    button_label=10,
    option_label=16,
    input_label=13,
    title=36,
    text=160,
    form_text=44,
    max_fields=6,
    action_bytes=1019,  # 1024 of the platform, less the mark of a vote with several answers
    option_bytes=128,
    text_bytes=2048,
    markdown=False,
    mention_person=False,
    ephemeral=False,
    toast=False,
    ack_seconds=5.0,
    ack_is_final=True,
    free_layout=False,
    reply_handle_ttl=RESPONSE_CODE_TTL,
    send_dedupe=True,
)

GROUP = Capabilities(
    card=False,
    update_card=False,
    text_input=False,
    number_input=False,
    date_input=False,
    choice=False,
    choice_many=False,
    max_inputs=0,
    max_buttons=0,
    form_buttons=0,
    max_choices=0,
    max_options=0,
    text_bytes=2048,
    markdown=True,
    mention_person=False,
    ephemeral=False,
    toast=False,
    ack_seconds=5.0,
    ack_is_final=False,
    free_layout=False,
    send_dedupe=False,
)
"""An app-created group: `appchat/send` takes no template_card, and what members write there never reaches us."""


def capabilities(*, has_pictures: bool = False) -> Mapping[Surface, Capabilities]:
    """Per surface. `has_pictures`: ours can be fetched from the web. Of the card types we use only the news notice has
    an image, and it has no buttons (§4.1)."""
    direct = replace(DIRECT, still_pictures=1) if has_pictures else DIRECT
    return {Surface.DIRECT: direct, Surface.GROUP: GROUP}
