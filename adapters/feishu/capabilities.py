"""What a Feishu chat can show and take, and how fast we may send (feishu.md §3.2, §5.1)."""

from collections.abc import Mapping

from adapters.base import Pace
from adapters.feishu.click import TOKEN_LIFE, TOKEN_USES
from adapters.feishu.client import UPDATE_WINDOW
from cards.capability import Capabilities, Surface

CARD = Capabilities(
    update_window=UPDATE_WINDOW,
    updates_per_handle=TOKEN_USES,
    max_inputs=20,
    max_buttons=20,
    form_buttons=10,
    max_choices=10,
    max_options=30,
    sole_options=100,
    max_fields=20,
    action_bytes=1024,
    option_bytes=1024,
    card_bytes=28_000,
    text_bytes=28_000,
    ack_seconds=3.0,
    ack_is_final=True,
    reply_handle_ttl=TOKEN_LIFE,
)
"""Private chats and groups are alike. Counts keep usual forms within 150 of the 200 elements a card may have, of which
every option's text is one; the text limit is far below the platform's 150 KB because nobody reads that."""

SURFACES: Mapping[Surface, Capabilities] = {Surface.DIRECT: CARD, Surface.GROUP: CARD}

PACE = Pace(per_second=40, per_minute=800, per_conversation_second=4)
"""80 % of 50/s, 1000/min and 5/s per person or group."""
