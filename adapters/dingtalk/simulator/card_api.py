"""The card endpoints (dingtalk.md §3.2–3.4): create, deliver, update, stream, register the callback route."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from adapters.dingtalk.simulator.cards import Instance, param_map, private_maps
from adapters.dingtalk.simulator.refusal import Refusal, json_object, refuse, reply, text_of
from adapters.dingtalk.simulator.world import CardRoute, World

Json = dict[str, Any]
SCHEME = "dtv1.card//"
LANGUAGES = {"ZH_CN", "ZH_TW", "EN_US", "JA_JP", "VI_VN", "TH_TH"}
MODELS = {"IM_GROUP": "imGroup", "IM_ROBOT": "imRobot"}


@dataclass(frozen=True, slots=True)
class Space:
    """One target of a delivery, in the words of the openSpaceId."""

    kind: str
    id: str


class CardApi:
    def __init__(self, world: World) -> None:
        self._world = world
        self._chunks: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1.0/card/instances/createAndDeliver", self.create_and_deliver),
            web.post("/v1.0/card/instances", self.create),
            web.post("/v1.0/card/instances/deliver", self.deliver),
            web.put("/v1.0/card/instances", self.update),
            web.put("/v1.0/card/streaming", self.stream),
            web.post("/v1.0/card/callbacks/register", self.register),
        ]

    async def create(self, request: web.Request) -> web.Response:
        instance = self._world.cards.create(await json_object(request))
        return reply({"success": True, "result": instance.out_track_id})

    async def create_and_deliver(self, request: web.Request) -> web.Response:
        """Both steps; a call refused for its delivery part leaves no card behind."""
        body = await json_object(request)
        instance = self._world.cards.create(body)
        try:
            results = self._deliver(instance, body)
        except Refusal:
            del self._world.cards.instances[instance.out_track_id]
            raise
        return reply({"success": True, "result": {"outTrackId": instance.out_track_id, "deliverResults": results}})

    async def deliver(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        return reply({"success": True, "result": self._deliver(self._world.cards.get(body), body)})

    async def update(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        instance = self._world.cards.get(body)
        public, private = param_map(body.get("cardData")), self._by_user_id(body, private_maps(body))
        if not public and not any(private.values()):
            raise refuse("param.cardDataAndPrivateDataBothEmpty")
        options = body.get("cardUpdateOptions") or {}
        by_key, private_by_key = options.get("updateCardDataByKey"), options.get("updatePrivateDataByKey")
        instance.update(public, private, by_key is True, private_by_key is True)
        return reply({"success": True, "result": True})

    async def stream(self, request: web.Request) -> web.Response:
        """Streaming text, for templates that are not our universal one; `guid` makes a chunk idempotent (§3.3)."""
        body = await json_object(request)
        instance = self._world.cards.get(body)
        guid, key = text_of(body, "guid", "param.invalid"), text_of(body, "key", "param.invalid")
        content = body.get("content")
        if instance.template.variables is not None or not isinstance(content, str):
            raise refuse("param.invalid")
        if guid not in self._chunks:
            self._chunks.add(guid)
            text = content if body.get("isFull") else instance.public.get(key, "") + content
            instance.update({key: text}, {}, by_key=True, private_by_key=True)
        return reply({"success": True, "result": True})

    async def register(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        key = text_of(body, "callbackRouteKey", "param.callbackRouteKeyEmpty")
        url = text_of(body, "callbackUrl", "param.callbackUrlEmpty")
        if urlsplit(url).scheme not in ("http", "https"):
            raise refuse("system.updateCallbackFailed")
        known = self._world.routes.get(key)
        if known is not None and known.url != url and not body.get("forceUpdate"):
            raise refuse("param.callbackRouteKeyExist", 500)
        route = CardRoute(url, str(body.get("apiSecret") or ""))
        self._world.routes[key] = route
        return reply({"success": True, "result": {"callbackUrl": url, "apiSecret": route.api_secret}})

    def _by_user_id(self, body: Json, private: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        if body.get("userIdType", 1) == 1:
            return private
        company = self._world.company
        return {company.by_union_id(union) or union: params for union, params in private.items()}

    def _deliver(self, instance: Instance, body: Json) -> list[Json]:
        """Deliver to every space of the call; the result of each is in the list, HTTP says 200 (§3.2 "Trap")."""
        spaces = _spaces(body)
        for space in spaces:
            self._check_models(space, instance, body)
        if body.get("userIdType", 1) != 1:
            instance.private = self._by_user_id(body, instance.private)
        return [self._deliver_to(space, instance, body) for space in spaces]

    def _check_models(self, space: Space, instance: Instance, body: Json) -> None:
        prefix = MODELS.get(space.kind)
        if prefix is None:
            return
        space_model = {**instance.spaces, **body}.get(f"{prefix}OpenSpaceModel")
        if not isinstance(space_model, dict) or not _is_space_model(space_model):
            raise refuse("param.openSpaceModelInvalid")
        model = body.get(f"{prefix}OpenDeliverModel")
        if not isinstance(model, dict):
            raise refuse("param.openDeliverModelEmpty")
        complete = model.get("robotCode") if space.kind == "IM_GROUP" else model.get("spaceType") == "IM_ROBOT"
        if not complete:
            raise refuse("param.openDeliverModelError")

    def _deliver_to(self, space: Space, instance: Instance, body: Json) -> Json:
        if space.kind == "IM_ROBOT":
            chat, recipients, wrong = self._to_person(space, body)
        elif space.kind == "IM_GROUP":
            chat, recipients, wrong = self._to_group(space, body)
        else:
            chat, recipients, wrong = "", [], "spaceType is not supported"
        carrier = "" if wrong else self._world.post_card(chat, instance.out_track_id, recipients)
        return {"spaceType": space.kind, "spaceId": space.id, "success": not wrong, "carrierId": carrier,
                "errorMsg": wrong}  # fmt: skip

    def _to_person(self, space: Space, body: Json) -> tuple[str, list[str], str]:
        company, user = self._world.company, space.id
        if body.get("userIdType", 1) != 1:
            user = company.by_union_id(user) or ""
        if space.id.startswith("cid"):
            return "", [], "spaceId is illegal"
        if user not in company.people:
            return "", [], "user is not exist"
        model = body["imRobotOpenDeliverModel"]
        if model.get("robotCode") not in (None, self._world.console.robot_code):
            return "", [], "robotCode is illegal"
        return user, [], ""

    def _to_group(self, space: Space, body: Json) -> tuple[str, list[str], str]:
        group = self._world.company.groups.get(space.id)
        model = body["imGroupOpenDeliverModel"]
        if group is None:
            return "", [], "spaceId is illegal"
        if model["robotCode"] != self._world.console.robot_code:
            return "", [], "robotCode is illegal"
        if not group.has_robot:
            return "", [], "robot is not in the group"
        return group.chat, list(model.get("recipients") or []), ""


def _is_space_model(model: Json) -> bool:
    """`supportForward` is required in practice; previews come in the languages the clients know (§3.2)."""
    previews = model.get("lastMessageI18n") or {}
    return isinstance(model.get("supportForward"), bool) and isinstance(previews, dict) and set(previews) <= LANGUAGES


def _spaces(body: Json) -> list[Space]:
    """The targets of `openSpaceId`: `dtv1.card//IM_GROUP.<id>`, several joined with `;`. Raises `Refusal`."""
    open_space = text_of(body, "openSpaceId", "param.openSpaceIdEmpty")
    if not open_space.startswith(SCHEME) or len(open_space) > 1000:
        raise refuse("param.openSpaceIdInvalid")
    spaces = []
    for part in open_space.removeprefix(SCHEME).split(";"):
        kind, dot, target = part.partition(".")
        if not (kind and dot and target):
            raise refuse("param.openSpaceIdInvalid")
        spaces.append(Space(kind.upper(), target))
    return spaces
