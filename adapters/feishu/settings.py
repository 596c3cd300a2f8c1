"""What an operator must know to connect one Feishu app."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class FeishuSettings(BaseModel):
    """One custom app. The encrypt key is mandatory: without it nothing is signed (feishu.md §1.1, §1.4).

    `replay_hours`: how old a signed request may be; must exceed the platform's last retry after about 7.1 h (§1.7),
    because it is not known whether retries are stamped afresh. `bot_name`: the bot's shown name, used to recognise its
    own mention only until its open_id has been learned and only where the platform does not say who is a bot.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    app_id: str = Field(min_length=1)
    app_secret: SecretStr = Field(min_length=1)
    encrypt_key: SecretStr = Field(min_length=1)
    verification_token: SecretStr = Field(min_length=1)
    api_base_url: str = "https://open.feishu.cn"
    replay_hours: float = Field(default=8.0, gt=0)
    bot_name: str = ""

    @property
    def replay_window(self) -> timedelta:
        return timedelta(hours=self.replay_hours)
