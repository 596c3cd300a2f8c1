"""Who works here, as an app may ask: contact v3, bot info, slash commands and groups (feishu.md §4.4, §7)."""

import re
from uuid import uuid4

from aiohttp import web

from adapters.feishu.simulator.api import body_of, object_of, ok, page_of, strings_of, text_of
from adapters.feishu.simulator.directory import ROOT
from adapters.feishu.simulator.messages import Chat
from adapters.feishu.simulator.refusal import Refusal, field_error
from adapters.feishu.simulator.tenant import TENANT, UNKNOWN_ID, Tenant
from adapters.simulation import Json

MAX_COMMANDS = 100
_COMMAND = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ICON = re.compile(r"[a-z][a-z0-9-]*_(?:outlined|filled|colorful)")


def routes() -> list[web.RouteDef]:
    contact, commands = "/open-apis/contact/v3", "/open-apis/application/v7/app_slash_commands"
    return [
        web.get("/open-apis/bot/v3/info", _bot), web.get(f"{contact}/users/batch", _users),
        web.post(f"{contact}/users/batch_get_id", _ids_by_address),
        web.get(f"{contact}/users/find_by_department", _by_department), web.get(f"{contact}/users/{{id}}", _user),
        web.get(f"{contact}/departments/{{id}}/children", _children),
        web.get(f"{contact}/departments/{{id}}", _department), web.get(f"{contact}/scopes", _scopes),
        web.post(commands, _add_command), web.get(commands, _list_commands),
        web.patch(f"{commands}/{{id}}", _change_command), web.delete(f"{commands}/{{id}}", _drop_command),
        web.get("/open-apis/im/v1/chats", _chats), web.get("/open-apis/im/v1/chats/{id}", _chat),
        web.get("/open-apis/im/v1/chats/{id}/members", _chat_members),
    ]  # fmt: skip


async def _bot(request: web.Request) -> web.Response:
    tenant = request.app[TENANT]
    bot = {"open_id": tenant.bot_open_id, "app_name": tenant.bot_name, "avatar_url": "", "activate_status": 2}
    return ok(bot={**bot, "ip_white_list": []})


def _id_type(request: web.Request) -> str:
    kind = request.query.get("user_id_type", "open_id")
    if kind not in ("open_id", "union_id", "user_id"):
        raise field_error("user_id_type")
    return kind


async def _user(request: web.Request) -> web.Response:
    tenant, kind = request.app[TENANT], _id_type(request)
    member = tenant.directory.find(kind, request.match_info["id"])
    if member is None:
        raise Refusal(UNKNOWN_ID[kind], f"The request contains an invalid {kind}.")
    return ok({"user": tenant.directory.profile(member)})


async def _users(request: web.Request) -> web.Response:
    tenant, kind = request.app[TENANT], _id_type(request)
    wanted = request.query.getall("user_ids", [])
    if not 1 <= len(wanted) <= 50:
        raise field_error("user_ids: 1..50")
    found = [member for one in wanted if (member := tenant.directory.find(kind, one))]
    return ok({"items": [tenant.directory.profile(member) for member in found]})


async def _ids_by_address(request: web.Request) -> web.Response:
    """Ids by e-mail or mobile; an unknown address comes back without `user_id`."""
    tenant, kind, body = request.app[TENANT], _id_type(request), await body_of(request)
    with_left = body.get("include_resigned", False) is True
    rows: list[Json] = []
    for name, many in (("email", "emails"), ("mobile", "mobiles")):
        for address in strings_of(body, many, 50):
            row: Json = {name: address}
            for member in tenant.directory.members.values():
                if getattr(member.resident, name) == address and (with_left or not member.left):
                    row["user_id"] = getattr(member, kind)
                    row["status"] = tenant.directory.profile(member)["status"]
            rows.append(row)
    return ok({"user_list": rows})


async def _by_department(request: web.Request) -> web.Response:
    tenant = request.app[TENANT]
    _id_type(request)
    department = _known_department(tenant, request.query.get("department_id", ""))
    members = [
        member for member in tenant.directory.members.values() if department in member.departments and not member.left
    ]
    page, more = page_of(request, members)
    return ok({"items": [tenant.directory.profile(member) for member in page], **more})


async def _department(request: web.Request) -> web.Response:
    tenant = request.app[TENANT]
    department = _known_department(tenant, request.match_info["id"])
    return ok({"department": _shown(tenant, department)})


