"""The content of messages: what each message type may carry, and how it reads (feishu.md §4.2)."""

import html
import json
import re
from collections.abc import Iterator

from adapters.feishu.simulator.attributes import LOCALES
from adapters.feishu.simulator.refusal import BadCard, Refusal
from adapters.feishu.simulator.tenant import Tenant
from adapters.feishu.simulator.view import View, visible
from adapters.simulation import PICTURE, Json

MAX_TEXT = 150 * 1024
MAX_RICH = 30 * 1024
SENT_TYPES = frozenset(
    ["text", "post", "image", "file", "audio", "media", "sticker", "interactive", "share_chat", "share_user", "system"]
)
_POST_TAGS = {
    "text": ("text",), "a": ("text", "href"), "at": ("user_id",), "img": ("image_key",), "md": ("text",), "hr": (),
    "media": ("file_key",), "emotion": ("emoji_type",), "code_block": ("text",),
}  # fmt: skip
_TEXT_AT = re.compile(r'<at user_id="([^"]*)">(.*?)</at>', re.DOTALL)


def accept(tenant: Tenant, kind: str, content: str, request_bytes: int) -> Json:
    """Check a content string against its message type and return the object in it. Raises `Refusal`.

    The size limits are for the request as it travels: a card is JSON text within JSON, every quote escaped (§3.2).
    """
    if kind not in SENT_TYPES:
        raise Refusal(230001, "invalid msg_type")
    if request_bytes > (MAX_TEXT if kind == "text" else MAX_RICH):
        raise Refusal(230025, "The length of the message content reaches its limit.")
    try:
        value = json.loads(content)
    except ValueError as broken:
        raise Refusal(230001, "content is not a string in json format") from broken
    if not isinstance(value, dict):
        raise Refusal(230001, "content is not a string in json format")
    accept_object(tenant, kind, value)
    return value


def accept_object(tenant: Tenant, kind: str, value: Json) -> None:
    """Check the object behind a content string."""
    if kind == "text":
        if not isinstance(value.get("text"), str) or not value["text"]:
            raise Refusal(230001, "text message needs text")
    elif kind == "post":
        _post(value)
    elif kind == "interactive":
        if value.get("type") in ("template", "card"):
            raise BadCard(200380, "ROOT", "template is not existed").as_refusal()
        tenant.check_card(value)
    elif kind == "image":
        if value.get("image_key") not in tenant.images:
            raise Refusal(230001, "invalid image_key")
    else:
        raise Refusal(230001, f"this simulator has no {kind} messages")


def _post(value: Json) -> None:
    if not value or set(value) - LOCALES:
        raise Refusal(230001, "post needs a locale wrapper")
    for translated in value.values():
        lines = translated.get("content") if isinstance(translated, dict) else None
        if not isinstance(lines, list) or not all(isinstance(line, list) for line in lines):
            raise Refusal(230001, "post content must be lines of runs")
        for run in (run for line in lines for run in line):
            needs = _POST_TAGS.get(str(run.get("tag"))) if isinstance(run, dict) else None
            if needs is None or not all(isinstance(run.get(name), str) for name in needs):
                raise Refusal(230001, "unknown or incomplete tag in post")


def reads(tenant: Tenant, kind: str, content: Json, locale: str, members: tuple[str, ...]) -> str:
    """A message's visible text."""
    if kind == "text":
        return read_text(tenant, str(content["text"]))
    if kind == "post":
        shown = content.get(locale) or (content if "content" in content else next(iter(content.values())))
        runs = ("".join(_run(tenant, run) for run in line) for line in shown["content"])
        return "\n".join(line for line in (shown.get("title", ""), *runs) if line)
    if kind == "interactive":
        return View(content, names=tenant.name_of, locale=locale, members=members).text()
    return PICTURE if kind == "image" else f"[{kind}]"


def read_text(tenant: Tenant, text: str) -> str:
    """A text message as shown: at-tags become names. It has no other markup; entities are shown decoded."""

    def named(found: re.Match[str]) -> str:
        return "@所有人" if found[1] == "all" else f"@{tenant.name_of(found[1])}"

    return html.unescape(_TEXT_AT.sub(named, text))


def mentions_in(tenant: Tenant, kind: str, content: Json) -> Iterator[Json]:
    """`mentions` of an API answer: here the id is a string (§4.2), unlike in events."""
    found = _TEXT_AT.findall(content["text"]) if kind == "text" else []
    for number, (person, _) in enumerate(found, start=1):
        yield {
            "key": f"@_user_{number}", "id": person, "id_type": "open_id", "name": tenant.name_of(person),
            "tenant_key": tenant.keys.tenant_key,
        }  # fmt: skip


def _run(tenant: Tenant, run: Json) -> str:
    if run["tag"] == "at":
        return "@所有人" if run["user_id"] in ("all", "@_all") else f"@{tenant.name_of(run['user_id'])}"
    if run["tag"] == "md":
        return visible(run["text"], tenant.name_of)
    return str(run.get("text", ""))
