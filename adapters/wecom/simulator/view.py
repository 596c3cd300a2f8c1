"""How a message looks to its reader: text, fields and buttons of a template_card (wecom.md §4)."""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.simulation import PICTURE, Choosable, Field, Json, Press, Seen
from adapters.wecom.simulator.chats import Copy


@dataclass(frozen=True, slots=True)
class Question:
    """A drop-down, or the checkbox block of a vote; `several` says whether more than one option may be chosen."""

    block: Json
    vote: bool = False
    several: bool = False


def show(copy: Copy) -> Seen:
    """What the reader sees now. A recalled message shows nothing but that."""
    if copy.recalled:
        return Seen(
            message_id=copy.message_id, chat=copy.chat, by=copy.by, kind=copy.kind, text="", payload={},
            version=copy.version, recalled=True,
        )  # fmt: skip
    card = copy.payload if copy.kind == "template_card" else None
    return Seen(
        message_id=copy.message_id,
        chat=copy.chat,
        by=copy.by,
        kind=copy.kind,
        text="\n".join(line for line in (_plain(copy) if card is None else _lines(card)) if line),
        payload=copy.payload,
        version=copy.version,
        fields=() if card is None else tuple(_field(question) for question in questions(card)),
        buttons=() if card is None else tuple(presses(card)),
        picture=str(copy.payload.get("media_id", "")) if copy.kind == "image" else "",
    )


def questions(card: Json) -> list[Question]:
    """The card's inputs in the order shown."""
    if "checkbox" in card:
        return [Question(card["checkbox"], vote=True, several=card["checkbox"].get("mode", 0) == 1)]
    if "select_list" in card:
        return [Question(select) for select in card["select_list"]]
    return [Question(card["button_selection"])] if "button_selection" in card else []


def chosen(question: Question) -> tuple[str, ...]:
    """What is chosen before anybody touches it: a drop-down falls back on its first option, a vote on nothing."""
    options = question.block["option_list"]
    if question.vote:
        return tuple(option["id"] for option in options if option.get("is_checked"))
    offered = [str(option["id"]) for option in options]
    wanted = str(question.block.get("selected_id", ""))
    return (wanted if wanted in offered else offered[0],)


def presses(card: Json) -> Iterator[Press]:
    """Everything that can be pressed; `replace_text` greys the buttons that call back."""
    grey = card.get("replace_text", "")
    asks = bool(questions(card))
    for button in card.get("button_list", []):
        if button.get("type", 0) == 1:
            yield Press(key="", label=button["text"], url=button["url"])
        else:
            yield Press(key=button["key"], label=grey or button["text"], submits=asks, enabled=not grey)
    if "submit_button" in card:
        submit = card["submit_button"]
        yield Press(key=submit["key"], label=grey or submit.get("text", "提交"), submits=True, enabled=not grey)
    for action in card.get("action_menu", {}).get("action_list", []):
        yield Press(key=action["key"], label=action["text"])
    for jump in card.get("jump_list", []):
        if jump.get("type") == 1:
            yield Press(key="", label=jump["title"], url=jump["url"])
    if card.get("card_action", {}).get("type") == 1:
        yield Press(key="", label=card.get("main_title", {}).get("title", ""), url=card["card_action"]["url"])


def _field(question: Question) -> Field:
    options = tuple(Choosable(option["id"], option["text"]) for option in question.block["option_list"])
    now = chosen(question)
    return Field(
        name=question.block["question_key"],
        label=question.block.get("title", ""),
        kind="choices" if question.several else "choice",
        value=now if question.several else (now[0] if now else ""),
        required=True,
        options=options,
    )


def _plain(copy: Copy) -> Iterator[str]:
    content = copy.payload
    if copy.kind == "image":
        yield PICTURE
    elif "articles" in content:
        for article in content["articles"]:
            yield article["title"]
            yield article.get("description", "")
    else:
        yield from (str(content.get(name, "")) for name in ("title", "description", "content"))


def _lines(card: Json) -> Iterator[str]:
    yield card.get("source", {}).get("desc", "")
    for block in ("main_title", "emphasis_content", "image_text_area"):
        yield from (card.get(block, {}).get(name, "") for name in ("title", "desc"))
    quote = card.get("quote_area", {})
    yield from (quote.get("title", ""), quote.get("quote_text", ""), card.get("sub_title_text", ""))
    for row in card.get("horizontal_content_list", []):
        yield f"{row['keyname']}: {row.get('value', '')}"
    for row in card.get("vertical_content_list", []):
        yield from (row["title"], row.get("desc", ""))
    for question in questions(card):
        labels = {option["id"]: option["text"] for option in question.block["option_list"]}
        if question.vote:
            yield from labels.values()
        else:
            yield f"{question.block.get('title', '')}: {labels[chosen(question)[0]]}"
    seen: set[str] = set()
    for press in presses(card):
        if press.label not in seen and not _is_card_action(card, press):
            yield press.label
        seen.add(press.label)


def _is_card_action(card: Json, press: Press) -> bool:
    return bool(press.url) and press.url == card.get("card_action", {}).get("url")
