"""Calls to DingTalk's two hosts with the right token, and nothing but the five outbound errors coming back."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from adapters.base import Json
from adapters.dingtalk import codes
from adapters.dingtalk.settings import DingtalkSettings
from adapters.errors import Transient
from adapters.transport import Reply, Token, TokenKeeper, Transport, lifetime
from adapters.uploads import form
from domain.clock import Clock
from domain.command import Secret

Calling = Callable[[str], Awaitable[Reply]]

_MARGIN = 300
"""Seconds before its end that a token is renewed (§4.1)."""


class Connection:
    """The v1.0 host and the legacy host of one app, each with its own pool; tokens are shared where they may be."""

    def __init__(self, settings: DingtalkSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._modern = Transport(settings.api_base_url)
        self._old = Transport(settings.legacy_api_base_url)
        self.tokens = TokenKeeper(self._fetch_token, clock)
        self._old_tokens = TokenKeeper(self._fetch_old_token, clock)
        self._needs_old_token = False

    async def v1(self, method: str, path: str, body: Json) -> Json:
        """A v1.0 call; its JSON answer. Raises the outbound errors of `codes`."""

        async def call(token: str) -> Reply:
            return await self._modern.call(
                method, path, json=body, headers={"x-acs-dingtalk-access-token": token, "Accept": "application/json"}
            )

        reply = await self.tokens.authorised(call, codes.is_token_refused)
        if reply.status >= 300:
            raise codes.v1_error(reply)
        answer = reply.json()
        if answer.get("status") == 1111 or isinstance(answer.get("code"), str) or answer.get("success") is False:
            raise codes.v1_error(reply)
        return answer

    async def legacy(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Any = None
    ) -> Json:
        """A legacy call; its JSON answer with `errcode` 0. Raises the outbound errors."""
        return await self._legacy(
            lambda token: self._old.call(method, path, params={**(params or {}), "access_token": token}, json=body)
        )

    async def upload(self, png: bytes) -> str:
        """Keep a picture (§4.8); its media id. Raises the outbound errors."""
        answer = await self._legacy(
            lambda token: self._old.call(
                "POST",
                "/media/upload",
                params={"type": "image", "access_token": token},
                data=form("media", png, type="image"),
            )
        )
        media_id = answer.get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise Transient("no-media-id")
        return media_id

    async def post_session(self, url: str, body: Json) -> Reply:
        """Post to a session webhook, without token. Raises `Transient`, or `OutboundError` for a foreign host."""
        return await self._old.call("POST", url, json=body)

    async def close(self) -> None:
        await self._modern.close()
        await self._old.close()

    async def _legacy(self, call: Calling) -> Json:
        """The v1.0 token is tried first (a fresh one once more); where the host refuses it, the app turns to tokens of
        `gettoken` for good (§4.1)."""
        reply = None
        if not self._needs_old_token:
            reply = await self._try_modern_token(call)
            self._needs_old_token = reply is None
        if reply is None:
            reply = await self._old_tokens.authorised(call, codes.is_legacy_token_refused)
        error = codes.legacy_error(reply)
        if error is not None:
            raise error
        return reply.json()

    async def _try_modern_token(self, call: Calling) -> Reply | None:
        for _ in range(2):
            token = await self.tokens.get()
            reply = await call(token)
            if not codes.is_legacy_token_refused(reply):
                return reply
            self.tokens.spoil(token)
        return None

    async def _fetch_token(self) -> Token:
        body = {"appKey": self._settings.client_id, "appSecret": self._settings.client_secret.get_secret_value()}
        reply = await self._modern.call("POST", "/v1.0/oauth2/accessToken", json=body)
        if reply.status >= 300:
            raise codes.v1_error(reply)
        return self._token(reply.json(), "accessToken", "expireIn")

    async def _fetch_old_token(self) -> Token:
        secret = self._settings.client_secret.get_secret_value()
        params = {"appkey": self._settings.client_id, "appsecret": secret}
        reply = await self._old.call("GET", "/gettoken", params=params)
        error = codes.legacy_error(reply)
        if error is not None:
            raise error
        return self._token(reply.json(), "access_token", "expires_in")

    def _token(self, answer: Json, name: str, life: str) -> Token:
        value, seconds = answer.get(name), answer.get(life)
        if not isinstance(value, str) or not value:
            raise Transient("no-token")
        margin = lifetime(seconds, _MARGIN) if isinstance(seconds, int) and seconds > 0 else timedelta(minutes=10)
        return Token(Secret(value), self._clock.now() + margin)
