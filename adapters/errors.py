"""How an adapter says that something on the wire went wrong. Two families: at the door, and on the way out."""


class AdapterError(Exception):
    """Something between us and a messenger failed."""


# --- at the door: raised by `parse`, answered 401 or 400, changes nothing --------------------------------------------


class BadSignature(AdapterError):
    """The proof that the platform sent this is missing, wrong or stale."""


class Malformed(AdapterError):
    """The request proves its sender but is not of a shape we can read."""


# --- on the way out: raised by `send`, each with one reaction (design (f), "Sending") --------------------------------


class OutboundError(AdapterError):
    """A send did not succeed. `code` is the platform's own, for operators; never message text."""

    def __init__(self, code: str = "", detail: str = "") -> None:
        super().__init__(f"{type(self).__name__}({code})" + (f": {detail}" if detail else ""))
        self.code = code
        self.detail = detail


class RateLimited(OutboundError):
    """The platform asks us to wait `after` seconds; the attempt does not count. The whole bucket sleeps, unless
    `only_here`: then it is this conversation alone that has had enough."""

    def __init__(self, code: str = "", detail: str = "", *, after: float = 1.0, only_here: bool = False) -> None:
        super().__init__(code, detail)
        self.after = after
        self.only_here = only_here


class Transient(OutboundError):
    """Worth trying again: 5xx, timeout, a code we do not know."""


class AuthExpired(OutboundError):
    """The token is no longer good: refresh once, retry now; a second time it is `Transient`."""


class Unreachable(OutboundError):
    """This person or chat cannot be reached by us any more; trying again is no use."""


class Rejected(OutboundError):
    """The platform refuses this payload: the plain text is sent once instead, and it is an alarm."""
