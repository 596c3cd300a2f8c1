"""The platform's known bad days as ready-made faults (dingtalk.md §5.2, §9 item 10)."""

import json

from adapters.simulation import Fault


def _v1(status: int, code: str, path: str, times: int, *, after: bool = False) -> Fault:
    body = json.dumps({"requestid": "F00D", "code": code, "message": code}).encode()
    return Fault(path=path, times=times, status=status, body=body, after=after)


def qps(path: str = "", times: int = 1) -> Fault:
    return _v1(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", path, times)


def monthly_quota(path: str = "", times: int = 1) -> Fault:
    return _v1(403, "Forbidden.AccessDenied.ApiCountLimitForOrg", path, times)


def timeout_after_success(path: str = "", times: int = 1) -> Fault:
    """The gateway's 504 although the call took effect."""
    return _v1(504, "GatewayTimeout", path, times, after=True)


def system_busy(path: str = "", times: int = 1) -> Fault:
    return _v1(500, "system.busy", path, times)


def auth_failed(path: str = "/v1.0/gateway/connections/open", times: int = 1) -> Fault:
    body = json.dumps({"requestid": "F00D", "code": "authFailed", "message": "鉴权失败"}).encode()
    return Fault(path=path, times=times, status=401, body=body)


def ip_ban_html(path: str = "", times: int = 1) -> Fault:
    page = b"<!doctype html><html><body>punish: deny</body></html>"
    return Fault(path=path, times=times, status=200, body=page, headers={"Content-Type": "text/html"})


def ip_ban_json(path: str = "", times: int = 1) -> Fault:
    body = b'{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"0"}'
    return Fault(path=path, times=times, status=200, body=body)


def legacy_throttled(path: str = "", times: int = 1) -> Fault:
    return Fault(path=path, times=times, body=b'{"errcode":90018,"errmsg":"qps limit"}')
