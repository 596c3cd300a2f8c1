"""A press on a button: what the client allows, what it sends, what the answer changes (dingtalk.md §3.5–3.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.dingtalk.simulator.callbacks import NOT_SENT, HttpPush
from adapters.dingtalk.simulator.cards import Instance
from adapters.dingtalk.simulator.chats import Post
from adapters.dingtalk.simulator.forms import submission
from adapters.dingtalk.simulator.refusal import Refusal
from adapters.dingtalk.simulator.speech import card_callback
from adapters.dingtalk.simulator.stream import StreamHub
from adapters.dingtalk.simulator.template import FORM
from adapters.dingtalk.simulator.world import World
from adapters.simulation import Delivered, Press

Json = dict[str, Any]
Values = Mapping[str, str | Sequence[str]]
FAILED = "操作失败，请稍后重试"


@dataclass(slots=True)
class CardClicks:
    """Sends card callbacks by the way the card was created with, and applies what comes back in time."""

    world: World
    http: HttpPush
    stream: StreamHub

    def prepare(self, person: str, post: Post, key: str, values: Values) -> Json | None:
        """The callback's body; None for a link. Raises `ValueError` when the client would not let them."""
        instance = self.world.cards.instances[post.card]
        drawn = instance.drawn(person)
        allowed(drawn.buttons, key)
        if key == FORM:
            draft = {**instance.drafts.get(person, {}), **values}
            params: Json = {"form": submission(drawn.form, draft)}
            if instance.template.echo_form:
                params["current_form"] = {"fields": drawn.form}
            return card_callback(self.world, person, post.chat, post.card, FORM, params)
        event = drawn.actions[key]
        if event["type"] == "openLink":
            return None
        action, given = event["params"]["actionId"], event["params"].get("params", {})
        return card_callback(self.world, person, post.chat, post.card, action, given)

    async def send(self, body: Json) -> Delivered:
        """Send it and apply the answer. A card without a working callback way: the click vanishes (§3.2)."""
        instance = self.world.cards.instances[body["outTrackId"]]
        person = body["userId"]
        done = await self._send(instance, body)
        if done.attempts == 0:
            return done
        instance.toasts[person] = "" if self._applied(instance, person, done) else FAILED
        return done

    async def _send(self, instance: Instance, body: Json) -> Delivered:
        if instance.callback_type == "STREAM":
            return await self.stream.card(body)
        route = self.world.routes.get(instance.route_key)
        if instance.callback_type != "HTTP" or route is None:
            return NOT_SENT
        return await self.http.card(route, body)

    def _applied(self, instance: Instance, person: str, done: Delivered) -> bool:
        if done.status != 200 or not isinstance(done.body, dict):
            return False
        try:
            instance.answer(person, done.body)
        except Refusal:
            return False
        return True


def allowed(buttons: Sequence[Press], key: str) -> Press:
    """The button, if it is there and can be pressed. Raises `ValueError`."""
    button = next((each for each in buttons if each.key == key), None)
    if button is None:
        raise ValueError(f"no such button: {key}")
    if not button.enabled:
        raise ValueError(f"disabled: {key}")
    return button
