"""Requests that create, change and send: bodies of the card and robot APIs (dingtalk.md §3.2, §3.3, §4.2–4.5)."""

import hashlib
from typing import Any

import orjson

from adapters.base import Json, Outgoing
from adapters.dingtalk import codes
from adapters.dingtalk.ack import BY_KEY
from adapters.errors import OutboundError, RateLimited, Rejected, Unreachable
from domain.command import Conversation, ConversationKind

FLOW_CONTROLLED = 5.0
"""Seconds to wait for a person whom the platform is protecting from too many messages."""

_PREVIEW_LANGUAGES = ("ZH_CN", "ZH_TW", "EN_US")


def is_card(payload: Json) -> bool:
    """Whether a payload is a template card (else it is a robot message)."""
    return isinstance(payload.get("cardParamMap"), dict)


def out_track_id(out: Outgoing) -> str:
    """The card instance's id: ours where there is one, else the row's, so that a retry cannot make a second card."""
    wanted = out.card_key or out.dedupe
    return wanted if len(wanted) <= 100 else hashlib.sha256(wanted.encode()).hexdigest()


def creation(out: Outgoing, card_id: str, *, template: str, route: str, robot: str) -> Json:
    """The body of createAndDeliver for one space."""
    variables = out.payload["cardParamMap"]
    preview = str(variables.get("lastMessage") or variables.get("title") or "")
    space: Json = {
        "supportForward": False,
        "lastMessageI18n": dict.fromkeys(_PREVIEW_LANGUAGES, preview),
        "notification": {"alertContent": preview, "notificationOff": False},
    }
    body: Json = {
        "cardTemplateId": template,
        "outTrackId": card_id,
        "callbackType": "HTTP",
        "callbackRouteKey": route,
        "cardData": {"cardParamMap": variables},
        "userIdType": 1,
    }
    mentioned = out.payload.get("at")
    if out.conversation.kind is ConversationKind.GROUP:
        deliver: Json = {"robotCode": robot}
        if mentioned:
            deliver["atUserIds"] = mentioned
            body["cardAtUserIds"] = list(mentioned)
        address = f"dtv1.card//IM_GROUP.{out.conversation.id}"
        return body | {"openSpaceId": address, "imGroupOpenSpaceModel": space, "imGroupOpenDeliverModel": deliver}
    deliver = {"spaceType": "IM_ROBOT", "robotCode": robot}
    address = f"dtv1.card//IM_ROBOT.{out.conversation.id}"
    return body | {"openSpaceId": address, "imRobotOpenSpaceModel": space, "imRobotOpenDeliverModel": deliver}


def carrier_of(answer: Json) -> str:
    """The handle by which the delivered message can be recalled, "" where none came.

    Raises an outbound error when any element of `deliverResults` failed: HTTP 200 does not mean delivered (§3.2).
    """
    result = answer.get("result")
    delivered = result.get("deliverResults") if isinstance(result, dict) else None
    if not isinstance(delivered, list) or not delivered:
        raise Rejected("deliver", "no deliverResults")
    carrier = ""
    for item in delivered:
        if not isinstance(item, dict) or item.get("success") is not True:
            raise codes.delivery_error(str(item.get("errorMsg") or "") if isinstance(item, dict) else "")
        carrier = carrier or str(item.get("carrierId") or "")
    return carrier


def change(card_id: str, out: Outgoing) -> Json:
    """The body of a card update. In a direct chat the clicker's private note is cleared with it: it belonged to the
    state that is being replaced, and a private value would win over ours for ever."""
    body: Json = {
        "outTrackId": card_id,
        "cardData": {"cardParamMap": out.payload["cardParamMap"]},
        "cardUpdateOptions": BY_KEY,
        "userIdType": 1,
    }
    if out.conversation.kind is ConversationKind.DIRECT:
        body["privateData"] = {out.conversation.id: {"cardParamMap": {"notice": ""}}}
    return body


def robot_message(payload: Json, conversation: Conversation, robot: str) -> tuple[str, Json]:
    """Path and body of a robot message. Raises `Rejected` for a payload that is not one."""
    key, param = payload.get("msgKey"), payload.get("msgParam")
    if not isinstance(key, str) or not isinstance(param, dict):
        raise Rejected("payload", "neither a card nor a robot message")
    body: Json = {"robotCode": robot, "msgKey": key, "msgParam": orjson.dumps(param).decode()}
    if conversation.kind is ConversationKind.GROUP:
        return "/v1.0/robot/groupMessages/send", body | {"openConversationId": conversation.id}
    return "/v1.0/robot/oToMessages/batchSend", body | {"userIds": [conversation.id]}


def query_key_of(answer: Json) -> str:
    """The message's handle. Raises `Unreachable` or `RateLimited` when the person is in one of the lists of users
    that were passed over (§4.2)."""
    if answer.get("invalidStaffIdList"):
        raise Unreachable("invalidStaffIdList")
    if answer.get("filteredStaffIdList"):
        raise Unreachable("filteredStaffIdList")
    if answer.get("flowControlledStaffIdList"):
        raise RateLimited("flowControlledStaffIdList", after=FLOW_CONTROLLED, only_here=True)
    return str(answer.get("processQueryKey") or "")


def session_message(payload: Json) -> Json | None:
    """The same words in the shape a session webhook takes (§4.6); None for what has buttons."""
    param: Any = payload.get("msgParam")
    if payload.get("msgKey") == "sampleText":
        return {"msgtype": "text", "text": {"content": param["content"]}}
    if payload.get("msgKey") == "sampleMarkdown":
        return {"msgtype": "markdown", "markdown": {"title": param["title"], "text": param["text"]}}
    return None


def recall(key: str, conversation: Conversation, robot: str) -> tuple[str, Json]:
    """Path and body of a recall; mind the lower-case `oto` (§4.4)."""
    body: Json = {"robotCode": robot, "processQueryKeys": [key]}
    if conversation.kind is ConversationKind.GROUP:
        return "/v1.0/robot/groupMessages/recall", body | {"openConversationId": conversation.id}
    return "/v1.0/robot/otoMessages/batchRecall", body


def recall_error(answer: Json, key: str) -> OutboundError | None:
    """`Rejected` when the platform would not take the message back (too old, not ours)."""
    failed = answer.get("failedResult")
    if isinstance(failed, dict) and key in failed:
        return Rejected("recall", str(failed[key])[:80])
    return None
