"""Where a card's words go: title, rows, paragraph, quote — and for forms the one line beside the title."""

from collections.abc import Iterator
from typing import Any

from adapters.wecom.limits import DESC, JUMP_TITLE, JUMPS, KEYNAME, ROWS, SOURCE, SUB_TITLE, VALUE
from cards.model import Card, Field, Fields, Link, Note, Picture, Tone
from cards.plain import block_text

Json = dict[str, Any]

BRAND = "Bida"
_COLOURS = {Tone.NEUTRAL: 0, Tone.INFO: 1, Tone.SUCCESS: 3, Tone.WARNING: 2, Tone.DANGER: 2}
_LINK_KEYNAME = {"zh": "链接"}


def source(card: Card, desc: str = BRAND) -> Json:
    """The small line on top, coloured by the card's tone: 0 grey, 1 black, 2 red, 3 green."""
    return {"desc": desc, "desc_color": _COLOURS[card.header.tone]}


def spread(card: Card, *, jumps: bool) -> Json:
    """Words of a card that has room: `main_title`, `sub_title_text`, `quote_area`, `horizontal_content_list`,
    `jump_list` and `card_action`. `jumps`: whether links may be a jump list. Nothing is lost: what is too long for its
    place goes to the paragraph, what the paragraph cannot take to the quote, which has no documented limit."""
    links = [action for action in card.actions if isinstance(action, Link)]
    listed = [link for link in links if len(link.label) <= JUMP_TITLE][:JUMPS] if jumps else []
    rows = [_link_row(link, card.locale) for link in links if link not in listed]
    lines = list(_headings(card))
    subtitle = one_line(card.header.subtitle)
    title: Json = {"title": one_line(card.header.title)}
    if subtitle and len(subtitle) <= DESC:
        title["desc"] = subtitle
    elif subtitle:
        lines.insert(0, subtitle)
    notes: list[str] = []
    for block in card.blocks:
        if isinstance(block, Fields):
            for pair in block.pairs:
                fitting = len(rows) < ROWS and pair.label and len(pair.label) <= KEYNAME and len(pair.value) <= VALUE
                if fitting:
                    rows.append({"keyname": one_line(pair.label), "value": one_line(pair.value)})
                else:
                    lines.append(_pair(pair, card.locale))
        elif not isinstance(block, Picture) and (text := block_text(block, card.locale).strip()):
            (notes if isinstance(block, Note) else lines).append(text)
    paragraph, rest = _paragraph(lines)
    words: Json = {"source": source(card), "main_title": title}
    if paragraph:
        words["sub_title_text"] = paragraph
    if quote := "\n".join([*rest, *notes]):
        words["quote_area"] = {"type": 0, "quote_text": quote}
    if rows:
        words["horizontal_content_list"] = rows
    if listed:
        words["jump_list"] = [{"type": 1, "title": link.label, "url": link.url} for link in listed]
    if links:
        words["card_action"] = {"type": 1, "url": links[0].url}
    return words


def beside_picture(words: Json) -> Json:
    """The same words for a news notice, which has no paragraph: it opens the quote (§4.1)."""
    paragraph = words.pop("sub_title_text", "")
    quote = words.get("quote_area", {}).get("quote_text", "")
    if said := "\n".join(part for part in (paragraph, quote) if part):
        words["quote_area"] = {"type": 0, "quote_text": said}
    return words


def condensed(card: Card) -> Json:
    """Words of a form that has only `source` and `main_title`: group headings and text share the title's second line,
    a short subtitle stands on top."""
    subtitle = one_line(card.header.subtitle)
    above = subtitle if 0 < len(subtitle) <= SOURCE else BRAND
    parts = [*_headings(card), *(one_line(block_text(block, card.locale)) for block in card.blocks)]
    if subtitle and above != subtitle:
        parts.insert(0, subtitle)
    said = [part for part in parts if part]
    # `fit` counts one character between two parts; the wider separator is used where there is room for it.
    desc = next((text for text in (" · ".join(said), "·".join(said)) if len(text) <= DESC), "·".join(said))
    title = {"title": one_line(card.header.title)} | ({"desc": desc} if desc else {})
    return {"source": source(card, above), "main_title": title}


def one_line(text: str) -> str:
    """Text for a place that has no line breaks."""
    return " ".join(text.split())


def _headings(card: Card) -> Iterator[str]:
    """Titles and captions of the groups that are asked about, in the order of their first inputs."""
    groups = {group.key: group for group in card.groups}
    for key in dict.fromkeys(asked.group for asked in card.inputs):
        if key in groups and (heading := one_line(f"{groups[key].title} {groups[key].caption}")):
            yield heading


def _pair(pair: Field, locale: str) -> str:
    return one_line(block_text(Fields((pair,)), locale))


def _link_row(link: Link, locale: str) -> Json:
    keyname = _LINK_KEYNAME.get(locale.partition("-")[0], "Link")
    return {"type": 1, "keyname": keyname, "value": one_line(link.label), "url": link.url}


def _paragraph(lines: list[str]) -> tuple[str, list[str]]:
    """As many whole lines as the paragraph takes, and the rest."""
    taken: list[str] = []
    for line in lines:
        if len("\n".join([*taken, line])) > SUB_TITLE:
            break
        taken.append(line)
    return "\n".join(taken), lines[len(taken) :]
