"""How the simulated platform says no: HTTP 200 with an errcode (wecom.md §4.8, §5.2)."""


class Refused(Exception):
    """An API call the platform refuses. `errcode` is what the caller may rely on; `errmsg` is for humans."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode}: {errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg


def need(condition: object, errcode: int, errmsg: str) -> None:
    """Refuse unless the condition holds. Raises `Refused`."""
    if not condition:
        raise Refused(errcode, errmsg)
