"""Tokens, members, departments, login codes and callback addresses (wecom.md §1.7, §3.1, §3.9, §3.10)."""

from adapters.simulation import Json, Resident
from adapters.wecom.simulator.calls import Call, Route, text_of
from adapters.wecom.simulator.company import CALLBACK_IPS, Company
from adapters.wecom.simulator.directory import ROOT
from adapters.wecom.simulator.refusal import Refused, need


async def gettoken(company: Company, call: Call) -> Json:
    query = call.query
    return company.tokens.issue(query.get("corpid", ""), query.get("corpsecret", ""), company.rules.secret_error_limit)


async def user_get(company: Company, call: Call) -> Json:
    return _describe(company, _visible(company, text_of(call.query, "userid", 40003)))


async def user_simplelist(company: Company, call: Call) -> Json:
    members = company.directory.members_of(_department(company, call, "department_id"))
    number = _department(company, call, "department_id")
    return {"userlist": [{"userid": one.user_id, "name": one.name, "department": [number]} for one in members]}


async def user_list(company: Company, call: Call) -> Json:
    members = company.directory.members_of(_department(company, call, "department_id"))
    return {"userlist": [_describe(company, one) for one in members]}


async def user_getuserid(company: Company, call: Call) -> Json:
    """By mobile number. Failures above a fifth of the company's size block the call for the day."""
    mobile = text_of(call.body, "mobile")
    need(5 <= len(mobile.encode()) <= 32, 40058, "mobile of 5 to 32 bytes")
    directory, today = company.directory, company.clock.now().date()
    need(directory.failed_lookups[today] <= len(directory.residents) / 5, 45009, "too many failed look-ups")
    for one in directory.residents.values():
        if one.mobile == mobile:
            return {"userid": one.user_id}
    directory.failed_lookups[today] += 1
    raise Refused(46004, "user not found")


async def department_list(company: Company, call: Call) -> Json:
    wanted = _department(company, call, "id") if call.query.get("id") else ROOT
    rows = company.directory.department_rows()
    return {"department": [row for row in rows if wanted in (ROOT, row["id"])]}


async def department_get(company: Company, call: Call) -> Json:
    wanted = _department(company, call, "id")
    return {"department": next(row for row in company.directory.department_rows() if row["id"] == wanted)}


async def getuserinfo(company: Company, call: Call) -> Json:
    """Who a login code belongs to. Raises `Refused` 40029 for an unknown or old code, 42022 for a used one."""
    code = company.oauth_codes.get(call.query.get("code", ""))
    if code is None or company.clock.now() >= code.expires_at:
        raise Refused(40029, "invalid code")
    need(not code.used, 42022, "code already used")
    code.used = True
    return {"userid": code.person} if code.person else {"openid": "outsider", "external_userid": ""}


async def getcallbackip(company: Company, call: Call) -> Json:
    return {"ip_list": list(CALLBACK_IPS)}


def _visible(company: Company, user_id: str) -> Resident:
    resident = company.directory.find(user_id)
    if resident is None:
        raise Refused(60111, "userid not found")
    return resident


def _describe(company: Company, resident: Resident) -> Json:
    return company.directory.describe(resident, hide_sensitive=company.rules.hide_sensitive)


def _department(company: Company, call: Call, name: str) -> int:
    value = call.query.get(name, "")
    known = {row["id"] for row in company.directory.department_rows()}
    need(value.isdigit() and int(value) in known, 60003, "department not found")
    return int(value)


ROUTES = (
    Route(method="GET", path="gettoken", answer=gettoken, token=False),
    Route(method="GET", path="user/get", answer=user_get),
    Route(method="GET", path="user/simplelist", answer=user_simplelist),
    Route(method="GET", path="user/list", answer=user_list),
    Route(method="POST", path="user/getuserid", answer=user_getuserid),
    Route(method="GET", path="department/list", answer=department_list),
    Route(method="GET", path="department/get", answer=department_get),
    Route(method="GET", path="auth/getuserinfo", answer=getuserinfo),
    Route(method="GET", path="getcallbackip", answer=getcallbackip),
)
