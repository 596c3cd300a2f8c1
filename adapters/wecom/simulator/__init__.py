"""A strict simulated WeCom for tests, benches and the playground; shares no code with the adapter."""

from adapters.wecom.simulator.callbacks import Mischief
from adapters.wecom.simulator.rules import Rules
from adapters.wecom.simulator.simulator import WecomSimulator

__all__ = ["Mischief", "Rules", "WecomSimulator"]
