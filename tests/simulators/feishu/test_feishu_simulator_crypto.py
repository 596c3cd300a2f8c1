"""The platform's seals against vectors made with the vendor's own library (feishu.md §1.5, §4.3)."""

import json

import pytest

from adapters.feishu.simulator import crypto

KEY = "kudosbot-encrypt-key"
IV = bytes(range(16))
V2_PLAIN = '{"challenge":"ajls384kdjx98XX","token":"v_token_123","type":"url_verification"}'
V2 = (
    "AAECAwQFBgcICQoLDA0OD5zd1pQmD9dWGeidg5ear7jk4Gien/8sVEamS69gjh8PAQSpPVrZBF7dkqkiXObZLmHvvVNORMEOnFG9m3eYDqpa6VXj4e"
    "RIVviBICq82XBq"
)
V3_PLAIN = (
    '{"schema":"2.0","header":{"event_id":"e1","event_type":"t.x","create_time":"1700000000000","token":"v_token_123",'
    '"app_id":"cli_1","tenant_key":"tk"},"event":{}}'
)
V3 = (
    "AAECAwQFBgcICQoLDA0OD3N45VOyVfiimEQu0sKHrHxI3Mk/FZdturWs/NJN5qQ/JIbnhasBJAVAMcZut2gBelmLMTVVTnDDM2NXfnTm+YKTvg5Xkn"
    "+1B+vrxwufJWDXLQcxWCo7Nrr3K3FwKVRn2XntcnuCNPSiKNzaWuGH2C9LzXYIUZpsBm9zLBlpAzyF9BUVowAcM/lXouZ4CP01k57tYLrRhyTCg6F8"
    "az50kbSMC/oev7vkUh90Ffyt0ltG"
)
V4_BODY = (
    b'{"open_id": "ou_1", "user_id": "u1", "open_message_id": "om_1", "tenant_key": "t", "token": "c-1", "action": '
    b'{"value": {"k": "v"}, "tag": "button"}}'
)


def test_v1_opens_the_documented_example() -> None:
    assert crypto.decrypt("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=", "test key") == "hello world"


@pytest.mark.parametrize(("plain", "sealed"), [(V2_PLAIN, V2), (V3_PLAIN, V3)])
def test_v2_v3_seal_and_open(plain: str, sealed: str) -> None:
    assert crypto.encrypt(plain, KEY, IV) == sealed
    assert crypto.decrypt(sealed, KEY) == plain


@pytest.mark.parametrize(
    ("sealed", "signature"),
    [
        (V3, "b937abe50fd352a67ba345da7b0f2c42f38543486c05da6468417cb326b1bccc"),
        (V2, "dcfb4764612e18c4f11c355030dca7b65f10cf868bf65216b8d3c43549ed5f23"),
    ],
)
def test_v3_signs_the_raw_encrypted_body(sealed: str, signature: str) -> None:
    body = json.dumps({"encrypt": sealed}, separators=(",", ":")).encode()
    assert crypto.sign("1700000000", "n0nce-42", KEY, body) == signature
    assert crypto.sign("1700000000", "n0nce-42", KEY, body + b" ") != signature


def test_v4_signs_the_old_card_callback_with_sha1() -> None:
    signed = crypto.sign_old_card("1700000000", "n0nce-42", "v_token_123", V4_BODY)
    assert signed == "dc5448e3aea008b08835719ade21bfce0882203a"


def test_webhook_signature_vector() -> None:
    assert crypto.sign_webhook("1700000000", "SECabc") == "XprR1de+0SSBnwWyU/4k6x2TL+Q2SJlM5NNEdAv7MWg="


def test_every_message_gets_a_fresh_iv() -> None:
    assert crypto.encrypt("same", KEY) != crypto.encrypt("same", KEY)


@pytest.mark.parametrize("broken", ["", "AAAA", "not base64!", V2[:40]])
def test_what_is_not_sealed_does_not_open(broken: str) -> None:
    with pytest.raises(ValueError):
        crypto.decrypt(broken, KEY)
