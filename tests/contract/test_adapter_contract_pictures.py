"""The adapter contract for pictures: uploaded once, shown as an image message, refused for good (R-BDG-03)."""

import json
from dataclasses import dataclass, field

import pytest

from adapters.base import Outgoing, SendKind
from adapters.errors import OutboundError, RateLimited, Rejected, Transient
from adapters.simulation import PICTURE, Fault
from cards.capability import Surface
from tests.contract.harness import Harness, outcome

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
UPLOAD = {"wecom": "/media/upload", "dingtalk": "/media/upload", "feishu": "/im/v1/images"}
SEND = {"wecom": "/message/send", "dingtalk": "/robot/oToMessages", "feishu": "/im/v1/messages"}
REFUSALS = {
    "wecom": [{"errcode": code, "errmsg": "no"} for code in (40004, 40005, 40006, 40058, 45001)],
    "dingtalk": [{"errcode": code, "errmsg": "no"} for code in (40004, 40005, 40006, 40035)],
    "feishu": [{"code": code, "msg": "no"} for code in (234001, 234006, 234010, 234011, 234039)],
}
LIMITED = {
    "wecom": {"errcode": 45009, "errmsg": "slow"}, "dingtalk": {"errcode": 90018, "errmsg": "slow"},
    "feishu": {"code": 99991400, "msg": "slow"},
}  # fmt: skip


@dataclass
class Artist:
    """Draws the same picture over and over, and counts."""

    png: bytes = PNG
    drawn: int = 0
    rows: list[Outgoing] = field(default_factory=list)

    async def draw(self) -> bytes:
        self.drawn += 1
        return self.png

    def row(self, harness: Harness, surface: Surface = Surface.DIRECT, what: str = "a") -> Outgoing:
        return harness.out({"drawn": what}, surface, kind=SendKind.PICTURE, plain="…", picture=self.draw)


def uploads(harness: Harness) -> int:
    return sum(UPLOAD[harness.messenger] in one.path for one in harness.sim.wire)


def pictures(harness: Harness, surface: Surface = Surface.DIRECT) -> list[bytes]:
    """The bytes of every image message the person sees."""
    return [harness.sim.picture(one.picture) for one in harness.seen(surface) if one.text == PICTURE]


@pytest.mark.parametrize("surface", Surface)
async def test_a_picture_arrives_as_an_image_message(harness: Harness, surface: Surface) -> None:
    receipt = await harness.adapter.send(Artist().row(harness, surface))
    (seen,) = harness.seen(surface)
    assert (seen.text, pictures(harness, surface)) == (PICTURE, [PNG])
    tells_ids = harness.messenger != "wecom" or surface is Surface.DIRECT  # appchat/send tells none (wecom.md §3.5)
    assert receipt.message_id == (seen.message_id if tells_ids else "")


async def test_the_same_picture_is_drawn_and_uploaded_once(harness: Harness) -> None:
    artist = Artist()
    for row in (artist.row(harness), artist.row(harness), artist.row(harness, Surface.GROUP)):
        await harness.adapter.send(row)
    assert (artist.drawn, uploads(harness)) == (1, 1)
    assert pictures(harness) + pictures(harness, Surface.GROUP) == [PNG] * 3
    await harness.adapter.send(artist.row(harness, what="another"))
    assert (artist.drawn, uploads(harness)) == (2, 2)


async def test_a_retry_after_a_lost_send_uploads_nothing_again(harness: Harness) -> None:
    artist = Artist()
    row = artist.row(harness)
    harness.sim.faults.append(Fault(path=SEND[harness.messenger], status=503))
    assert isinstance(await outcome(harness.adapter.send(row)), Transient)
    await harness.adapter.send(row)
    assert (artist.drawn, uploads(harness), pictures(harness)) == (1, 1, [PNG])


async def test_an_upload_that_failed_is_made_again(harness: Harness) -> None:
    artist = Artist()
    row = artist.row(harness)
    for fault in (Fault(status=503), Fault(status=502, body=b"<html>"), Fault(body=b"<html>hello</html>")):
        fault.path = UPLOAD[harness.messenger]
        harness.sim.faults.append(fault)
        assert isinstance(await outcome(harness.adapter.send(row)), Transient)
    assert harness.seen() == []
    await harness.adapter.send(row)
    assert pictures(harness) == [PNG]


async def test_an_expired_token_is_renewed_and_the_whole_picture_sent_again(harness: Harness) -> None:
    """A body of several parts is spent by one call: the second try must not upload an empty file (wecom.md §6)."""
    await harness.adapter.send(Artist().row(harness, what="before"))
    harness.sim.expire_tokens()
    artist = Artist()
    await harness.adapter.send(artist.row(harness))
    assert (artist.drawn, pictures(harness)) == (1, [PNG, PNG])


async def test_every_documented_refusal_of_an_upload_is_final(harness: Harness) -> None:
    for body in REFUSALS[harness.messenger]:
        harness.sim.faults.append(Fault(path=UPLOAD[harness.messenger], body=json.dumps(body).encode()))
        error = await outcome(harness.adapter.send(Artist().row(harness)))
        assert isinstance(error, Rejected), body
    assert harness.seen() == []


async def test_a_throttled_upload_waits(harness: Harness) -> None:
    body = json.dumps(LIMITED[harness.messenger]).encode()
    harness.sim.faults.append(Fault(path=UPLOAD[harness.messenger], body=body))
    assert isinstance(await outcome(harness.adapter.send(Artist().row(harness))), RateLimited)


async def test_an_upload_the_platform_has_forgotten_is_made_anew(harness: Harness) -> None:
    artist = Artist()
    await harness.adapter.send(artist.row(harness))
    forget(harness)
    await harness.adapter.send(artist.row(harness))
    assert (artist.drawn, uploads(harness)) == (2, 2)
    assert harness.sim.picture(harness.seen()[-1].picture) == PNG


def forget(harness: Harness) -> None:
    """The platform loses every upload."""
    sim = harness.sim
    kept = {
        "wecom": lambda: sim.company.media,
        "dingtalk": lambda: sim.world.media,
        "feishu": lambda: sim.tenant.images,
    }
    kept[harness.messenger]().clear()


async def test_what_is_no_picture_is_refused_by_the_platform_itself(harness: Harness) -> None:
    error = await outcome(harness.adapter.send(Artist(png=b"").row(harness)))
    assert isinstance(error, Rejected)
    assert harness.seen() == []


@pytest.mark.parametrize("cause", [Rejected("drawing"), Transient("drawing")])
async def test_what_could_not_be_drawn_reaches_nobody(harness: Harness, cause: OutboundError) -> None:
    async def fail() -> bytes:
        raise cause

    row = harness.out({"drawn": "x"}, kind=SendKind.PICTURE, picture=fail)
    assert await outcome(harness.adapter.send(row)) is cause
    assert (harness.seen(), uploads(harness)) == ([], 0)
