"""Settings name every fault in a sentence and never show a secret."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from adapters.wecom.settings import WecomSettings

GOOD = {
    "corp_id": "ww1234567890abcdef", "agent_id": 1000002, "secret": "s3cret-value", "token": "QDG6eK",
    "encoding_aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
}  # fmt: skip


def test_only_the_address_has_a_default() -> None:
    with pytest.raises(ValidationError) as caught:
        WecomSettings.model_validate({})
    assert {fault["loc"][0] for fault in caught.value.errors()} == set(GOOD)
    assert WecomSettings.model_validate(GOOD).api_base_url == "https://qyapi.weixin.qq.com"


@pytest.mark.parametrize("tail", ["", "/", "/cgi-bin", "/cgi-bin/"])
def test_address_may_end_in_cgi_bin(tail: str) -> None:
    given = WecomSettings.model_validate({**GOOD, "api_base_url": f"http://127.0.0.1:9000{tail}"})
    assert given.api_base_url == "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("corp_id", "ww 1", "corp_id must be"),
        ("agent_id", 0, "greater than 0"),
        ("secret", "two words", "secret must be"),
        ("token", "x" * 33, "token must be 1 to 32"),
        ("token", "a-b", "letters and digits"),
        ("encoding_aes_key", "x" * 42, "exactly 43 letters and digits, this one has 42"),
        ("encoding_aes_key", "x" * 42 + "=", "exactly 43"),
        ("api_base_url", "qyapi.weixin.qq.com", "http or https"),
        ("timestamp_window_seconds", 5, "30"),
    ],
)
def test_faults_are_readable(field: str, value: object, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        WecomSettings.model_validate({**GOOD, field: value})
    assert len(caught.value.errors()) == 1
    assert says in str(caught.value)
    assert "s3cret-value" not in str(caught.value)


def test_secrets_are_masked() -> None:
    settings = repr(WecomSettings.model_validate(GOOD))
    assert not any(str(GOOD[name]) in settings for name in ("secret", "token", "encoding_aes_key"))


def test_wechatpy_leaves_load_without_its_package() -> None:
    """The classes we run on are where we look for them; the whole library stays out and remains importable."""
    script = (
        "import sys; from adapters.wecom.sdk import load; sdk = load();"
        "assert 'requests' not in sys.modules, 'too much was imported';"
        "assert not [name for name in sys.modules if name.startswith('wechatpy')];"
        "import wechatpy.enterprise as whole; assert whole.WeChatClient and whole.WeChatCrypto;"
        "import wechatpy.enterprise.messages as messages; import wechatpy.crypto.base as base;"
        "again = load(); assert again.cipher is base.BasePrpCrypto;"
        "assert set(sdk.messages) == set(messages.MESSAGE_TYPES);"
        "assert sdk.cipher.__name__ == again.cipher.__name__ and sdk.user.__name__ == again.user.__name__"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
