"""The one door to lark-oapi (design: SDK policy). Each check runs in a fresh interpreter."""

import json
import subprocess
import sys

from adapters.feishu import sdk

BOTH_WAYS = """
import importlib, json, sys
from adapters.feishu import sdk
if sys.argv[1] == "whole":
    import lark_oapi
    from lark_oapi.core.utils import AESCipher
classes = dict(sdk.catalogue()) | {sdk.CIPHER[1]: type(sdk.cipher("test key"))}
if sys.argv[1] == "whole":
    assert classes["AESCipher"] is AESCipher
    for name, module in sdk.CATALOGUE.items():
        public = importlib.import_module(module.split(".model.")[0])
        assert getattr(public, name) is classes[name], name
def code(made):
    return {name: part.__code__.co_code.hex() for name, part in vars(made).items() if hasattr(part, "__code__")}
print(json.dumps({name: [made.__module__, sorted(dir(made)), code(made)] for name, made in classes.items()}))
"""

COST = """
import json, resource, sys, time
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
from adapters.feishu import sdk
before, start = peak(), time.process_time()
sdk.cipher("test key")
loaded_for_parse = [name for name in sys.modules if name.startswith("lark_oapi")]
sdk.catalogue()
spent = time.process_time() - start
left = [name for name in sys.modules if name.startswith("lark_oapi")]
print(json.dumps({"seconds": spent, "megabytes": peak() - before, "left": left + loaded_for_parse}))
"""

AFTERWARDS = """
from adapters.feishu import sdk
sdk.cipher("test key"); sdk.catalogue()
import lark_oapi
from lark_oapi.api.im.v1 import CreateMessageRequest
assert lark_oapi.Client.builder().app_id("a").app_secret("b").build().im.v1.message is not None
assert lark_oapi.core.utils.AESCipher("test key") is not None
"""


def fresh(script: str, *args: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", script, *args], check=True, capture_output=True, text=True, timeout=60
    ).stdout


def test_the_leaf_modules_are_the_same_as_in_the_whole_package() -> None:
    """Fails when upstream moves or changes a class, which the stand-in packages would otherwise hide."""
    leaf, whole = json.loads(fresh(BOTH_WAYS, "leaf")), json.loads(fresh(BOTH_WAYS, "whole"))
    assert leaf == whole
    assert set(leaf) == {*sdk.CATALOGUE, "AESCipher"}
    assert {name: module for name, (module, *_) in leaf.items() if name in sdk.CATALOGUE} == dict(sdk.CATALOGUE)


def test_loading_is_cheap_and_leaves_nothing_behind() -> None:
    """Target: at most 0.3 s and 40 MB (of processor time, so that a busy machine does not matter)."""
    cost = json.loads(fresh(COST))
    assert cost["seconds"] <= 0.3
    assert cost["megabytes"] <= 40
    assert cost["left"] == []


def test_the_whole_package_still_works_afterwards() -> None:
    fresh(AFTERWARDS)


def test_the_catalogue_says_how_each_call_is_made() -> None:
    """§4.2, §4.4, §1.12."""
    assert sdk.create_message(
        receive_id_type="open_id", receive_id="ou_1", msg_type="text", content="{}", uuid="u"
    ) == sdk.Call(
        "POST",
        "/open-apis/im/v1/messages",
        {"receive_id_type": "open_id"},
        {"receive_id": "ou_1", "msg_type": "text", "content": "{}", "uuid": "u"},
    )
    assert sdk.reply_message(message_id="om_1", msg_type="text", content="{}", uuid="u") == sdk.Call(
        "POST",
        "/open-apis/im/v1/messages/om_1/reply",
        {},
        {"msg_type": "text", "content": "{}", "reply_in_thread": True, "uuid": "u"},
    )
    assert sdk.patch_message(message_id="om_1", content="{}") == sdk.Call(
        "PATCH", "/open-apis/im/v1/messages/om_1", {}, {"content": "{}"}
    )
    assert sdk.delete_message("om_1") == sdk.Call("DELETE", "/open-apis/im/v1/messages/om_1", {}, None)
    assert sdk.get_user("ou_1") == sdk.Call(
        "GET",
        "/open-apis/contact/v3/users/ou_1",
        {"user_id_type": "open_id", "department_id_type": "open_department_id"},
        None,
    )
    assert sdk.get_department("od-1").path == "/open-apis/contact/v3/departments/od-1"


def test_an_id_cannot_leave_its_place_in_the_path() -> None:
    assert sdk.delete_message("../../x?y#:z").path == "/open-apis/im/v1/messages/______x_y__z"
