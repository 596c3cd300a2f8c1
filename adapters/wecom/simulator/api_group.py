"""Groups made by the app, and the one-way group webhook (wecom.md §3.5, §3.6)."""

import re
import secrets
from collections.abc import Mapping

from aiohttp import web

from adapters.simulation import Json
from adapters.wecom.simulator.api_media import receive
from adapters.wecom.simulator.api_message import checked_card
from adapters.wecom.simulator.calls import Call, Route, names_of, text_of
from adapters.wecom.simulator.cards import can_call_back
from adapters.wecom.simulator.chats import Copy, Group
from adapters.wecom.simulator.company import Company
from adapters.wecom.simulator.contents import GROUP_TYPES, check_content
from adapters.wecom.simulator.refusal import Refused, need

_CHAT_ID = re.compile(r"[0-9A-Za-z]{1,32}")
WEBHOOK_TYPES = frozenset({"text", "markdown", "markdown_v2", "image", "news", "file", "voice", "template_card"})


async def create(company: Company, call: Call) -> Json:
    need(company.rules.root_visible, 48002, "the app must see the root department")
    members = names_of(call.body, "userlist", 2000)
    need(len(set(members)) >= 2, 86006, "a group has 2 to 2000 members")
    need(all(company.is_member(one) for one in members), 86216, "invalid member")
    name = str(call.body.get("name", ""))
    need(len(name) <= 50, 86004, "name too long")
    chat = str(call.body.get("chatid") or secrets.token_hex(8))
    need(_CHAT_ID.fullmatch(chat), 86001, "invalid chatid")
    need(chat not in company.chats.groups, 86215, "duplicate chatid")
    owner = str(call.body.get("owner") or members[0])
    need(owner in members, 86007, "the owner is not a member")
    company.chats.groups[chat] = Group(title=name, owner=owner, members=members, agent_id=call.agent_id)
    return {"chatid": chat}


async def update(company: Company, call: Call) -> Json:
    group = _group(company, call, call.body)
    removed = {one.lower() for one in names_of(call.body, "del_user_list", 2000)}
    added = [one for one in names_of(call.body, "add_user_list", 2000) if one not in group.members]
    need(all(company.is_member(one) for one in added), 86216, "invalid member")
    group.members = [one for one in group.members if one.lower() not in removed] + added
    group.title = str(call.body.get("name") or group.title)
    group.owner = str(call.body.get("owner") or group.owner)
    return {}


async def get(company: Company, call: Call) -> Json:
    group = _group(company, call, call.query)
    info = {"chatid": call.query["chatid"], "name": group.title, "owner": group.owner, "userlist": group.members}
    return {"chat_info": info}


async def send(company: Company, call: Call) -> Json:
    """To a group: no card, no msgid, no response_code."""
    group = _group(company, call, call.body)
    kind = text_of(call.body, "msgtype", 40008)
    need(kind in GROUP_TYPES, 40008, "msgtype not allowed in a group")
    content = check_content(company, kind, call.body)
    post(company, call.body["chatid"], group, kind, content, "bot")
    return {}


def post(company: Company, chat: str, group: Group, kind: str, content: Json, by: str) -> str:
    """Lay a message before every member of a group; returns its id."""
    message_id = company.next_number()
    for member in group.members:
        company.chats.put(
            Copy(
                message_id=message_id, chat=chat, person=member, by=by, kind=kind, payload=content,
                agent_id=group.agent_id, at=company.clock.now(),
            )
        )  # fmt: skip
    return message_id


async def webhook_send(company: Company, call: Call) -> Json:
    key = call.query.get("key", "")
    need(key in company.webhooks, 93000, "invalid webhook key")
    need(company.within_limit(f"webhook {key}", company.rules.webhook_limit), 45009, "api freq out of limit")
    kind = text_of(call.body, "msgtype", 40008)
    need(kind in WEBHOOK_TYPES, 40008, "invalid msgtype")
    if kind == "template_card":
        content = checked_card(company, call.body.get("template_card"), update=False)
        need(not can_call_back(content), 42031, "no interactive cards here")
    elif kind == "image":
        content = call.body.get("image") or {}
        need(content.get("base64") and content.get("md5"), 40058, "base64 and md5 missing")
    else:
        content = check_content(company, kind, call.body, markdown_bytes=4096)
    chat = company.webhooks[key]
    post(company, chat, company.chats.groups[chat], kind, content, "bot")
    return {}


async def webhook_upload(company: Company, call: Call) -> Json | web.StreamResponse:
    need(call.query.get("key") in company.webhooks, 93000, "invalid webhook key")
    need(call.query.get("type") in ("file", "voice"), 40004, "invalid media type")
    return await receive(company, call)


def _group(company: Company, call: Call, source: Mapping[str, object]) -> Group:
    group = company.chats.groups.get(text_of(source, "chatid", 86001))
    if group is None:
        raise Refused(86003, "unknown chatid")
    need(group.agent_id == call.agent_id, 86008, "the group was made by another app")
    return group


ROUTES = (
    Route(method="POST", path="appchat/create", answer=create),
    Route(method="POST", path="appchat/update", answer=update),
    Route(method="GET", path="appchat/get", answer=get),
    Route(method="POST", path="appchat/send", answer=send),
    Route(method="POST", path="webhook/send", answer=webhook_send, token=False),
    Route(method="POST", path="webhook/upload_media", answer=webhook_upload, token=False, json=False),
)
