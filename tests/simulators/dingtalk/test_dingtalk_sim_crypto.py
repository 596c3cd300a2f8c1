"""The simulator's crypto against published vectors (dingtalk.md §1.1, §1.3, §1.4)."""

import pytest

from adapters.dingtalk.simulator.crypto import EventCipher, Undecryptable, card_sign, robot_sign

VECTORS = {
    "V1": (
        "123456",
        "1234567890123456789012345678901234567890123",
        "dingsnotzck6pm5veliw",
        ("9a95a004dd16f5c307e849b994173f76aa26e5eb", "1614767836", "A7Co0cJLMzIDtMMI"),
        "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==",
        "success",
    ),
    "V2": (
        "123456",
        "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij",
        "suite4xxxxxxxxxxxxxxx",
        ("5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0", "1445827045067", "nEXhMP4r"),
        "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYe"
        "J5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==",
        '{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}',
    ),
    "V3": (
        "mryue",
        "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7",
        "ding6ccabc44d2c8d38b",
        ("03044561471240d4a14bb09372dfcfd4fd0e40cb", "1608001896814", "WL4PK6yA"),
        "0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNuk"
        "R+t8SB/qk4ROMu3",
        '{"EventType":"check_url"}',
    ),
    "V4": (
        "tokenxxxx",
        "o1w0aum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus",
        "dingxxxxxx",
        ("f36f4ba5337d426c7d4bca0dbcb06b3ddc1388fc", "1605695694141", "WelUQl6bCqcBa2fM"),
        "X1VSe9cTJUMZu60d3kyLYTrBq5578ZRJtteU94wG0Q4Uk6E/wQYeJRIC0/UFW5Wkya1Ihz9oXAdLlyC9TRaqsQ==",
        "success",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_opens_the_published_vectors(name: str) -> None:
    """dingtalk.md §1.4 V1–V4."""
    token, aes_key, receive_id, envelope, encrypted, plain = VECTORS[name]
    assert EventCipher(token, aes_key, receive_id).open(*envelope, encrypted) == plain


def test_signs_a_robot_message_like_the_published_vector() -> None:
    """dingtalk.md §1.1."""
    assert robot_sign("this is a secret", "1577262236757") == "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA="


def test_signs_a_card_callback_like_the_published_vector() -> None:
    """dingtalk.md §1.3."""
    assert card_sign("example-secret", "1577262236757") == "9EQUhx+gSqHfgSF/OnOV2ifDC9m1VzjPj00L/WOZeew="


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 500])
def test_seals_what_it_can_open(size: int) -> None:
    cipher = EventCipher("t", VECTORS["V1"][1], "ding1")
    sealed = cipher.seal("签" * size)
    assert cipher.open(cipher.signature("1", "n", sealed), "1", "n", sealed) == "签" * size


def test_refuses_another_receive_id_a_bad_signature_and_garbage() -> None:
    token, aes_key, _, envelope, encrypted, _ = VECTORS["V1"]
    with pytest.raises(Undecryptable, match="receive id"):
        EventCipher(token, aes_key, "dingother").open(*envelope, encrypted)
    cipher = EventCipher(token, aes_key, VECTORS["V1"][2])
    with pytest.raises(Undecryptable, match="signature"):
        cipher.open("0" * 40, *envelope[1:], encrypted)
    with pytest.raises(Undecryptable, match="cipher text"):
        cipher.open(cipher.signature("1", "n", "abc"), "1", "n", "abc")
