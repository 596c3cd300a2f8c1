"""The published vectors (dingtalk.md §1.1, §1.3, §1.4) and everything that must not pass."""

import base64

import pytest

from adapters.dingtalk.crypto import EventCrypto, card_sign, is_fresh, robot_sign, same
from adapters.errors import BadSignature, Malformed

VECTORS = {
    "V1": (
        "123456", "1234567890123456789012345678901234567890123", "dingsnotzck6pm5veliw", "1614767836",
        "A7Co0cJLMzIDtMMI", "9a95a004dd16f5c307e849b994173f76aa26e5eb",
        "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==", "success",
    ),
    "V2": (
        "123456", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", "suite4xxxxxxxxxxxxxxx", "1445827045067", "nEXhMP4r",
        "5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0",
        "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ"
        "5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==",
        '{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}',
    ),
    "V3": (
        "mryue", "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7", "ding6ccabc44d2c8d38b", "1608001896814", "WL4PK6yA",
        "03044561471240d4a14bb09372dfcfd4fd0e40cb",
        "0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNu"
        "kR+t8SB/qk4ROMu3",
        '{"EventType":"check_url"}',
    ),
    "V4": (
        "tokenxxxx", "o1w0aum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus", "dingxxxxxx", "1605695694141", "WelUQl6bCqcBa2fM",
        "f36f4ba5337d426c7d4bca0dbcb06b3ddc1388fc",
        "X1VSe9cTJUMZu60d3kyLYTrBq5578ZRJtteU94wG0Q4Uk6E/wQYeJRIC0/UFW5Wkya1Ihz9oXAdLlyC9TRaqsQ==", "success",
    ),
}  # fmt: skip


def test_robot_signature_vector() -> None:
    assert robot_sign("1577262236757", "this is a secret") == "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA="


def test_card_signature_vector() -> None:
    assert card_sign("1577262236757", "example-secret") == "9EQUhx+gSqHfgSF/OnOV2ifDC9m1VzjPj00L/WOZeew="


@pytest.mark.parametrize("name", VECTORS)
def test_event_vectors_open(name: str) -> None:
    token, key, receiver, timestamp, nonce, signature, encrypt, plaintext = VECTORS[name]
    opened = EventCrypto(token, key, ("another", receiver)).open(signature, timestamp, nonce, encrypt)
    assert (opened.plaintext.decode(), opened.receive_id) == (plaintext, receiver)


@pytest.mark.parametrize("name", VECTORS)
def test_wrong_receiver_or_signature_is_refused(name: str) -> None:
    token, key, receiver, timestamp, nonce, signature, encrypt, _ = VECTORS[name]
    with pytest.raises(BadSignature):
        EventCrypto(token, key, ("another",)).open(signature, timestamp, nonce, encrypt)
    ours = EventCrypto(token, key, (receiver,))
    for wrong in ("", signature[:-1], signature.upper(), "é" * 40):
        with pytest.raises(BadSignature):
            ours.open(wrong, timestamp, nonce, encrypt)


def test_tampered_ciphertext_with_a_good_signature_is_malformed_or_refused() -> None:
    crypto = EventCrypto("token", "a" * 43, ("me",))
    sealed = crypto.seal("success", "me", "1", "seed")
    raw = bytearray(base64.b64decode(sealed["encrypt"]))
    broken = [raw[:-1], raw[:16], b"", bytes(raw[:-16]) + bytes(16)]
    broken += [bytes([*raw[:at], raw[at] ^ 1, *raw[at + 1 :]]) for at in (16, 17, 20, len(raw) - 1)]
    for block in [base64.b64encode(bytes(item)).decode() for item in broken] + ["!!!", "AA=A"]:
        with pytest.raises((Malformed, BadSignature)):
            crypto.open(crypto.signature("1", "n", block), "1", "n", block)


def test_an_answer_is_readable_by_the_vendors_own_crypto_and_repeatable() -> None:
    from dingtalk.crypto import DingTalkCrypto

    ours = EventCrypto("token", "b" * 43, ("ding1",))
    sealed = ours.seal("success", "ding1", "1700000000000", "seed")
    assert sealed == ours.seal("success", "ding1", "1700000000000", "seed")
    theirs = DingTalkCrypto("token", "b" * 43, "ding1")
    arguments = (sealed["msg_signature"], sealed["timeStamp"], sealed["nonce"], sealed["encrypt"])
    assert theirs.decrypt_encrypt_str(*arguments) == "success"
    event = theirs.encrypt_message('{"EventType":"check_url"}')
    opened = ours.open(event["msg_signature"], event["timeStamp"], event["nonce"], event["encrypt"])
    assert opened.plaintext == b'{"EventType":"check_url"}'


@pytest.mark.parametrize("timestamp", ["", "abc", "-1", "١٢٣", "1" * 30, "1700003601001", "1699996398999"])
def test_stale_or_strange_timestamps(timestamp: str) -> None:
    assert not is_fresh(timestamp, 1_700_000_000_000, 3600)


def test_fresh_at_the_edges() -> None:
    assert is_fresh("1700003600000", 1_700_000_000_000, 3600)
    assert is_fresh("1699996400000", 1_700_000_000_000, 3600)


def test_comparison_takes_any_text() -> None:
    assert same("ß", "ß")
    assert not same("\udcff", "x")
