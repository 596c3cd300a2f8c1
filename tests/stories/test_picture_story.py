"""A picture drawn on the server reaches people on each messenger, beside the words that say the same (R-BDG-03)."""

from bot.context import Ctx
from bot.playground.rig import Rig
from bot.reply import Post, Reply
from bot.router import SlashCommand
from cards.picture import ECard, Template
from tests.stories.talk import Talk

CARD = ECard(Template.THANKS, "李雷", "韩梅梅", "上线前夜你陪我们压测了三遍 🎉", tag="客户第一", badge="救火队长")
PNG = b"\x89PNG\r\n\x1a\n"


def _greet(ctx: Ctx) -> Reply:
    return Reply(posts=(Post(text="谢谢你，李雷"), Post(picture=CARD, to=ctx.direct)))


async def test_a_picture_row_reaches_the_person_on_each_messenger(rig: Rig, messenger: str) -> None:
    rig.bot.dispatcher.desk.router.words["greet"] = SlashCommand(name="greet", handler=_greet)
    bob = Talk(rig, messenger, "bob")
    await bob.say("/greet")
    words, picture = sorted(bob.seen(), key=lambda one: bool(one.picture))
    assert (words.text, picture.text) == ("谢谢你，李雷", "[图片]")
    png = rig.simulators[messenger].picture(picture.picture)
    assert png.startswith(PNG)
    assert len(png) <= 1_000_000
    assert bob.problems() == []
