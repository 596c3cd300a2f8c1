"""The robot endpoints (dingtalk.md §4.2–4.7): batch and group send, recall, read status, files, webhooks."""

import hmac
import secrets
from datetime import timedelta
from typing import Any

from aiohttp import web

from adapters.dingtalk.simulator.chats import new_handle
from adapters.dingtalk.simulator.crypto import robot_sign
from adapters.dingtalk.simulator.directory import Group
from adapters.dingtalk.simulator.messages import read_sample, read_webhook_message, show_sample, show_webhook_message
from adapters.dingtalk.simulator.refusal import (
    json_object,
    legacy_object,
    ok_legacy,
    refuse,
    refuse_legacy,
    reply,
    text_of,
    texts_of,
)
from adapters.dingtalk.simulator.world import GroupWebhook, World

Json = dict[str, Any]
BATCH = 20
RECALL_WINDOW = timedelta(hours=24)
SIGN_WINDOW = 3_600_000
PER_MINUTE = 20


class RobotApi:
    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1.0/robot/oToMessages/batchSend", self.send_to_people),
            web.get("/v1.0/robot/oToMessages/readStatus", self.read_status),
            web.post("/v1.0/robot/groupMessages/send", self.send_to_group),
            web.post("/v1.0/robot/otoMessages/batchRecall", self.recall_from_people),
            web.post("/v1.0/robot/groupMessages/recall", self.recall_from_group),
            web.post("/v1.0/robot/messageFiles/download", self.download),
            web.post("/v1.0/robot/plugins/set", self.set_plugins),
            web.post("/robot/sendBySession", self.send_by_session),
            web.post("/robot/send", self.send_by_webhook),
            web.get("/files/{code}", self.file),
        ]

    async def send_to_people(self, request: web.Request) -> web.Response:
        """Up to 20 people; who was not reached is in the lists of an HTTP 200 answer (§4.2)."""
        body = await json_object(request)
        self._own_robot(body, "robot.oto.notExist")
        users = texts_of(body, "userIds", "invalidParameter.userIds.empty")
        if len(users) > BATCH:
            raise refuse("too.many.people", message=f"at most {BATCH} userIds")
        key = text_of(body, "msgKey", "invalidParameter.msgKey.empty")
        param = self._sample(key, body)
        weather, handle = self._world.weather, new_handle()
        invalid = [user for user in users if user in weather.invalid_staff or user not in self._world.company.people]
        slow = [user for user in users if user in weather.flow_controlled and user not in invalid]
        for user in users:
            if user not in invalid and user not in slow:
                payload = {"msgKey": key, "msgParam": param}
                self._world.post_by_bot(user, show_sample(key, param), payload, handle)
        answer = {"processQueryKey": handle, "invalidStaffIdList": invalid, "flowControlledStaffIdList": slow,
                  "filteredStaffIdList": []}  # fmt: skip
        return reply(answer)

    async def send_to_group(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        self._own_robot(body, "robotCode.auth")
        group = self._group(body)
        key = text_of(body, "msgKey", "invalidParameter.msgKey.empty")
        param = self._sample(key, body)
        payload = {"msgKey": key, "msgParam": param}
        return reply({"processQueryKey": self._world.post_by_bot(group.chat, show_sample(key, param), payload)})

    async def read_status(self, request: web.Request) -> web.Response:
        handle = request.query.get("processQueryKey", "")
        posts = self._world.chats.by_handle(handle)
        if not posts:
            raise refuse("invalidParameter.processQueryKey.invalid")
        names = self._world.names()
        readers = [{"userId": post.chat, "name": names.get(post.chat, ""), "readStatus": "UNREAD"} for post in posts]
        status = "RECALLED" if posts[0].recalled else "SUCCESS"
        return reply({"sendStatus": status, "messageReadInfoList": readers})

    async def recall_from_people(self, request: web.Request) -> web.Response:
        return self._recall(await json_object(request), None)

    async def recall_from_group(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        return self._recall(body, self._group(body).chat)

    def _recall(self, body: Json, chat: str | None) -> web.Response:
        """Take messages back within 24 h; per handle success or a reason (§4.4)."""
        self._own_robot(body, "robotCode.auth")
        handles = texts_of(body, "processQueryKeys", "invalidParameter.processQueryKeys.empty")
        if len(handles) > BATCH:
            raise refuse("invalidParameter.processQueryKeys.tooMany")
        done: list[str] = []
        failed: dict[str, str] = {}
        for handle in handles:
            posts = [post for post in self._world.chats.by_handle(handle) if chat in (None, post.chat)]
            if not posts:
                failed[handle] = "processQueryKey.notExist"
            elif self._world.clock.now() - posts[0].at > RECALL_WINDOW:
                failed[handle] = "recall.timeout"
            else:
                done.append(handle)
                for post in posts:
                    post.recalled = True
        return reply({"successResult": done, "failedResult": failed})

    async def download(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        self._own_robot(body, "robotCode.auth")
        code = text_of(body, "downloadCode", "invalidParameter.downloadCode.empty")
        if code not in self._world.files:
            raise refuse("invalidParameter.downloadCode.invalid")
        return reply({"downloadUrl": f"{self._world.base_url}/files/{code}"})

    async def file(self, request: web.Request) -> web.Response:
        content = self._world.files.get(request.match_info["code"])
        return web.Response(status=404) if content is None else web.Response(body=content)

    async def set_plugins(self, request: web.Request) -> web.Response:
        """The quick entries above the input box (§7); each is a link."""
        body = await json_object(request)
        self._own_robot(body, "robotCode.auth")
        entries = body.get("pluginInfoList")
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise refuse("invalidParameter.pluginInfoList.invalid")
        self._world.plugins[:] = entries
        return reply({"result": True})

    async def send_by_session(self, request: web.Request) -> web.Response:
        """A reply through the sessionWebhook: no token, HTTP 200 always, 300001 when it is over (§4.5)."""
        session = self._world.sessions.get(request.query.get("session", ""))
        if session is None or self._world.clock.now() >= session.expires_at:
            raise refuse_legacy(300001, "session 不存在")
        self.post_reply(session.chat, await legacy_object(request))
        return ok_legacy()

    def post_reply(self, chat: str, body: Json) -> None:
        """Post a §4.6 message. Raises `Refusal` 40035 when a required part is missing."""
        if read_webhook_message(body) is None:
            raise refuse_legacy(40035, "不合法的参数")
        self._world.post_by_bot(chat, show_webhook_message(body, self._world.names()), body)

    async def send_by_webhook(self, request: web.Request) -> web.Response:
        """The custom group robot (§4.7): sign or keywords, 20 per minute, `msgUuid` idempotent."""
        hook = self._world.webhooks.get(request.query.get("access_token", ""))
        if hook is None:
            raise refuse_legacy(400101, "token is not exist")
        body = await legacy_object(request)
        self._check_security(hook, request, body)
        now = self._world.clock.now()
        hook.sent[:] = [at for at in hook.sent if now - at < timedelta(minutes=1)]
        if len(hook.sent) >= PER_MINUTE:
            raise refuse_legacy(410100, "发送速度太快而限流")
        uuid = str(body.get("msgUuid") or secrets.token_hex(8))
        if uuid not in hook.uuids:
            self.post_reply(hook.chat, body)
            hook.uuids.add(uuid)
            hook.sent.append(now)
        return ok_legacy()

    def _check_security(self, hook: GroupWebhook, request: web.Request, body: Json) -> None:
        if hook.secret:
            stamp, sign = request.query.get("timestamp", ""), request.query.get("sign", "")
            fresh = stamp.isdigit() and abs(self._world.milliseconds() - int(stamp)) <= SIGN_WINDOW
            genuine = hmac.compare_digest(sign.encode(), robot_sign(hook.secret, stamp).encode())
            if not (fresh and genuine):
                raise refuse_legacy(310000, "sign not match")
        if hook.keywords and not any(word in str(body) for word in hook.keywords):
            raise refuse_legacy(310000, "keywords not in content")

    def _sample(self, key: str, body: Json) -> Json:
        """The checked msgParam. A picture names a web address or an image that was uploaded (§4.3, §4.8)."""
        param = read_sample(key, body.get("msgParam"))
        url = param.get("photoURL", "")
        media = self._world.media.get(url)
        if key == "sampleImageMsg" and not url.startswith("http") and (media is None or media.kind != "image"):
            raise refuse("invalidParameter.msgParam.invalid", message="photoURL")
        return param

    def _own_robot(self, body: Json, code: str) -> None:
        if text_of(body, "robotCode", "invalidParameter.robotCode.empty") != self._world.console.robot_code:
            raise refuse(code)

    def _group(self, body: Json) -> Group:
        chat = text_of(body, "openConversationId", "invalidParameter.openConversationId.empty")
        group = self._world.company.groups.get(chat)
        if group is None:
            raise refuse("invalid.openConversationId")
        if not group.has_robot:
            raise refuse("resource.unavailable", message="the robot is not in the group")
        return group
