"""One configured app on one messenger, and the workspace it serves."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.base import Adapter
from bot.vault import Vault
from cards.capability import Capabilities, Surface
from domain.command import Conversation, ConversationKind


@dataclass(frozen=True, slots=True)
class Connection:
    """`name` is the path under `/in/`; `workspace_id` the company everything from here belongs to."""

    name: str
    workspace_id: str
    adapter: Adapter
    vault: Vault

    def capabilities(self, conversation: Conversation) -> Capabilities:
        return self.adapter.capabilities[surface_of(conversation)]


def surface_of(conversation: Conversation) -> Surface:
    return Surface.DIRECT if conversation.kind is ConversationKind.DIRECT else Surface.GROUP


class Connections:
    """All of them, by name, and by the messenger account they can reach."""

    def __init__(self, connections: list[Connection], secret: str = "") -> None:
        self._secret = secret
        self._by_name = {connection.name: connection for connection in connections}

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._by_name.values())

    def code_key(self, workspace_id: str) -> bytes:
        """The key of a workspace's binding codes: shown on one connection, typed on another."""
        keys = sorted(one.vault.code_key for one in self if one.workspace_id == workspace_id)
        return hashlib.sha256(b"".join(keys)).digest()

    def pool_key(self, workspace_id: str) -> bytes:
        """The key of a workspace's voucher codes: the installation's, so that it outlives every messenger's secret."""
        return pool_key(self._secret, workspace_id) if self._secret else self.code_key(workspace_id)

    def get(self, name: str) -> Connection | None:
        return self._by_name.get(name)

    def reaching(self, workspace_id: str, platform: str, tenant: str) -> Connection | None:
        """The connection through which a workspace can write to accounts of a platform and tenant."""
        for connection in self:
            adapter = connection.adapter
            ours = connection.workspace_id == workspace_id and adapter.platform == platform
            if ours and tenant in ("", adapter.tenant):
                return connection
        return None


def pool_key(secret: str, workspace_id: str) -> bytes:
    """The key with which a workspace's voucher codes are encrypted, from `BIDA_SECRET_KEY`."""
    root = hashlib.sha256(b"bida\0voucher codes\0" + secret.encode()).digest()
    return hashlib.sha256(root + workspace_id.encode()).digest()
