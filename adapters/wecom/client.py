"""WeCom's server API for one app: token, and calls that end in a body or in one of our outbound errors."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from adapters.errors import Transient
from adapters.transport import Reply, Token, TokenKeeper, Transport, lifetime
from adapters.uploads import form
from adapters.wecom.codes import TOKEN_CODES, errcode, raise_for
from domain.clock import Clock
from domain.command import Secret

log = logging.getLogger("bida.wecom")

_MARGIN = 300
_LONGEST = 7200
_REFUSAL_PAUSE = timedelta(seconds=60)
_CONFIGURATION = TOKEN_CODES | {40013, 40091}


class Client:
    """`call` for everything; it also is the `client` that wechatpy's API groups expect (`get`, `post`)."""

    def __init__(self, base_url: str, corp_id: str, secret: SecretStr, clock: Clock) -> None:
        self._transport = Transport(base_url)
        self._corp_id = corp_id
        self._secret = secret
        self._clock = clock
        self._refused: tuple[str, datetime] | None = None
        self._tokens = TokenKeeper(self._fetch_token, clock)

    async def call(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None
    ) -> dict[str, Any]:
        """One API call with the app's token. Raises the five outbound errors; a refused token is renewed once."""
        query = {name: str(value) for name, value in (params or {}).items()}

        async def attempt(token: str) -> Reply:
            return await self._transport.call(
                method, f"cgi-bin/{path}", params={**query, "access_token": token}, json=json
            )

        return raise_for(await self._tokens.authorised(attempt, _token_refused))

    async def upload(self, png: bytes) -> str:
        """Keep a picture for three days (§3.7); its media_id. Raises the outbound errors."""

        async def attempt(token: str) -> Reply:
            query = {"type": "image", "access_token": token}
            body = form("media", png, tell_length=True)
            return await self._transport.call("POST", "cgi-bin/media/upload", params=query, data=body)

        media_id = raise_for(await self._tokens.authorised(attempt, _token_refused)).get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise Transient("no-media-id")
        return media_id

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return await self.call("GET", path, params=params)

    async def post(self, path: str, data: Any = None) -> dict[str, Any]:
        return await self.call("POST", path, json=data)

    async def token(self) -> str:
        """A good token, for `check`. Raises the outbound errors."""
        return await self._tokens.get()

    async def close(self) -> None:
        await self._transport.close()

    async def _fetch_token(self) -> Token:
        """§3.1. A refused secret is remembered for a minute: WeCom blocks addresses that keep trying."""
        now = self._clock.now()
        if self._refused is not None and now < self._refused[1]:
            raise Transient(self._refused[0], "corp id or secret refused")
        query = {"corpid": self._corp_id, "corpsecret": self._secret.get_secret_value()}
        reply = await self._transport.call("GET", "cgi-bin/gettoken", params=query)
        code = errcode(reply.json()) if reply.status == 200 else 0
        if code in _CONFIGURATION:
            self._refused = (str(code), now + _REFUSAL_PAUSE)
            log.error("wecom_credentials_refused", extra={"code": code})
            raise Transient(str(code), "corp id or secret refused")
        body = raise_for(reply)
        value, seconds = body.get("access_token"), body.get("expires_in", _LONGEST)
        if not isinstance(value, str) or not value or not isinstance(seconds, int):
            raise Transient("no-token")
        return Token(Secret(value), now + lifetime(min(seconds, _LONGEST), _MARGIN))


def _token_refused(reply: Reply) -> bool:
    return reply.status == 200 and errcode(reply.json()) in TOKEN_CODES
