"""What an operator must tell us of a WeCom self-built app, checked before anything starts."""

import re

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

OFFICIAL_API = "https://qyapi.weixin.qq.com"
_CORP_ID = re.compile(r"[0-9A-Za-z_\-]{1,64}")
_TOKEN = re.compile(r"[0-9A-Za-z]{1,32}")
_AES_KEY = re.compile(r"[0-9A-Za-z]{43}")


class WecomSettings(BaseModel):
    """One self-built app (wecom.md §1.1); a `ValidationError` holds one readable message per fault.

    `timestamp_window_seconds`: how far a callback's timestamp may be from our clock (§1.2); it must exceed WeCom's
    retry horizon, whose length is not documented. `task_id_in_passive_update`: whether the changed card in a
    callback's answer repeats the card's task id; the documentation leaves that open (§4.6).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    corp_id: str
    agent_id: int = Field(gt=0)
    secret: SecretStr
    token: SecretStr
    encoding_aes_key: SecretStr
    api_base_url: str = OFFICIAL_API
    timestamp_window_seconds: int = Field(default=600, ge=30, le=86_400)
    task_id_in_passive_update: bool = False

    @field_validator("corp_id")
    @classmethod
    def _corp_id(cls, value: str) -> str:
        if not _CORP_ID.fullmatch(value):
            raise ValueError("corp_id must be the corp's id as the console shows it, e.g. ww1234567890abcdef")
        return value

    @field_validator("secret")
    @classmethod
    def _secret(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if not text or not text.isascii() or any(letter.isspace() for letter in text):
            raise ValueError("secret must be the app's Secret, without spaces")
        return value

    @field_validator("token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("token must be 1 to 32 letters and digits")
        return value

    @field_validator("encoding_aes_key")
    @classmethod
    def _encoding_aes_key(cls, value: SecretStr) -> SecretStr:
        length = len(value.get_secret_value())
        if not _AES_KEY.fullmatch(value.get_secret_value()):
            raise ValueError(
                f"encoding_aes_key must be exactly 43 letters and digits, this one has {length} characters"
            )
        return value

    @field_validator("api_base_url")
    @classmethod
    def _api_base_url(cls, value: str) -> str:
        """Without a trailing slash and without `/cgi-bin`, which some proxies' examples include."""
        if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
            raise ValueError("api_base_url must be an http or https address without query")
        return value.rstrip("/").removesuffix("/cgi-bin").rstrip("/")
