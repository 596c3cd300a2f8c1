"""What an operator tells us about one DingTalk app (dingtalk.md, "Identifiers"; README.md beside this file)."""

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class DingtalkSettings(BaseModel):
    """One enterprise-internal app with a robot. Fields without a default are required.

    `token` and `encoding_aes_key` belong together: they open the encrypted event callbacks (§1.2), which are refused
    while they are not set. Without `card_template_id` cards degrade to ActionCards (§3.11).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    corp_id: str = Field(min_length=1)
    robot_code: str = ""
    card_template_id: str = ""
    token: SecretStr | None = None
    encoding_aes_key: SecretStr | None = None
    api_base_url: str = "https://api.dingtalk.com"
    legacy_api_base_url: str = "https://oapi.dingtalk.com"
    card_callback_max_age: int = Field(default=3600, ge=1)
    """Seconds a card callback's signature stays good; the documents name no window (unconfirmed)."""

    @field_validator("api_base_url", "legacy_api_base_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        token = self.token.get_secret_value() if self.token else ""
        key = self.encoding_aes_key.get_secret_value() if self.encoding_aes_key else ""
        if bool(token) != bool(key):
            raise ValueError(
                "token and encoding_aes_key belong together: "
                + ("encoding_aes_key" if token else "token")
                + " is missing"
            )
        if key and not _AES_KEY.fullmatch(key):
            raise ValueError("encoding_aes_key must be 43 letters and digits")
        return self

    @property
    def robot(self) -> str:
        """The robotCode to send as: an internal app's robot has the app's client id."""
        return self.robot_code or self.client_id
