"""Every harness there is; a new messenger joins the contract by one line here (and one in `adapters.registry`)."""

from tests.contract.harness import Harness
from tests.contract.harness_dingtalk import DingtalkBareHarness, DingtalkHarness
from tests.contract.harness_feishu import FeishuHarness
from tests.contract.harness_wecom import WecomHarness

HARNESSES: tuple[type[Harness], ...] = (WecomHarness, DingtalkHarness, DingtalkBareHarness, FeishuHarness)
