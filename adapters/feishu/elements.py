"""The elements of a card, JSON 2.0, each as small as it can be: every object with a `tag` counts (feishu.md §3.2)."""

from collections.abc import Mapping
from typing import Any

from adapters.base import Json, People
from adapters.feishu import markdown
from adapters.feishu.click import DIRECT, REF
from cards.capability import Surface
from cards.model import (
    Block,
    Button,
    Divider,
    Fields,
    Group,
    Link,
    Note,
    Picture,
    Progress,
    Style,
    Text,
)
from cards.model import (
    People as PeopleBlock,
)

_BUTTON_TYPE: Mapping[Style, str] = {
    Style.PRIMARY: "primary_filled",
    Style.DEFAULT: "default",
    Style.DANGER: "danger",
}


def plain(text: str) -> Json:
    """Text that is never read as markup."""
    return {"tag": "plain_text", "content": text}


def paragraph(text: str, **style: str) -> Json:
    """A paragraph of plain text."""
    return {"tag": "div", "text": {**plain(text), **style}}


def marked(content: str) -> Json:
    """A paragraph of markdown whose user text has been escaped."""
    return {"tag": "markdown", "content": content}


def block(shown: Block, people: People) -> list[Json]:
    """The elements of one block."""
    match shown:
        case Text():
            if (unmarked := markdown.unmarked(shown.spans)) is not None:
                return _unless_blank(unmarked)
            content = markdown.spans(shown.spans, people)
            return [marked(content)] if content.strip() else []
        case Fields():
            pairs = [{"is_short": True, "text": plain(f"{pair.label}\n{pair.value}")} for pair in shown.pairs]
            return [{"tag": "div", "fields": pairs}] if pairs else []
        case Progress():
            return _unless_blank(" ".join(word for word in (shown.label, shown.caption) if word))
        case PeopleBlock():
            return _people(shown, people)
        case Note():
            return _unless_blank(shown.text, text_size="notation", text_color="grey")
        case Divider():
            return [{"tag": "hr"}]
        case Picture():
            return []  # wants an uploaded image key; our surfaces promise none, so `fit` has put its meaning in words


def heading(group: Group) -> list[Json]:
    """The lines above the inputs of one group."""
    content = "\n".join(part for part in (markdown.bold(group.title), markdown.quiet(group.caption)) if part)
    return [marked(content)] if content else []


def button(shown: Button, surface: Surface, *, name: str, in_form: bool) -> Json:
    """A button that comes back to us with its action. In a form it sends the answers along."""
    value = {REF: shown.ref.encode()} | ({DIRECT: "1"} if surface is Surface.DIRECT else {})
    made: Json = {
        "tag": "button",
        "name": name,
        "type": _BUTTON_TYPE[shown.style],
        "text": plain(shown.label),
        "behaviors": [{"type": "callback", "value": value}],
    }
    if in_form:
        made["form_action_type"] = "submit"
    if shown.confirm:
        made["confirm"] = {"title": plain(shown.confirm.title), "text": plain(shown.confirm.text)}
    return made


def link(shown: Link, *, name: str) -> Json:
    """A button that opens a web page; dead when the address does not lead to the web."""
    made: Json = {"tag": "button", "name": name, "type": "default", "text": plain(shown.label)}
    url = markdown.web_url(shown.url)
    return made | ({"behaviors": [{"type": "open_url", "default_url": url}]} if url else {"disabled": True})


def row(buttons: list[Json]) -> list[Json]:
    """Buttons side by side, wrapping where there is no room."""
    if len(buttons) < 2:
        return buttons
    columns = [{"tag": "column", "width": "auto", "elements": [made]} for made in buttons]
    return [{"tag": "column_set", "flex_mode": "flow", "horizontal_spacing": "8px", "columns": columns}]


def count(part: Any) -> int:
    """How many elements a card or a part of it has: objects with a `tag`, text objects included."""
    if isinstance(part, dict):
        return ("tag" in part) + sum(count(inner) for inner in part.values())
    return sum(count(inner) for inner in part) if isinstance(part, list) else 0


def _unless_blank(text: str, **style: str) -> list[Json]:
    return [paragraph(text, **style)] if text.strip() else []


def _people(shown: PeopleBlock, people: People) -> list[Json]:
    """Avatars for those who have an identity here, names for the others. One unknown id must not sink the card."""
    known = [found for ref in shown.people if (found := markdown.open_id(ref.person_id, people))]
    others = [markdown.name_of(ref, people) for ref in shown.people if not markdown.open_id(ref.person_id, people)]
    made: list[Json] = []
    if known:
        persons = [{"id": found} for found in dict.fromkeys(known)]
        made.append(
            {
                "tag": "person_list",
                "persons": persons,
                "show_name": True,
                "show_avatar": True,
                "size": "small",
                "drop_invalid_user_id": True,
            }
        )
    return made + _unless_blank("、".join(others))
