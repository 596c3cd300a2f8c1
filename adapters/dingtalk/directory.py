"""Looking people up in the legacy directory (dingtalk.md §4.10)."""

import logging
from collections.abc import Mapping
from typing import Any

from adapters.base import DirectoryEntry, Json
from adapters.dingtalk import codes, sdk
from adapters.dingtalk.connection import Connection
from adapters.errors import OutboundError, RateLimited, Transient

log = logging.getLogger("bida.dingtalk.directory")


class LegacyCaller:
    """The client that dingtalk-sdk's API groups ask for, on our connection: their calls become coroutines."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, url: str, params: Mapping[str, object] | None = None) -> Json:
        given = {name: str(value) for name, value in (params or {}).items()}
        return await self._connection.legacy("GET", url, params=given)

    async def post(self, url: str, data: object = None, params: Mapping[str, object] | None = None) -> Json:
        given = {name: str(value) for name, value in (params or {}).items()}
        return await self._connection.legacy("POST", url, params=given, body=data or {})


class Directory:
    """One organisation's people, as far as the app may see them."""

    def __init__(self, connection: Connection) -> None:
        self._caller = LegacyCaller(connection)
        self._departments = sdk.load().department(self._caller)

    async def look_up(self, user_id: str) -> DirectoryEntry:
        """One person's entry; `active` False when the organisation has no such user (any more).

        The platform's own `active` only says whether DingTalk was ever started, so it is not read.
        Raises the outbound errors.
        """
        try:
            answer = await self._caller.post("/topapi/v2/user/get", {"userid": user_id, "language": "zh_CN"})
        except OutboundError as error:
            if error.code == str(codes.NO_SUCH_USER):
                return DirectoryEntry(user_id=user_id, active=False)
            raise
        user = answer.get("result")
        if not isinstance(user, dict):
            raise Transient("no-result")
        return DirectoryEntry(
            user_id=user_id,
            name=_text(user.get("name")),
            department=await self._department(user.get("dept_id_list")),
            employee_no=_text(user.get("job_number")),
            active=True,
        )

    async def _department(self, ids: Any) -> str | None:
        """The name of the first department; None when we are not told it. A person's entry is worth having without."""
        first = ids[0] if isinstance(ids, list) and ids else None
        if not isinstance(first, int | str):
            return None
        try:
            answer = await self._caller.post("/topapi/v2/department/get", {"dept_id": int(first), "language": "zh_CN"})
            result = answer.get("result")
            name = _text(result.get("name")) if isinstance(result, dict) else None
        except (RateLimited, ValueError):
            return None
        except OutboundError as error:
            log.info("department_unreadable", extra={"code": error.code})
            name = None
        return name or await self._old_department(first)

    async def _old_department(self, id: int | str) -> str | None:
        """The same by the older call that the SDK wraps, for hosts and permissions that know only that one."""
        try:
            answer: Json = await self._departments.get(id)
        except OutboundError:
            return None
        return _text(answer.get("name"))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
