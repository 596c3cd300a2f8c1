"""The app's menu with its byte limits (wecom.md §3.8)."""

from adapters.simulation import Json
from adapters.wecom.simulator.calls import Call, Route
from adapters.wecom.simulator.company import Company
from adapters.wecom.simulator.refusal import Refused, need

TYPES = frozenset({
    "click", "view", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
    "location_select", "view_miniprogram",
})  # fmt: skip


async def create(company: Company, call: Call) -> Json:
    """Replace the whole menu."""
    _check_agent(call)
    buttons = call.body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(40016, "1 to 3 buttons")
    for button in buttons:
        _check_size(button, "name", 16, 40018)
        if "sub_button" in button:
            subs = button["sub_button"]
            need(isinstance(subs, list) and 1 <= len(subs) <= 5, 40023, "1 to 5 sub buttons")
            for sub in subs:
                need("sub_button" not in sub, 40022, "two levels only")
                _check_size(sub, "name", 40, 40025)
                _check_action(company, sub, (40024, 40026, 40027))
        else:
            _check_action(company, button, (40017, 40019, 40020))
    company.menus[call.agent_id] = {"button": buttons}
    return {}


async def get(company: Company, call: Call) -> Json:
    _check_agent(call)
    need(call.agent_id in company.menus, 46003, "no menu")
    return company.menus[call.agent_id]


async def delete(company: Company, call: Call) -> Json:
    _check_agent(call)
    company.menus.pop(call.agent_id, None)
    return {}


def menu_keys(menu: Json) -> list[str]:
    """The keys somebody can press in a menu."""
    buttons = [sub for button in menu["button"] for sub in button.get("sub_button", [button])]
    return [button["key"] for button in buttons if button.get("type") == "click"]


def _check_agent(call: Call) -> None:
    wanted = call.query.get("agentid", "")
    need(wanted.isdigit(), 40056, "invalid agentid")
    need(int(wanted) == call.agent_id, 301002, "agentid does not match the access_token")


def _check_action(company: Company, button: Json, codes: tuple[int, int, int]) -> None:
    kind = button.get("type")
    need(kind in TYPES, codes[0], "button type")
    if kind == "click":
        need(company.callback_url, 43012, "click needs callback mode")
    if kind == "view":
        _check_size(button, "url", 1024, codes[2])
    elif kind != "view_miniprogram":
        _check_size(button, "key", 128, codes[1])


def _check_size(button: Json, name: str, most: int, errcode: int) -> None:
    value = button.get(name)
    need(isinstance(value, str) and 0 < len(value.encode()) <= most, errcode, f"{name} of 1 to {most} bytes")


ROUTES = (
    Route(method="POST", path="menu/create", answer=create),
    Route(method="GET", path="menu/get", answer=get),
    Route(method="GET", path="menu/delete", answer=delete),
)
