"""The few leaf modules of dingtalk-sdk we use, loaded without its import-everything `__init__`.

`import dingtalk` pulls in `requests` and every API group: about 0.1 s and 36 MB. We register bare parent packages
while the leaves load, and take them away again so that a later ordinary `import dingtalk` elsewhere is whole.
"""

import functools
import importlib
import importlib.util
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

_BARE = ("dingtalk", "dingtalk.client", "dingtalk.client.api", "dingtalk.crypto", "dingtalk.core")


@dataclass(frozen=True, slots=True)
class Sdk:
    """The vendor's knowledge we borrow: the AES-256-CBC scheme, its 32-byte padding, and a directory wrapper."""

    cipher: Any
    """`DingTalkCipher(key)` with `encrypt`/`decrypt` of whole blocks."""
    padding: Any
    """`PKCS7Encoder.encode(text)`, block of 32 (dingtalk.md §1.2)."""
    department: Any
    """API group `Department(client)`; `client` needs `get(url, params)` and `post(url, data, params)`."""


@functools.cache
def load() -> Sdk:
    """Load the leaves once per process. Raises `ImportError` when upstream moved them."""
    if "dingtalk" in sys.modules:
        return _leaves()
    bare = _bare_parents()
    before = set(sys.modules)
    sys.modules.update(bare)
    try:
        return _leaves()
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "dingtalk" and name not in before]:
            del sys.modules[name]


def _leaves() -> Sdk:
    return Sdk(
        cipher=importlib.import_module("dingtalk.crypto.cryptography").DingTalkCipher,
        padding=importlib.import_module("dingtalk.crypto.pkcs7").PKCS7Encoder,
        department=importlib.import_module("dingtalk.client.api.department").Department,
    )


def _bare_parents() -> dict[str, ModuleType]:
    spec = importlib.util.find_spec("dingtalk")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("dingtalk-sdk is not installed")
    root = spec.submodule_search_locations[0]
    parents: dict[str, ModuleType] = {}
    for name in _BARE:
        module = ModuleType(name)
        module.__path__ = ["/".join([root, *name.split(".")[1:]])]
        parents[name] = module
    return parents
