"""The one door to lark-oapi: its AES cipher and its catalogue of API calls, without its import-everything package.

`import lark_oapi` executes ten thousand modules (seconds, 170 MB; feishu.md §6.1). We load single leaf modules under
empty stand-ins for their parent packages, take the classes, and leave `sys.modules` as it was, so that a program that
wants the whole SDK still gets it. A test loads the same names the ordinary way and fails when upstream moves them.
"""

import importlib
import importlib.util
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

PACKAGE = "lark_oapi"
CIPHER = ("lark_oapi.core.utils.decryptor", "AESCipher")
_IM = "lark_oapi.api.im.v1.model"
_CONTACT = "lark_oapi.api.contact.v3.model"
CATALOGUE: Mapping[str, str] = {
    "CreateMessageRequest": f"{_IM}.create_message_request",
    "CreateMessageRequestBody": f"{_IM}.create_message_request_body",
    "ReplyMessageRequest": f"{_IM}.reply_message_request",
    "ReplyMessageRequestBody": f"{_IM}.reply_message_request_body",
    "PatchMessageRequest": f"{_IM}.patch_message_request",
    "PatchMessageRequestBody": f"{_IM}.patch_message_request_body",
    "DeleteMessageRequest": f"{_IM}.delete_message_request",
    "GetUserRequest": f"{_CONTACT}.get_user_request",
    "GetDepartmentRequest": f"{_CONTACT}.get_department_request",
}
"""Class name → leaf module, of every request we make."""

_loading = threading.Lock()


class SdkMoved(ImportError):
    """lark-oapi no longer keeps a class where the pinned version had it."""


class Cipher(Protocol):
    """AES-256-CBC under SHA-256 of the encrypt key, IV first (feishu.md §1.3)."""

    def decrypt(self, enc: bytes) -> bytes:
        """The plaintext. Raises `ValueError` for a wrong length or padding."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One API call as the catalogue describes it, for our transport to make. `path` has its parameters filled in."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any] | None


def cipher(encrypt_key: str) -> Cipher:
    """The SDK's cipher for one app's encrypt key."""
    made: Cipher = _cipher_class()(encrypt_key)
    return made


def create_message(*, receive_id_type: str, receive_id: str, msg_type: str, content: str, uuid: str) -> Call:
    """Send a message (feishu.md §4.2). `content` is JSON text."""
    sdk = catalogue()
    body = {"receive_id": receive_id, "msg_type": msg_type, "content": content, "uuid": uuid}
    request = sdk["CreateMessageRequest"].builder().receive_id_type(receive_id_type)
    return _call(request.request_body(sdk["CreateMessageRequestBody"](body)).build())


def reply_message(*, message_id: str, msg_type: str, content: str, uuid: str) -> Call:
    """Answer a message within its thread (feishu.md §4.2)."""
    sdk = catalogue()
    body = {"msg_type": msg_type, "content": content, "reply_in_thread": True, "uuid": uuid}
    request = sdk["ReplyMessageRequest"].builder().message_id(message_id)
    return _call(request.request_body(sdk["ReplyMessageRequestBody"](body)).build())


def patch_message(*, message_id: str, content: str) -> Call:
    """Replace the card of a message (feishu.md §1.12)."""
    sdk = catalogue()
    request = sdk["PatchMessageRequest"].builder().message_id(message_id)
    return _call(request.request_body(sdk["PatchMessageRequestBody"]({"content": content})).build())


def delete_message(message_id: str) -> Call:
    """Recall a message (feishu.md §4.2)."""
    return _call(catalogue()["DeleteMessageRequest"].builder().message_id(message_id).build())


def get_user(open_id: str) -> Call:
    """Read one directory entry (feishu.md §4.4)."""
    request = catalogue()["GetUserRequest"].builder().user_id(open_id).user_id_type("open_id")
    return _call(request.department_id_type("open_department_id").build())


def get_department(department_id: str) -> Call:
    """Read one department (feishu.md §4.4)."""
    request = catalogue()["GetDepartmentRequest"].builder().department_id(department_id)
    return _call(request.department_id_type("open_department_id").build())


@cache
def catalogue() -> Mapping[str, Any]:
    """The request classes by name; loaded on the first call, 0.1 s. Raises `SdkMoved`."""
    with _bare_parents(set(CATALOGUE.values())):
        return {name: _take(module, name) for name, module in CATALOGUE.items()}


@cache
def _cipher_class() -> Any:
    module, name = CIPHER
    with _bare_parents({module}):
        return _take(module, name)


def _call(request: Any) -> Call:
    path = request.uri
    for name, value in request.paths.items():
        path = path.replace(f":{name}", _segment(value))
    body = request.body
    sent = None if body is None else {key: value for key, value in vars(body).items() if value is not None}
    return Call(request.http_method.name, path, dict(request.queries), sent)


def _segment(value: str) -> str:
    """An id as one path segment. Ids come from stored rows and events, so they are not trusted to be harmless."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "_" for letter in value)


def _take(module: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise SdkMoved(f"{module}.{name} is not in the installed lark-oapi") from error


@contextmanager
def _bare_parents(modules: set[str]) -> Iterator[None]:
    """Let leaf modules be imported without running their packages' `__init__`; afterwards forget all of it.

    `lark_oapi.core` is light and its siblings need its names, so it runs as it is, except for the cipher alone.
    """
    with _loading:
        if PACKAGE in sys.modules:
            yield
            return
        root = _folder()
        kept = set(sys.modules)
        try:
            for parent in sorted({name for module in modules for name in _parents(module)}):
                stand_in = ModuleType(parent)
                stand_in.__path__ = [str(root.joinpath(*parent.split(".")[1:]))]
                sys.modules[parent] = stand_in
            yield
        finally:
            for name in set(sys.modules) - kept:
                if name.split(".")[0] == PACKAGE:
                    del sys.modules[name]


def _parents(module: str) -> list[str]:
    parts = module.split(".")[:-1]
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


def _folder() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SdkMoved("lark-oapi is not installed")
    return Path(spec.submodule_search_locations[0])
