"""The quick way into an envelope takes nothing the careful parser would read otherwise (wecom.md §6.2)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import Malformed
from adapters.wecom import document

FIELDS = {
    "ToUserName": "<ToUserName><![CDATA[ww1234567890abcdef]]></ToUserName>",
    "AgentID": "<AgentID><![CDATA[1000002]]></AgentID>",
    "Encrypt": "<Encrypt><![CDATA[RypEvHKD8QQKFhvQ6Q58tiPdvo+rtK1I9qca6am/wvqnLSV5zEPeusUiX5L5X/0lWf==]]></Encrypt>",
}  # fmt: skip
PIECES = [
    *FIELDS.values(), "<xml>", "</xml>", "<Encrypt>", "</Encrypt>", "<![CDATA[", "]]>", "QUJD", "&#65;", "&e;", "\n",
    "<!-- Encrypt -->", '<!DOCTYPE xml [<!ENTITY e "QUJD">]>', '<?xml version="1.0"?>', "<x>", "</x>", "é", "\x0b", " ",
    "<Encrypt><![CDATA[QUJD]]></Encrypt>", "<Encrypt>QUJD</Encrypt>", "<Encrypt/>", '<Encrypt a="1">',
]  # fmt: skip


def carefully(body: bytes) -> str | None:
    try:
        return document.fields(document.read(body)).get("Encrypt", "")
    except Malformed:
        return None


def quickly(body: bytes) -> str | None:
    try:
        return document.encrypted(body)
    except Malformed:
        return None


@pytest.mark.parametrize("order", [("ToUserName", "AgentID", "Encrypt"), ("ToUserName", "Encrypt", "AgentID"),
                                   ("Encrypt", "ToUserName"), ("Encrypt",)])  # fmt: skip
@pytest.mark.parametrize("between", ["", "\n", "\r\n  "])
def test_the_usual_envelope_needs_no_parser(
    order: tuple[str, ...], between: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = ("<xml>" + between + between.join(FIELDS[name] for name in order) + between + "</xml>\n").encode()
    expected = carefully(body)
    assert expected
    monkeypatch.setattr(document, "read", None)
    assert document.encrypted(body) == expected


@settings(max_examples=400, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=9), framed=st.booleans())
def test_every_body_is_read_as_the_careful_parser_reads_it(pieces: list[str], framed: bool) -> None:
    body = "".join(["<xml>", *pieces, "</xml>"] if framed else pieces).encode()
    assert quickly(body) == carefully(body)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_changed_byte_is_read_as_the_careful_parser_reads_it(data: st.DataObject) -> None:
    usual = ("<xml>" + "".join(FIELDS.values()) + "</xml>").encode()
    at = data.draw(st.integers(0, len(usual) - 1))
    body = usual[:at] + data.draw(st.binary(max_size=3)) + usual[at + data.draw(st.integers(0, 2)) :]
    assert quickly(body) == carefully(body)
