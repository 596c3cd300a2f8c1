"""The parts of wechatpy we run on: its AES scheme, its message classes, its directory calls.

`import wechatpy` pulls in `requests` and every API group (≈ 100 ms, 17 MB beside aiohttp); the leaf modules below need
none of it (≈ 12 ms, 1.5 MB). They are loaded under parents whose `__init__` has not run, and those parents are taken
away again, so that a later `import wechatpy` by anybody else gets the real package.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

_ROOT = "wechatpy"
_PARENTS = ("", ".client", ".client.api", ".crypto", ".enterprise", ".enterprise.client", ".enterprise.client.api")


@dataclass(frozen=True, slots=True)
class Sdk:
    """wechatpy's classes, loaded once per adapter.

    `cipher`: `BasePrpCrypto(key)`, AES-256-CBC with WeCom's framing. `messages`: MsgType → message class over a dict
    of fields. `user`: the API group `WeChatUser(client)`.
    """

    cipher: Any
    messages: dict[str, Any]
    user: Any


def load() -> Sdk:
    """Load the classes. Raises `ImportError` or `AttributeError` when wechatpy has moved them."""
    with _bare_parents():
        return Sdk(
            cipher=importlib.import_module("wechatpy.crypto.base").BasePrpCrypto,
            messages=dict(importlib.import_module("wechatpy.enterprise.messages").MESSAGE_TYPES),
            user=importlib.import_module("wechatpy.enterprise.client.api.user").WeChatUser,
        )


@contextmanager
def _bare_parents() -> Iterator[None]:
    """Packages of wechatpy as mere folders, for the time of the block; nothing to do when it is already imported."""
    if _ROOT in sys.modules:
        yield
        return
    spec = importlib.util.find_spec(_ROOT)
    if spec is None or spec.origin is None:
        raise ImportError("wechatpy is not installed")
    root = Path(spec.origin).parent
    for suffix in _PARENTS:
        parent = ModuleType(_ROOT + suffix)
        parent.__path__ = [str(root.joinpath(*suffix.split(".")[1:]))]
        sys.modules[parent.__name__] = parent
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name == _ROOT or name.startswith(_ROOT + ".")]:
            del sys.modules[name]
