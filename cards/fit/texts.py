"""What is read: bars, names, fields, the title, and running text that has no room."""

from cards.fit.draft import Draft
from cards.fit.labels import shorten
from cards.fit.limits import asked_groups, heading_parts, room_for_text, text_length
from cards.fit.pictures import room_for_pictures, shown_pictures
from cards.model import (
    Block,
    Divider,
    Fields,
    Group,
    Header,
    People,
    PersonRef,
    Picture,
    Plain,
    Progress,
    Span,
    Text,
    WebLink,
)
from cards.plain import block_text, progress_text, span_text


def fit_blocks(draft: Draft) -> None:
    """Word what the surface cannot draw."""
    room = draft.caps.max_fields or len(draft.blocks) * 1000
    drawn = shown_pictures(draft.blocks, room_for_pictures(draft.card.inputs, draft.card.actions, draft.caps))
    blocks: list[Block] = []
    for place, block in enumerate(draft.blocks):
        match block:
            case Picture(alt=alt) if place not in drawn:
                if alt:
                    blocks.append(Text((Plain(alt),)))
                draft.note("picture", "text" if alt else "nothing")
            case Progress():
                blocks.append(Text((Plain(progress_text(block)),)))
                draft.note("progress", "text")
            case People() if not draft.caps.mention_person:
                blocks.append(Text((Plain(block_text(block, draft.card.locale)),)))
                draft.note("people", "names")
            case Text(spans):
                blocks.append(Text(tuple(_span(draft, span) for span in spans)))
            case Fields(pairs) if len(pairs) > room:
                if room:
                    blocks.append(Fields(pairs[:room]))
                blocks.append(Text((Plain(block_text(Fields(pairs[room:]), draft.card.locale)),)))
                draft.note("fields", "text")
                room = 0
            case Fields(pairs):
                blocks.append(block)
                room -= len(pairs)
            case _:
                blocks.append(block)
    draft.blocks = blocks


def fit_title(draft: Draft) -> None:
    """Shorten a title that is too long and say it whole after the card."""
    limit = draft.caps.title
    header = draft.header
    if limit and len(header.title) > limit:
        draft.header = Header(shorten(header.title, limit), header.subtitle, header.tone)
        draft.rest.insert(0, header.title)
        draft.note("title", "rest")


def fit_text(draft: Draft) -> None:
    """Keep the running text from its beginning as far as it fits; what remains is said whole after the card."""
    inputs = [item.input for item in draft.asked]
    limit = room_for_text(inputs, len(draft.actions), draft.groups, draft.caps)
    if not limit:
        return
    reserved = _fit_headings(draft, limit) if draft.asked else []
    said: list[str] = []
    blocks: list[Block] = []
    for block in draft.blocks:
        text = block_text(block, draft.card.locale)
        if not said and (not text or text_length([*reserved, text]) <= limit):
            blocks.append(block)
            reserved.append(text)
        elif text:
            said.append(text)
            draft.note(f"block:{block.type}", "rest")
    draft.blocks = _without_idle_dividers(blocks) if said else blocks
    draft.rest[:0] = said


def _span(draft: Draft, span: Span) -> Span:
    if isinstance(span, PersonRef) and not draft.caps.mention_person:
        draft.note("person", "name")
        return Plain(span.name)
    if isinstance(span, WebLink) and not draft.caps.markdown:
        draft.note("link", "address")
        return Plain(span_text(span))
    return span


def _fit_headings(draft: Draft, limit: int) -> list[str]:
    """Make room for the groups' headings first: without them nobody knows what is asked. Returns what they show."""
    groups = asked_groups(tuple(draft.groups), tuple(item.input for item in draft.asked))
    subtitle = draft.header.subtitle
    if subtitle and text_length([subtitle, *heading_parts(groups)]) > limit:
        draft.rest.append(subtitle)
        draft.note("subtitle", "rest")
        subtitle = ""
        draft.header = Header(draft.header.title, "", draft.header.tone)
    for place in range(len(groups) - 1, -1, -1):
        if groups[place].caption and text_length(heading_parts(groups)) > limit:
            group = groups[place]
            draft.rest.append(_whole_heading(draft, group))
            draft.note(f"group:{group.key}", "caption in rest")
            groups[place] = _headed(group, group.title)
    if text_length(heading_parts(groups)) > limit:
        each = max(0, (limit - len(groups) + 1) // len(groups))
        for place, group in enumerate(groups):
            if len(group.title) > each:
                if not any(group.title in line for line in draft.rest):
                    draft.rest.append(group.title)
                draft.note(f"group:{group.key}", "title in rest")
                groups[place] = _headed(group, shorten(group.title, each))
    changed = {group.key: group for group in groups}
    draft.groups = [changed.get(group.key, group) for group in draft.groups]
    return [subtitle, *heading_parts(groups)]


def _headed(group: Group, title: str) -> Group:
    return Group(key=group.key, title=title, by_message=group.by_message)


def _whole_heading(draft: Draft, group: Group) -> str:
    if not group.title:
        return group.caption
    return draft.say("plain.pair", label=group.title, value=group.caption)


def _without_idle_dividers(blocks: list[Block]) -> list[Block]:
    """A line that no longer stands between two things goes."""
    kept: list[Block] = []
    for block in blocks:
        if not isinstance(block, Divider) or (kept and not isinstance(kept[-1], Divider)):
            kept.append(block)
    while kept and isinstance(kept[-1], Divider):
        kept.pop()
    return kept
