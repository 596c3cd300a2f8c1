"""Catalogue pictures on each messenger's cards: by public address where there is one, else nothing is lost."""

from typing import Any

import orjson
import pytest

from adapters.base import Adapter
from adapters.registry import MESSENGERS
from adapters.wecom import limits
from bot.playground.rig import SECRETS
from cards.capability import Surface
from cards.fit import fit
from cards.model import Card, Header, Note, Picture, Plain, Text
from domain.clock import SystemClock

ADDRESS = "https://okr.example/pictures/half_day.png"
CARD = Card(
    kind="k", key="0" * 32, header=Header("兑换"),
    blocks=(Picture("half_day", "半天假"), Text((Plain("凭码领取"),)), Note("三十天内有效")),
)  # fmt: skip


def adapter(messenger: str, public_url: str) -> Adapter:
    found = MESSENGERS[messenger]
    settings = found.settings().model_validate(SECRETS[messenger])
    return found.build()(settings, name=messenger, clock=SystemClock(), public_url=public_url)


def drawn(messenger: str, public_url: str, surface: Surface = Surface.DIRECT) -> Any:
    made = adapter(messenger, public_url)
    fitted = fit(CARD, made.capabilities[surface])
    assert fitted.card is not None
    return made.render(fitted.card, surface, {}).payload


def test_wecom_shows_it_on_a_news_notice() -> None:
    shown = drawn("wecom", "https://okr.example")["template_card"]
    assert (shown["card_type"], shown["card_image"]) == ("news_notice", {"url": ADDRESS, "aspect_ratio": 1.6})
    assert shown["quote_area"]["quote_text"] == "凭码领取\n三十天内有效"
    limits.check(shown)
    with pytest.raises(limits.Unfit):
        limits.check({**shown, "sub_title_text": "has no place here"})


def test_dingtalk_shows_it_in_the_markdown_of_chats_and_groups() -> None:
    for surface in Surface:
        assert drawn("dingtalk", "https://okr.example/", surface)["cardParamMap"]["body"].startswith(
            f"![半天假]({ADDRESS})"
        )


@pytest.mark.parametrize(
    ("messenger", "public_url"), [("wecom", ""), ("dingtalk", ""), ("feishu", "https://okr.example")]
)
def test_without_an_address_or_a_key_its_meaning_is_said(messenger: str, public_url: str) -> None:
    payload = orjson.dumps(drawn(messenger, public_url)).decode()
    assert "半天假" in payload
    assert "pictures/" not in payload
    assert '"img"' not in payload
