"""Access tokens: stable until they expire, bound to one app (wecom.md §3.1)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.simulation import Json
from adapters.wecom.simulator.refusal import Refused, need
from domain.clock import Clock

LIFE = timedelta(seconds=7200)


@dataclass(slots=True)
class _Issued:
    agent_id: int
    expires_at: datetime
    forced: bool = False


class Tokens:
    """Issues and checks tokens. `apps` maps a secret to the agent id it belongs to."""

    def __init__(self, corp_id: str, apps: dict[str, int], clock: Clock) -> None:
        self.apps = apps
        self.issued_count = 0
        self._corp_id = corp_id
        self._clock = clock
        self._issued: dict[str, _Issued] = {}
        self._failures: list[datetime] = []

    def issue(self, corp_id: str, secret: str, error_limit: int) -> Json:
        """Answer `gettoken`. Raises `Refused` 40013, 40001 or, after too many failures in an hour, 45009."""
        now = self._clock.now()
        self._failures = [at for at in self._failures if now - at < timedelta(hours=1)]
        need(len(self._failures) < error_limit, 45009, "api freq out of limit")
        if corp_id != self._corp_id or secret not in self.apps:
            self._failures.append(now)
            raise Refused(40013 if corp_id != self._corp_id else 40001, "invalid credential")
        agent_id = self.apps[secret]
        token = self._current(agent_id, now)
        if token is None:
            token = secrets.token_urlsafe(48)
            self._issued[token] = _Issued(agent_id, now + LIFE)
            self.issued_count += 1
        left = int((self._issued[token].expires_at - now).total_seconds())
        return {"access_token": token, "expires_in": left}

    def check(self, token: str | None) -> int:
        """The agent id a token acts for. Raises `Refused` 41001, 40014 or 42001."""
        need(token, 41001, "access_token missing")
        issued = self._issued.get(token or "")
        if issued is None or issued.forced:
            raise Refused(40014, "invalid access_token")
        need(self._clock.now() < issued.expires_at, 42001, "access_token expired")
        return issued.agent_id

    def expire_all(self) -> None:
        for issued in self._issued.values():
            issued.forced = True

    def _current(self, agent_id: int, now: datetime) -> str | None:
        for token, issued in self._issued.items():
            if issued.agent_id == agent_id and not issued.forced and now < issued.expires_at:
                return token
        return None
