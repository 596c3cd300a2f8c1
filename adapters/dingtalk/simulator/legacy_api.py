"""Tokens, contacts, media, work notices and the failed-event list (dingtalk.md §1.2, §4.1, §4.8–4.10)."""

import json
import secrets
from datetime import timedelta
from typing import Any

from aiohttp import web

from adapters.dingtalk.simulator.directory import ROOT, union_id
from adapters.dingtalk.simulator.refusal import Refusal, json_object, legacy_object, ok_legacy, refuse_legacy, reply
from adapters.dingtalk.simulator.refusal import refuse as refuse_v1
from adapters.dingtalk.simulator.tokens import LIFE
from adapters.dingtalk.simulator.world import Media, World
from adapters.simulation import Resident

Json = dict[str, Any]
MEGABYTE = 1024 * 1024
MEDIA = {
    "image": (20 * MEGABYTE, ("jpg", "jpeg", "gif", "png", "bmp")),
    "voice": (2 * MEGABYTE, ("amr", "mp3", "wav")),
    "video": (20 * MEGABYTE, ("mp4",)),
    "file": (20 * MEGABYTE, ()),
}
CODE_LIFE = timedelta(minutes=5)
FAILED_PAGE = 200
NOTICE_LIMIT = 2048


class LegacyApi:
    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1.0/oauth2/accessToken", self.access_token),
            web.get("/gettoken", self.get_token),
            web.post("/media/upload", self.upload),
            web.post("/topapi/v2/user/get", self.user),
            web.post("/topapi/v2/user/getbymobile", self.user_by_mobile),
            web.post("/topapi/v2/user/getuserinfo", self.user_by_code),
            web.post("/topapi/user/getbyunionid", self.user_by_union_id),
            web.post("/topapi/user/listid", self.user_ids),
            web.post("/topapi/v2/department/get", self.department),
            web.post("/topapi/v2/department/listsub", self.departments),
            web.post("/topapi/v2/department/listsubid", self.department_ids),
            web.post("/topapi/message/corpconversation/asyncsend_v2", self.work_notice),
            web.get("/call_back/get_call_back_failed_result", self.failed_events),
            web.get("/user/get", self.old_user),
            web.get("/department/get", self.old_department),
        ]

    async def access_token(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        if not self._is_ours(body.get("appKey"), body.get("appSecret")):
            raise refuse_v1("invalidClientIdOrSecret", message="无效的clientId或者clientSecret")
        return reply({"accessToken": self._world.tokens.issue(), "expireIn": LIFE})

    async def get_token(self, request: web.Request) -> web.Response:
        if not self._is_ours(request.query.get("appkey"), request.query.get("appsecret")):
            raise refuse_legacy(40089, "不合法的appkey或appsecret")
        return ok_legacy(access_token=self._world.tokens.issue(), expires_in=LIFE)

    def _is_ours(self, key: Any, secret: Any) -> bool:
        return (key, secret) == (self._world.console.client_id, self._world.console.client_secret)

    async def user(self, request: web.Request) -> web.Response:
        body = await legacy_object(request)
        user_id = body.get("userid")
        if not isinstance(user_id, str) or not user_id:
            raise _sub(33012, "无效的USERID")
        return ok_legacy(result=self._profile(self._resident(user_id)))

    def _resident(self, user_id: str) -> Resident:
        resident = self._world.company.people.get(user_id)
        if resident is None:
            raise _sub(60121, "找不到该用户")
        return resident

    def _profile(self, resident: Resident) -> Json:
        dept = self._world.company.department_id(resident.department)
        return {
            "userid": resident.user_id, "unionid": union_id(resident.user_id), "name": resident.name, "avatar": "",
            "mobile": resident.mobile, "email": resident.email, "org_email": "", "title": "",
            "job_number": resident.employee_no, "dept_id_list": [dept],
            "dept_order_list": [{"dept_id": dept, "order": 1}], "leader_in_dept": [{"dept_id": dept, "leader": False}],
            "role_list": [], "active": True, "admin": False, "boss": False,
        }  # fmt: skip

    async def user_by_mobile(self, request: web.Request) -> web.Response:
        mobile = str((await legacy_object(request)).get("mobile") or "")
        if not mobile.lstrip("+").replace("-", "").isdigit():
            raise _sub(40104, "不合法的手机号")
        user_id = self._world.company.by_mobile(mobile)
        if user_id is None:
            raise _sub(60121, "找不到该用户")
        return ok_legacy(result={"userid": user_id})

    async def user_by_union_id(self, request: web.Request) -> web.Response:
        user_id = self._world.company.by_union_id(str((await legacy_object(request)).get("unionid") or ""))
        if user_id is None:
            raise _sub(60121, "找不到该用户")
        return ok_legacy(result={"contact_type": 0, "userid": user_id})

    async def user_by_code(self, request: web.Request) -> web.Response:
        """The H5 login code: five minutes, once (§4.10)."""
        code = str((await legacy_object(request)).get("code") or "")
        user_id, made_at = self._world.login_codes.pop(code, ("", None))
        if made_at is None or self._world.clock.now() - made_at > CODE_LIFE:
            raise _sub(40078, "不存在的临时授权码")
        resident = self._resident(user_id)
        return ok_legacy(result={"userid": user_id, "unionid": union_id(user_id), "name": resident.name,
                                 "device_id": "", "sys": False, "sys_level": 0,
                                 "associated_unionid": ""})  # fmt: skip

    async def user_ids(self, request: web.Request) -> web.Response:
        return ok_legacy(result={"userid_list": self._world.company.in_department(await self._department(request))})

    async def department(self, request: web.Request) -> web.Response:
        """One department's name; not in dingtalk.md, the official page of the same family."""
        dept = await self._department(request)
        name = self._world.company.department_name(dept)
        return ok_legacy(result={"dept_id": dept, "name": name, "parent_id": ROOT})

    async def old_user(self, request: web.Request) -> web.Response:
        """The first-generation user call, as dingtalk-sdk's `user.get` makes it: fields beside errcode."""
        profile = self._profile(self._resident(request.query.get("userid", "")))
        return ok_legacy(**profile, department=profile["dept_id_list"], jobnumber=profile["job_number"])

    async def old_department(self, request: web.Request) -> web.Response:
        """The first-generation department call, as dingtalk-sdk's `department.get` makes it."""
        value = request.query.get("id", "")
        name = self._world.company.department_name(int(value)) if value.isdigit() else None
        if name is None:
            raise _sub(60003, "部门不存在")
        return ok_legacy(id=int(value), name=name, parentid=ROOT)

    async def departments(self, request: web.Request) -> web.Response:
        parent = await self._department(request)
        known = self._world.company.departments.items() if parent == ROOT else ()
        return ok_legacy(result=[{"dept_id": dept, "name": name, "parent_id": ROOT} for name, dept in known])

    async def department_ids(self, request: web.Request) -> web.Response:
        parent = await self._department(request)
        known = self._world.company.departments.values() if parent == ROOT else ()
        return ok_legacy(result={"dept_id_list": list(known)})

    async def _department(self, request: web.Request) -> int:
        value = (await legacy_object(request)).get("dept_id", ROOT)
        try:
            dept = int(value)
        except (TypeError, ValueError):
            raise _sub(400002, "无效的参数") from None
        if self._world.company.department_name(dept) is None:
            raise _sub(60003, "部门不存在")
        return dept

    async def upload(self, request: web.Request) -> web.Response:
        """Multipart field `media`, `type` in the query or a field; size and extension limits of §4.8."""
        if not request.content_type.startswith("multipart/"):
            raise refuse_legacy(40035, "缺少参数 media")
        fields = await request.post()
        media, kind = fields.get("media"), str(request.query.get("type") or fields.get("type") or "")
        if kind not in MEDIA:
            raise refuse_legacy(40004, "不合法的媒体文件类型")
        if not isinstance(media, web.FileField):
            raise refuse_legacy(40035, "缺少参数 media")
        limit, endings = MEDIA[kind]
        content = media.file.read()
        if not content or len(content) > limit:
            raise refuse_legacy(40006, "不合法的文件大小")
        if endings and media.filename.rpartition(".")[2].lower() not in endings:
            raise refuse_legacy(40005, "不合法的文件类型")
        media_id = f"@lALP{secrets.token_urlsafe(12)}"
        self._world.media[media_id] = Media(kind, content)
        return ok_legacy(media_id=media_id, created_at=self._world.milliseconds(), type=kind)

    async def work_notice(self, request: web.Request) -> web.Response:
        body = await legacy_object(request)
        users = [user for user in str(body.get("userid_list") or "").split(",") if user]
        msg = body.get("msg")
        size = len(json.dumps(msg, ensure_ascii=False).encode()) if isinstance(msg, dict) else 0
        if not body.get("agent_id") or not size or size > NOTICE_LIMIT or len(users) > 100:
            raise _sub(400002, "无效的参数")
        self._world.work_notices.append({"users": users, "msg": msg})
        return ok_legacy(task_id=len(self._world.work_notices))

    async def failed_events(self, request: web.Request) -> web.Response:
        """Events no attempt got through, at most 200; reading takes them off the list (unconfirmed, §1.2)."""
        due = [event for event in self._world.failed_events if event.at <= self._world.clock.now()]
        page = due[:FAILED_PAGE]
        self._world.failed_events[:] = [event for event in self._world.failed_events if event not in page]
        return ok_legacy(has_more=len(due) > FAILED_PAGE, failed_list=[event.entry for event in page])


def _sub(code: int, text: str) -> Refusal:
    """The error of a topapi endpoint: the code plain at the top (§4.10)."""
    return refuse_legacy(code, text)
