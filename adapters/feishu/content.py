"""What a person wrote, as plain text with its placeholders: the content of text and post messages."""

import re
from dataclasses import dataclass

from adapters.base import Json
from adapters.feishu import shape
from adapters.feishu.envelope import Bot, Envelope
from domain.command import Mention

_LINK = re.compile(r"\[([^\[\]]*)\]\((?:https?|mailto|tel|lark)[^()\s]*\)")
_ALL = "@_all"


@dataclass(frozen=True, slots=True)
class Written:
    """A message's text with mentions resolved. `to_bot`: it mentions us (that mention is gone from the text)."""

    text: str
    mentions: tuple[Mention, ...]
    to_bot: bool


def written(envelope: Envelope, message: Json, kind: str) -> Written:
    """The text of a `text` or `post` message (feishu.md §1.8, recipe §7). Raises `Malformed`."""
    inner = shape.load(shape.need(message, "content"))
    raw = shape.words(inner, "text") if kind == "text" else _post(inner)
    return _resolve(envelope, _LINK.sub(r"\1", raw), shape.rows(message, "mentions"))


def is_for_bot(envelope: Envelope, mention: Json) -> bool:
    """Whether a mention means us: by open_id, and only before that is known by type or configured name."""
    bot: Bot = envelope.bot
    if bot.open_id:
        return shape.words(shape.child(mention, "id"), "open_id") == bot.open_id
    kind = shape.words(mention, "mentioned_type")
    return kind == "bot" if kind else bool(bot.name) and shape.words(mention, "name") == bot.name


def _resolve(envelope: Envelope, text: str, mentions: list[Json]) -> Written:
    """Drop our own mention everywhere, name the others, forget "everybody". Longest placeholder first."""
    shown: dict[str, str] = {_ALL: " "}
    people: dict[str, Mention] = {}
    to_bot = False
    for mention in mentions:
        key, name = shape.need(mention, "key"), shape.words(mention, "name")
        if key == _ALL:
            continue
        if is_for_bot(envelope, mention):
            to_bot = True
            shown[key] = " "
            continue
        shown[key] = f"@{name}"
        if shape.words(mention, "mentioned_type") != "bot":
            people[key] = Mention(user_id=_our_id(envelope, mention), shown_name=name)
    pattern = re.compile("|".join(re.escape(key) for key in sorted(shown, key=len, reverse=True)))
    order = dict.fromkeys(pattern.findall(text))
    named = tuple(people[key] for key in order if key in people)
    return Written(pattern.sub(lambda match: shown[match[0]], text), named, to_bot)


def _our_id(envelope: Envelope, mention: Json) -> str | None:
    """The open_id of a mentioned colleague; None for somebody of another company."""
    tenant = shape.words(mention, "tenant_key")
    if tenant and envelope.tenant_key and tenant != envelope.tenant_key:
        return None
    return shape.words(shape.child(mention, "id"), "open_id") or None


def _post(inner: Json) -> str:
    lines = [shape.words(inner, "title")]
    for line in shape.items(inner, "content"):
        lines.append("".join(_run(shape.as_object(run)) for run in shape.items({"line": line}, "line")))
    return "\n".join(line for line in lines if line)


def _run(run: Json) -> str:
    """One run of a post. Pictures and rules have no text; unknown tags give their text if they have one."""
    match shape.words(run, "tag"):
        case "at":
            user = shape.words(run, "user_id")
            return _ALL if user == "all" else user
        case "emotion":
            return f"[{shape.words(run, 'emoji_type')}]"
        case "img" | "media" | "hr":
            return ""
        case _:
            return shape.words(run, "text")
