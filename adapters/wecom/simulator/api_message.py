"""message/send, message/update_template_card and message/recall (wecom.md §3.2–3.4)."""

import hashlib
from datetime import timedelta

import orjson

from adapters.simulation import Json, Resident
from adapters.wecom.simulator.calls import Call, Route, check_agent, names_of, text_of
from adapters.wecom.simulator.cards import INTERACTIVE, can_call_back, check_card
from adapters.wecom.simulator.chats import Copy
from adapters.wecom.simulator.company import Company
from adapters.wecom.simulator.contents import APP_TYPES, check_content
from adapters.wecom.simulator.refusal import Refused, need

RECALL_WITHIN = timedelta(hours=24)


async def send(company: Company, call: Call) -> Json:
    """Send one message to members. Partial failure is a success with `invaliduser`."""
    body = call.body
    check_agent(body, call)
    kind = text_of(body, "msgtype", 40008)
    need(kind in APP_TYPES, 40008, "invalid msgtype")
    earlier = _earlier(company, call)
    if earlier is not None:
        return earlier
    content = _content(company, kind, body)
    readers, bad = _recipients(company, body)
    need(readers, 81013, "user & party & tag all invalid")
    message_id = company.next_number()
    if kind == "template_card":
        _claim_task(company, content, call.agent_id, message_id)
    _put(company, call.agent_id, message_id, kind, content, readers)
    answer: Json = {**bad, "msgid": message_id}
    if kind == "template_card" and can_call_back(content):
        answer["response_code"] = company.codes.issue(message_id, call.agent_id, company.clock.now())
    _remember(company, call, answer)
    return answer


async def update_template_card(company: Company, call: Call) -> Json:
    """Change a card that was sent, by a response_code that has not been used."""
    body, now = call.body, company.clock.now()
    check_agent(body, call)
    value = text_of(body, "response_code", 60140)
    code = company.codes.require(value, now)
    need(code.agent_id == call.agent_id, 42015, "app differs from the sender")
    copies = company.chats.by_message.get(code.message_id, [])
    need(("button" in body) != ("template_card" in body), 40058, "either button or template_card")
    change = _change(company, body, copies)
    chosen, missing = _chosen(company, body, copies)
    need(chosen, 81013, "no valid recipient of this card")
    company.codes.spend(value)
    if value in company.open_clicks:
        company.problems.append("card updated while its callback was still open (§4.5)")
    for copy in chosen:
        apply_change(copy, change)
    return {"invaliduser": missing} if missing else {}


async def recall(company: Company, call: Call) -> Json:
    """Take a message back within 24 hours."""
    copies = company.chats.by_message.get(text_of(call.body, "msgid", 40058), [])
    need(copies and copies[0].agent_id == call.agent_id, 40058, "invalid msgid")
    need(company.clock.now() - copies[0].at < RECALL_WITHIN, 42052, "msgid too old")
    for copy in copies:
        copy.recalled = True
        copy.version += 1
    return {}


def apply_change(copy: Copy, change: Json) -> None:
    """Put a checked change on one reader's copy. The card keeps its task_id."""
    kept = {"task_id": copy.payload["task_id"]} if "task_id" in copy.payload else {}
    if "replace_name" in change:
        copy.payload = {**copy.payload, "replace_text": change["replace_name"]}
    else:
        copy.payload = {**change, **kept}
    copy.version += 1


def checked_card(company: Company, card: object, *, update: bool) -> Json:
    """A template_card the platform takes. Raises `Refused`."""
    check_card(
        card,
        update=update,
        refuse_unknown=company.rules.refuse_unknown_fields,
        is_member=company.is_member,
        is_media=company.has_media,
    )
    assert isinstance(card, dict)
    return card


def _content(company: Company, kind: str, body: Json) -> Json:
    if kind != "template_card":
        return check_content(company, kind, body)
    card = checked_card(company, body.get("template_card"), update=False)
    need(company.callback_url or not can_call_back(card), 43012, "no callback URL")
    return card


def _claim_task(company: Company, card: Json, agent_id: int, message_id: str) -> None:
    if "task_id" not in card:
        return
    key = (agent_id, card["task_id"])
    need(key not in company.chats.task_ids, company.rules.duplicate_task_errcode, "task_id already used")
    company.chats.task_ids[key] = message_id