async def _children(request: web.Request) -> web.Response:
    tenant = request.app[TENANT]
    parent = _known_department(tenant, request.match_info["id"])
    below = list(tenant.directory.departments) if parent == ROOT else []
    page, more = page_of(request, below)
    return ok({"items": [_shown(tenant, department) for department in page], **more})


def _known_department(tenant: Tenant, department: str) -> str:
    if department != ROOT and department not in tenant.directory.departments:
        raise Refusal(40004, "no dept authority error")
    return department


def _shown(tenant: Tenant, department: str) -> Json:
    inside = [member for member in tenant.directory.members.values() if department in member.departments]
    name = "" if department == ROOT else tenant.directory.departments[department]
    return {
        "name": name, "department_id": department.removeprefix("od-")[:16], "open_department_id": department,
        "parent_department_id": "" if department == ROOT else ROOT, "leader_user_id": "", "order": "0",
        "member_count": len(inside), "status": {"is_deleted": False},
    }  # fmt: skip


async def _scopes(request: web.Request) -> web.Response:
    tenant = request.app[TENANT]
    alone = [member.open_id for member in tenant.directory.members.values() if ROOT in member.departments]
    rows = {"department_ids": list(tenant.directory.departments), "user_ids": alone, "group_ids": []}
    return ok({**rows, "has_more": False})


# --- slash commands ----------------------------------------------------------------------------------------------


def _command(body: Json, tenant: Tenant, own_id: str = "") -> Json:
    word = text_of(body, "command", optional=bool(own_id)) or tenant.slash_commands.get(own_id, {}).get("command", "")
    if not _COMMAND.fullmatch(word):
        raise field_error("command")
    text_of(object_of(body, "description"), "default_value")
    icon = body.get("icon")
    if icon is not None and not _ICON.fullmatch(icon.get("icon_key", "") if isinstance(icon, dict) else ""):
        raise Refusal(40000031, "invalid icon key")
    if any(row["command"] == word and key != own_id for key, row in tenant.slash_commands.items()):
        raise Refusal(40000000, "command already exists")
    return {"command": word, "description": body["description"], **({"icon": icon} if icon else {})}


async def _add_command(request: web.Request) -> web.Response:
    tenant = request.app[TENANT]
    row = _command(await body_of(request), tenant)
    if len(tenant.slash_commands) >= MAX_COMMANDS:
        raise Refusal(40000000, "too many commands")
    command_id = str(7_000_000_000 + len(tenant.slash_commands) + uuid4().int % 10**9)
    tenant.slash_commands[command_id] = row
    return ok({"command_id": command_id})


async def _list_commands(request: web.Request) -> web.Response:
    rows = [{"command_id": key, **row} for key, row in request.app[TENANT].slash_commands.items()]
    return ok({"items": rows, "has_more": False})


async def _change_command(request: web.Request) -> web.Response:
    tenant, command_id = request.app[TENANT], request.match_info["id"]
    if command_id not in tenant.slash_commands:
        raise field_error("command_id")
    tenant.slash_commands[command_id] = _command(await body_of(request), tenant, command_id)
    return ok({})


async def _drop_command(request: web.Request) -> web.Response:
    if request.app[TENANT].slash_commands.pop(request.match_info["id"], None) is None:
        raise field_error("command_id")
    return ok({})


# --- groups ------------------------------------------------------------------------------------------------------


def _group(request: web.Request) -> Chat:
    chat = request.app[TENANT].chats.by_id.get(request.match_info["id"])
    if chat is None or chat.dissolved:
        raise Refusal(232006, "Your request specifies a chat_id which is invalid.")
    if not chat.has_bot:
        raise Refusal(232011, "Operator can NOT be out of the chat.")
    return chat


async def _chats(request: web.Request) -> web.Response:
    chats = [chat for chat in request.app[TENANT].chats.by_id.values() if chat.is_group and chat.has_bot]
    page, more = page_of(request, chats, 100)
    return ok({"items": [{"chat_id": chat.chat_id, "name": chat.title} for chat in page], **more})


async def _chat(request: web.Request) -> web.Response:
    chat = _group(request)
    mode = "group" if chat.is_group else "p2p"
    return ok({"name": chat.title, "chat_mode": mode, "user_count": str(len(chat.members)), "bot_count": "1"})


async def _chat_members(request: web.Request) -> web.Response:
    tenant, chat = request.app[TENANT], _group(request)
    page, more = page_of(request, chat.members, 100)
    rows = [
        {"member_id_type": "open_id", "member_id": one, "name": tenant.name_of(one),
         "tenant_key": tenant.keys.tenant_key}
        for one in page
    ]  # fmt: skip
    return ok({"items": rows, "member_total": len(chat.members), **more})
