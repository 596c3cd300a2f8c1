"""Clicks the client would never make: any encoded action, on any card, by anybody."""

import json
import re
from collections.abc import Mapping
from typing import cast

from adapters.dingtalk.simulator import DingtalkSimulator
from adapters.dingtalk.simulator.crypto import card_sign
from adapters.dingtalk.simulator.speech import card_callback
from adapters.feishu.simulator import FeishuSimulator
from adapters.feishu.simulator import events as feishu_events
from adapters.simulation import Delivered, Seen
from adapters.wecom.simulator import WecomSimulator
from bot.playground.rig import Rig
from cards.action import ActionRef

_REF = re.compile(r"~[a-z_.]+(?:\?[A-Za-z0-9%=&_.:@-]*)?")


def refs_on(card: Seen) -> dict[str, ActionRef]:
    """Every action a card carries, by name, read from the payload that was sent."""
    text = json.dumps(card.payload)
    found = [ActionRef.decode(match.group()) for match in _REF.finditer(text)]
    return {ref.name: ref for ref in reversed(found)}


async def press(
    rig: Rig, messenger: str, user: str, card: Seen, ref: ActionRef, values: Mapping[str, str] | None = None
) -> Delivered:
    """Deliver a click with exactly this action, genuinely signed by the platform; settles the bot afterwards."""
    act = {"wecom": _wecom, "dingtalk": _dingtalk, "feishu": _feishu}[messenger]
    delivered = await act(rig, user, card, ref.encode(), dict(values or {}))
    await rig.settle()
    return delivered


async def _wecom(rig: Rig, user: str, card: Seen, encoded: str, values: dict[str, str]) -> Delivered:
    simulator = cast(WecomSimulator, rig.simulators["wecom"])
    selected = {name: [value] for name, value in values.items()} or None
    payload = card.payload
    return await simulator.inject_click(user, payload["task_id"], encoded, payload["card_type"], selected)


async def _dingtalk(rig: Rig, user: str, card: Seen, encoded: str, values: dict[str, str]) -> Delivered:
    simulator = cast(DingtalkSimulator, rig.simulators["dingtalk"])
    params: dict[str, object] = {"a": encoded}
    if values:
        params["form"] = values
    body = card_callback(simulator.world, user, card.chat, card.message_id, "press", params)
    stamp = str(simulator.world.milliseconds())
    secret = next(iter(simulator.world.routes.values())).api_secret
    headers = {"x-ddpaas-signature-timestamp": stamp, "x-ddpaas-signature": card_sign(secret, stamp)}
    return await simulator.inject_card_callback(body, headers)


async def _feishu(rig: Rig, user: str, card: Seen, encoded: str, values: dict[str, str]) -> Delivered:
    simulator = cast(FeishuSimulator, rig.simulators["feishu"])
    tenant = simulator.tenant
    message = tenant.chats.messages[card.message_id]
    action = {"tag": "button", "value": {"a": encoded, "d": "1"}, "form_value": values}
    event = feishu_events.clicked(tenant, tenant.directory.person(user), message, action, tenant.card_token(message))
    return await simulator.inject_card_action(event)
