"""The long connection's frame against bytes made with the vendor's own library (feishu.md §2.3)."""

import pytest

from adapters.feishu.simulator.frames import CONTROL, DATA, BadFrame, Frame, decode

PING = "08001000180720002a0c0a0474797065120470696e67"
EVENT = (
    "08011002180720012a0d0a047479706512056576656e742a100a0a6d6573736167655f696412026d312a0e0a0874726163655f6964120274312a"
    "080a0373756d1201312a080a0373657112013042107b22736368656d61223a22322e30227d"
)
ACK = (
    "08011002180720012a0d0a047479706512056576656e742a100a0a6d6573736167655f696412026d312a0e0a0874726163655f6964120274312a"
    "080a0373756d1201312a080a037365711201302a0c0a0662697a5f727412023132420c7b22636f6465223a3230307d"
)
_HEADERS = {"type": "event", "message_id": "m1", "trace_id": "t1", "sum": "1", "seq": "0"}
FRAMES = {
    PING: Frame(seq_id=0, log_id=0, service=7, method=CONTROL, headers={"type": "ping"}),
    EVENT: Frame(seq_id=1, log_id=2, service=7, method=DATA, headers=_HEADERS, payload=b'{"schema":"2.0"}'),
    ACK: Frame(
        seq_id=1, log_id=2, service=7, method=DATA, headers={**_HEADERS, "biz_rt": "12"}, payload=b'{"code":200}'
    ),
}


@pytest.mark.parametrize("raw", FRAMES)
def test_vectors_both_ways(raw: str) -> None:
    assert FRAMES[raw].encode().hex() == raw
    assert decode(bytes.fromhex(raw)) == FRAMES[raw]


@pytest.mark.parametrize("raw", ["", "0800", EVENT[:-2], "0d00000000", PING[:18], "ffffffffffffffffffffff"])
def test_broken_frames_are_refused(raw: str) -> None:
    with pytest.raises(BadFrame):
        decode(bytes.fromhex(raw))


def test_optional_fields_survive() -> None:
    frame = Frame(
        seq_id=2**40, log_id=3, service=33554678, method=DATA, payload_encoding="gzip", payload_type="json",
        payload=b"\x00" * 300, log_id_new="l",
    )  # fmt: skip
    assert decode(frame.encode()) == frame
