"""Takes events and callbacks to the bot over HTTP, sealed, signed and with its deadlines (feishu.md §1.7)."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

import aiohttp

from adapters.feishu.simulator import crypto
from adapters.feishu.simulator.events import stamp_seconds
from adapters.feishu.simulator.tenant import Tenant
from adapters.feishu.simulator.wire import Wire
from adapters.simulation import Json

RETRY_AFTER = (15.0, 300.0, 3600.0, 21600.0)
NO_URL, TIMEOUT, NO_CONNECTION, NO_HOST, BAD_STATUS = 200340, 200341, 200342, 200343, 200671
_JSON = "application/json;charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reached:
    """How one attempt ended: HTTP status and body, or status 0 and the code shown for a click."""

    status: int
    raw: bytes = b""
    problem: int = 0

    @property
    def good(self) -> bool:
        return self.status == 200


Sender = Callable[[Json, float], Awaitable[Reached]]


class Courier:
    """The HTTP way to the bot. `deadline` and `connect_deadline` are real seconds (3 and 2 on the platform)."""

    def __init__(self, tenant: Tenant, wire: Wire, *, deadline: float, connect_deadline: float) -> None:
        self.url = ""
        self.deadline = deadline
        self.connect_deadline = connect_deadline
        self._tenant = tenant
        self._wire = wire
        self._session: aiohttp.ClientSession | None = None

    async def send(self, envelope: Json, deadline: float) -> Reached:
        """One attempt with a sealed and signed envelope."""
        body, headers = self.seal(envelope)
        return await self.post(body, headers, deadline, shown=envelope)

    def seal(self, envelope: Json, *, encrypt_key: str = "", sign: bool = True) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a request; the header names are mixed-case as on the platform."""
        key = encrypt_key or self._tenant.keys.encrypt_key
        plain = json.dumps(envelope, ensure_ascii=False)
        body = json.dumps({"encrypt": crypto.encrypt(plain, key)}).encode()
        headers = {"Content-Type": _JSON, "X-Request-Id": uuid4().hex}
        return body, {**headers, **(self.signature(body, key) if sign else {})}

    def signature(self, body: bytes, encrypt_key: str) -> dict[str, str]:
        timestamp, nonce = stamp_seconds(self._tenant.clock.now()), uuid4().hex[:16]
        return {
            "X-Lark-Request-Timestamp": timestamp, "X-Lark-Request-Nonce": nonce,
            "X-Lark-Signature": crypto.sign(timestamp, nonce, encrypt_key, body),
        }  # fmt: skip

    async def post(
        self, body: bytes, headers: Mapping[str, str], deadline: float, *, shown: Json | None = None
    ) -> Reached:
        """One HTTP exchange; redirects are not followed. `shown` is what the wire log shows instead of the body."""
        if not self.url:
            return Reached(0, problem=NO_URL)
        reached = await self._exchange(body, headers, deadline)
        said = body if shown is None else json.dumps(shown, ensure_ascii=False).encode()
        self._wire.note("out", "POST", self.url, reached.status, said, reached.raw)
        return reached

    async def _exchange(self, body: bytes, headers: Mapping[str, str], deadline: float) -> Reached:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        timeout = aiohttp.ClientTimeout(total=deadline, sock_connect=min(self.connect_deadline, deadline))
        try:
            async with self._session.post(
                self.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                raw = await answer.read()
                return Reached(answer.status, raw, 0 if answer.status == 200 else BAD_STATUS)
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorDNSError) as lost:
            dns = isinstance(lost, aiohttp.ClientConnectorDNSError)
            return Reached(0, problem=NO_HOST if dns else NO_CONNECTION)
        except TimeoutError:
            return Reached(0, problem=TIMEOUT)
        except aiohttp.ClientConnectorError:
            return Reached(0, problem=NO_CONNECTION)
        except (aiohttp.ClientError, OSError):
            return Reached(0, problem=BAD_STATUS)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


async def no_wait(_: float) -> None:
    """Between attempts nothing happens: the schedule is virtual unless a test passes its own `wait`."""
    await asyncio.sleep(0)


async def with_retries(
    attempt: Callable[[], Awaitable[Reached]], wait: Callable[[float], Awaitable[None]]
) -> tuple[Reached, int]:
    """Deliver an event: again after 15 s, 5 min, 1 h and 6 h until it is answered with 200."""
    reached = await attempt()
    attempts = 1
    for pause in RETRY_AFTER:
        if reached.good:
            break
        await wait(pause)
        reached = await attempt()
        attempts += 1
    return reached, attempts
