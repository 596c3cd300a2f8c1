"""The SDK's leaf modules load cheaply, and leave an ordinary `import dingtalk` whole."""

import subprocess
import sys

CHEAP = """
import sys, time
import cryptography.hazmat.primitives.ciphers
from adapters.dingtalk import sdk
start = time.perf_counter()
loaded = sdk.load()
assert "requests" not in sys.modules, "the SDK's HTTP client was loaded"
assert not [name for name in sys.modules if name.partition(".")[0] == "dingtalk"], "bare parents were left behind"
print(time.perf_counter() - start)
import dingtalk
from dingtalk.client import AppKeyClient
from dingtalk.client.api.department import Department
assert [n for n in dir(Department) if n[0] != "_"] == [n for n in dir(loaded.department) if n[0] != "_"]
assert dingtalk.__version__ == "1.3.8", dingtalk.__version__
"""

AFTER = """
import dingtalk
from dingtalk.client.api.department import Department
from adapters.dingtalk import sdk
assert sdk.load().department is Department
"""


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_leaves_load_without_the_package_and_quickly() -> None:
    assert float(run(CHEAP)) < 0.5


def test_leaves_of_an_already_loaded_package_are_the_same() -> None:
    run(AFTER)
