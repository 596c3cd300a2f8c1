"""The only list of messengers. Everything is imported when it is asked for, so that what is off costs nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from pydantic import BaseModel

from adapters.base import Adapter
from adapters.simulation import Simulator
from domain.clock import Clock


class Build(Protocol):
    """Makes the adapter of one connection. `public_url` is where the platform reaches us, "" when it cannot."""

    def __call__(self, settings: Any, *, name: str, clock: Clock, public_url: str) -> Adapter: ...


@dataclass(frozen=True, slots=True)
class Messenger:
    """One messenger: where its settings, adapter and simulator live, and how its user ids are compared.

    `tenant_field` is the setting that is the scope of its user ids (`Actor.tenant`).
    """

    name: str
    settings_class: str
    simulator_class: str
    tenant_field: str
    fold_user_id: Callable[[str], str] = str

    def settings(self) -> type[BaseModel]:
        return cast(type[BaseModel], getattr(import_module(f"adapters.{self.name}.settings"), self.settings_class))

    def build(self) -> Build:
        return cast(Build, import_module(f"adapters.{self.name}.adapter").build)

    def simulator(self) -> Callable[..., Simulator]:
        module = import_module(f"adapters.{self.name}.simulator")
        return cast(Callable[..., Simulator], getattr(module, self.simulator_class))


MESSENGERS = {
    messenger.name: messenger
    for messenger in (
        # WeCom compares user ids without case (wecom.md §3.9)
        Messenger("wecom", "WecomSettings", "WecomSimulator", "corp_id", str.casefold),
        Messenger("dingtalk", "DingtalkSettings", "DingtalkSimulator", "corp_id"),
        Messenger("feishu", "FeishuSettings", "FeishuSimulator", "app_id"),
    )
}
