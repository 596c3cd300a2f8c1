"""Reading what the bot answers to a callback, strictly (wecom.md §1.4, §4.6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from adapters.simulation import Json
from adapters.wecom.simulator.crypto import Crypto, CryptoRefused


class PassiveRefused(Exception):
    """The answer is not one the platform would act on. The text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passive:
    """A decrypted answer. `content` is the text, `{"replace_name": …}`, or the card in the names of the JSON API."""

    kind: str
    content: Json


@dataclass(frozen=True, slots=True)
class _Block:
    """An element with children: its JSON name, its children, and whether it may be repeated."""

    name: str
    children: "Mapping[str, _Block | _Leaf]"
    many: bool = False


@dataclass(frozen=True, slots=True)
class _Leaf:
    name: str
    read: Callable[[str], object] = str


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return text.lower() in ("true", "1")


_Rules = Mapping[str, "_Block | _Leaf"]
_TITLES: _Rules = {"Title": _Leaf("title"), "Desc": _Leaf("desc")}
_LINK: _Rules = {
    "Type": _Leaf("type", int),
    "Url": _Leaf("url"),
    "AppId": _Leaf("appid"),
    "PagePath": _Leaf("pagepath"),
}
_OPTION: _Rules = {"Id": _Leaf("id"), "Text": _Leaf("text")}
_DISABLE: _Rules = {"Disable": _Leaf("disable", _truth), "QuestionKey": _Leaf("question_key")}
_SELECT: _Rules = {
    **_DISABLE, "Title": _Leaf("title"), "SelectedId": _Leaf("selected_id"),
    "OptionList": _Block("option_list", _OPTION, many=True),
}  # fmt: skip

CARD: _Rules = {
    "CardType": _Leaf("card_type"),
    "TaskId": _Leaf("task_id"),
    "Source": _Block(
        "source", {"IconUrl": _Leaf("icon_url"), "Desc": _Leaf("desc"), "DescColor": _Leaf("desc_color", int)}
    ),
    "ActionMenu": _Block("action_menu", {
        "Desc": _Leaf("desc"),
        "ActionList": _Block("action_list", {"Text": _Leaf("text"), "Key": _Leaf("key")}, many=True),
    }),
    "MainTitle": _Block("main_title", _TITLES),
    "QuoteArea": _Block("quote_area", {**_LINK, "Title": _Leaf("title"), "QuoteText": _Leaf("quote_text")}),
    "EmphasisContent": _Block("emphasis_content", _TITLES),
    "SubTitleText": _Leaf("sub_title_text"),
    "HorizontalContentList": _Block("horizontal_content_list", {
        "KeyName": _Leaf("keyname"), "Value": _Leaf("value"), "Type": _Leaf("type", int), "Url": _Leaf("url"),
        "MediaId": _Leaf("media_id"), "UserId": _Leaf("userid"),
    }, many=True),
    "JumpList": _Block("jump_list", {**_LINK, "Title": _Leaf("title")}, many=True),
    "CardAction": _Block("card_action", _LINK),
    "ImageTextArea": _Block("image_text_area", {
        "Type": _Leaf("type", int), "Url": _Leaf("url"), **_TITLES, "ImageUrl": _Leaf("image_url"),
    }),
    "CardImage": _Block("card_image", {"Url": _Leaf("url"), "AspectRatio": _Leaf("aspect_ratio", float)}),
    "VerticalContentList": _Block("vertical_content_list", _TITLES, many=True),
    "ButtonSelection": _Block("button_selection", _SELECT),
    "ButtonList": _Block(
        "button_list", {"Text": _Leaf("text"), "Style": _Leaf("style", int), "Key": _Leaf("key")}, many=True
    ),
    "CheckBox": _Block("checkbox", {
        **_DISABLE, "Mode": _Leaf("mode", int),
        "OptionList": _Block("option_list", {**_OPTION, "IsChecked": _Leaf("is_checked", _truth)}, many=True),
    }),
    "SelectList": _Block("select_list", _SELECT, many=True),
    "SubmitButton": _Block("submit_button", {"Text": _Leaf("text"), "Key": _Leaf("key")}),
    "ReplaceText": _Leaf("replace_text"),
}  # fmt: skip
"""The element set of §4.6: CamelCase names, lists as repeated siblings."""


def read_passive(crypto: Crypto, corp_id: str, person: str, body: bytes) -> Passive:
    """Open, check and read an answer to `person`. Raises `PassiveRefused`."""
    outer = _leaves(_parse(body), {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"})
    try:
        inner = crypto.open(outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"], outer["Encrypt"])
    except CryptoRefused as error:
        raise PassiveRefused(f"envelope: {error}") from error
    return read_reply(inner, corp_id, person)


def read_reply(inner: bytes, corp_id: str, person: str) -> Passive:
    """Read a decrypted answer. Raises `PassiveRefused`."""
    root = _parse(inner)
    kind = _text(root, "MsgType")
    _expect(_text(root, "ToUserName") == person, "ToUserName is not the member")
    _expect(_text(root, "FromUserName") == corp_id, "FromUserName is not the corp id")
    _expect(_text(root, "CreateTime").isdigit(), "CreateTime is not a number")
    head = {"ToUserName", "FromUserName", "CreateTime", "MsgType"}
    if kind == "text":
        return Passive(kind=kind, content={"content": _leaves(root, head | {"Content"})["Content"]})
    payloads = {"update_button": "Button", "update_template_card": "TemplateCard"}
    _expect(kind in payloads, f"MsgType {kind} is not answered here")
    rest = [child for child in root if child.tag not in head]
    _expect([child.tag for child in rest] == [payloads[kind]], f"{kind} has exactly one {payloads[kind]}")
    if kind == "update_button":
        name = _leaves(rest[0], {"ReplaceName"})["ReplaceName"]
        _expect(name, "ReplaceName is empty")
        return Passive(kind=kind, content={"replace_name": name})
    return Passive(kind=kind, content=_object(rest[0], CARD))


def _object(element: Element, children: _Rules) -> Json:
    value: Json = {}
    _expect(not (element.text or "").strip(), f"text inside {element.tag}")
    for child in element:
        rule = children.get(child.tag)
        if rule is None:
            raise PassiveRefused(f"unknown element {child.tag} in {element.tag}")
        if isinstance(rule, _Block) and rule.many:
            value.setdefault(rule.name, []).append(_object(child, rule.children))
            continue
        _expect(rule.name not in value, f"{child.tag} is repeated")
        value[rule.name] = _object(child, rule.children) if isinstance(rule, _Block) else _leaf(child, rule)
    return value


def _leaf(element: Element, rule: _Leaf) -> object:
    _expect(len(element) == 0, f"{element.tag} holds elements")
    try:
        return rule.read(element.text or "")
    except ValueError as error:
        raise PassiveRefused(f"{element.tag} has the wrong type") from error


def _parse(body: bytes) -> Element:
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise PassiveRefused("not XML") from error
    _expect(root.tag == "xml", "the root is not xml")
    return root


def _leaves(element: Element, names: set[str]) -> dict[str, str]:
    """The texts of children named exactly `names`, each once, no others."""
    found = [child.tag for child in element]
    _expect(sorted(found) == sorted(names), f"{element.tag} has exactly {', '.join(sorted(names))}")
    return {child.tag: child.text or "" for child in element}


def _text(element: Element, name: str) -> str:
    found = element.findall(name)
    _expect(len(found) == 1, f"exactly one {name}")
    return found[0].text or ""


def _expect(condition: object, reason: str) -> None:
    if not condition:
        raise PassiveRefused(reason)
