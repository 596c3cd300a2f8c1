"""The robot's message kinds: what each must carry and what a person sees of it (dingtalk.md §4.3, §4.6)."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from adapters.dingtalk.simulator.chats import plain
from adapters.dingtalk.simulator.refusal import refuse
from adapters.simulation import PICTURE, Press

Json = dict[str, Any]
PARAM_LIMIT = 15_000
SAY = "dtmd://dingtalkclient/sendMessage?content="


def _stacked(count: int) -> tuple[str, ...]:
    pairs = ((f"actionTitle{n}", f"actionURL{n}") for n in range(1, count + 1))
    return ("title", "text", *(key for pair in pairs for key in pair))


SAMPLES: dict[str, tuple[str, ...]] = {
    "sampleText": ("content",),
    "sampleMarkdown": ("title", "text"),
    "sampleImageMsg": ("photoURL",),
    "sampleLink": ("title", "text", "picUrl", "messageUrl"),
    "sampleActionCard": ("title", "text", "singleTitle", "singleURL"),
    **{f"sampleActionCard{count}": _stacked(count) for count in range(2, 6)},
    "sampleActionCard6": ("title", "text", "buttonTitle1", "buttonUrl1", "buttonTitle2", "buttonUrl2"),
    "sampleAudio": ("mediaId", "duration"),
    "sampleFile": ("mediaId", "fileName", "fileType"),
    "sampleVideo": ("duration", "videoMediaId", "videoType", "picMediaId"),
}


WEBHOOK_KINDS = {"text": ("content",), "markdown": ("title", "text"), "link": ("title", "text", "messageUrl")}


@dataclass(frozen=True, slots=True)
class Shown:
    """A robot message as a person sees it."""

    kind: str
    text: str
    buttons: tuple[Press, ...] = ()


def read_sample(msg_key: str, msg_param: Any) -> Json:
    """The checked msgParam of a robot send. Raises `Refusal` for an unknown key, or a wrong, missing or long value."""
    if msg_key not in SAMPLES:
        raise refuse("invalidParameter.msgKey.invalid")
    if not isinstance(msg_param, str) or not msg_param:
        raise refuse("invalidParameter.msgParam.empty")
    if len(msg_param.encode()) > PARAM_LIMIT:
        raise refuse("msgParam.tooLong")
    try:
        param = json.loads(msg_param)
    except ValueError:
        raise refuse("invalidParameter.msgParam.invalid") from None
    if not isinstance(param, dict) or not all(isinstance(value, str) for value in param.values()):
        raise refuse("invalidParameter.msgParam.invalid")
    missing = [key for key in SAMPLES[msg_key] if not param.get(key)]
    if missing:
        raise refuse("invalidParameter.msgParam.invalid", message=f"missing {', '.join(missing)}")
    return param


def show_sample(msg_key: str, param: Json) -> Shown:
    if msg_key == "sampleText":
        return Shown("text", param["content"])
    if msg_key == "sampleImageMsg":
        return Shown("image", PICTURE)
    titles = [key for key in SAMPLES[msg_key] if key.startswith(("actionTitle", "buttonTitle", "singleTitle"))]
    urls = [key for key in SAMPLES[msg_key] if key.startswith(("actionURL", "buttonUrl", "singleURL"))]
    pairs = [(param[title], param[url]) for title, url in zip(titles, urls, strict=True)]
    kind = "actionCard" if pairs else {"sampleMarkdown": "markdown", "sampleLink": "link"}.get(msg_key, msg_key)
    return Shown(kind, _titled(param), _presses(pairs))


def read_webhook_message(body: Json) -> Json | None:
    """The checked inner object of a §4.6 message, or None when a required part is missing or not a string."""
    kind = body.get("msgtype")
    inner = body.get(kind) if isinstance(kind, str) else None
    if not isinstance(inner, dict):
        return None
    if kind == "actionCard":
        single = bool(inner.get("singleTitle") and inner.get("singleURL"))
        listed = inner.get("btns") or []
        pressed = all(isinstance(item, dict) and item.get("title") and item.get("actionURL") for item in listed)
        return inner if _has(inner, "title", "text") and pressed and (single or listed) else None
    if kind == "feedCard":
        links = inner.get("links") or []
        return inner if links and all(_has(link, "title", "messageURL", "picURL") for link in links) else None
    needed = WEBHOOK_KINDS.get(str(kind))
    return inner if needed and _has(inner, *needed) else None


def _has(inner: Any, *keys: str) -> bool:
    return isinstance(inner, dict) and all(isinstance(inner.get(key), str) and inner[key] for key in keys)


def show_webhook_message(body: Json, names: dict[str, str]) -> Shown:
    """What a §4.6 message looks like; an `@id` in the text becomes `@name` only when `at` lists the id too (§4.6)."""
    kind, inner = body["msgtype"], body[body["msgtype"]]
    if kind == "feedCard":
        return Shown(kind, "\n".join(link["title"] for link in inner["links"]))
    text = inner["content"] if kind == "text" else _titled(inner)
    for user in (body.get("at") or {}).get("atUserIds") or []:
        text = text.replace(f"@{user}", f"@{names.get(user, user)}")
    pairs = [(item["title"], item["actionURL"]) for item in inner.get("btns") or []]
    if inner.get("singleTitle"):
        pairs = [(inner["singleTitle"], inner["singleURL"])]
    return Shown(kind, text, _presses(pairs))


def _titled(param: Json) -> str:
    """Title and text; the title only where the client draws it, which in practice is not on markdown with a heading."""
    text = plain(str(param.get("text", "")))
    title = plain(str(param.get("title", "")))
    return text if not title or text.startswith(title) else f"{title}\n{text}".strip()


def _presses(pairs: list[tuple[str, str]]) -> tuple[Press, ...]:
    return tuple(Press(key=f"button{n}", label=label, url=url) for n, (label, url) in enumerate(pairs, 1))


def spoken(url: str) -> str | None:
    """The text a `dtmd://` link makes the person say; None for any other link (host in lower case, §3.11)."""
    return unquote_plus(url.removeprefix(SAY)) if url.startswith(SAY) else None
