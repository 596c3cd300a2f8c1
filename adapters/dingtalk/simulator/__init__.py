"""A strict DingTalk for tests, stories and the playground; it shares no code with the adapter."""

from adapters.dingtalk.simulator.callbacks import Deadlines
from adapters.dingtalk.simulator.server import DingtalkSimulator

__all__ = ["Deadlines", "DingtalkSimulator"]