def _recipients(company: Company, body: Json) -> tuple[list[Resident], Json]:
    lists = {name: _split(body, name) for name in ("touser", "toparty", "totag")}
    need(any(lists.values()), 82001, "no recipients")
    need(len(lists["touser"]) <= 1000, 82002, "too many users")
    need(len(lists["toparty"]) <= 100 and len(lists["totag"]) <= 100, 82003, "too many parties or tags")
    directory = company.directory
    if "@all" in lists["touser"]:
        return list(directory.residents.values()), {}
    found: dict[str, Resident] = {}
    bad_users = [one.lower() for one in lists["touser"] if directory.find(one) is None]
    for one in lists["touser"]:
        if (resident := directory.find(one)) is not None:
            found[resident.user_id] = resident
    known = {row["id"] for row in directory.department_rows()}
    parties = [one for one in lists["toparty"] if one.isdigit() and int(one) in known]
    for one in parties:
        found |= {resident.user_id: resident for resident in directory.members_of(int(one))}
    bad = {
        "invaliduser": "|".join(bad_users),
        "invalidparty": "|".join(one for one in lists["toparty"] if one not in parties),
        "invalidtag": "|".join(lists["totag"]),
    }
    return list(found.values()), {name: value for name, value in bad.items() if value}


def _split(body: Json, name: str) -> list[str]:
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise Refused(40058, f"{name} is a string")
    return [one for one in value.split("|") if one]


def _put(company: Company, agent_id: int, message_id: str, kind: str, content: Json, readers: list[Resident]) -> None:
    for reader in readers:
        if not company.within_limit(f"member {agent_id} {reader.user_id}", company.rules.member_limit):
            company.dropped += 1
            continue
        company.chats.put(
            Copy(
                message_id=message_id, chat=reader.user_id, person=reader.user_id, by="bot", kind=kind,
                payload=content, agent_id=agent_id, at=company.clock.now(),
            )
        )  # fmt: skip


def _key(call: Call) -> tuple[int, str]:
    body = orjson.dumps(call.body, option=orjson.OPT_SORT_KEYS)
    return call.agent_id, hashlib.sha256(body).hexdigest()


def _earlier(company: Company, call: Call) -> Json | None:
    if call.body.get("enable_duplicate_check") != 1:
        return None
    seconds = call.body.get("duplicate_check_interval", 1800)
    need(isinstance(seconds, int) and 0 < seconds <= 14400, 40058, "duplicate_check_interval")
    at, answer = company.sent_bodies.get(_key(call), (None, None))
    if at is None or company.clock.now() - at >= timedelta(seconds=seconds):
        return None
    return answer


def _remember(company: Company, call: Call, answer: Json) -> None:
    if call.body.get("enable_duplicate_check") == 1:
        company.sent_bodies[_key(call)] = (company.clock.now(), answer)


def _change(company: Company, body: Json, copies: list[Copy]) -> Json:
    if "template_card" in body:
        return checked_card(company, body["template_card"], update=True)
    button = body["button"]
    name = text_of(button if isinstance(button, dict) else {}, "replace_name")
    kinds = {copy.payload.get("card_type") for copy in copies}
    need(kinds <= INTERACTIVE, 40058, "only button, vote and multiple cards have a button to replace")
    return {"replace_name": name}


def _chosen(company: Company, body: Json, copies: list[Copy]) -> tuple[list[Copy], list[str]]:
    if body.get("atall") == 1:
        return copies, []
    wanted = {one.lower() for one in names_of(body, "userids", 1000)}
    missing = sorted(wanted - {copy.person.lower() for copy in copies})
    for party in names_of(body, "partyids", 100):
        wanted |= {one.user_id.lower() for one in company.directory.members_of(int(party) if party.isdigit() else 0)}
    names_of(body, "tagids", 100)
    need(wanted, 82001, "no recipients")
    return [copy for copy in copies if copy.person.lower() in wanted], missing


ROUTES = (
    Route(method="POST", path="message/send", answer=send),
    Route(method="POST", path="message/update_template_card", answer=update_template_card),
    Route(method="POST", path="message/recall", answer=recall),
)
