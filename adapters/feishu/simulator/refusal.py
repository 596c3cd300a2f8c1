"""What the simulated platform answers when it says no."""

from collections.abc import Mapping


class Refusal(Exception):
    """An API call refused with the platform's `code` and `msg` (feishu.md §5.2). Becomes `{"code","msg","error"}`."""

    def __init__(self, code: int, msg: str, *, status: int = 400, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code} {msg}")
        self.code = code
        self.msg = msg
        self.status = status
        self.headers = dict(headers or {})


class BadCard(Exception):
    """A card the platform would not take: sub-code of 230099, where in the card, and why (§5.2 end)."""

    def __init__(self, code: int, path: str, why: str) -> None:
        super().__init__(f"ErrCode: {code}; ErrPath: {path}; ErrMsg: {why}")
        self.code = code
        self.path = path
        self.why = why

    def as_refusal(self) -> Refusal:
        """The refusal a message call answers with."""
        return Refusal(230099, f"Failed to create card content, ext={self}; ")


class TooLong(Exception):
    """More bytes than the message type may have (230025)."""


def field_error(why: str) -> Refusal:
    """A request field that is missing or of the wrong type (99992402)."""
    return Refusal(99992402, f"field validation failed: {why}")
